import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Controlled } from '../../../../test/tcp/controlled.ts';
import { START } from '../../../base/time.ts';
import { NewReno } from './new-reno.ts';

const SMSS = 1000;
const fresh = (segments = 10) => new Controlled(new NewReno(), SMSS, segments * SMSS);

const acknowledge = (c: Controlled, octets: number, times = 1) => {
  for (let i = 0; i < times; i++) c.acknowledged(octets, c.cwnd, true, 0, START);
  return c;
};

/** In congestion avoidance, with a window of so many segments. */
const avoiding = (segments: number) => {
  const c = fresh();
  c.congestion(2 * segments * SMSS, false, START);
  c.recovered();
  return c;
};

describe('Reno', () => {
  it.each([
    // RFC 5681 §3.1 with RFC 3465's L of two
    ['a segment for a segment', SMSS, 1, 11_000],
    ['two for two, of a peer that delays acknowledgements', 2 * SMSS, 1, 12_000],
    ['no more than two for one that stretches them', 9 * SMSS, 1, 12_000],
    ['as many octets as one acknowledges of a small segment', 100, 3, 10_300],
    ['twice the window for a window', SMSS, 10, 20_000],
  ])('adds in slow start %s', (_name, octets, times, cwnd) => {
    expect(acknowledge(fresh(), octets, times).cwnd).toBe(cwnd);
  });

  it.each([
    // RFC 3465 §2.1
    ['nothing before a window is acknowledged', SMSS, 9, 10_000],
    ['one segment when it is', SMSS, 10, 11_000],
    ['one more after the next, larger one', SMSS, 21, 12_000],
    ['the same for small segments', 100, 100, 11_000],
    ['no more than one segment for one acknowledgement', 50 * SMSS, 1, 11_000],
  ])('adds in congestion avoidance %s', (_name, octets, times, cwnd) => {
    expect(acknowledge(avoiding(10), octets, times).cwnd).toBe(cwnd);
  });

  it('goes over from slow start to congestion avoidance inside one acknowledgement', () => {
    const c = fresh();
    c.congestion(22_000, false, START);
    c.cwnd = 10_500;
    acknowledge(c, 2000); // 500 of it to reach 11000, and 1500 toward the next segment.
    expect(c.cwnd).toBe(11_000);
    expect(acknowledge(c, 9499).cwnd).toBe(11_000);
    expect(acknowledge(c, 1).cwnd).toBe(12_000);
  });

  it.each([
    ['half of what is in flight', 21_001, 10_500],
    ['two segments at least', 3000, 2000],
  ])('sets ssthresh at a loss to %s, and leaves cwnd to PRR', (_name, flight, ssthresh) => {
    const c = fresh();
    c.congestion(flight, false, START);
    expect([c.cwnd, c.ssthresh]).toEqual([10_000, ssthresh]);
    c.recovered();
    expect(c.cwnd).toBe(ssthresh);
  });

  it('begins to count a window anew after a loss', () => {
    const c = acknowledge(avoiding(10), SMSS, 9);
    c.congestion(10 * SMSS, false, START);
    c.recovered();
    expect(acknowledge(c, SMSS, 4).cwnd).toBe(5000);
    expect(acknowledge(c, SMSS, 1).cwnd).toBe(6000);
  });

  it('halves both at a mark', () => {
    const c = fresh();
    c.congestion(10_000, true, START);
    expect([c.cwnd, c.ssthresh]).toEqual([5000, 5000]);
  });

  it('is in slow start up to half of what was in flight after a timeout', () => {
    const c = fresh();
    c.timeout(10_000, true, START);
    expect([c.cwnd, c.ssthresh]).toEqual([1000, 5000]);
    expect(acknowledge(c, SMSS, 4).cwnd).toBe(5000);
    expect(acknowledge(c, SMSS, 4).cwnd).toBe(5000);
    expect(acknowledge(c, SMSS, 1).cwnd).toBe(6000);
  });

  it('grows the same however the acknowledgements of congestion avoidance are cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(cuts, (acknowledgements) => {
        const c = avoiding(10);
        for (const octets of acknowledgements) acknowledge(c, octets);
        // One segment for each window, one window after the other.
        let left = acknowledgements.reduce((sum, octets) => sum + octets, 0);
        let model = 10_000;
        for (; left >= model; model += SMSS) left -= model;
        expect(c.cwnd).toBe(model);
      }),
    );
  });
});
