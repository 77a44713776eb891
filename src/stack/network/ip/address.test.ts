import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, sum } from '../../../base/checksum.ts';
import { asPacket } from '../../../base/packet.ts';
import * as ip from './address.ts';

const address = (text: string): ip.IpAddress => {
  const parsed = ip.parse(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
};

const anyIpv4 = fc.nat(0xffffffff).map((n) => n as ip.IpAddress);
const anyIpv6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .filter((octets) => !ip.isIpv4Words(ip.toWords(octets), 0));
const anyAddress = fc.oneof(anyIpv4, anyIpv6);

describe('an address of either version', () => {
  it.each([
    ['192.0.2.1', 4],
    ['0.0.0.0', 4],
    ['255.255.255.255', 4],
    ['::', 6],
    ['2001:db8::1', 6],
    ['fe80::200:5eff:fe00:5301', 6],
  ])('reads and writes %s, of version %i', (text, version) => {
    expect(ip.version(address(text))).toBe(version);
    expect(ip.format(address(text))).toBe(text);
  });

  it.each(['', '1.2.3', '1.2.3.4:80', 'fe80::1%eth0', '[::1]', 'localhost'])(
    'reads nothing from "%s"',
    (text) => expect(ip.parse(text)).toBeUndefined(),
  );

  it.each(['192.0.2.9/24', '2001:db8::9/64'])('reads and writes the prefix %s', (text) => {
    const prefix = ip.parsePrefix(text);
    expect(prefix && ip.formatPrefix(prefix)).toBe(text);
  });

  it.each([
    ['192.0.2.0/24', '192.0.2.200', true],
    ['192.0.2.0/24', '192.0.3.1', false],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::/32', '2001:db8:5::1', true],
  ])('%s contains %s: %s', (prefix, text, expected) => {
    const parsed = ip.parsePrefix(prefix);
    expect(parsed && ip.contains(parsed, address(text))).toBe(expected);
  });

  it.each([
    ['127.0.0.1', 'isLoopback'],
    ['::1', 'isLoopback'],
    ['224.0.0.1', 'isMulticast'],
    ['ff02::1', 'isMulticast'],
    ['0.0.0.0', 'isUnspecified'],
    ['::', 'isUnspecified'],
    ['169.254.3.4', 'isLinkLocal'],
    ['fe80::1', 'isLinkLocal'],
  ] as const)('%s: %s, and nothing else', (text, property) => {
    const { isLoopback, isMulticast, isUnspecified, isLinkLocal } = ip;
    const all = Object.entries({ isLoopback, isMulticast, isUnspecified, isLinkLocal });
    const holds = all.filter(([, holdsFor]) => holdsFor(address(text))).map(([name]) => name);
    expect(holds).toEqual([property]);
  });
});

describe('the words of an address', () => {
  it('are those of the mapped address for IPv4', () => {
    expect([...ip.toWords(address('192.0.2.1'))]).toEqual([0, 0, 0xffff, 0xc0000201 | 0]);
    expect([...ip.toWords(address('2001:db8::ff00:1'))]).toEqual([
      0x20010db8,
      0,
      0,
      0xff000001 | 0,
    ]);
  });

  it('give the address back', () => {
    fc.assert(
      fc.property(anyAddress, fc.nat(4), (a, at) => {
        const words = new Int32Array(8).fill(0x5a5a5a5a);
        ip.writeWords(a, words, at);
        expect(ip.fromWords(words, at)).toEqual(a);
        expect(ip.isIpv4Words(words, at)).toBe(ip.isIpv4(a));
        expect(words.filter((word) => word === 0x5a5a5a5a).length).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  it('are the same when the addresses are', () => {
    fc.assert(
      fc.property(anyAddress, anyAddress, (a, b) => {
        const words = Int32Array.of(...ip.toWords(a), ...ip.toWords(b));
        expect(ip.sameWords(words, 0, words, 4)).toBe(ip.same(a, b));
        expect(ip.sameWords(words, 4, ip.toWords(b), 0)).toBe(true);
      }),
    );
  });

  it('sum to what the octets on the wire do', () => {
    fc.assert(
      fc.property(anyAddress, (a) => {
        const octets = ip.octetsOf(a);
        const expected = sum(asPacket(octets), 0, octets.length);
        expect(fold(ip.sumOf(ip.toWords(a), 0))).toBe(expected);
      }),
    );
  });
});
