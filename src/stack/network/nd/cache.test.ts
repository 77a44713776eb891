import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { type Ipv6Address, parse } from '../ipv6/address.ts';
import { NeighbourCache } from './cache.ts';

const LIMITS = { entries: 8, incomplete: 3 };
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 2);
const ip = (i: number): Ipv6Address => parse(`2001:db8::${i.toString(16)}`) ?? new Uint8Array();
const at = (s: number): Instant => after(START, seconds(s));

class Bench {
  readonly dropped: string[] = [];
  readonly cache = new NeighbourCache<string>(LIMITS, (datagram) => this.dropped.push(datagram));

  complete(i: number, used = true) {
    return this.cache.addComplete(ip(i), MAC, used, START);
  }

  incomplete(i: number) {
    return this.cache.addIncomplete(ip(i), `to ${i}`, at(i));
  }

  /** Which of 1 … `last` are complete. */
  known(last: number): number[] {
    const all = Array.from({ length: last }, (_, i) => i + 1);
    return all.filter((i) => this.cache.complete(ip(i)) !== undefined);
  }
}

describe('neighbour cache', () => {
  it('lets those go first that only others made, oldest first', () => {
    const bench = new Bench();
    for (let i = 1; i <= 8; i++) bench.complete(i, i !== 3 && i !== 5);
    bench.complete(9);
    expect(bench.known(9)).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
    bench.complete(10);
    expect(bench.known(10)).toEqual([1, 2, 4, 6, 7, 8, 9, 10]);
  });

  it('then the one that became reachable longest ago, and routers last', () => {
    const bench = new Bench();
    const [first, second] = [bench.complete(1), bench.complete(2)];
    for (let i = 3; i <= 8; i++) bench.complete(i);
    first.router = true;
    bench.cache.renew(second);
    bench.complete(9);
    expect(bench.known(9)).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
    for (let i = 10; i <= 15; i++) bench.complete(i).router = true;
    bench.complete(16).router = true;
    expect(bench.known(16)).toEqual([1, 10, 11, 12, 13, 14, 15, 16]);
    bench.complete(17);
    expect(bench.known(17)).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it('makes those who ask in vain push out each other, with what waits for them', () => {
    const bench = new Bench();
    bench.complete(1);
    for (let i = 2; i <= 6; i++) bench.incomplete(i);
    expect(bench.dropped).toEqual(['to 2', 'to 3']);
    expect([bench.cache.size, bench.known(1)]).toEqual([4, [1]]);
    expect([...bench.cache.waiting].map(({ due }) => due)).toEqual([at(4), at(5), at(6)]);
  });

  it('pushes out a question when nothing else is left', () => {
    const cache = new NeighbourCache<string>({ entries: 2, incomplete: 2 }, () => undefined);
    cache.addIncomplete(ip(1), 'a', START);
    cache.addIncomplete(ip(2), 'b', START);
    cache.addComplete(ip(3), MAC, true, START);
    expect([cache.size, cache.incomplete(ip(1))]).toEqual([2, undefined]);
  });

  it('waits for those with a deadline alone', () => {
    const bench = new Bench();
    const entry = bench.complete(1);
    bench.cache.setDue(entry, at(7));
    expect([...bench.cache.waiting]).toEqual([entry]);
    expect(entry.due).toBe(at(7));
    bench.cache.setDue(entry, undefined);
    expect([...bench.cache.waiting]).toEqual([]);
    bench.cache.setDue(entry, at(8));
    bench.cache.forget(entry);
    expect([[...bench.cache.waiting], bench.cache.size]).toEqual([[], 0]);
  });
});
