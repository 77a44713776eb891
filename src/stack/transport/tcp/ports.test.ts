import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { EPHEMERAL, PortSelector } from './ports.ts';

const ADDRESSES = Int32Array.of(0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, 0x0a000002);
const OTHER = ADDRESSES.with(7, 0x0a000003);
const free = () => true;
const SMALL = { first: 50_000, last: 50_009 };

describe('ephemeral ports (RFC 6056 §3.3.4)', () => {
  it('come one after the other for one peer, around the range', () => {
    const ports = new PortSelector(seededRng(1), SMALL);
    const first = ports.select(ADDRESSES, 80, free) ?? 0;
    for (let i = 1; i <= 30; i++) {
      expect(ports.select(ADDRESSES, 80, free)).toBe(50_000 + ((first - 50_000 + i) % 10));
    }
  });

  it('begin elsewhere for another peer, another port of it, another host', () => {
    const begin = (seed: number, addresses: Int32Array, port: number) =>
      new PortSelector(seededRng(seed)).select(addresses, port, free);
    const begins = [begin(1, ADDRESSES, 80), begin(1, OTHER, 80), begin(1, ADDRESSES, 81)];
    expect(new Set([...begins, begin(2, ADDRESSES, 80)]).size).toBe(4);
  });

  it('do not show one peer how many connections there are with another', () => {
    const ports = new PortSelector(seededRng(1));
    const first = ports.select(ADDRESSES, 80, free) ?? 0;
    for (let i = 0; i < 10; i++) ports.select(OTHER, 80, free);
    expect(ports.select(ADDRESSES, 80, free)).toBe(first + 1);
  });

  it('are spread over the range', () => {
    const ports = new PortSelector(seededRng(5));
    const quarters = [0, 0, 0, 0];
    for (let i = 0; i < 1000; i++) {
      const port = ports.select(ADDRESSES.with(7, i), 80, free) ?? 0;
      const quarter = Math.floor((port - EPHEMERAL.first) / 0x2000);
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    for (const n of quarters) expect(Math.abs(n - 250)).toBeLessThan(60);
  });

  it('are not taken when they are not free, nor looked for without end', () => {
    const ports = new PortSelector(seededRng(1), SMALL);
    expect(ports.select(ADDRESSES, 80, (port) => port === 50_007)).toBe(50_007);
    const asked: number[] = [];
    const none = (port: number) => {
      asked.push(port);
      return false;
    };
    expect(ports.select(ADDRESSES, 80, none)).toBeUndefined();
    expect(asked.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => 50_000 + i));
    expect(ports.select(ADDRESSES, 80, none, 3)).toBeUndefined();
    expect(asked.length).toBe(13);
  });

  it('are free and in the range, whatever is taken', () => {
    const taken = fc.uniqueArray(fc.integer({ min: 50_000, max: 50_009 }));
    const ports = new PortSelector(seededRng(9), SMALL);
    fc.assert(
      fc.property(taken, fc.nat(), (used, peer) => {
        const port = ports.select(ADDRESSES.with(7, peer), 80, (p) => !used.includes(p));
        if (used.length === 10) expect(port).toBeUndefined();
        else {
          expect(used).not.toContain(port);
          expect(port).toBeGreaterThanOrEqual(SMALL.first);
          expect(port).toBeLessThanOrEqual(SMALL.last);
        }
      }),
    );
  });
});
