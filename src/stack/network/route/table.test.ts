import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, view } from '../../../base/octets.ts';
import { below, seededRng } from '../../../base/random.ts';
import { format, parsePrefix, UNSPECIFIED } from '../ipv4/address.ts';
import { NO_ROUTE, RouteTable } from './table.ts';

interface Route {
  readonly prefix: Uint8Array;
  readonly length: number;
  readonly route: number;
}

const written = new WeakMap<Uint8Array, string>();

/** The octets as ones and zeros, written once. */
function bits(octets: Uint8Array): string {
  const known = written.get(octets);
  if (known !== undefined) return known;
  const text = Array.from(octets, (octet) => octet.toString(2).padStart(8, '0')).join('');
  written.set(octets, text);
  return text;
}

/** The longest of all prefixes that are the beginning of the address, as text. */
function model(routes: readonly Route[], address: Uint8Array): number {
  let best: Route | undefined;
  for (const candidate of routes) {
    const start = bits(candidate.prefix).slice(0, candidate.length);
    if (!bits(address).startsWith(start)) continue;
    if (best === undefined || candidate.length >= best.length) best = candidate;
  }
  return best?.route ?? NO_ROUTE;
}

const samePrefix = (a: Route, b: Route) =>
  a.length === b.length && bits(a.prefix).slice(0, a.length) === bits(b.prefix).slice(0, b.length);

const lookup = (table: RouteTable, address: Uint8Array) =>
  address.length === 4 ? table.lookup32(number32(address)) : table.lookup128(view(address), 0);

const number32 = (octets: Uint8Array) => Number.parseInt(toHex(octets), 16);

const prefix4 = (text: string) => {
  const { address, length } = parsePrefix(text) ?? { address: UNSPECIFIED, length: 0 };
  const octets = Uint8Array.from(format(address).split('.'), Number);
  return { octets, length, number: address };
};

/** Addresses that share beginnings, as those of one network do: octets of few values. */
const octetsOf = (length: number) =>
  fc
    .array(fc.constantFrom(0x00, 0x01, 0x0f, 0x80, 0xf0, 0xff), {
      minLength: length,
      maxLength: length,
    })
    .map((all) => Uint8Array.from(all));

const changeOf = (addressLength: 4 | 16) =>
  fc.record({
    prefix: octetsOf(addressLength),
    length: fc.integer({ min: 0, max: addressLength * 8 }),
    route: fc.nat(1000),
    remove: fc.boolean(),
  });

/** Many prefixes that part only behind so many bits, so that buckets overflow there: one octet differs, and a few bits. */
const crowdOf = (addressLength: 4 | 16) =>
  fc
    .record({
      shared: fc.integer({ min: 0, max: addressLength - 2 }),
      changes: fc.array(
        fc.record({
          first: fc.nat(255),
          second: fc.constantFrom(0, 1, 0x80),
          bits: fc.integer({ min: 1, max: 16 }),
          far: fc.boolean(),
          route: fc.nat(1000),
          remove: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
        }),
        { minLength: 60, maxLength: 120 },
      ),
    })
    .map(({ shared, changes }) =>
      changes.map(({ first, second, bits, far, route, remove }) => {
        const prefix = new Uint8Array(addressLength).fill(0x5a);
        prefix[shared] = first;
        prefix[shared + 1] = second;
        const length = far ? addressLength * 8 : 8 * shared + bits;
        return { prefix, length, route, remove };
      }),
    );

const NO_ROUTES: readonly Route[] = [];

/** Makes the change in the table and in the list, and sees that both tell the same of what was there. */
function apply(table: RouteTable, routes: readonly Route[], change: Route & { remove: boolean }) {
  const { prefix, length, route, remove } = change;
  const before = routes.find((r) => samePrefix(r, change))?.route ?? NO_ROUTE;
  expect(remove ? table.remove(prefix, length) : table.insert(prefix, length, route)).toBe(before);
  const others = routes.filter((r) => !samePrefix(r, change));
  const after = remove ? others : [...others, change];
  expect(table.size).toBe(after.length);
  return after;
}

