import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, START, seconds } from '../../../base/time.ts';
import { PathMtuCache } from './cache.ts';

const FAR = '2001:db8::1';
const at = (time: number) => after(START, seconds(time));
const told = (mtu: number, length = 1500, least = 68) => {
  const cache = new PathMtuCache<string>(least);
  const lower = cache.handleTooBig(FAR, mtu, length, 1500, START);
  return { lower, mtu: cache.lookup(FAR, 1500, START), size: cache.size };
};

describe('path MTU (RFC 1191, RFC 8201)', () => {
  it('is that of the first hop until a router says otherwise', () => {
    expect(new PathMtuCache<string>(68).lookup(FAR, 1500, START)).toBe(1500);
  });

  it.each<[string, ReturnType<typeof told>, ReturnType<typeof told>]>([
    ['takes what the router names', told(1400), { lower: true, mtu: 1400, size: 1 }],
    ['is never moved up', told(9000), { lower: false, mtu: 1500, size: 0 }],
    ['is not moved by the same', told(1500), { lower: false, mtu: 1500, size: 0 }],
    ['goes as low as it may', told(1280, 1500, 1280), { lower: true, mtu: 1280, size: 1 }],
    ['hears no router below that', told(1279, 1500, 1280), { lower: false, mtu: 1500, size: 0 }],
    ['goes no lower for an old router', told(0, 1400, 1280), { lower: true, mtu: 1280, size: 1 }],
    // RFC 1191 §7, Table 7-1.
    ['of an old router takes the next plateau', told(0), { lower: true, mtu: 1492, size: 1 }],
    ['of an old router below 1492, 1006', told(0, 1492), { lower: true, mtu: 1006, size: 1 }],
    ['of an old router below the last, the least', told(0, 60), { lower: true, mtu: 68, size: 1 }],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toEqual(expected);
  });

  it('goes further down, not up again, and is forgotten ten minutes after', () => {
    const cache = new PathMtuCache<string>(68);
    cache.handleTooBig(FAR, 1400, 1500, 1500, START);
    expect(cache.handleTooBig(FAR, 1450, 1500, 1500, at(1))).toBe(false);
    expect(cache.handleTooBig(FAR, 1300, 1400, 1500, at(2))).toBe(true);
    expect(cache.pollTimeout()).toBe(at(602));
    expect(cache.lookup(FAR, 1500, at(601))).toBe(1300);
    expect(cache.lookup(FAR, 1500, at(602))).toBe(1500);
    cache.handleTimeout(at(602));
    expect(cache.size).toBe(0);
    expect(cache.pollTimeout()).toBeUndefined();
  });

  it('is no more than a first hop that became smaller', () => {
    const cache = new PathMtuCache<number>(68);
    cache.handleTooBig(1, 1400, 1500, 1500, START);
    expect(cache.lookup(1, 1280, START)).toBe(1280);
  });

  it('keeps to its bound when forged messages come, the latest being kept', () => {
    const cache = new PathMtuCache<number>(68);
    for (let i = 0; i < 5000; i++) cache.handleTooBig(i, 1000, 1500, 1500, START);
    expect(cache.size).toBe(1024);
    expect(cache.lookup(4999, 1500, START)).toBe(1000);
    expect(cache.lookup(0, 1500, START)).toBe(1500);
  });

  it('lies between the least and the first hop, whatever is told', () => {
    const message = fc.record({ mtu: fc.nat(70_000), length: fc.nat(70_000), time: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
        const cache = new PathMtuCache<string>(552);
        let now = 0;
        for (const { mtu, length, time } of messages) {
          now += time;
          const before = cache.lookup(FAR, 1500, at(now));
          const lower = cache.handleTooBig(FAR, mtu, length, 1500, at(now));
          const estimate = cache.lookup(FAR, 1500, at(now));
          expect(estimate < before).toBe(lower);
          expect(estimate).toBeGreaterThanOrEqual(552);
        }
      }),
    );
  });
});
