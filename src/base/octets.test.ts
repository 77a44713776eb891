import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equal, fromHex, toAscii, toHex } from './octets.ts';

describe('octets', () => {
  it('writes hexadecimal as Node does, and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        expect(toHex(octets)).toBe(Buffer.from(octets).toString('hex'));
        expect(fromHex(toHex(octets, ' '))).toEqual(octets);
      }),
    );
  });

  it.each(['0', '0g', '00 0', 'zz'])('reads no octets from %j', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });

  it('shows what cannot be printed as dots', () => {
    expect(toAscii(Uint8Array.of(0x4f, 0x4b, 0x0d, 0x7f, 0xff))).toBe('OK...');
  });

  it('joins and compares as Node does', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 5 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(concat(a)).toEqual(new Uint8Array(Buffer.concat(a)));
        expect(equal(concat(a), concat(b))).toBe(Buffer.concat(a).equals(Buffer.concat(b)));
      }),
    );
  });
});
