import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  address,
  contains,
  directedBroadcast,
  format,
  formatPrefix,
  type Ipv4Address,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isReserved,
  isThisNetwork,
  isUnicast,
  LIMITED_BROADCAST,
  mask,
  network,
  parse,
  parsePrefix,
  UNSPECIFIED,
} from './address.ts';

const of = (text: string): Ipv4Address => parse(text) ?? UNSPECIFIED;
const prefix = (text: string) => parsePrefix(text) ?? { address: UNSPECIFIED, length: 0 };
const anyAddress = fc.integer({ min: 0, max: 0xffffffff }).map(address);

describe('IPv4 address', () => {
  it('puts the first octet highest', () => {
    expect(of('192.0.2.1')).toBe(0xc0000201);
    expect(format(address(0xc0000201))).toBe('192.0.2.1');
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(anyAddress, (a) => {
        expect(parse(format(a))).toBe(a);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['three parts', '192.0.2'],
    ['five parts', '192.0.2.1.1'],
    ['a part over 255', '192.0.2.256'],
    ['a leading zero', '192.0.02.1'],
    ['hexadecimal', '0xc0.0.2.1'],
    ['one number', '3221225985'],
    ['a dot at the end', '192.0.2.1.'],
    ['an empty part', '192..2.1'],
    ['white space', ' 192.0.2.1'],
    ['a line end', '192.0.2.1\n'],
    ['a sign', '192.0.2.-1'],
    ['digits of another script', '١٩٢.0.2.1'],
  ])('reads no address from %s', (_name, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each([
    ['0.0.0.0', ['this network']],
    ['0.1.2.3', ['this network']],
    ['127.0.0.1', ['loopback']],
    ['169.254.1.1', ['link-local', 'unicast']],
    ['192.0.2.1', ['unicast']],
    ['223.255.255.255', ['unicast']],
    ['224.0.0.1', ['multicast']],
    ['239.255.255.255', ['multicast']],
    ['240.0.0.1', ['reserved']],
    ['255.255.255.255', []],
  ])('%s is %j', (text, expected) => {
    const a = of(text);
    const kinds = {
      'this network': isThisNetwork(a),
      loopback: isLoopback(a),
      multicast: isMulticast(a),
      reserved: isReserved(a),
      'link-local': isLinkLocal(a),
      unicast: isUnicast(a),
    };
    const found = Object.entries(kinds).flatMap(([kind, is]) => (is ? [kind] : []));
    expect(found).toEqual(expected);
  });

  it('knows the broadcast of all networks', () => {
    expect(format(LIMITED_BROADCAST)).toBe('255.255.255.255');
  });
});

describe('IPv4 prefix', () => {
  it.each([
    ['192.0.2.1/24', '192.0.2.0', '192.0.2.255'],
    ['10.1.2.3/8', '10.0.0.0', '10.255.255.255'],
    ['198.51.100.77/30', '198.51.100.76', '198.51.100.79'],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    ['192.0.2.1/31', '192.0.2.0', undefined],
    ['192.0.2.1/32', '192.0.2.1', undefined],
  ])('%s lies in %s, all of whose hosts are %s', (text, net, broadcast) => {
    const p = prefix(text);
    expect(formatPrefix(p)).toBe(text);
    expect(format(network(p))).toBe(net);
    const all = directedBroadcast(p);
    expect(all === undefined ? undefined : format(all)).toBe(broadcast);
  });

  it.each(['192.0.2.1', '192.0.2.1/', '192.0.2.1/33', '192.0.2.1/024', '192.0.2.1/24/8', '/24'])(
    'reads no prefix from %j',
    (text) => {
      expect(parsePrefix(text)).toBeUndefined();
    },
  );

  it('contains an address when their first bits are the same text', () => {
    const bits = (a: number) => a.toString(2).padStart(32, '0');
    fc.assert(
      fc.property(anyAddress, anyAddress, fc.integer({ min: 0, max: 32 }), (a, b, length) => {
        const near = address((a & mask(length)) | (b & ~mask(length)));
        for (const other of [b, near]) {
          const same = bits(a).slice(0, length) === bits(other).slice(0, length);
          expect(contains({ address: a, length }, other)).toBe(same);
        }
      }),
    );
  });
});
