import { describe, expect, it } from 'vitest';
import { Controlled } from '../../../../test/tcp/controlled.ts';
import { type Duration, type Instant, milliseconds, START } from '../../../base/time.ts';
import { CUBIC_OPTIONS, Cubic } from './cubic.ts';
import { gain } from './hybla.ts';

const SMSS = 1000;

/** Of CUBIC's AIMD before W_est is cwnd_prior again (RFC 9438 §4.3). */
const ALPHA = 0.9 / 1.7;

/**
 * By how many segments a window of twenty-one, which was thirty, grows in the first round trip of `rtt` after a loss.
 * So soon after it W_cubic lies lower: this is the Reno-friendly region.
 */
function growth(rtt: Duration, rttFairness: boolean, others: readonly Duration[] = []): number {
  const control = new Controlled(new Cubic({ ...CUBIC_OPTIONS, rttFairness }), SMSS, 10 * SMSS);
  control.cwnd = 30 * SMSS;
  control.congestion(30 * SMSS, false, START);
  control.recovered();
  for (const other of others) control.acknowledged(0, 21 * SMSS, false, other, START);
  const before = control.cwnd;
  for (let acked = 0; acked < before; acked += SMSS) {
    const now = Math.round((acked / before) * rtt) as Instant;
    control.acknowledged(SMSS, before, true, rtt, now);
  }
  return (control.cwnd - before) / SMSS;
}

describe('what CUBIC takes from TCP Hybla', () => {
  it.each([
    ['none was measured', 0, 1],
    ['it is that of a building', 500, 1],
    ['it is RTT0', 50_000, 1],
    ['it is twice RTT0', 100_000, 4],
    ['it is three times RTT0', 150_000, 9],
    ['it is four times RTT0', 200_000, 16],
    ['a peer makes it a minute', 60_000_000, 16],
  ])('gains as ρ² has it when the round trip is such: %s', (_what, minRtt, expected) => {
    expect(gain(minRtt)).toBeCloseTo(expected, 9);
  });

  it.each([
    [10, 1],
    [50, 1],
    [100, 4],
    [150, 9],
  ])('lets a window grow at %i ms by α times %i a round trip', (ms, times) => {
    // Somewhat less, as the window grows meanwhile and each acknowledgment is a smaller part of it.
    const grown = growth(milliseconds(ms), true);
    expect(grown).toBeGreaterThan(0.85 * ALPHA * times);
    expect(grown).toBeLessThanOrEqual(ALPHA * times);
  });

  it('is RFC 9438 at 50 ms and below, and unless its owner wants another', () => {
    for (const ms of [1, 20, 50]) {
      expect(growth(milliseconds(ms), true)).toBe(growth(milliseconds(ms), false));
    }
    // The cubic alone, ten of its segments a second here, is not faster for a long round trip.
    expect(growth(milliseconds(150), false)).toBeLessThan(1.5);
  });

  it('goes by the shortest round trip, not by what a queue makes of it', () => {
    const queued = growth(milliseconds(200), true, [milliseconds(50)]);
    expect(queued).toBe(growth(milliseconds(200), false, [milliseconds(50)]));
  });

  it('is no faster than half a window a round trip, the bound of RFC 9438 §4.2', () => {
    const control = new Controlled(
      new Cubic({ ...CUBIC_OPTIONS, rttFairness: true }),
      SMSS,
      10 * SMSS,
    );
    control.congestion(4 * SMSS, false, START);
    control.recovered();
    control.cwnd = 4 * SMSS;
    control.ssthresh = 4 * SMSS;
    control.acknowledged(4 * SMSS, 0, true, milliseconds(200), START);
    expect(control.cwnd).toBe(6 * SMSS);
  });
});
