import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { address, format } from './address.ts';
import * as ipv4 from './header.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

// Headers made by hand, their checksums confirmed by tshark 4 (ip.check_checksum): an echo request from
// 192.0.2.1 to 198.51.100.2, and the head of an IGMPv3 report with a router alert.
const ECHO = '4500 0024 1c46 4000 4001 325c c000 0201 c633 6402 08005435123400016162636465666768';
const REPORT = '46c0 0028 0000 0000 0102 81f8 c000 0201 e000 0016 9404 0000';
// The header that most texts compute by hand, 192.168.0.1 to 192.168.0.199.
const KNOWN = '4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7';

describe('IPv4 header', () => {
  it('decodes the golden datagram', () => {
    expect(ipv4.decode(hex(ECHO))).toEqual({
      ok: true,
      value: {
        trafficClass: 0,
        identification: 0x1c46,
        dontFragment: true,
        moreFragments: false,
        fragmentOffset: 0,
        timeToLive: 64,
        protocol: 1,
        source: 0xc0000201,
        destination: 0xc6336402,
        options: new Uint8Array(),
        payload: hex('08005435123400016162636465666768'),
      },
    });
  });

  it('finds the options, and the payload behind them', () => {
    const report = ipv4.decode(hex(`${REPORT} ${'00'.repeat(16)}`));
    if (!report.ok) throw new Error(JSON.stringify(report.error));
    expect(toHex(report.value.options)).toBe('94040000');
    expect(report.value.payload.length).toBe(16);
    expect(report.value.trafficClass).toBe(0xc0);
    expect(format(report.value.destination)).toBe('224.0.0.22');
  });

  it.each([ECHO, `${REPORT}${'00'.repeat(16)}`, KNOWN + '00'.repeat(95)])(
    'encodes golden datagram %# octet for octet',
    (text) => {
      const datagram = ipv4.decode(hex(text));
      if (!datagram.ok) throw new Error(JSON.stringify(datagram.error));
      expect(toHex(ipv4.encode(datagram.value))).toBe(toHex(hex(text)));
    },
  );

  it('is cut where the total length says: a link may pad', () => {
    const padded = ipv4.decode(hex(`${ECHO} 000000000000`));
    expect(padded.ok && padded.value.payload.length).toBe(16);
  });

  const bad = (field: string, value: number) => ({
    code: 'bad-field',
    protocol: 'ipv4',
    field,
    value,
  });
  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'ipv4',
    need,
    have,
  });
  it.each([
    ['nothing', '', truncated(20, 0)],
    ['nineteen octets', KNOWN.slice(0, -2), truncated(20, 19)],
    ['version 6', KNOWN.replace('4500', '6500'), bad('version', 6)],
    ['a header of 16 octets', KNOWN.replace('4500', '4400'), bad('IHL', 4)],
    ['a total length within the header', KNOWN.replace('0073', '0013'), bad('total length', 19)],
    ['a total length within the options', REPORT.replace('0028', '0017'), bad('total length', 23)],
    ['a total length past the end', KNOWN, truncated(115, 20)],
    [
      'one bit that turned over',
      KNOWN.replace('4011', '4111') + '00'.repeat(95),
      { code: 'bad-checksum', protocol: 'ipv4' },
    ],
  ])('refuses %s', (_name, text, error) => {
    expect(ipv4.decode(hex(text))).toEqual({ ok: false, error });
  });

  it('reads in place, behind whatever headroom', () => {
    const p = asPacket(hex(`aaaaaaaaaaaaaaaaaaaaaaaaaaaa ${ECHO} 0000`));
    expect(ipv4.validate(p, 14, p.octets.length)).toBe(ipv4.FAULT.none);
    expect(ipv4.headerLength(p, 14)).toBe(20);
    expect(ipv4.totalLength(p, 14)).toBe(36);
    expect(ipv4.isFragment(p, 14)).toBe(false);
    expect(ipv4.headerChecksum(p, 14)).toBe(0x325c);
  });

  const datagram = fc
    .record({
      trafficClass: fc.integer({ min: 0, max: 0xff }),
      identification: fc.integer({ min: 0, max: 0xffff }),
      dontFragment: fc.boolean(),
      moreFragments: fc.boolean(),
      fragmentOffset: fc.integer({ min: 0, max: 0x1fff }).map((units) => units * 8),
      timeToLive: fc.integer({ min: 0, max: 0xff }),
      protocol: fc.integer({ min: 0, max: 0xff }),
      source: fc.integer({ min: 0, max: 0xffffffff }).map(address),
      destination: fc.integer({ min: 0, max: 0xffffffff }).map(address),
      words: fc.integer({ min: 0, max: 10 }),
      payload: fc.uint8Array({ maxLength: 40 }),
    })
    .map(({ words, ...rest }) => ({ ...rest, options: new Uint8Array(words * 4).fill(1) }));

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(datagram, (d) => {
        expect(ipv4.decode(ipv4.encode(d))).toEqual({ ok: true, value: d });
      }),
    );
  });

  it('never throws, whatever arrives, even with a checksum that holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (octets, mended) => {
        if (mended && octets.length >= 60) ipv4.writeChecksum(asPacket(octets), 0);
        ipv4.decode(octets);
      }),
    );
  });

  it('mends the checksum as it changes a field, so that a new one is the same', () => {
    fc.assert(
      fc.property(datagram, fc.integer({ min: 0, max: 0xff }), (d, octet) => {
        const p = asPacket(ipv4.encode({ ...d, timeToLive: Math.max(1, d.timeToLive) }));
        ipv4.decrementTimeToLive(p, 0);
        ipv4.setTrafficClass(p, 0, octet);
        expect(ipv4.decode(p.octets)).toEqual({
          ok: true,
          value: { ...d, timeToLive: Math.max(1, d.timeToLive) - 1, trafficClass: octet },
        });
        const mended = ipv4.headerChecksum(p, 0);
        ipv4.writeChecksum(p, 0);
        expect(mended).toBe(ipv4.headerChecksum(p, 0));
      }),
    );
  });
});
