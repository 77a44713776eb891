import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../../base/checksum.ts';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { addressSum, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { type ChecksumRule, decode, encode, FAULT, validate } from './header.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

// 192.0.2.1 port 1234 to 198.51.100.2 port 53, "abcd"; the checksum confirmed by tshark 4.
const ADDRESSES = addressSum(
  parse('192.0.2.1') ?? UNSPECIFIED,
  parse('198.51.100.2') ?? UNSPECIFIED,
);
const GOLDEN = '04d2 0035 000c 49d1 61626364';
const VALUE = { sourcePort: 1234, destinationPort: 53, payload: hex('61626364') };

// 2001:db8::1 port 1234 to 2001:db8::2 port 53, "abcd", likewise.
const ADDRESSES_6 = sum(
  asPacket(hex('20010db8000000000000000000000001 20010db8000000000000000000000002')),
  0,
  32,
);
const GOLDEN_6 = '04d2 0035 000c da93 61626364';

describe('UDP header', () => {
  it.each([
    ['IPv4', ADDRESSES, GOLDEN],
    ['IPv6', ADDRESSES_6, GOLDEN_6],
  ])('encodes and decodes the golden datagram over %s', (_name, addresses, golden) => {
    expect(toHex(encode(VALUE, addresses))).toBe(toHex(hex(golden)));
    expect(decode(hex(golden), addresses, 'required')).toEqual({ ok: true, value: VALUE });
  });

  it('ignores what a link padded', () => {
    const padded = decode(hex(`${GOLDEN} 00000000`), ADDRESSES, 'required');
    expect(padded).toEqual({ ok: true, value: VALUE });
  });

  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'udp',
    need,
    have,
  });
  it.each<[string, string, ChecksumRule, unknown]>([
    ['nothing', '', 'optional', truncated(8, 0)],
    ['seven octets', '04d20035000c49', 'optional', truncated(8, 7)],
    [
      'a length below the header',
      '04d2 0035 0007 0000',
      'optional',
      { code: 'bad-field', protocol: 'udp', field: 'length', value: 7 },
    ],
    ['a length past the end', '04d2 0035 0009 0000', 'optional', truncated(9, 8)],
    [
      'one flipped bit',
      GOLDEN.replace('64', '65'),
      'optional',
      { code: 'bad-checksum', protocol: 'udp' },
    ],
    [
      'no checksum over IPv6',
      '04d2 0035 000c 0000 61626364',
      'required',
      { code: 'bad-field', protocol: 'udp', field: 'checksum', value: 0 },
    ],
  ])('refuses %s', (_name, text, rule, error) => {
    expect(decode(hex(text), ADDRESSES, rule)).toEqual({ ok: false, error });
  });

  it('takes an absent checksum over IPv4 (RFC 768)', () => {
    const bare = decode(hex('04d2 0035 000c 0000 61626364'), ADDRESSES, 'optional');
    expect(bare).toEqual({ ok: true, value: VALUE });
  });

  it('sends a computed zero as all ones (RFC 768)', () => {
    // The checksum of the golden datagram, 0x49D1, as two more octets makes the sum all ones.
    const octets = encode({ ...VALUE, payload: hex('61626364 49cd') }, ADDRESSES);
    expect(toHex(octets.subarray(6, 8))).toBe('ffff');
    expect(decode(octets, ADDRESSES, 'required').ok).toBe(true);
  });

  it('reads in place, behind whatever headroom', () => {
    const p = asPacket(hex(`ffffff ${GOLDEN} ff`));
    expect(validate(p, 3, p.octets.length, ADDRESSES, 'required')).toBe(FAULT.none);
    expect(validate(p, 3, p.octets.length - 2, ADDRESSES, 'required')).toBe(FAULT.truncated);
  });

  const port = fc.integer({ min: 0, max: 0xffff });
  const datagram = fc.record({
    sourcePort: port,
    destinationPort: port,
    payload: fc.uint8Array({ maxLength: 64 }),
  });

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(datagram, fc.integer({ min: 0, max: 0x3fffc }), (d, addresses) => {
        expect(decode(encode(d, addresses), addresses, 'required')).toEqual({ ok: true, value: d });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        decode(octets, ADDRESSES, 'optional');
      }),
    );
  });
});
