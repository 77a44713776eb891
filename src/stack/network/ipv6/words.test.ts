import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toWords } from '../ip/address.ts';
import * as octets from './address.ts';
import * as words from './words.ts';

it('says of an address in words what is said of it in octets', () => {
  const octet = fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff);
  const random = fc.array(octet, { minLength: 16, maxLength: 16 });
  const some = ['::', '::1', '::2', 'fe80::1', 'febf::', 'fec0::', 'ff02::1', '1::', '::1:0:0'];
  const named = fc.constantFrom(...some).map((text) => [...(octets.parse(text) ?? [])]);
  fc.assert(
    fc.property(fc.oneof(random, named), (all) => {
      const address = Uint8Array.from(all);
      const inWords = new Int32Array(5);
      inWords.set(toWords(address), 1);
      expect(words.isUnspecified(inWords, 1)).toBe(octets.isUnspecified(address));
      expect(words.isLoopback(inWords, 1)).toBe(octets.isLoopback(address));
      expect(words.isLinkLocal(inWords, 1)).toBe(octets.isLinkLocal(address));
      expect(words.isMulticast(inWords, 1)).toBe(octets.isMulticast(address));
    }),
  );
});
