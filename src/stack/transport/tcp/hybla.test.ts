import { describe, expect, it } from 'vitest';
import { type Duration, type Instant, milliseconds, START } from '../../../base/time.ts';
import { Hybla } from './hybla.ts';
import { newCongestionControl } from './new-congestion-control.ts';

const SMSS = 1000;

/** By how many segments a window of twenty grows in a round trip of `rtt`, in congestion avoidance. */
function growth(rtt: Duration): number {
  const control = newCongestionControl('hybla', SMSS, 20 * SMSS);
  control.ssthresh = 20 * SMSS;
  for (let acked = 0; acked < 20 * SMSS; acked += SMSS) {
    control.acknowledged(SMSS, 19 * SMSS, true, rtt, START as Instant);
  }
  return control.cwnd / SMSS - 20;
}

describe('TCP Hybla', () => {
  it.each([
    [25, 1],
    [50, 1],
    [100, 3], // 4 a window that grows meanwhile.
    [150, 7], // 9
  ])('at %i ms a window grows by %i segments a round trip, as ρ² has it', (rtt, segments) => {
    expect(growth(milliseconds(rtt))).toBe(segments);
  });

  it('gains as much a second whatever the round trip is', () => {
    const perSecond = [100, 150, 200].map((ms) => {
      const hybla = new Hybla();
      hybla.handleRtt(milliseconds(ms));
      // ρ² segments a round trip, each of which is a window's octets over RTT.
      return (hybla.gain / (ms / 1000)) * (1 / (ms / 1000));
    });
    for (const rate of perSecond) expect(rate).toBeCloseTo(400, 6);
  });

  it('smooths what it measures, and takes no sample for none', () => {
    const hybla = new Hybla();
    expect(hybla.gain).toBe(1);
    hybla.handleRtt(milliseconds(100));
    hybla.handleRtt(0);
    expect(hybla.gain).toBe(4);
    hybla.handleRtt(milliseconds(180));
    expect(hybla.gain).toBeCloseTo((110 / 50) ** 2, 6);
  });

  it('has a bound, whatever a peer makes of the round trip', () => {
    const hybla = new Hybla();
    hybla.handleRtt(milliseconds(60_000));
    expect(hybla.gain).toBe(144);
  });

  it('answers losses as Reno does', () => {
    const control = newCongestionControl('hybla', SMSS, 20 * SMSS);
    control.congestion(20 * SMSS, false, START);
    control.recovered(0, START);
    expect([control.name, control.cwnd]).toEqual(['hybla', 10 * SMSS]);
  });
});
