import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { type Instant, START, seconds } from '../../../base/time.ts';
import { type CookieOptions, SynCookies } from './syn-cookie.ts';

const ADDRESSES = Int32Array.of(0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, 0x0a000002);
const IRS = 0xdeadbeef;
const USUAL: CookieOptions = {
  maximumSegmentSize: 1460,
  windowScale: 7,
  sackPermitted: true,
  ecn: false,
};
const at = (t_s: number) => seconds(t_s) as number as Instant;

const cookies = () => new SynCookies(seededRng(1));
const encode = (c: SynCookies, options = USUAL, now: Instant = START) =>
  c.encode(ADDRESSES, 80, 40_000, IRS, options, now);
const decode = (c: SynCookies, cookie: number, now: Instant = START) =>
  c.decode(ADDRESSES, 80, 40_000, IRS, cookie, now);

describe('SYN cookies (RFC 4987 §3.6)', () => {
  it.each<[string, Partial<CookieOptions>, Partial<CookieOptions>]>([
    ['a usual segment size', { maximumSegmentSize: 1460 }, { maximumSegmentSize: 1440 }],
    ['a segment size of the table', { maximumSegmentSize: 1360 }, { maximumSegmentSize: 1360 }],
    ['one between', { maximumSegmentSize: 1359 }, { maximumSegmentSize: 536 }],
    ['a large one', { maximumSegmentSize: 8960 }, { maximumSegmentSize: 1440 }],
    ['one too small to be true', { maximumSegmentSize: 1 }, { maximumSegmentSize: 88 }],
    ['no window scale', { windowScale: -1 }, { windowScale: -1 }],
    ['a window scale of zero', { windowScale: 0 }, { windowScale: 0 }],
    ['one between', { windowScale: 5 }, { windowScale: 4 }],
    ['a large one', { windowScale: 14 }, { windowScale: 10 }],
    ['no SACK', { sackPermitted: false }, { sackPermitted: false }],
    ['ECN', { ecn: true }, { ecn: true }],
  ])('bring back %s, or less', (_name, offered, expected) => {
    const c = cookies();
    const before = { ...USUAL, ...offered };
    const options = decode(c, encode(c, before));
    expect(options).toEqual({ ...before, maximumSegmentSize: 1440, ...expected });
  });

  it.each<[string, number, number, boolean]>([
    ['at once', 0, 0, true],
    ['until the secret changes', 0, 31.9, true],
    ['while it is the one before', 0, 63.9, true],
    ['no longer', 0, 64, false],
    ['made at the end of a period, 32 s', 31.9, 63.9, true],
    ['but not until the period after is over', 31.9, 64, false],
    ['not when the parity comes around again', 0, 128, false],
    ['nor after a pause', 0, 1000, false],
  ])('are good %s', (_name, made_s, used_s, good) => {
    const c = cookies();
    const cookie = encode(c, USUAL, at(made_s));
    expect(decode(c, cookie, at(used_s)) !== undefined).toBe(good);
  });

  it('are good after a pause in which nothing was sent', () => {
    const c = cookies();
    encode(c);
    const cookie = encode(c, USUAL, at(1000));
    expect(decode(c, cookie, at(1030))).toBeDefined();
  });

  it('are of no use to anybody else', () => {
    const c = cookies();
    const cookie = encode(c);
    for (let i = 0; i < 8; i++) {
      expect(c.decode(ADDRESSES.with(i, 7), 80, 40_000, IRS, cookie, START)).toBeUndefined();
    }
    expect(c.decode(ADDRESSES, 81, 40_000, IRS, cookie, START)).toBeUndefined();
    expect(c.decode(ADDRESSES, 80, 40_001, IRS, cookie, START)).toBeUndefined();
    expect(c.decode(ADDRESSES, 80, 40_000, IRS + 1, cookie, START)).toBeUndefined();
    expect(decode(new SynCookies(seededRng(2)), cookie)).toBeUndefined();
  });

  it('with any bit changed are none: the options cannot be tampered with', () => {
    const c = cookies();
    const cookie = encode(c);
    for (let bit = 0; bit < 32; bit++) {
      expect(decode(c, (cookie ^ (1 << bit)) >>> 0)).toBeUndefined();
    }
  });

  it('are hard to guess: of 100000 numbers none is one', () => {
    const c = cookies();
    const rng = seededRng(3);
    let good = 0;
    for (let i = 0; i < 100_000; i++) if (decode(c, rng.next()) !== undefined) good += 1;
    expect(good).toBe(0);
  });

  it('do not show the options in their last octet', () => {
    const c = cookies();
    const last = new Set<number>();
    for (let port = 0; port < 100; port++) {
      last.add(c.encode(ADDRESSES, 80, port, IRS, USUAL, START) & 0xff);
    }
    expect(last.size).toBeGreaterThan(50);
  });

  it('bring back at most what was offered, whatever it was', () => {
    const options = fc.record({
      maximumSegmentSize: fc.integer({ min: 88, max: 0xffff }),
      windowScale: fc.integer({ min: -1, max: 14 }),
      sackPermitted: fc.boolean(),
      ecn: fc.boolean(),
    });
    const c = cookies();
    let t = 0;
    fc.assert(
      fc.property(options, fc.nat(), fc.nat({ max: 31 }), (offered, irs, wait_s) => {
        const cookie = c.encode(ADDRESSES, 80, 40_000, irs, offered, at(t));
        t += wait_s;
        const found = c.decode(ADDRESSES, 80, 40_000, irs, cookie, at(t));
        expect(cookie).toBe(cookie >>> 0);
        expect(found).toMatchObject({ sackPermitted: offered.sackPermitted, ecn: offered.ecn });
        expect(found?.maximumSegmentSize).toBeLessThanOrEqual(offered.maximumSegmentSize);
        expect(found?.windowScale === -1).toBe(offered.windowScale === -1);
        expect(found?.windowScale).toBeLessThanOrEqual(offered.windowScale);
      }),
    );
  });
});
