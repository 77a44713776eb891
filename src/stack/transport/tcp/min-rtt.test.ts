import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Duration, type Instant, START, seconds } from '../../../base/time.ts';
import { minRtt, newMinRtt, sample } from './min-rtt.ts';

const WINDOW = seconds(10);
const at = (t_s: number) => seconds(t_s) as number as Instant;

function after(...samples: [t_s: number, rtt: number][]): number {
  const m = newMinRtt(START);
  for (const [t_s, rtt] of samples) sample(m, rtt as Duration, at(t_s), WINDOW);
  return minRtt(m);
}

describe('the least round-trip time of late', () => {
  it.each<[string, [number, number][], number]>([
    ['is 0 before there is one', [], 0],
    ['is the only one', [[1, 50]], 50],
    [
      'is the least',
      [
        [1, 50],
        [2, 30],
        [3, 40],
      ],
      30,
    ],
    [
      'is remembered for half a window',
      [
        [4.9, 30],
        [9.9, 40],
      ],
      30,
    ],
    [
      'is forgotten after a window',
      [
        [0, 30],
        [6, 50],
        [10.1, 40],
      ],
      40,
    ],
    [
      'is forgotten after a pause',
      [
        [1, 30],
        [100, 40],
      ],
      40,
    ],
    [
      'lets the route become longer',
      [
        [1, 30],
        [7, 60],
        [13, 70],
      ],
      60,
    ],
  ])('%s', (_name, samples, expected) => {
    expect(after(...samples)).toBe(expected);
  });

  it('is between that of the last window and that of its last half', () => {
    const samples = fc.array(
      fc.record({
        wait_ms: fc.integer({ min: 0, max: 4000 }),
        rtt: fc.integer({ min: 1, max: 1e6 }),
      }),
      { minLength: 1, maxLength: 100 },
    );
    fc.assert(
      fc.property(samples, (all) => {
        const m = newMinRtt(START);
        const seen: { at: number; rtt: number }[] = [];
        let now = 0;
        for (const { wait_ms, rtt } of all) {
          now += 1000 * wait_ms;
          seen.push({ at: now, rtt });
          sample(m, rtt as Duration, now as Instant, WINDOW);
          const least = (age: number) =>
            Math.min(...seen.filter((s) => now - s.at <= age).map((s) => s.rtt));
          expect(minRtt(m)).toBeGreaterThanOrEqual(least(WINDOW));
          expect(minRtt(m)).toBeLessThanOrEqual(least(WINDOW / 2 - 1));
        }
      }),
    );
  });
});
