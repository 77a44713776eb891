import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { parse, UNSPECIFIED } from './address.ts';
import * as ipv6 from './header.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

const SOURCE = '20010db8000000000000000000000001';
const DESTINATION = '20010db8000000000000000000000002';
// UDP 1234 to 53 with "abcd", class EF, flow 0x12345; read so by tshark 4, its checksum found good.
const GOLDEN = `6b812345 000c 11 40 ${SOURCE} ${DESTINATION} 04d20035000cda93 61626364`;
const VALUE: ipv6.Ipv6Packet = {
  trafficClass: 0xb8,
  flowLabel: 0x12345,
  nextHeader: 17,
  hopLimit: 64,
  source: parse('2001:db8::1') ?? UNSPECIFIED,
  destination: parse('2001:db8::2') ?? UNSPECIFIED,
  payload: hex('04d20035000cda9361626364'),
};

describe('IPv6 header', () => {
  it('decodes and encodes the golden packet', () => {
    expect(ipv6.decode(hex(GOLDEN))).toEqual({ ok: true, value: VALUE });
    expect(toHex(ipv6.encode(VALUE))).toBe(toHex(hex(GOLDEN)));
  });

  it('is cut where the payload length says', () => {
    expect(ipv6.decode(hex(`${GOLDEN} 0000`))).toEqual({ ok: true, value: VALUE });
  });

  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'ipv6',
    need,
    have,
  });
  it.each([
    ['nothing', '', truncated(40, 0)],
    ['39 octets', toHex(hex(GOLDEN)).slice(0, 78), truncated(40, 39)],
    ['a payload past the end', toHex(hex(GOLDEN)).slice(0, -2), truncated(52, 51)],
    [
      'version 4',
      GOLDEN.replace('6b', '4b'),
      { code: 'bad-field', protocol: 'ipv6', field: 'version', value: 4 },
    ],
  ])('refuses %s', (_name, text, error) => {
    expect(ipv6.decode(hex(text))).toEqual({ ok: false, error });
  });

  it('reads in place, and takes a hop away', () => {
    const p = asPacket(hex(`aaaa ${GOLDEN}`));
    expect(ipv6.validate(p, 2, p.octets.length)).toBe(ipv6.FAULT.none);
    ipv6.decrementHopLimit(p, 2);
    expect(ipv6.hopLimit(p, 2)).toBe(63);
    // 0x2001 + 0x0db8 twice, and 1 and 2.
    expect(ipv6.addressSum(p, 2)).toBe(2 * (0x2001 + 0x0db8) + 3);
  });

  it('decodes whatever it encodes', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const packet = fc.record({
      trafficClass: octet,
      flowLabel: fc.integer({ min: 0, max: 0xfffff }),
      nextHeader: octet,
      hopLimit: octet,
      source: address,
      destination: address,
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(packet, (value) => {
        expect(ipv6.decode(ipv6.encode(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        ipv6.decode(octets);
      }),
    );
  });
});
