import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromAscii, fromHex, toHex } from '../../../base/octets.ts';
import { type Ipv6Address, parse } from '../ipv6/address.ts';
import { fromHardware, isReserved, stableOpaque } from './identifier.ts';

const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const PREFIX = ip('2001:db8::');
const ETH0 = fromAscii('eth0');
const NONE = new Uint8Array();
const keyed = (key: string) => (message: Uint8Array) =>
  Uint8Array.from(createHmac('sha256', key).update(message).digest());

const text = (identifier: Uint8Array | undefined) => identifier && toHex(identifier);

describe('interface identifiers', () => {
  it('are made of the hardware address once (RFC 2464 §4)', () => {
    const source = fromHardware(hex('34 56 78 9a bc de'));
    expect(text(source(PREFIX, 0))).toBe('365678fffe9abcde');
    expect(source(PREFIX, 1)).toBeUndefined();
  });

  it('or of a keyed function: the same for the same prefix, interface and network (RFC 7217)', () => {
    const make = (
      key: string,
      card: Uint8Array,
      network: Uint8Array,
      prefix: string,
      attempt = 0,
    ) => text(stableOpaque(keyed(key), card, network)(ip(prefix), attempt));
    const first = make('secret', ETH0, NONE, '2001:db8::');
    expect(make('secret', ETH0, NONE, '2001:db8::9:9')).toBe(first);
    const others = [
      make('secret', ETH0, NONE, '2001:db8:1::'),
      make('secret', fromAscii('eth1'), NONE, '2001:db8::'),
      make('secret', ETH0, fromAscii('home'), '2001:db8::'),
      make('secret', fromAscii('eth0ho'), fromAscii('me'), '2001:db8::'),
      make('other', ETH0, NONE, '2001:db8::'),
      make('secret', ETH0, NONE, '2001:db8::', 1),
      make('secret', ETH0, NONE, '2001:db8::', 2),
      make('secret', ETH0, NONE, '2001:db8::', 3),
    ];
    expect(new Set([first, ...others]).size).toBe(9);
    expect(make('secret', ETH0, NONE, '2001:db8::', 4)).toBeUndefined();
  });

  it('is the last eight octets of what the function gives', () => {
    const source = stableOpaque(() => hex('00112233445566778899aabbccddeeff'), ETH0, NONE);
    expect(text(source(PREFIX, 0))).toBe('8899aabbccddeeff');
  });

  it('passes over reserved ones, and gives up on a function that knows no others', () => {
    const counted = (message: Uint8Array) => new Uint8Array(8).fill(message[2] ?? 0);
    expect(text(stableOpaque(counted, ETH0, NONE)(PREFIX, 0))).toBe('0101010101010101');
    expect(text(stableOpaque(counted, ETH0, NONE)(PREFIX, 1))).toBe('0202020202020202');
    expect(stableOpaque(() => new Uint8Array(8), ETH0, NONE)(PREFIX, 0)).toBeUndefined();
  });

  it.each([
    ['0000000000000000', true],
    ['0000000000000001', false],
    ['fdffffffffffff80', true],
    ['fdffffffffffffff', true],
    ['fdffffffffffff7f', false],
    ['fcffffffffffffff', false],
    ['fdfffffffffffeff', false],
  ])('knows that %s is reserved: %s (RFC 5453 §3)', (identifier, expected) => {
    expect(isReserved(hex(identifier))).toBe(expected);
  });
});
