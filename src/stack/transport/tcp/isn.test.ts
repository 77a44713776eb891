import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { type Instant, START, seconds } from '../../../base/time.ts';
import { IsnGenerator } from './isn.ts';

const ADDRESSES = Int32Array.of(0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, 0x0a000002);
const at = (t: number) => t as Instant;

describe('initial sequence numbers (RFC 6528)', () => {
  it('go on by one every 4 µs for one pair of sockets, over the wrap too (MUST-8)', () => {
    const isn = new IsnGenerator(seededRng(1));
    const first = isn.next(ADDRESSES, 1000, 80, START);
    expect(isn.next(ADDRESSES, 1000, 80, at(3))).toBe(first);
    expect(isn.next(ADDRESSES, 1000, 80, at(4))).toBe((first + 1) >>> 0);
    expect(isn.next(ADDRESSES, 1000, 80, at(4 * 2 ** 32))).toBe(first);
    expect(isn.next(ADDRESSES, 1000, 80, at(4 * 2 ** 32 + 8))).toBe((first + 2) >>> 0);
  });

  it('go once around in about 4.77 hours', () => {
    const isn = new IsnGenerator(seededRng(1));
    const first = isn.next(ADDRESSES, 1000, 80, START);
    const later = isn.next(ADDRESSES, 1000, 80, seconds(4.77 * 3600) as number as Instant);
    expect(((later - first) >>> 0) / 2 ** 32).toBeGreaterThan(0.99);
  });

  it('have nothing to do with each other for other addresses, ports or secrets (SHLD-1, MUST-9)', () => {
    const isn = new IsnGenerator(seededRng(1));
    const seen = new Set<number>();
    seen.add(isn.next(ADDRESSES, 1000, 80, START));
    seen.add(isn.next(ADDRESSES, 80, 1000, START));
    seen.add(isn.next(ADDRESSES, 1001, 80, START));
    seen.add(isn.next(ADDRESSES, 1000, 81, START));
    for (let i = 0; i < 8; i++) {
      seen.add(isn.next(ADDRESSES.with(i, 12345), 1000, 80, START));
    }
    seen.add(new IsnGenerator(seededRng(2)).next(ADDRESSES, 1000, 80, START));
    expect(seen.size).toBe(13);
  });

  it('are sequence numbers', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const port = fc.integer({ min: 0, max: 0xffff });
    const isn = new IsnGenerator(seededRng(3));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 8, maxLength: 8 }),
        port,
        port,
        fc.nat(),
        (a, l, r, t) => {
          const n = isn.next(Int32Array.from(a), l, r, at(t * 1e6));
          expect(n).toBe(n >>> 0);
        },
      ),
    );
  });
});
