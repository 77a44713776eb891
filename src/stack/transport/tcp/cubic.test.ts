import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Controlled } from '../../../../test/tcp/controlled.ts';
import {
  after,
  type Duration,
  type Instant,
  milliseconds,
  START,
  seconds,
} from '../../../base/time.ts';
import { CUBIC_OPTIONS, Cubic } from './cubic.ts';

const SMSS = 1000;
const RTT = milliseconds(100);

const fresh = (segments = 10) => new Controlled(new Cubic(), SMSS, segments * SMSS);
const plain = () =>
  new Controlled(new Cubic({ ...CUBIC_OPTIONS, hystart: false }), SMSS, 10 * SMSS);

/** A loss at a window of so many segments, and the recovery from it. */
const afterLossAt = (segments: number, c = fresh()) => {
  c.cwnd = segments * SMSS;
  c.congestion(c.cwnd, false, START);
  c.recovered();
  return c;
};

/** Acknowledges segment after segment, a window each round trip, until `end`. */
function run(
  c: Controlled,
  from: Instant,
  end: Instant,
  rtt: Duration = RTT,
  segment = SMSS,
): Instant {
  let now = from;
  while (now < end) {
    const n = Math.max(1, Math.floor(c.cwnd / segment));
    const start = now;
    for (let i = 1; i <= n; i++) {
      now = after(start, Math.round((i * rtt) / n) as Duration);
      c.acknowledged(segment, c.cwnd, true, rtt, now);
    }
  }
  return now;
}

/** W_cubic after a loss at 1000 segments, by hand: W_max 1000, cwnd 700, K = ∛(300 / 0.4) = 9.0856 s. */
const K = 9.0856;
const wCubic = (t_s: number) => 0.4 * (t_s - K) ** 3 + 1000;

