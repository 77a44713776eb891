import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descramble, findState, G3RUH, SONET, scramble, sideStream } from './scrambler.ts';

const anyBits = fc
  .array(fc.integer({ min: 0, max: 1 }), { maxLength: 200 })
  .map((bits) => Uint8Array.from(bits));
const anyState = fc.integer({ min: 1, max: 2047 });

describe('side-stream scrambler', () => {
  it('is a maximal sequence: 2047 bits, 1024 of them ones, and then the same again', () => {
    const keys = sideStream(new Uint8Array(2047 * 2), 1);
    expect(keys.slice(0, 2047)).toEqual(keys.slice(2047));
    expect(keys.slice(0, 2047).reduce((ones, bit) => ones + bit)).toBe(1024);
  });

  it('takes off what it put on', () => {
    fc.assert(
      fc.property(anyBits, anyState, (bits, state) => {
        expect(sideStream(sideStream(bits, state), state)).toEqual(bits);
      }),
    );
  });

  it('is found by its receiver from any state, once forty bits of idle came', () => {
    for (let state = 1; state < 2048; state++) {
      expect(findState(sideStream(new Uint8Array(40).fill(1), state))).toBe(state);
    }
  });

  it('is not found in what is no idle', () => {
    const bits = sideStream(new Uint8Array(40).fill(1), 77);
    bits[30] = 1 - (bits[30] as number);
    expect(findState(bits)).toBeUndefined();
    expect(findState(bits.subarray(0, 39))).toBeUndefined();
  });
});

describe('self-synchronising scrambler', () => {
  it.each([
    ['G3RUH', G3RUH],
    ['SONET', SONET],
  ])('%s: takes off what it put on, and finds itself after the longest tap', (_name, taps) => {
    const longest = Math.max(...taps);
    fc.assert(
      fc.property(anyBits, fc.nat({ max: 60 }), (bits, lost) => {
        const line = scramble(bits, taps);
        expect(descramble(line, taps)).toEqual(bits);
        const late = descramble(line.subarray(lost), taps);
        expect(late.subarray(longest)).toEqual(bits.subarray(lost + longest));
      }),
    );
  });

  it('makes three errors of one: one for each term of X¹⁷ + X¹² + 1', () => {
    const line = scramble(new Uint8Array(100).fill(1), G3RUH);
    line[40] = 1 - (line[40] as number);
    const wrong = [...descramble(line, G3RUH)].flatMap((bit, at) => (bit === 1 ? [] : [at]));
    expect(wrong).toEqual([40, 52, 57]);
  });
});
