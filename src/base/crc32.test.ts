import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { fromAscii } from './octets.ts';

describe('crc32', () => {
  it('gives the check value', () => {
    expect(crc32(fromAscii('123456789'))).toBe(0xcbf43926);
  });

  it('takes the octets up to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(80), (octets, cut) => {
        const end = Math.min(cut, octets.length);
        expect(crc32(octets, 0, end)).toBe(zlibCrc32(octets.subarray(0, end)));
      }),
    );
  });

  it('agrees with zlib, in one piece or in two', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(80), (octets, cut) => {
        expect(crc32(octets)).toBe(zlibCrc32(octets));
        expect(crc32(octets.subarray(cut), crc32(octets.subarray(0, cut)))).toBe(zlibCrc32(octets));
      }),
    );
  });
});
