import { describe, expect, it } from 'vitest';
import { acceptable } from './acceptable.ts';
import { add, seq } from './seq.ts';

const NXT = seq(0xffff_fffe); // So that every case also crosses the wrap.

describe('segment acceptability (RFC 9293 §3.10.7.4)', () => {
  it.each([
    // length, wnd, seq - RCV.NXT, acceptable
    [0, 0, 0, true],
    [0, 0, 1, false],
    [0, 4, 0, true],
    [0, 4, 3, true],
    [0, 4, 4, false],
    [0, 4, -1, false],
    [1, 0, 0, false],
    [5, 4, -4, true], // Only the last octet is in the window.
    [5, 4, -5, false],
    [5, 4, 3, true], // Only the first octet is in the window.
    [5, 4, 4, false],
    [9, 4, -2, true], // It covers the whole window.
  ])('length %i, RCV.WND %i, SEG.SEQ at RCV.NXT%+i: %s', (length, wnd, offset, expected) => {
    expect(acceptable({ rcvNxt: NXT, rcvWnd: wnd }, add(NXT, offset), length)).toBe(expected);
  });
});
