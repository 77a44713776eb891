import { describe, expect, it } from 'vitest';
import { type Duration, milliseconds } from '../../../base/time.ts';
import { beginHyStart, divisor, endsSlowStart, type HyStart, isConservative } from './hystart.ts';

/** A round of `n` segments of one octet, all with the same round-trip time. True when slow start ended. */
function round(h: HyStart, rtt_ms: number, n = 10): boolean {
  let over = false;
  for (let i = 0; i < n; i++) {
    // As many are outstanding after each as before it: the next round is `n` again.
    over = endsSlowStart(h, 1, n, milliseconds(rtt_ms)) || over;
  }
  return over;
}

/** One acknowledgement begins the first round. */
const begun = () => {
  const h: HyStart = {
    hystart: true,
    windowEnd: 0,
    lastRoundMinRtt: 0,
    currentRoundMinRtt: 0,
    rttSampleCount: 0,
    cssBaselineMinRtt: 0,
    cssRounds: 0,
  };
  beginHyStart(h);
  endsSlowStart(h, 1, 10, 0);
  return h;
};

describe('HyStart++ (RFC 9406)', () => {
  it.each([
    // §4.2: RttThresh is an eighth of the last round's minimum, but 4 ms at least and 16 ms at most.
    ['stays in slow start at 3 ms more than 20', 20, 23, false],
    ['leaves it at 4 ms more than 20', 20, 24, true],
    ['stays at 9 ms more than 80', 80, 89, false],
    ['leaves it at 10 ms more than 80', 80, 90, true],
    ['stays at 15 ms more than 800', 800, 815, false],
    ['leaves it at 16 ms more than 800', 800, 816, true],
    ['stays when it fell', 80, 40, false],
  ])('%s', (_name, first, second, conservative) => {
    const h = begun();
    round(h, first);
    round(h, second);
    expect(isConservative(h)).toBe(conservative);
    expect(divisor(h)).toBe(conservative ? 4 : 1);
  });

  it('does not judge a round of fewer than eight samples', () => {
    const h = begun();
    round(h, 20);
    round(h, 100, 7);
    expect(isConservative(h)).toBe(false);
  });

  it('looks at the least of a round: one late segment is not a queue', () => {
    const h = begun();
    round(h, 20);
    endsSlowStart(h, 1, 10, milliseconds(21));
    for (let i = 0; i < 8; i++) endsSlowStart(h, 1, 10, milliseconds(90));
    expect(isConservative(h)).toBe(false);
  });

  it('does not judge the first round, which has none to be held against', () => {
    const h = begun();
    round(h, 200);
    expect(isConservative(h)).toBe(false);
  });

  it('takes an acknowledgement without a sample for none', () => {
    const h = begun();
    round(h, 20);
    for (let i = 0; i < 9; i++) endsSlowStart(h, 1, 10, 0 as Duration);
    expect(isConservative(h)).toBe(false);
  });

  it('ends after five rounds of CSS, the one in which it was entered being the first', () => {
    const h = begun();
    expect([round(h, 20), round(h, 40)]).toEqual([false, false]);
    expect(isConservative(h)).toBe(true);
    expect([1, 2, 3].map(() => round(h, 40))).toEqual([false, false, false]);
    expect(round(h, 40)).toBe(true);
  });

  it('goes back to slow start when the delay falls below the baseline again', () => {
    const h = begun();
    round(h, 20);
    round(h, 40);
    round(h, 39);
    expect(isConservative(h)).toBe(false);
    round(h, 60); // And may leave it anew.
    expect(isConservative(h)).toBe(true);
    expect([1, 2, 3].map(() => round(h, 60))).toEqual([false, false, false]);
    expect(round(h, 60)).toBe(true);
  });

  it('stays in CSS when the delay is the baseline still', () => {
    const h = begun();
    round(h, 20);
    round(h, 40);
    round(h, 40);
    expect(isConservative(h)).toBe(true);
  });
});
