import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { type Instant, START, seconds } from '../../../base/time.ts';
import { COOKIE_LENGTH, FastOpenCache, FastOpenCookies } from './fast-open.ts';

const ADDRESSES = Int32Array.of(0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, 0x0a000002);
const OTHER = ADDRESSES.with(7, 0x0a000003);
const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const at = (t_s: number) => seconds(t_s) as number as Instant;

describe('Fast Open cookies of a server (RFC 7413 §4.1.2)', () => {
  const server = () => new FastOpenCookies(seededRng(1));

  it.each<[string, number, string]>([
    ['good in the hour', 3599, 'good'],
    ['good in the next, but to be renewed', 3600, 'renew'],
    ['good to its end', 7199, 'renew'],
    ['bad after it', 7200, 'bad'],
    ['bad after a long pause', 100_000, 'bad'],
  ])('are %s', (_name, t_s, verdict) => {
    const s = server();
    expect(s.check(ADDRESSES, s.cookie(ADDRESSES, START), at(t_s))).toBe(verdict);
  });

  it('are for one pair of addresses, and of one server', () => {
    const s = server();
    const cookie = s.cookie(ADDRESSES, START);
    expect(cookie.length).toBe(COOKIE_LENGTH);
    expect(s.cookie(ADDRESSES, START)).toEqual(cookie);
    expect(s.check(OTHER, cookie, START)).toBe('bad');
    expect(s.check(ADDRESSES.with(3, 9), cookie, START)).toBe('bad');
    expect(new FastOpenCookies(seededRng(2)).check(ADDRESSES, cookie, START)).toBe('bad');
  });

  it('are not any other octets', () => {
    const s = server();
    const cookie = s.cookie(ADDRESSES, START);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 16 }), (octets) => {
        expect(s.check(ADDRESSES, octets, START)).toBe('bad');
      }),
    );
    expect(s.check(ADDRESSES, cookie.subarray(0, 7), START)).toBe('bad');
    for (let bit = 0; bit < 64; bit++) {
      const changed = cookie.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(s.check(ADDRESSES, changed, START)).toBe('bad');
    }
  });
});

describe('what a client remembers of servers (RFC 7413 §4.1.3)', () => {
  it('asks for a cookie, then has it for every port', () => {
    const cache = new FastOpenCache();
    expect(cache.lookup(ADDRESSES, 80, START)).toEqual({ cookie: new Uint8Array(0), mss: 0 });
    const received = COOKIE.slice();
    cache.learn(ADDRESSES, received, 1400);
    received.fill(0);
    expect(cache.lookup(ADDRESSES, 80, START)).toEqual({ cookie: COOKIE, mss: 1400 });
    expect(cache.lookup(ADDRESSES, 443, START)).toEqual({ cookie: COOKIE, mss: 1400 });
    expect(cache.lookup(OTHER, 80, START)?.cookie.length).toBe(0);
  });

  it('leaves a port alone for an hour where it did no good, and asks anew then (§4.1.3.1)', () => {
    const cache = new FastOpenCache();
    cache.learn(ADDRESSES, COOKIE, 1400);
    cache.avoid(ADDRESSES, 80, START);
    expect(cache.lookup(ADDRESSES, 80, at(3599))).toBeUndefined();
    expect(cache.lookup(ADDRESSES, 443, at(3599))?.cookie.length).toBe(0);
    expect(cache.lookup(ADDRESSES, 80, at(3600))?.cookie.length).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('forgets the server that was used longest ago when it has too many', () => {
    const cache = new FastOpenCache({ entries: 2, avoid: seconds(60) });
    const servers = [1, 2, 3].map((n) => ADDRESSES.with(7, n));
    const [a, b, c] = servers as [Int32Array, Int32Array, Int32Array];
    cache.learn(a, COOKIE, 1);
    cache.learn(b, COOKIE, 2);
    cache.lookup(a, 80, START);
    cache.learn(c, COOKIE, 3);
    expect(servers.map((s) => cache.lookup(s, 80, START)?.mss)).toEqual([1, 0, 3]);
  });

  it('is bounded, whatever happens', () => {
    const cache = new FastOpenCache({ entries: 3, avoid: seconds(60) });
    for (let i = 0; i < 100; i++) {
      cache.learn(ADDRESSES.with(7, i), COOKIE, 1400);
      cache.avoid(ADDRESSES.with(6, i), i, START);
    }
    expect(cache.size).toBe(6);
  });
});
