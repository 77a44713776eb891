import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rng, seededRng } from '../../../base/random.ts';
import { ConnectionTable } from './connection-table.ts';

/** Eight words: the local address, and a remote one that `n` tells. */
const addresses = (n: number): Int32Array =>
  Int32Array.of(0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, n);

/** Whatever the key, so that the same keys meet in the same bucket again. */
const ZERO: Rng = { next: () => 0 };

interface Key {
  readonly host: number;
  readonly local: number;
  readonly remote: number;
}

const keys = fc.record({ host: fc.nat(3), local: fc.nat(2), remote: fc.nat(2) });
const steps = fc.array(fc.record({ key: keys, add: fc.boolean() }), {
  maxLength: 100,
  size: 'max',
});

const name = ({ host, local, remote }: Key): string => `${host} ${local} ${remote}`;

describe('the table of connections', () => {
  it('is a map by addresses and ports', () => {
    fc.assert(
      fc.property(steps, fc.integer(), (all, seed) => {
        const table = new ConnectionTable<string>(seededRng(seed));
        const slots = new Map<string, number>();
        for (const { key, add } of all) {
          const known = name(key);
          const slot = slots.get(known);
          if (add && slot === undefined) {
            slots.set(known, table.add(addresses(key.host), key.local, key.remote, known));
          } else if (!add && slot !== undefined) {
            table.remove(slot);
            slots.delete(known);
          }
          const found = table.find(addresses(key.host), key.local, key.remote);
          expect(found === known).toBe(slots.has(known));
          const { host, local, remote } = key;
          const ports = (local << 16) | remote;
          expect(table.findIpv4(0x0a000001, host, ports)).toBe(found);
          expect(table.size).toBe(slots.size);
        }
        expect([...table.values()].sort()).toEqual([...slots.keys()].sort());
        expect(new Set(slots.values()).size).toBe(slots.size);
      }),
    );
  });

  it('holds ten thousand, and finds each, and none that is gone', () => {
    const table = new ConnectionTable<number>(ZERO);
    const slots: number[] = [];
    for (let i = 0; i < 10_000; i++) slots.push(table.add(addresses(i), 80, 1000 + (i & 7), i));
    for (let i = 0; i < 10_000; i += 2) table.remove(slots[i] as number);
    expect(table.size).toBe(5000);
    let wrong = 0;
    for (let i = 0; i < 10_000; i++) {
      const found = table.find(addresses(i), 80, 1000 + (i & 7));
      if (found !== (i % 2 === 0 ? undefined : i)) wrong += 1;
    }
    expect(wrong).toBe(0);
    // What was given back is used again before the table grows.
    const again = table.add(addresses(0), 80, 1000, 0);
    expect(again).toBeLessThan(10_000);
  });

  it('takes one out of the middle of those that lie without a gap, and of their ends', () => {
    // Of two hundred many lie behind a place that was another's; none may be lost with one before it.
    for (let victim = 0; victim < 200; victim++) {
      const table = new ConnectionTable<number>(ZERO);
      const slots = Array.from({ length: 200 }, (_, i) => table.add(addresses(7), 80, i, i));
      table.remove(slots[victim] as number);
      const left = Array.from({ length: 200 }, (_, i) => table.find(addresses(7), 80, i));
      expect(left.filter((value, i) => value !== (i === victim ? undefined : i))).toEqual([]);
    }
  });

  it('tells every word of an address and every port from another', () => {
    const table = new ConnectionTable<number>(ZERO);
    table.add(addresses(1), 80, 1000, 1);
    for (let word = 0; word < 8; word++) {
      const other = addresses(1);
      other[word] = (other[word] as number) ^ 1;
      expect(table.find(other, 80, 1000)).toBeUndefined();
    }
    expect(table.find(addresses(1), 81, 1000)).toBeUndefined();
    expect(table.find(addresses(1), 80, 1001)).toBeUndefined();
    expect(table.find(addresses(1), 1000, 80)).toBeUndefined();
    expect(table.find(addresses(1), 80, 1000)).toBe(1);
  });

  it('finds no IPv6 address that ends as one of IPv4 does', () => {
    const table = new ConnectionTable<number>(ZERO);
    const mapped = Int32Array.of(0, 0, 0xffff, 0x0a000001, 1, 0, 0xffff, 1);
    table.add(mapped, 80, 1000, 1);
    expect(table.find(mapped, 80, 1000)).toBe(1);
    expect(table.findIpv4(0x0a000001, 1, (80 << 16) | 1000)).toBeUndefined();
  });

  it('gives the addresses back, as a copy', () => {
    const table = new ConnectionTable<number>(ZERO);
    const slot = table.add(addresses(-5), 1, 2, 0);
    table.addresses(slot).fill(0);
    expect(table.addresses(slot)).toEqual(addresses(-5));
  });
});
