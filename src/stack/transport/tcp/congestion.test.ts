import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Controlled } from '../../../../test/tcp/controlled.ts';
import { type Instant, milliseconds, START } from '../../../base/time.ts';
import { DEFAULTS } from './config.ts';
import { CWND_MAX, initialWindow, SSTHRESH_INITIAL, ssthreshAfterIdle } from './congestion.ts';
import { congestionControl } from './congestion-controls.ts';

const SMSS = 1000;

describe('the initial window', () => {
  it.each([
    // RFC 6928 §2
    ['ten segments of the usual size', 1460, 10, 14600],
    ['ten small segments', 536, 10, 5360],
    ['14600 octets when ten segments are more', 4000, 10, 14600],
    ['two segments when even these are more', 8960, 10, 17920],
    // RFC 5681 §3.1
    ['four segments up to 1095 octets', 1095, 4, 4380],
    ['three from there to 2190', 1096, 4, 3288],
    ['three at 2190 too', 2190, 4, 6570],
    ['two above it', 2191, 4, 4382],
    ['one if so wished', 1460, 1, 1460],
  ])('is %s', (_name, smss, segments, octets) => {
    expect(initialWindow(smss, segments)).toBe(octets);
  });
});

describe('ssthresh after idle time (RFC 7661 §4.4.3)', () => {
  it('remembers three quarters of the window, and more if more was known', () => {
    expect(ssthreshAfterIdle(2000, 10_001)).toBe(7500);
    expect(ssthreshAfterIdle(9000, 10_000)).toBe(9000);
    expect(ssthreshAfterIdle(SSTHRESH_INITIAL, 10_000)).toBe(SSTHRESH_INITIAL);
  });
});

const octets = fc.integer({ min: 1, max: 100 * SMSS });

/** What may happen to a sender, in any order: also in one that no machine would bring about. */
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('acknowledged' as const),
      octets,
      flight: octets,
      limited: fc.boolean(),
      rtt_ms: fc.integer({ min: 0, max: 300 }),
    }),
  },
  fc.record({ kind: fc.constant('congestion' as const), flight: octets, ecn: fc.boolean() }),
  fc.record({ kind: fc.constant('recovered' as const), flight: octets }),
  fc.record({ kind: fc.constant('timeout' as const), flight: octets, first: fc.boolean() }),
  fc.record({ kind: fc.constant('undo' as const) }),
  fc.record({ kind: fc.constant('idle' as const) }),
  fc.record({ kind: fc.constant('setSmss' as const), smss: fc.integer({ min: 500, max: 2000 }) }),
);

type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

function apply(c: Controlled, e: Event, now: Instant): void {
  switch (e.kind) {
    case 'acknowledged':
      c.acknowledged(e.octets, e.flight, e.limited, milliseconds(e.rtt_ms), now);
      break;
    case 'congestion':
      c.congestion(e.flight, e.ecn, now);
      break;
    case 'recovered':
      c.recovered();
      break;
    case 'timeout':
      c.timeout(e.flight, e.first, now);
      break;
    case 'undo':
      c.undo();
      break;
    case 'idle':
      c.idle(now);
      break;
    case 'setSmss':
      c.setSmss(e.smss);
      break;
  }
}

/** May cwnd become larger by this? */
const mayGrow = (e: Event): boolean =>
  e.kind === 'acknowledged' ? e.limited : ['recovered', 'undo', 'setSmss'].includes(e.kind);

function checkBounds(c: Controlled, e: Event, before: number, smss: number): void {
  expect(Number.isInteger(c.cwnd) && Number.isInteger(c.ssthresh)).toBe(true);
  expect(c.cwnd).toBeGreaterThanOrEqual(smss);
  expect(c.cwnd).toBeLessThanOrEqual(CWND_MAX);
  if (e.kind === 'congestion') expect(c.ssthresh).toBeGreaterThanOrEqual(2 * smss);
  if (!mayGrow(e)) expect(c.cwnd).toBeLessThanOrEqual(before);
  if (e.kind === 'acknowledged') expect(c.cwnd).toBeGreaterThanOrEqual(before);
}

const BLOWS: Record<string, (c: Controlled) => void> = {
  loss(c) {
    c.congestion(c.cwnd, false, START);
    c.cwnd = 2 * SMSS; // PRR
  },
  mark: (c) => c.congestion(c.cwnd, true, START),
  timeout: (c) => c.timeout(c.cwnd, true, START),
  timeouts(c) {
    c.timeout(c.cwnd, true, START);
    c.timeout(SMSS, false, START);
  },
};

function warmUp(c: Controlled, acknowledgements: number[], lossBefore: boolean): void {
  if (lossBefore) {
    c.congestion(c.cwnd, false, START);
    c.recovered();
  }
  for (const n of acknowledgements) c.acknowledged(n, c.cwnd, true, 0, START);
}

