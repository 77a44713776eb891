import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, after, before, distance, later, seq } from './seq.ts';

const MODULUS = 2n ** 32n;
const HALF = 2n ** 31n;
/** By the book, in numbers that have no end: −2^31 … 2^31 − 1. */
const slow = (a: number, b: number): bigint => {
  const difference = (((BigInt(a) - BigInt(b)) % MODULUS) + MODULUS) % MODULUS;
  return difference >= HALF ? difference - MODULUS : difference;
};

const numbers = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1),
);

describe('sequence numbers (RFC 9293 §3.4)', () => {
  it.each([
    ['one follows another', 1, 0, 1],
    ['across the wrap', 5, 0xffff_fffb, 10],
    ['across the sign of the representation', 0x8000_0005, 0x7fff_fffb, 10],
    ['behind', 0xffff_ffff, 0, -1],
    ['the same', 0x8000_0000, 0x8000_0000, 0],
    ['as far ahead as can be told', 0x7fff_ffff, 0, 0x7fff_ffff],
  ])('%s', (_name, a, b, apart) => {
    expect(distance(seq(a), seq(b))).toBe(apart);
    expect(after(seq(a), seq(b))).toBe(apart > 0);
    expect(before(seq(a), seq(b))).toBe(apart < 0);
  });

  it('are compared modulo 2^32', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const expected = slow(a, b);
        expect(BigInt(distance(seq(a), seq(b)))).toBe(expected);
        expect(before(seq(a), seq(b))).toBe(expected < 0n);
        expect(after(seq(a), seq(b))).toBe(expected > 0n);
        expect(later(seq(a), seq(b))).toBe(seq(expected < 0n ? b : a));
      }),
    );
  });

  it('go on by octets: what is added is the distance', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), (a, octets) => {
        expect(distance(add(seq(a), octets), seq(a))).toBe(octets);
      }),
    );
  });
});