describe('CUBIC (RFC 9438)', () => {
  it.each([
    // §4.6
    ['0.7 of what is in flight', 10_000, 100_000, 70_000],
    ['0.7 of cwnd, where the peer holds back what is in flight', 10_000, 5000, 7000],
    ['two segments at least', 2000, 2000, 2000],
  ])('sets ssthresh at a loss to %s, and leaves cwnd to PRR', (_name, cwnd, flight, ssthresh) => {
    const c = fresh();
    c.cwnd = cwnd;
    c.congestion(flight, false, START);
    expect([c.cwnd, c.ssthresh]).toEqual([cwnd, ssthresh]);
    c.recovered();
    expect(c.cwnd).toBe(ssthresh);
  });

  it('reduces as much at a mark, or as RFC 8511 says if told so', () => {
    const c = fresh();
    c.congestion(10_000, true, START);
    expect([c.cwnd, c.ssthresh]).toEqual([7000, 7000]);
    const abe = new Controlled(new Cubic({ ...CUBIC_OPTIONS, betaEcn: 0.85 }), SMSS, 10_000);
    abe.congestion(10_000, true, START);
    expect([abe.cwnd, abe.ssthresh]).toEqual([8500, 8500]);
    abe.congestion(10_000, false, START);
    expect(abe.ssthresh).toBe(7000);
  });

  it.each([2, 5, 8, 9, 10, 12, 15])(
    'has the window of W_cubic %i s after a loss at 1000',
    (t_s) => {
      const c = afterLossAt(1000);
      // The stage begins with the first acknowledgement in it.
      c.acknowledged(1, c.cwnd, true, RTT, START);
      run(c, START, seconds(t_s) as number as Instant);
      const expected = wCubic(t_s);
      // The target of each round trip is where the cubic is at its end, and it is reached by the steps of many.
      expect(Math.abs(c.cwnd / SMSS - expected) / expected).toBeLessThan(0.004);
    },
  );

  it('is concave before K, flat at W_max, convex after it', () => {
    const c = afterLossAt(1000);
    c.acknowledged(1, c.cwnd, true, RTT, START);
    const growth: number[] = [];
    for (let t = 1, now = START; t <= 18; t++) {
      const before = c.cwnd;
      now = run(c, now, seconds(t) as number as Instant);
      growth.push(c.cwnd - before);
    }
    const least = growth.indexOf(Math.min(...growth));
    expect(Math.abs(least - K)).toBeLessThan(1.1);
    for (let i = 1; i < growth.length; i++) {
      const [before = 0, here = 0] = growth.slice(i - 1, i + 1);
      if (i <= least) expect(here).toBeLessThan(before);
      else expect(here).toBeGreaterThan(before);
    }
  });

  it.each([
    // §4.3 by hand. W_est += α / W an acknowledgement makes W² = 7² + 2 · 0.5294 n: 10² when n is 48.2. From
    // there α is 1, and W² = 10² + 2 (n − 48.2). K is ∛(3 / 0.4) = 1.957 s: the cubic is slower by far.
    [21, Math.sqrt(49 + 2 * 0.5294 * 21)],
    [48, Math.sqrt(49 + 2 * 0.5294 * 48)],
    [148, Math.sqrt(100 + 2 * (148 - 48.2))],
  ])('is as fast as Reno where the cubic is slower: %i acknowledgements', (n, expected) => {
    const c = afterLossAt(10);
    for (let i = 0; i < n; i++) {
      c.acknowledged(SMSS, c.cwnd, true, milliseconds(10), milliseconds(i) as number as Instant);
    }
    expect(c.cwnd / SMSS).toBeGreaterThan(expected - 0.05);
    expect(c.cwnd / SMSS).toBeLessThan(expected + 0.05);
  });

  it('never goes for more than half as much again (§4.2)', () => {
    const c = afterLossAt(10);
    c.acknowledged(1, c.cwnd, true, RTT, START);
    // As if the clock of the stage had run for an hour: W_cubic is astronomic.
    c.acknowledged(SMSS, c.cwnd, true, RTT, seconds(3600) as number as Instant);
    expect(c.cwnd).toBe(7500);
    // And an acknowledgement of more than a window does not go beyond the target.
    c.acknowledged(100 * SMSS, c.cwnd, true, RTT, seconds(3600) as number as Instant);
    expect(c.cwnd).toBe(11_250);
  });

  it('leaves out of t what the application did not use, and idle time (§4.2, §5.8)', () => {
    const busy = afterLossAt(100);
    const pausing = afterLossAt(100);
    for (const c of [busy, pausing]) c.acknowledged(1, c.cwnd, true, RTT, START);
    let now = run(busy, START, seconds(2) as number as Instant);
    run(pausing, START, seconds(2) as number as Instant);
    const { cwnd } = pausing;
    const pause = seconds(60);
    for (let t = 1; t <= 60; t++) {
      pausing.acknowledged(SMSS, 0, false, RTT, after(now, seconds(t)));
    }
    expect(pausing.cwnd).toBe(cwnd);
    run(pausing, after(now, pause), after(now, (pause + seconds(3)) as Duration));
    now = run(busy, now, after(now, seconds(3)));
    expect(pausing.cwnd).toBe(busy.cwnd);
  });

  it('grows the same however the acknowledgements are cut: fractions of an octet add up', () => {
    const [large, small] = [afterLossAt(1000), afterLossAt(1000)];
    for (let i = 0; i < 700; i++) large.acknowledged(SMSS, 0, true, RTT, START);
    for (let i = 0; i < 7000; i++) small.acknowledged(SMSS / 10, 0, true, RTT, START);
    // By hand: the target is 0.4 · (0.1 − 9.0856)³ + 1000 = 709.8, and 1 − 1/e of the way to it is made.
    expect((large.cwnd - 700_000) / 9800).toBeGreaterThan(0.62);
    expect((large.cwnd - 700_000) / 9800).toBeLessThan(0.64);
    expect(Math.abs(small.cwnd - large.cwnd)).toBeLessThan(10);
  });

  it('strives for the same W_max after a pause as before', () => {
    const c = afterLossAt(1000);
    c.acknowledged(1, c.cwnd, true, RTT, START);
    c.idle(START);
    expect([c.cwnd, c.ssthresh]).toEqual([10_000, 700_000]);
    c.cwnd = c.ssthresh;
    c.acknowledged(1, c.cwnd, true, RTT, START);
    run(c, START, milliseconds(4500) as number as Instant);
    // Concave: 0.4 · (4.5 − 9.0856)³ + 1000 = 961; from a new W_max it would be 700 + 0.4 · 4.5³ = 736.
    expect(Math.abs(c.cwnd / SMSS - 961)).toBeLessThan(4);
  });

  it('makes room when a loss comes before W_max was reached again: fast convergence (§4.7)', () => {
    // W_max 100; a loss at 80 makes it 80 · 0.85 = 68, and K = ∛((68 − 56) / 0.4) = 3.107 s.
    const kind = afterLossAt(80, afterLossAt(100));
    const greedy = new Controlled(
      new Cubic({ ...CUBIC_OPTIONS, fastConvergence: false }),
      SMSS,
      10_000,
    );
    afterLossAt(80, afterLossAt(100, greedy)); // K = ∛((80 − 56) / 0.4) = 3.915 s.
    for (const c of [kind, greedy]) {
      c.acknowledged(1, c.cwnd, true, RTT, START);
      run(c, START, milliseconds(3100) as number as Instant);
    }
    expect(kind.cwnd / SMSS).toBeGreaterThan(66);
    expect(kind.cwnd / SMSS).toBeLessThan(74); // α keeps it a little above the plateau.
    expect(greedy.cwnd).toBeGreaterThan(kind.cwnd + 4 * SMSS);
  });

  it('begins from where slow start ended after a timeout, with K = 0 (§4.8)', () => {
    const c = fresh();
    c.cwnd = 100_000;
    c.timeout(100_000, true, START);
    expect([c.cwnd, c.ssthresh]).toEqual([1000, 70_000]);
    for (let i = 0; i < 69; i++) c.acknowledged(SMSS, 0, true, RTT, START);
    expect(c.cwnd).toBe(70_000);
    c.acknowledged(1, c.cwnd, true, RTT, START);
    // Convex at once: 0.4 · 5³ = 50 in five seconds, and K = ∛(30 / 0.4) would have had it reach 100.5 only.
    run(c, START, seconds(5) as number as Instant);
    expect(c.cwnd / SMSS).toBeGreaterThan(118);
    expect(c.cwnd / SMSS).toBeLessThan(124);
  });

  it('goes back to the very stage that a false alarm ended (§4.9.2)', () => {
    const c = afterLossAt(100);
    const twin = afterLossAt(100);
    for (const one of [c, twin]) {
      one.acknowledged(1, one.cwnd, true, RTT, START);
      run(one, START, seconds(2) as number as Instant);
    }
    const now = seconds(2) as number as Instant;
    c.congestion(c.cwnd, false, now);
    c.cwnd = c.ssthresh;
    c.undo();
    for (const one of [c, twin]) run(one, now, after(now, seconds(3)));
    expect(c.cwnd).toBe(twin.cwnd);
  });

  it('adds two segments at most for an acknowledgement in a slow start without HyStart++', () => {
    const c = plain();
    c.acknowledged(9 * SMSS, c.cwnd, true, RTT, START);
    expect(c.cwnd).toBe(12_000);
  });

  it('adds eight with HyStart++ (RFC 9406 §4.3), and is done with slow start when delay rises', () => {
    const c = fresh();
    c.acknowledged(9 * SMSS, c.cwnd, true, RTT, START);
    expect(c.cwnd).toBe(18_000);
    // Round trips that become longer as the window does: a queue.
    let now = START as Instant;
    for (let round = 0; round < 12 && c.ssthresh > 1e9; round++) {
      now = run(c, now, after(now, milliseconds(1)), milliseconds(100 + 20 * round));
    }
    expect(c.ssthresh).toBeLessThan(200_000);
    expect(c.cwnd).toBeGreaterThanOrEqual(c.ssthresh);
    // §4.10: W_max is the window then; the cubic is flat at first.
    const { cwnd } = c;
    run(c, now, after(now, milliseconds(300)));
    expect(c.cwnd - cwnd).toBeLessThan(8 * SMSS);
  });

  it('looks at delay in the first slow start only', () => {
    const c = fresh();
    c.timeout(200_000, true, START);
    let now = START as Instant;
    for (let round = 0; round < 7; round++) {
      now = run(c, now, after(now, milliseconds(1)), milliseconds(100 + 50 * round));
      expect(c.cwnd).toBe(2 ** (round + 1) * SMSS);
    }
  });

  it('takes up HyStart++ again when the loss that ended slow start was none', () => {
    const c = fresh();
    c.congestion(10_000, false, START);
    c.undo();
    c.acknowledged(9 * SMSS, c.cwnd, true, RTT, START);
    expect(c.cwnd).toBe(18_000);
    // But not when congestion avoidance has begun meanwhile.
    c.congestion(10_000, false, START);
    c.recovered();
    c.acknowledged(SMSS, c.cwnd, true, RTT, START);
    c.undo();
    c.acknowledged(9 * SMSS, c.cwnd, true, RTT, START);
    expect(c.cwnd).toBe(20_000);
  });

  describe('against the RFC written down as it stands, in segments and seconds', () => {
    /** §4.2 – §4.5, one segment an acknowledgement, of the stage after a loss. */
    class Model {
      cwnd: number;
      readonly #wMax: number;
      readonly #k: number;
      readonly #prior: number;
      #wEst: number;

      constructor(wMax: number) {
        this.#wMax = wMax;
        this.#prior = wMax;
        this.cwnd = 0.7 * wMax;
        this.#k = ((wMax - this.cwnd) / 0.4) ** (1 / 3);
        this.#wEst = this.cwnd;
      }

      acknowledge(t: number, rtt: number): void {
        const w = (x: number) => 0.4 * (x - this.#k) ** 3 + this.#wMax;
        const alpha = this.#wEst >= this.#prior ? 1 : (3 * 0.3) / 1.7;
        this.#wEst += alpha / this.cwnd;
        let target = w(t + rtt);
        if (target < this.cwnd) target = this.cwnd;
        if (target > 1.5 * this.cwnd) target = 1.5 * this.cwnd;
        const cubic = this.cwnd + (target - this.cwnd) / this.cwnd;
        this.cwnd = w(t) < this.#wEst ? Math.max(cubic, this.#wEst) : cubic;
      }
    }

    it('is within an octet a window of it', () => {
      const cases = fc.record({
        wMax: fc.integer({ min: 10, max: 300 }).map((n) => 10 * n),
        rtt_ms: fc.integer({ min: 5, max: 300 }),
        gaps: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 50, maxLength: 500 }),
      });
      fc.assert(
        fc.property(cases, ({ wMax, rtt_ms, gaps }) => {
          const c = afterLossAt(wMax);
          const model = new Model(wMax);
          let now = START as Instant;
          for (const gap_ms of gaps) {
            c.acknowledged(SMSS, c.cwnd, true, milliseconds(rtt_ms), now);
            model.acknowledge(now / 1e6, rtt_ms / 1e3);
            now = after(now, milliseconds(gap_ms));
          }
          expect(Math.abs(c.cwnd / SMSS - model.cwnd)).toBeLessThan(model.cwnd * 1e-3 + 0.002);
        }),
      );
    });
  });
});
