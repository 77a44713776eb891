import { crc32 as zlib } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

/** Bit by bit, as IEEE 802.3 §3.2.9 defines it. */
function obvious(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (crc ^ (octet >> bit)) & 1;
      crc = (crc >>> 1) ^ (carry ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

describe('crc32', () => {
  const anyOctets = fc.uint8Array({ maxLength: 100 });

  it('is what its definition gives', () => {
    fc.assert(
      fc.property(anyOctets, (octets) => {
        expect(crc32(octets)).toBe(obvious(octets));
      }),
    );
  });

  // zlib.crc32 came with Node 20.15 and 22.2.
  it('is what zlib gives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (octets) => {
        expect(crc32(octets)).toBe(zlib(octets));
      }),
    );
  });

  it('takes a part of the octets', () => {
    fc.assert(
      fc.property(anyOctets, fc.nat(100), fc.nat(100), (octets, a, b) => {
        const start = Math.min(a, b, octets.length);
        const end = Math.min(Math.max(a, b), octets.length);
        expect(crc32(octets, start, end)).toBe(obvious(octets.subarray(start, end)));
      }),
    );
  });
});
