import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import {
  contains,
  format,
  formatPrefix,
  fromInterfaceIdentifier,
  interfaceIdentifier,
  isIpv4Mapped,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  LOOPBACK,
  multicastHardware,
  multicastScope,
  parse,
  parsePrefix,
  sameAddress,
  solicitedNode,
  UNSPECIFIED,
} from './address.ts';

const of = (text: string) => parse(text) ?? new Uint8Array(16).fill(0xee);

/** Zero groups are frequent, so that "::" has something to choose from. */
const address = fc
  .array(fc.constantFrom(0, 0, 0, 1, 0xab, 0x1234, 0xffff), { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff])));

describe('IPv6 address text', () => {
  it.each([
    // RFC 5952 §1, §4, §5 and RFC 4291 §2.2.
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:0db8::0001', '2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1', '20010db8000000000000000000020001'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1', '20010000000000010000000000000001'],
    ['2001:DB8:A::F', '2001:db8:a::f', '20010db8000a0000000000000000000f'],
    ['FF01:0:0:0:0:0:0:101', 'ff01::101', 'ff010000000000000000000000000101'],
    ['0:0:0:0:0:0:0:1', '::1', '00000000000000000000000000000001'],
    ['0:0:0:0:0:0:0:0', '::', '00000000000000000000000000000000'],
    ['::FFFF:129.144.52.38', '::ffff:129.144.52.38', '00000000000000000000ffff81903426'],
    ['0:0:0:0:0:0:13.1.68.3', '::d01:4403', '0000000000000000000000000d014403'],
    ['2001:db8::', '2001:db8::', '20010db8000000000000000000000000'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', '00010002000300040005000600070000'],
  ])('reads %s and writes %s', (text, canonical, octets) => {
    expect(parse(text)).toEqual(fromHex(octets));
    expect(format(of(text))).toBe(canonical);
  });

  it.each([
    ['nothing', ''],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['"::" that stands for nothing', '1:2:3:4::5:6:7:8'],
    ['two "::"', '1::2::3'],
    ['three colons', '1:::2'],
    ['a colon first', ':1::2'],
    ['a colon last', '1::2:'],
    ['five digits', '12345::'],
    ['a digit that is none', '::g'],
    ['IPv4 in the middle', '::1.2.3.4:1'],
    ['IPv4 before "::"', '1.2.3.4::'],
    ['IPv4 with a leading zero', '::01.2.3.4'],
    ['IPv4 of three parts', '::1.2.3'],
    ['IPv4 of five parts', '::1.2.3.4.5'],
    ['a zone', 'fe80::1%eth0'],
    ['brackets', '[::1]'],
    ['white space', ' ::1'],
    ['a line end', '::1\n'],
  ])('reads no address from %s', (_name, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it('reads back whatever it writes, which Node takes too', () => {
    fc.assert(
      fc.property(address, (a) => {
        expect(parse(format(a))).toEqual(a);
        expect(isIPv6(format(a))).toBe(true);
      }),
    );
  });

  it('reads just what Node reads', () => {
    const part = fc.constantFrom('', '0', '1', 'ab', 'FFFF', '12345', '1.2.3.4', '256.1.1.1', 'g');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const text = parts.join(':');
        expect(parse(text) !== undefined).toBe(isIPv6(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('writes no text that is longer than a full one without leading zeros', () => {
    fc.assert(
      fc.property(address, (a) => {
        const full = toHex(a)
          .replace(/(.{4})(?=.)/g, '$1:')
          .replace(/\b0{1,3}/g, '');
        expect(format(a).length).toBeLessThanOrEqual(Math.max(full.length, 22));
      }),
    );
  });
});

describe('IPv6 address', () => {
  it.each([
    ['::', ['unspecified']],
    ['::1', ['loopback']],
    ['fe80::1', ['link-local']],
    ['febf::1', ['link-local']],
    ['fec0::1', []],
    ['ff02::1', ['multicast']],
    ['::ffff:192.0.2.1', ['mapped']],
    ['2001:db8::1', []],
  ])('%s is %j', (text, expected) => {
    const a = of(text);
    const kinds = {
      unspecified: isUnspecified(a),
      loopback: isLoopback(a),
      'link-local': isLinkLocal(a),
      multicast: isMulticast(a),
      mapped: isIpv4Mapped(a),
    };
    expect(Object.entries(kinds).flatMap(([kind, is]) => (is ? [kind] : []))).toEqual(expected);
  });

  it('knows its constants', () => {
    expect([format(UNSPECIFIED), format(LOOPBACK)]).toEqual(['::', '::1']);
    expect(sameAddress(LOOPBACK, of('::1'))).toBe(true);
    expect(sameAddress(LOOPBACK, UNSPECIFIED)).toBe(false);
  });

  it('has the solicited-node address of RFC 4291 §2.7.1', () => {
    expect(format(solicitedNode(of('4037::01:800:200e:8c6c')))).toBe('ff02::1:ff0e:8c6c');
    expect(multicastScope(of('ff02::1'))).toBe(2);
  });

  it('has the identifier and the group address of RFC 2464 §4 and §7', () => {
    const identifier = interfaceIdentifier(fromHex('34 56 78 9a bc de') ?? new Uint8Array());
    expect(toHex(identifier, '-')).toBe('36-56-78-ff-fe-9a-bc-de');
    expect(format(fromInterfaceIdentifier(of('fe80::'), identifier))).toBe(
      'fe80::3656:78ff:fe9a:bcde',
    );
    expect(toHex(multicastHardware(of('ff02::1:ff0e:8c6c')), '-')).toBe('33-33-ff-0e-8c-6c');
  });
});

describe('IPv6 prefix', () => {
  it('reads the forms of RFC 4291 §2.3', () => {
    const prefix = parsePrefix('2001:0DB8:0:CD30::/60');
    expect(prefix?.length).toBe(60);
    expect(prefix && formatPrefix(prefix)).toBe('2001:db8:0:cd30::/60');
  });

  it.each(['::', '::/', '::/129', '::/064', '::/1/2', '/64', '::/-1'])(
    'reads none from %j',
    (text) => {
      expect(parsePrefix(text)).toBeUndefined();
    },
  );

  it('contains an address when their first bits are the same text', () => {
    const bits = (a: Uint8Array) => Array.from(a, (o) => o.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 128 }), (a, b, length) => {
        const same = bits(a).slice(0, length) === bits(b).slice(0, length);
        expect(contains({ address: a, length }, b)).toBe(same);
      }),
    );
  });
});
