import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../../test/simulation/settle.ts';
import { UsageError } from '../base/errors.ts';
import { type Instant, microseconds, NEVER } from '../base/time.ts';
import { Cable } from './cable.ts';
import type { ImpairmentSettings } from './fate.ts';
import { Impairments } from './impairments.ts';
import type { Delivery } from './medium.ts';

const at = (n: number): Instant => n as Instant;
/** A frame that tells which one it is. */
const numbered = (n: number): Uint8Array => {
  const frame = new Uint8Array(60);
  new DataView(frame.buffer).setUint32(0, n);
  return frame;
};
const numberOf = ({ frame }: Delivery): number => new DataView(frame.buffer).getUint32(0);

const SPACING = 100; // µs between frames, more than each takes on the wire.
const FIRST = 7; // µs: when a frame sent at 0 has arrived over an unimpaired cable.

/** Sends `frames` one after the other and gives what arrived. */
function run(settings: ImpairmentSettings, frames: number) {
  const medium = new Impairments(new Cable(), settings);
  medium.attach();
  medium.attach();
  const deliveries: Delivery[] = [];
  for (let n = 0; n < frames; n++) {
    medium.send(0, numbered(n), at(n * SPACING));
    deliveries.push(...settle(medium, at(n * SPACING + SPACING - 1)));
  }
  deliveries.push(...settle(medium, NEVER));
  return { medium, deliveries };
}

function differingBits(a: Uint8Array, b: Uint8Array): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < a.length * 8; bit++) {
    if ((((a[bit >> 3] ?? 0) ^ (b[bit >> 3] ?? 0)) >> (bit & 7)) & 1) bits.push(bit);
  }
  return bits;
}

const settings: fc.Arbitrary<ImpairmentSettings> = fc.record({
  seed: fc.nat(),
  loss: fc.double({ min: 0, max: 1, noNaN: true }),
  duplication: fc.double({ min: 0, max: 1, noNaN: true }),
  reordering: fc.record({
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    hold: fc.nat(1000).map(microseconds),
  }),
  delay: fc.nat(1000).map(microseconds),
  jitter: fc.nat(1000).map(microseconds),
  corruption: fc.record({
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    burst: fc.integer({ min: 1, max: 32 }),
    handUp: fc.boolean(),
  }),
});