describe('route table (RFC 1812 §5.2.4.3)', () => {
  it('takes the longest of the prefixes that cover an address, and the default for the rest', () => {
    const table = new RouteTable(4);
    const routes = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/23', '10.1.2.3/32'];
    for (const [i, text] of routes.entries()) {
      const { octets, length } = prefix4(text);
      expect(table.insert(octets, length, i)).toBe(NO_ROUTE);
    }
    const found = ['192.0.2.1', '10.9.9.9', '10.1.9.9', '10.1.3.9', '10.1.2.3', '10.1.2.2'].map(
      (text) => table.lookup32(prefix4(`${text}/32`).number),
    );
    expect(found).toEqual([0, 1, 2, 3, 4, 3]);
  });

  it('has no route while it is empty, and none beside the prefixes', () => {
    const table = new RouteTable(4);
    expect(table.lookup32(0)).toBe(NO_ROUTE);
    expect(new RouteTable(16).lookup128(view(new Uint8Array(16)), 0)).toBe(NO_ROUTE);
    table.insert(Uint8Array.of(10, 0, 0, 0), 8, 5);
    expect(table.lookup32(0x0b000000)).toBe(NO_ROUTE);
    expect(table.remove(Uint8Array.of(10, 0, 0, 0), 9)).toBe(NO_ROUTE);
    expect(table.remove(Uint8Array.of(10, 0, 0, 0), 24)).toBe(NO_ROUTE);
    expect(table.remove(Uint8Array.of(10, 0, 0, 0), 8)).toBe(5);
    expect(table.lookup32(0x0a000000)).toBe(NO_ROUTE);
  });

  it('puts a new route in the old one’s place', () => {
    const table = new RouteTable(4);
    const prefix = Uint8Array.of(192, 0, 2, 0);
    table.insert(prefix, 24, 1);
    expect(table.insert(prefix, 24, 2)).toBe(1);
    expect(table.lookup32(0xc0000207)).toBe(2);
    expect(table.size).toBe(1);
  });

  it.each([
    [4, 4096, 300],
    [4, 1, 30],
    [16, 4096, 300],
    [16, 1, 30],
  ] as const)(
    'is the linear search, for addresses of %i octets, large from %i routes on',
    (addressLength, shortcutFrom, numRuns) => {
      const addresses = fc.array(octetsOf(addressLength), { maxLength: 20 });
      const changes = fc.array(changeOf(addressLength), { maxLength: 40 });
      fc.assert(
        fc.property(changes, addresses, (made, asked) => {
          const table = new RouteTable(addressLength, shortcutFrom);
          const routes = made.reduce((before, change) => apply(table, before, change), NO_ROUTES);
          for (const address of [...asked, ...made.map((change) => change.prefix)]) {
            expect(lookup(table, address)).toBe(model(routes, address));
          }
          for (const { prefix, length } of made) table.remove(prefix, length);
          expect(table.size).toBe(0);
          for (const address of asked) expect(lookup(table, address)).toBe(NO_ROUTE);
        }),
        { numRuns },
      );
    },
  );

  it.each([
    [4, 4096],
    [4, 40],
    [16, 4096],
    [16, 40],
  ] as const)(
    'is that too where prefixes crowd, for %i octets, large from %i on',
    (addressLength, shortcutFrom) => {
      fc.assert(
        fc.property(crowdOf(addressLength), (made) => {
          const table = new RouteTable(addressLength, shortcutFrom);
          const routes = made.reduce((before, change) => apply(table, before, change), NO_ROUTES);
          for (const { prefix } of made) {
            const beside = prefix.with(addressLength - 1, 0x77);
            for (const address of [prefix, beside]) {
              expect(lookup(table, address)).toBe(model(routes, address));
            }
          }
          for (const { prefix, length } of made) table.remove(prefix, length);
          expect(table.size).toBe(0);
          for (const { prefix } of made) expect(lookup(table, prefix)).toBe(NO_ROUTE);
        }),
        { numRuns: 8 },
      );
    },
  );

  it('finds an address at the very end of what holds it', () => {
    const table = new RouteTable(16);
    const prefix = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    for (let i = 0; i < 20; i++) table.insert(prefix.with(15, i), 128, i);
    const octets = new Uint8Array(19);
    octets.set(prefix.with(15, 13), 3);
    expect(table.lookup128(view(octets), 3)).toBe(13);
  });

  it('has 100,000 IPv4 routes, far from one another, in 48 octets each', () => {
    const table = new RouteTable(4);
    const rng = seededRng(1);
    for (let i = 0; i < 100_000; i++) {
      const bits = rng.next() >>> 0;
      table.insert(Uint8Array.of(bits >>> 24, bits >>> 16, bits >>> 8, 0), 24, i & 7);
    }
    expect(table.capacity).toBeLessThan(4_800_000);
  });

  it('has the shortcut while it is large, and not for ever after', () => {
    const table = new RouteTable(4, 100);
    const prefixes = Array.from({ length: 100 }, (_, i) => Uint8Array.of(10, i, 0, 0));
    for (const prefix of prefixes) table.insert(prefix, 24, 1);
    const large = table.capacity;
    for (const prefix of prefixes.slice(0, 74)) table.remove(prefix, 24);
    expect(table.capacity).toBe(large);
    for (const prefix of prefixes.slice(74, 76)) table.remove(prefix, 24);
    expect(table.capacity).toBe(large - 2 * 65536 * 4);
  });

  it('gives back the memory of what was removed: a table that changes does not grow', () => {
    const table = new RouteTable(16);
    const rng = seededRng(1);
    const random = () => Uint8Array.from({ length: 16 }, () => below(rng, 256));
    const fill = () => {
      const prefixes = Array.from({ length: 500 }, random);
      for (const prefix of prefixes) table.insert(prefix, 64, 1);
      const full = table.capacity;
      for (const prefix of prefixes) table.remove(prefix, 64);
      return full;
    };
    const first = fill();
    for (let i = 0; i < 20; i++) fill();
    expect(table.capacity).toBeLessThanOrEqual(2 * first);
    expect(table.size).toBe(0);
    expect(lookup(table, random())).toBe(NO_ROUTE);
  });
});
