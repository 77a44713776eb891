import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rng, seededRng } from '../../../base/random.ts';
import {
  after,
  type Instant,
  microseconds,
  milliseconds,
  START,
  seconds,
} from '../../../base/time.ts';
import { RateLimit } from './rate-limit.ts';

const plain: Rng = { next: () => 0 };

const takeAll = (limit: RateLimit, now: Instant, tries: number): number =>
  Array.from({ length: tries }, () => limit.take(now)).filter(Boolean).length;

describe('rate limit of ICMP errors', () => {
  it('lets a burst through, then one each time a token has come', () => {
    const limit = new RateLimit(10, 6, plain, START);
    expect(takeAll(limit, START, 100)).toBe(6);
    expect(takeAll(limit, after(START, milliseconds(99)), 5)).toBe(0);
    expect(takeAll(limit, after(START, milliseconds(100)), 5)).toBe(1);
    expect(takeAll(limit, after(START, milliseconds(300)), 5)).toBe(2);
    expect(takeAll(limit, after(START, seconds(60)), 100)).toBe(6);
  });

  it('lets at most the burst and the rate through, and no less than seven eighths of that', () => {
    const tries = fc.array(fc.nat(50_000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(tries, fc.integer(), (pauses, seed) => {
        const limit = new RateLimit(100, 16, seededRng(seed), START);
        let now = START;
        let passed = 0;
        let refused = 0;
        for (const pause of pauses) {
          now = after(now, microseconds(pause));
          if (limit.take(now)) passed += 1;
          else refused += 1;
        }
        const earned = Math.floor(now / 10_000);
        expect(passed).toBeLessThanOrEqual(16 + earned);
        if (pauses.length <= 14) expect(refused).toBe(0);
      }),
    );
  });

  it('has bursts of another length each time that it has filled', () => {
    const limit = new RateLimit(1000, 80, seededRng(1), START);
    const bursts = Array.from({ length: 50 }, (_, i) =>
      takeAll(limit, after(START, seconds(i)), 200),
    );
    expect(Math.min(...bursts)).toBeGreaterThanOrEqual(70);
    expect(Math.max(...bursts)).toBeLessThanOrEqual(80);
    expect(new Set(bursts).size).toBeGreaterThan(5);
  });

  it('is not moved by a clock that stands still or goes back', () => {
    const limit = new RateLimit(1, 1, plain, after(START, seconds(9)));
    expect(limit.take(START)).toBe(true);
    expect(limit.take(START)).toBe(false);
    expect(limit.take(after(START, seconds(9)))).toBe(false);
  });
});
