import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { format, type Ipv6Address, parse } from '../ipv6/address.ts';
import type { Preference } from './message.ts';
import { RouterList } from './router-list.ts';

const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const at = (s: number): Instant => after(START, seconds(s));

class Bench {
  readonly reachable = new Set<string>();
  readonly list = new RouterList((router) => this.reachable.has(format(router)));

  hear(router: string, preference: Preference = 'medium', lifetime_s = 1800, now = START): this {
    this.list.handleAdvertisement(ip(router), lifetime_s, preference, now);
    return this;
  }

  choose(times = 1): (string | undefined)[] {
    return Array.from({ length: times }, () => {
      const router = this.list.choose();
      return router && format(router);
    });
  }

  events(): string[] {
    const all: string[] = [];
    for (let one = this.list.pollEvent(); one; one = this.list.pollEvent()) {
      all.push(`${one.kind} ${format(one.router)}`);
    }
    return all;
  }
}

describe('default router list (RFC 4861 §6.3.6, RFC 4191 §3.2)', () => {
  it('has no router before one is heard', () => {
    expect([new Bench().choose(), new Bench().list.current()]).toEqual([[undefined], undefined]);
  });

  it('stays with a reachable router while it is so', () => {
    const bench = new Bench().hear('fe80::1').hear('fe80::2');
    bench.reachable.add('fe80::2');
    expect(bench.choose(3)).toEqual(['fe80::2', 'fe80::2', 'fe80::2']);
    bench.reachable.add('fe80::1');
    expect(bench.choose()).toEqual(['fe80::1']);
  });

  it('takes turns while none is reachable, and says whose turn it was', () => {
    const bench = new Bench().hear('fe80::1').hear('fe80::2').hear('fe80::3', 'high');
    const tried = bench.choose(6);
    expect(tried.slice(0, 3).toSorted()).toEqual(['fe80::1', 'fe80::2', 'fe80::3']);
    expect(tried.slice(3)).toEqual(tried.slice(0, 3));
    const last = bench.list.current();
    expect(last && format(last)).toBe(tried[5]);
  });

  it('prefers a reachable router to a preferred one, and among the reachable the preferred', () => {
    const bench = new Bench().hear('fe80::1', 'low').hear('fe80::2', 'high').hear('fe80::3');
    bench.reachable.add('fe80::1');
    expect(bench.choose()).toEqual(['fe80::1']);
    bench.reachable.add('fe80::3');
    expect(bench.choose()).toEqual(['fe80::3']);
    bench.reachable.add('fe80::2');
    expect(bench.choose()).toEqual(['fe80::2']);
    bench.hear('fe80::2', 'low');
    expect(bench.choose()).toEqual(['fe80::3']);
  });

  it('forgets a router when its lifetime is over, or it says so', () => {
    const bench = new Bench().hear('fe80::1', 'medium', 10).hear('fe80::2', 'medium', 20);
    bench.hear('fe80::1', 'medium', 10, at(5));
    expect(bench.list.pollTimeout()).toBe(at(15));
    bench.list.handleTimeout(at(15));
    expect(bench.choose()).toEqual(['fe80::2']);
    bench.hear('fe80::2', 'medium', 0, at(16));
    bench.hear('fe80::9', 'medium', 0, at(16));
    expect(bench.list.size).toBe(0);
    expect(bench.events()).toEqual([
      'added fe80::1',
      'added fe80::2',
      'removed fe80::1',
      'removed fe80::2',
    ]);
  });

  it('keeps sixteen, and lets only a more preferred one push out another', () => {
    const bench = new Bench();
    for (let i = 1; i <= 100; i++) bench.hear(`fe80::${i.toString(16)}`);
    expect(bench.list.size).toBe(16);
    expect(bench.list.has(ip('fe80::11'))).toBe(false);
    bench.hear('fe80::ffff', 'high').hear('fe80::fffe', 'low');
    expect(bench.list.size).toBe(16);
    expect([bench.list.has(ip('fe80::ffff')), bench.list.has(ip('fe80::10'))]).toEqual([
      true,
      false,
    ]);
    expect(bench.events().slice(-2)).toEqual(['removed fe80::10', 'added fe80::ffff']);
  });
});
