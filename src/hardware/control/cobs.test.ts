import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../base/octets.ts';
import { decodeCobs, encodeCobs, encodedLengthMax } from './cobs.ts';

/** Group by group: a new one after each 0x00, and where a 255th octet would not fit. */
function obvious(source: Uint8Array): number[] {
  let group: number[] = [];
  const groups = [group];
  const next = () => {
    group = [];
    groups.push(group);
  };
  for (const octet of source) {
    if (group.length === 254) next();
    if (octet === 0) next();
    else group.push(octet);
  }
  return groups.flatMap((octets) => [octets.length + 1, ...octets]);
}

function encode(source: Uint8Array): Uint8Array {
  const target = new Uint8Array(encodedLengthMax(source.length));
  return target.subarray(0, encodeCobs(source, source.length, target, 0));
}

/** Long runs without 0x00, so that groups of 254 are common. */
const plain = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 253, 254, 255, 508), fc.nat(600)), { maxLength: 5 })
  .map((runs) => Uint8Array.from(runs.flatMap((n) => [...new Array(n).fill(7), 0]).slice(0, -1)));

describe('cobs', () => {
  it('encodes as the definition says, without 0x00 and within its bound', () => {
    fc.assert(
      fc.property(fc.oneof(plain, fc.uint8Array({ maxLength: 300 })), (source) => {
        const encoded = encode(source);
        expect([...encoded]).toEqual(obvious(source));
        expect(encoded).not.toContain(0);
        expect(encoded.length).toBeLessThanOrEqual(encodedLengthMax(source.length));
      }),
    );
  });

  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.oneof(plain, fc.uint8Array({ maxLength: 300 })), (source) => {
        const encoded = encode(source);
        const target = new Uint8Array(encoded.length);
        expect(target.subarray(0, decodeCobs(encoded, target))).toEqual(source);
      }),
    );
  });

  it.each([
    ['a code that runs past the end', '05 1122'],
    ['a 0x00 for a code', '00'],
    ['a 0x00 inside a group', '03 1100'],
    ['a 0x00 for the last code', '02 11 00'],
  ])('refuses %s', (_name, text) => {
    const encoded = fromHex(text) ?? new Uint8Array(0);
    expect(decodeCobs(encoded, new Uint8Array(encoded.length))).toBe(-1);
  });

  it('never throws nor writes past its target, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (encoded) => {
        const target = new Uint8Array(encoded.length);
        expect(decodeCobs(encoded, target)).toBeLessThanOrEqual(encoded.length);
      }),
    );
  });
});
