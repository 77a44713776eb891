import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../base/errors.ts';
import { after, NEVER, START, seconds } from '../../../base/time.ts';
import { format, type Ipv4Address, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { type Binding, type BindingState, Bindings } from './bindings.ts';
import { Pool } from './pool.ts';

const ip = (text: string) => parse(text) ?? UNSPECIFIED;
const SERVER = ip('192.0.2.101');
const NETWORK = { address: ip('192.0.2.0'), length: 24 };
const binding = (client: string, address: Ipv4Address, state: BindingState): Binding => ({
  client,
  address,
  hardware: Uint8Array.of(2, 0, 0, 0, 0, 1),
  state,
  until: state === 'FREE' ? NEVER : after(START, seconds(60)),
  leased: true,
});
const bindings = (...list: [string, string, BindingState][]) => {
  const all = new Bindings(100, 10);
  for (const [client, address, state] of list) all.set(binding(client, ip(address), state));
  return all;
};
const inStates = (all: Bindings, ...states: BindingState[]): Binding[] =>
  [...all].filter(({ state }) => states.includes(state));
const pool = (first = '192.0.2.100', last = '192.0.2.103') =>
  new Pool(
    {
      network: NETWORK,
      first: ip(first),
      last: ip(last),
      reservations: [{ client: 'printer', address: ip('192.0.2.103') }],
      options: new Map(),
    },
    SERVER,
  );

describe('a pool', () => {
  it.each<[string, string, Bindings, string, string | undefined]>([
    ['the first address', 'a', bindings(), '0.0.0.0', '192.0.2.100'],
    ['the one that is wanted', 'a', bindings(), '192.0.2.102', '192.0.2.102'],
    ['another, when that is the server’s', 'a', bindings(), '192.0.2.101', '192.0.2.100'],
    ['another, when that is reserved', 'a', bindings(), '192.0.2.103', '192.0.2.100'],
    ['another, when that is none of its own', 'a', bindings(), '192.0.2.9', '192.0.2.100'],
    [
      'another, when that is taken',
      'a',
      bindings(['b', '192.0.2.102', 'OFFERED']),
      '192.0.2.102',
      '192.0.2.100',
    ],
    [
      'the one that the client has, whatever is wanted',
      'a',
      bindings(['a', '192.0.2.102', 'BOUND']),
      '192.0.2.100',
      '192.0.2.102',
    ],
    ['the one that it had', 'a', bindings(['a', '192.0.2.102', 'FREE']), '0.0.0.0', '192.0.2.102'],
    [
      'not the one that it declined',
      'a',
      bindings(['a', '192.0.2.100', 'DECLINED']),
      '192.0.2.100',
      '192.0.2.102',
    ],
    ['its own to whom one is reserved', 'printer', bindings(), '192.0.2.100', '192.0.2.103'],
    [
      'none, when that is not to be had',
      'printer',
      bindings(['b', '192.0.2.103', 'DECLINED']),
      '0.0.0.0',
      undefined,
    ],
    [
      'the one that was given up first, when all were used',
      'a',
      bindings(['b', '192.0.2.102', 'FREE'], ['c', '192.0.2.100', 'FREE']),
      '0.0.0.0',
      '192.0.2.102',
    ],
    [
      'none, when none is left',
      'a',
      bindings(['b', '192.0.2.102', 'BOUND'], ['c', '192.0.2.100', 'DECLINED']),
      '0.0.0.0',
      undefined,
    ],
  ])('gives %s', (_name, client, known, wanted, expected) => {
    const chosen = pool().choose(client, ip(wanted), known);
    expect(chosen === undefined ? undefined : format(chosen)).toBe(expected);
  });

  it.each([
    ['begins after its end', '192.0.2.103', '192.0.2.100'],
    ['is not in its network', '192.0.3.1', '192.0.3.2'],
  ])('refuses to be made when it %s', (_name, first, last) => {
    expect(() => pool(first, last)).toThrow(InvariantError);
  });
});

describe('bindings', () => {
  it('count as offers only those that still are', () => {
    const all = new Bindings(10, 2);
    for (const state of ['OFFERED', 'BOUND'] as const) {
      for (const n of [1, 2]) all.set(binding(`c${n}`, ip(`192.0.2.${n}`), state));
    }
    for (const n of [3, 4]) all.set(binding(`c${n}`, ip(`192.0.2.${n}`), 'OFFERED'));
    expect([...all].map(({ state }) => state)).toEqual(['BOUND', 'BOUND', 'OFFERED', 'OFFERED']);
  });

  it('give way: an offer to an offer, what is free to all, and a lease to nothing', () => {
    const client = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const state = fc.constantFrom<BindingState>('OFFERED', 'BOUND', 'DECLINED', 'FREE');
    const address = fc.nat(9).map((n) => ip(`192.0.2.${n}`));
    fc.assert(
      fc.property(fc.array(fc.tuple(client, address, state), { maxLength: 40 }), (steps) => {
        const all = new Bindings(5, 2);
        for (const [name, at, next] of steps) {
          const firm = inStates(all, 'BOUND', 'DECLINED');
          const known = firm.some(({ address }) => address === at);
          expect(all.set(binding(name, at, next))).toBe(firm.length < 5 || known);
          const others = firm.filter(({ address }) => address !== at);
          expect(inStates(all, 'BOUND', 'DECLINED')).toEqual(expect.arrayContaining(others));
          expect(all.size).toBeLessThanOrEqual(5);
          expect(inStates(all, 'OFFERED').length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});
