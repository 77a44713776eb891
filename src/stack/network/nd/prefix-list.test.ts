import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import {
  contains,
  type Ipv6Address,
  type Ipv6Prefix,
  parse,
  parsePrefix,
} from '../ipv6/address.ts';
import { INFINITE_s, type PrefixInformation } from './options.ts';
import { PrefixList } from './prefix-list.ts';

const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const prefix = (text: string): Ipv6Prefix =>
  parsePrefix(text) ?? { address: ip('::'), length: 128 };
const option = (text: string, over: Partial<PrefixInformation> = {}): PrefixInformation => ({
  kind: 'prefix information',
  prefix: prefix(text),
  onLink: true,
  autonomous: false,
  valid_s: 100,
  preferred_s: 100,
  ...over,
});
const at = (s: number): Instant => after(START, seconds(s));
const HOST = ip('2001:db8::9');

describe('prefix list (RFC 4861 §6.3.4)', () => {
  it('has link-local addresses on the link, and no others until it is told', () => {
    const list = new PrefixList();
    expect(list.isOnLink(ip('fe80::9'), START)).toBe(true);
    expect(list.isOnLink(HOST, START)).toBe(false);
  });

  it('believes a prefix for its valid lifetime, which each advertisement sets anew', () => {
    const list = new PrefixList();
    list.handlePrefix(option('2001:db8::/64'), at(0));
    list.handlePrefix(option('2001:db8::/64', { valid_s: 50 }), at(80));
    expect(list.isOnLink(HOST, at(129))).toBe(true);
    expect(list.isOnLink(HOST, at(130))).toBe(false);
    expect(list.pollTimeout()).toBe(at(130));
    list.handleTimeout(at(130));
    expect([list.size, list.pollTimeout()]).toEqual([0, undefined]);
  });

  it('forgets one whose lifetime is zero, at once', () => {
    const list = new PrefixList();
    list.handlePrefix(option('2001:db8::/64', { valid_s: INFINITE_s }), START);
    expect([list.isOnLink(HOST, at(1e9)), list.pollTimeout()]).toEqual([true, undefined]);
    list.handlePrefix(option('2001:db8::/64', { valid_s: 0 }), START);
    expect(list.size).toBe(0);
  });

  it('ends one that was to last for ever when the next advertisement says so', () => {
    const list = new PrefixList();
    list.handlePrefix(option('2001:db8::/64', { valid_s: INFINITE_s }), START);
    list.handlePrefix(option('2001:db8::/64', { valid_s: 5 }), START);
    expect(list.isOnLink(HOST, at(5))).toBe(false);
  });

  it('takes prefixes for one that differ in the bits behind them', () => {
    const list = new PrefixList();
    list.handlePrefix(option('2001:db8::1/60'), START);
    list.handlePrefix(option('2001:db8:0:f::2/60'), START);
    expect(list.size).toBe(1);
    expect(list.isOnLink(ip('2001:db8:0:7::1'), START)).toBe(true);
  });

  it('heeds no advertisement of what was set by hand, nor of link-local prefixes, nor off the link', () => {
    const list = new PrefixList();
    list.add(prefix('2001:db8::/64'));
    list.handlePrefix(option('2001:db8::/64', { valid_s: 0 }), START);
    list.handlePrefix(option('2001:db8::/64', { valid_s: 5 }), START);
    list.handlePrefix(option('fe80::/10', { valid_s: 5 }), START);
    list.handlePrefix(option('2001:db8:1::/64', { onLink: false }), START);
    expect([list.size, list.isOnLink(HOST, at(1e9))]).toEqual([1, true]);
    list.remove(prefix('2001:db8::7/64'));
    expect(list.isOnLink(HOST, START)).toBe(false);
  });

  it('remembers 64 that were advertised, and what is set by hand beside them', () => {
    const list = new PrefixList();
    for (let i = 1; i <= 1000; i++) {
      list.handlePrefix(option(`2001:db8:${i.toString(16)}::/64`), START);
    }
    expect(list.size).toBe(64);
    list.add(prefix('2001:db8::/64'));
    expect(list.isOnLink(HOST, START)).toBe(true);
  });

  it('agrees with a plain list of what was told', () => {
    const octets = fc.uint8Array({ minLength: 16, maxLength: 16, max: 3 });
    const told = fc.record({ address: octets, length: fc.integer({ min: 0, max: 128 }) });
    fc.assert(
      fc.property(fc.array(told, { maxLength: 20 }), octets, (prefixes, address) => {
        const list = new PrefixList();
        for (const one of prefixes) list.handlePrefix({ ...option('::/0'), prefix: one }, START);
        const expected = prefixes.some((one) => contains(one, address));
        expect(list.isOnLink(address, START)).toBe(expected);
      }),
    );
  });
});