describe.each(['reno', 'cubic'] as const)('%s, as any congestion control', (name) => {
  const fresh = () => new Controlled(congestionControl(name, DEFAULTS), SMSS, 10 * SMSS);

  it('is what its name says, and begins with the initial window and no threshold', () => {
    const c = fresh();
    expect([c.name, c.cwnd, c.ssthresh]).toEqual([name, 10 * SMSS, SSTHRESH_INITIAL]);
    expect(new Controlled(congestionControl(name, DEFAULTS), SMSS, 1).cwnd).toBe(SMSS);
  });

  it('keeps cwnd and ssthresh whole and in their bounds, and grows only where it may', () => {
    const events = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 2000 })), { maxLength: 60 });
    fc.assert(
      fc.property(events, (steps) => {
        const c = fresh();
        let now = 0;
        let smss = SMSS;
        for (const [e, wait_ms] of steps) {
          now += milliseconds(wait_ms);
          const before = c.cwnd;
          apply(c, e, now as Instant);
          if (e.kind === 'setSmss') smss = e.smss;
          checkBounds(c, e, before, smss);
        }
      }),
    );
  });

  it('undoes the last congestion or run of timeouts, and goes on as if it had not been', () => {
    const warm = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 30 });
    const blow = fc.constantFrom(...Object.values(BLOWS));
    fc.assert(
      fc.property(warm, blow, fc.boolean(), (acknowledgements, strike, lossBefore) => {
        const c = fresh();
        const twin = fresh();
        warmUp(c, acknowledgements, lossBefore);
        warmUp(twin, acknowledgements, lossBefore);
        strike(c);
        expect(c.ssthresh).toBeLessThanOrEqual(twin.cwnd);
        expect(c.cwnd).toBeLessThan(twin.cwnd);
        c.undo();
        expect([c.cwnd, c.ssthresh]).toEqual([twin.cwnd, twin.ssthresh]);
        for (const one of [c, twin]) one.acknowledged(20 * SMSS, SMSS, true, 0, START);
        expect(c.cwnd).toBe(twin.cwnd);
      }),
    );
  });

  it('has nothing to undo twice, nor before anything happened, nor after a pause', () => {
    const c = fresh();
    c.undo();
    expect([c.cwnd, c.ssthresh]).toEqual([10 * SMSS, SSTHRESH_INITIAL]);
    c.timeout(10 * SMSS, true, START);
    c.undo();
    c.timeout(10 * SMSS, false, START);
    c.undo();
    expect(c.cwnd).toBe(SMSS);
    c.cwnd = 8 * SMSS;
    c.timeout(10 * SMSS, true, START);
    c.idle(START);
    c.undo();
    expect(c.cwnd).toBe(SMSS);
  });

  it('undoes a loss before PRR has lowered cwnd', () => {
    const c = fresh();
    c.congestion(10 * SMSS, false, START);
    c.undo();
    expect([c.cwnd, c.ssthresh]).toEqual([10 * SMSS, SSTHRESH_INITIAL]);
  });

  it('keeps what it has when cwnd is above what was before by the time of undo', () => {
    const c = fresh();
    c.congestion(10 * SMSS, false, START);
    c.cwnd = 20 * SMSS;
    c.undo();
    expect(c.cwnd).toBe(20 * SMSS);
    expect(c.ssthresh).toBeLessThan(10 * SMSS);
  });

  it('takes the flight of the first timeout of a run alone (RFC 5681 §3.1)', () => {
    const c = fresh();
    c.timeout(10 * SMSS, true, START);
    const { ssthresh } = c;
    c.timeout(SMSS, false, START);
    expect([c.cwnd, c.ssthresh]).toEqual([SMSS, ssthresh]);
  });

  it('counts one segment at most for an acknowledgement after a timeout (RFC 3465 §2.3)', () => {
    const c = fresh();
    c.timeout(40 * SMSS, true, START);
    c.acknowledged(8 * SMSS, 0, true, 0, START);
    expect(c.cwnd).toBe(2 * SMSS);
  });

  it('begins again from the restart window after a pause, and soon has three quarters back', () => {
    const c = fresh();
    c.congestion(80 * SMSS, false, START);
    c.cwnd = 40 * SMSS;
    c.idle(START);
    expect(c.cwnd).toBe(10 * SMSS);
    expect(c.ssthresh).toBeGreaterThanOrEqual(30 * SMSS);
    c.cwnd = 3 * SMSS;
    c.idle(START);
    expect(c.cwnd).toBe(3 * SMSS);
  });

  it('comes down to one segment when every round is marked (RFC 3168 §6.1.2, RFC 9438 §4.6)', () => {
    const c = fresh();
    for (let i = 0; i < 20; i++) c.congestion(c.cwnd, true, START);
    expect([c.cwnd, c.ssthresh]).toEqual([SMSS, 2 * SMSS]);
  });

  it('makes room for one segment when segments become larger than the window', () => {
    const c = new Controlled(congestionControl(name, DEFAULTS), SMSS, SMSS);
    c.congestion(SMSS, false, START);
    c.setSmss(1500);
    expect([c.cwnd, c.ssthresh]).toEqual([1500, 3000]);
  });
});