describe('impairments', () => {
  it('change nothing when none is set', () => {
    const { deliveries } = run({ seed: 1 }, 50);
    expect(deliveries).toEqual(
      Array.from({ length: 50 }, (_, n) => ({
        port: 1,
        frame: numbered(n),
        at: n * SPACING + FIRST,
      })),
    );
  });

  it('are the same for the same seed, come in order of time, and account for every frame', () => {
    fc.assert(
      fc.property(settings, (s) => {
        const { medium, deliveries } = run(s, 40);
        expect(run(s, 40).deliveries).toEqual(deliveries);
        expect(deliveries.map((d) => d.at)).toEqual(
          deliveries.map((d) => d.at).toSorted((a, b) => a - b),
        );
        const { frames, lost, duplicated, corrupted } = medium.counters;
        const dropped = lost + (s.corruption?.handUp ? 0 : corrupted);
        expect(frames).toBe(40);
        expect(deliveries.length, medium.describe()).toBe(frames - dropped + duplicated);
      }),
      { numRuns: 50 },
    );
  });

  // Five standard deviations of the binomial distribution: missed once in two million seeds.
  const N = 5000;
  const near = (p: number): [number, number] => {
    const spread = 5 * Math.sqrt(N * p * (1 - p));
    return [N * p - spread, N * p + spread];
  };
  const P = 0.2;
  it.each<[keyof Impairments['counters'], ImpairmentSettings]>([
    ['lost', { seed: 1, loss: P }],
    ['duplicated', { seed: 2, duplication: P }],
    ['reordered', { seed: 3, reordering: { probability: P, hold: microseconds(150) } }],
    ['corrupted', { seed: 4, corruption: { probability: P } }],
  ])('have as many frames %s as their probability says', (what, set) => {
    const { medium, deliveries } = run(set, N);
    const [low, high] = near(P);
    const happened = medium.counters[what];
    expect(happened, medium.describe()).toBeGreaterThan(low);
    expect(happened, medium.describe()).toBeLessThan(high);
    const change = { lost: -happened, duplicated: happened, corrupted: -happened };
    expect(deliveries.length).toBe(N + (change[what as keyof typeof change] ?? 0));
  });

  it('lose the same frames whatever else is set', () => {
    const numbers = (s: ImpairmentSettings) => new Set(run(s, 300).deliveries.map(numberOf));
    const rest = {
      duplication: 0.3,
      reordering: { probability: 0.3, hold: microseconds(500) },
      jitter: microseconds(70),
    };
    expect(numbers({ seed: 5, loss: 0.3, ...rest })).toEqual(numbers({ seed: 5, loss: 0.3 }));
  });

  it('delay within delay and jitter, and keep the order', () => {
    const delay = 2000;
    const jitter = 1000;
    const { deliveries } = run(
      { seed: 6, delay: microseconds(delay), jitter: microseconds(jitter) },
      N,
    );
    expect(deliveries.map(numberOf)).toEqual(Array.from({ length: N }, (_, n) => n));
    const late = deliveries.map((d, n) => d.at - n * SPACING - FIRST - delay);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(jitter);
  });

  it('spread jitter evenly when frames are far apart', () => {
    const jitter = 90; // Below the spacing, so that order needs no waiting.
    const { deliveries } = run({ seed: 7, jitter: microseconds(jitter) }, N);
    const late = deliveries.map((d, n) => d.at - n * SPACING - FIRST);
    const mean = late.reduce((a, b) => a + b) / N;
    const deviation = Math.sqrt(((jitter + 1) ** 2 - 1) / 12 / N);
    expect(Math.abs(mean - jitter / 2)).toBeLessThan(5 * deviation);
  });

  it('hold a frame back so that those behind overtake it', () => {
    const hold = 250;
    const set = { seed: 8, reordering: { probability: 0.1, hold: microseconds(hold) } };
    const { deliveries, medium } = run(set, 200);
    const held = deliveries.filter((d) => d.at === numberOf(d) * SPACING + FIRST + hold);
    expect(held.length, medium.describe()).toBe(medium.counters.reordered);
    expect(held.length).toBeGreaterThan(0);
    expect(deliveries.length).toBe(200);
    const order = deliveries.map(numberOf);
    for (const d of held) {
      const n = numberOf(d);
      // The two frames behind went at 100 and 200 µs after it, and unless held too, came first.
      for (const behind of [n + 1, n + 2]) {
        const other = deliveries.find((o) => numberOf(o) === behind);
        if (other === undefined || held.includes(other)) continue;
        expect(order.indexOf(behind)).toBeLessThan(order.indexOf(n));
      }
    }
  });

  it('hand up frames with one burst of wrong bits in them, when told so', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 32 }), (seed, burst) => {
        const set = { seed, corruption: { probability: 1, burst, handUp: true } };
        const { deliveries, medium } = run(set, 5);
        expect(deliveries.length).toBe(5);
        for (const [n, d] of deliveries.entries()) {
          const wrong = differingBits(numbered(n), d.frame);
          expect(wrong.length, medium.describe()).toBeGreaterThan(0);
          expect((wrong.at(-1) ?? 0) - (wrong[0] ?? 0)).toBeLessThan(burst);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('deliver nothing to a receiver that was unplugged meanwhile', () => {
    const cable = new Cable();
    const medium = new Impairments(cable, { seed: 9, delay: microseconds(1000) });
    medium.attach();
    medium.attach();
    medium.send(0, numbered(0), at(0));
    expect(settle(medium, at(500))).toEqual([]);
    cable.unplug(1, at(500));
    expect(settle(medium, NEVER)).toEqual([]);
    expect(medium.counters).toMatchObject({ frames: 1, cut: 1 });
    expect([medium.linked(0), medium.linked(1)]).toEqual([false, false]);
  });

  it('say what they are in one line', () => {
    const describe = (s: ImpairmentSettings) => new Impairments(new Cable(), s).describe();
    expect(describe({ seed: 7 })).toBe('seed 7, no impairments');
    expect(
      describe({
        seed: 7,
        loss: 0.07,
        corruption: { probability: 0.5, burst: 8, handUp: true },
        delay: microseconds(10),
        jitter: microseconds(20),
        reordering: { probability: 0.001, hold: microseconds(300) },
        duplication: 1,
      }),
    ).toBe(
      'seed 7, loss 7 %, corruption 50 % (bursts of up to 8 bits, handed up), delay 10 µs, ' +
        'jitter up to 20 µs, reordering 0.1 % by 300 µs, duplication 100 %',
    );
  });

  it.each<[string, Partial<ImpairmentSettings>]>([
    ['loss', { loss: 1.1 }],
    ['loss', { loss: Number.NaN }],
    ['duplication', { duplication: -0.1 }],
    ['corruption burst', { corruption: { probability: 0, burst: 33 } }],
    ['jitter', { jitter: microseconds(-1) }],
  ])('refuse %s out of its range', (name, set) => {
    const make = () => new Impairments(new Cable(), { seed: 1, ...set });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(name);
  });
});
