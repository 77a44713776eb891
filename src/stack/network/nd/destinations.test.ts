import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { format, type Ipv6Address, parse } from '../ipv6/address.ts';
import { Destinations } from './destinations.ts';
import type { Redirect, RouterAdvertisement } from './message.ts';

const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const at = (s: number): Instant => after(START, seconds(s));
const FAR = '2001:db8:ffff::1';

const advertisement = (lifetime_s = 1800): RouterAdvertisement => ({
  kind: 'router advertisement',
  currentHopLimit: 0,
  managed: false,
  otherConfiguration: false,
  preference: 'medium',
  lifetime_s,
  reachableTime_ms: 0,
  retransTimer_ms: 0,
  options: [
    {
      kind: 'prefix information',
      prefix: { address: ip('2001:db8::'), length: 64 },
      onLink: true,
      autonomous: true,
      valid_s: 100,
      preferred_s: 100,
    },
  ],
});

class Bench {
  readonly reachable = new Set(['fe80::1', 'fe80::2']);
  readonly destinations = new Destinations((neighbour) => this.reachable.has(format(neighbour)));

  hear(router: string, lifetime_s = 1800, now = START): this {
    this.destinations.handleAdvertisement(advertisement(lifetime_s), ip(router), now);
    return this;
  }

  redirect(from: string, target: string, destination = FAR): boolean {
    const message: Redirect = {
      kind: 'redirect',
      target: ip(target),
      destination: ip(destination),
      options: [],
    };
    return this.destinations.handleRedirect(message, ip(from), START);
  }

  next(destination = FAR, now = START): string | undefined {
    const hop = this.destinations.nextHop(ip(destination), now);
    return hop && format(hop);
  }
}

describe('next-hop determination (RFC 4861 §5.2)', () => {
  it('knows no way but to the link itself before an advertisement', () => {
    const bench = new Bench();
    expect(bench.next()).toBeUndefined();
    expect(bench.next('fe80::7')).toBe('fe80::7');
    expect(bench.destinations.hasRouter).toBe(false);
  });

  it('sends to the neighbour what is on the link, and to the router what is not', () => {
    const bench = new Bench().hear('fe80::1');
    expect([bench.next('2001:db8::7'), bench.next()]).toEqual(['2001:db8::7', 'fe80::1']);
    expect(bench.next('2001:db8::7', at(100))).toBe('fe80::1');
  });

  it('follows a redirect of its first hop, to a router or to the destination itself', () => {
    const bench = new Bench().hear('fe80::1');
    expect(bench.redirect('fe80::1', 'fe80::2')).toBe(true);
    expect([bench.next(), bench.next('2001:db8:ffff::2')]).toEqual(['fe80::2', 'fe80::1']);
    expect(bench.redirect('fe80::2', FAR)).toBe(true);
    expect(bench.next()).toBe(FAR);
  });

  it.each<[string, string, string]>([
    ['another router than the first hop', 'fe80::2', FAR],
    ['nobody that is a router', 'fe80::bad', FAR],
    ['a router about what is on the link', 'fe80::1', '2001:db8::7'],
  ])('follows no redirect from %s', (_name, from, destination) => {
    const bench = new Bench().hear('fe80::1').hear('fe80::2');
    const before = bench.next(destination);
    expect(bench.redirect(from, 'fe80::bad', destination)).toBe(false);
    expect(bench.next(destination)).toBe(before);
  });

  it('after a redirect believes the new first hop, and the old one no more', () => {
    const bench = new Bench().hear('fe80::1');
    bench.redirect('fe80::1', 'fe80::2');
    expect(bench.redirect('fe80::1', 'fe80::3')).toBe(false);
    expect(bench.redirect('fe80::2', 'fe80::3')).toBe(true);
  });

  it('finds another way when the neighbour of a redirect is lost', () => {
    const bench = new Bench().hear('fe80::1');
    bench.redirect('fe80::1', 'fe80::2');
    bench.destinations.handleLost(ip('fe80::2'));
    expect(bench.next()).toBe('fe80::1');
  });

  it.each<[string, (bench: Bench) => void]>([
    ['says to be none', (bench) => bench.destinations.handleNoRouter(ip('fe80::2'))],
    ['takes itself off the list', (bench) => bench.hear('fe80::2', 0)],
    ['falls silent', (bench) => bench.destinations.handleTimeout(at(60))],
  ])('finds another way, and tells, when a router %s', (_name, go) => {
    const bench = new Bench().hear('fe80::1').hear('fe80::2', 60);
    bench.redirect('fe80::1', 'fe80::2');
    bench.redirect('fe80::1', '2001:db8:ffff::2', '2001:db8:ffff::2');
    for (let i = 0; i < 2; i++) bench.destinations.pollEvent();
    go(bench);
    expect(bench.next()).toBe('fe80::1');
    expect(bench.next('2001:db8:ffff::2')).toBe('2001:db8:ffff::2');
    expect(bench.destinations.pollEvent()).toEqual({ kind: 'removed', router: ip('fe80::2') });
    expect(bench.destinations.pollEvent()).toBeUndefined();
  });

  it('gives another router the packets when the first is lost', () => {
    const bench = new Bench().hear('fe80::1').hear('fe80::2');
    expect(bench.next()).toBe('fe80::1');
    bench.reachable.delete('fe80::1');
    expect(bench.next()).toBe('fe80::2');
  });

  it('remembers 256 redirects, the latest', () => {
    const bench = new Bench().hear('fe80::1');
    const numbered = (i: number) => `2001:db8:ffff::${i.toString(16)}`;
    for (let i = 1; i <= 1000; i++) bench.redirect('fe80::1', 'fe80::2', numbered(i));
    const followed = Array.from({ length: 1000 }, (_, i) => bench.next(numbered(i + 1)));
    expect(followed.filter((hop) => hop === 'fe80::2').length).toBe(256);
    expect(followed.at(-1)).toBe('fe80::2');
  });

  it('takes a prefix by hand', () => {
    const bench = new Bench().hear('fe80::1');
    bench.destinations.addPrefix({ address: ip('2001:db8:ffff::'), length: 48 });
    expect(bench.next()).toBe(FAR);
    bench.destinations.removePrefix({ address: ip('2001:db8:ffff::'), length: 48 });
    expect(bench.next()).toBe('fe80::1');
  });

  it('wakes for the first lifetime that ends', () => {
    const bench = new Bench();
    expect(bench.destinations.pollTimeout()).toBeUndefined();
    expect(bench.hear('fe80::1').destinations.pollTimeout()).toBe(at(100));
    bench.destinations.handleTimeout(at(100));
    expect(bench.destinations.pollTimeout()).toBe(at(1800));
  });
});
