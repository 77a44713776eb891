import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complement, fold, SUM_VALID } from '../../src/base/checksum.ts';
import { crc32 } from '../../src/base/crc32.ts';
import { fcs16 } from '../../src/base/fcs16.ts';
import { view } from '../../src/base/octets.ts';
import * as hamming from '../../src/stack/datalink/error-control/hamming.ts';
import { parityBit } from '../../src/stack/datalink/error-control/parity.ts';
import { append, check } from '../../src/stack/datalink/ethernet/fcs.ts';
import * as reference from './checks/reference.ts';
import * as solution from './solution/errors.ts';

const anyOctets = fc.uint8Array({ maxLength: 80 });

/** The sum as the stack has it, over an even number of octets. */
function stackSum(octets: Uint8Array): number {
  const padded = new Uint8Array(octets.length + (octets.length % 2));
  padded.set(octets);
  let total = 0;
  for (let i = 0; i < padded.length; i += 2) total += view(padded).getUint16(i);
  return fold(total);
}

describe('lab02: solution, oracle and stack agree', () => {
  it('on parity, checksum and CRCs', () => {
    fc.assert(
      fc.property(anyOctets, (octets) => {
        expect(solution.parityBit(octets, 'even')).toBe(parityBit(octets, 'even'));
        expect(solution.parityBit(octets, 'odd')).toBe(parityBit(octets, 'odd'));
        expect(solution.checksum(octets)).toBe(complement(stackSum(octets)));
        expect(solution.crc16(octets)).toBe(fcs16(octets));
        expect(solution.crc32(octets)).toBe(crc32(octets));
        expect(reference.parity(octets)).toBe(parityBit(octets));
        expect(reference.checksum(octets)).toBe(complement(stackSum(octets)));
        expect(reference.crc16(octets)).toBe(fcs16(octets));
        expect(reference.crc32(octets)).toBe(crc32(octets));
      }),
    );
  });

  it('on the FCS of Ethernet, good and bad', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), (frame, at) => {
        const octets = append(frame);
        expect(solution.appendFcs(frame)).toEqual(octets);
        expect(solution.checkFcs(octets)).toEqual(frame);
        const wrong = reference.flipped(octets, [at % (octets.length * 8)]);
        expect(check(wrong).ok).toBe(false);
        expect(solution.checkFcs(wrong)).toBeUndefined();
      }),
    );
  });

  it('on the Hamming code: every octet, every error of one bit and of two', () => {
    for (let octet = 0; octet < 256; octet++) {
      const bits = Uint8Array.from({ length: 8 }, (_, i) => (octet >> i) & 1);
      const stack = hamming
        .encode(bits)
        .reduce((word, bit, position) => word | (bit << position), 0);
      expect(solution.hammingEncode(octet)).toBe(stack);
      expect(reference.hamming(octet)).toBe(stack);
      for (let a = 0; a < 13; a++) {
        expect(solution.hammingDecode(stack ^ (1 << a))).toEqual({ octet, corrected: a });
        for (let b = 0; b < a; b++) {
          expect(solution.hammingDecode(stack ^ (1 << a) ^ (1 << b))).toBeUndefined();
        }
      }
    }
  });

  it('on what is believed', () => {
    const codes = fc.constantFrom<solution.Code>('parity', 'checksum', 'crc16', 'crc32');
    fc.assert(
      fc.property(codes, anyOctets, (code, octets) => {
        // A checksum stands at an even offset, or it is none.
        const data = code === 'checksum' ? octets.subarray(0, octets.length & ~1) : octets;
        expect(solution.passes(code, [reference.protect(code, data), octets])[0]).toBe(true);
      }),
    );
    expect(stackSum(reference.protect('checksum', Uint8Array.of(1, 2)))).toBe(SUM_VALID);
  });
});
