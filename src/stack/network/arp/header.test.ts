import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../base/octets.ts';
import { address } from '../ipv4/address.ts';
import { type ArpPacket, decode, encode, OPERATION } from './header.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

// Who has 192.0.2.2? Tell 192.0.2.1; and its reply. Read so by tshark 4.
const REQUEST = '0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202';
const REPLY = '0001 0800 06 04 0002 020000000002 c0000202 020000000001 c0000201';

const request: ArpPacket = {
  operation: OPERATION.request,
  senderHardware: hex('020000000001'),
  senderProtocol: address(0xc0000201),
  targetHardware: new Uint8Array(6),
  targetProtocol: address(0xc0000202),
};
const reply: ArpPacket = {
  operation: OPERATION.reply,
  senderHardware: hex('020000000002'),
  senderProtocol: address(0xc0000202),
  targetHardware: hex('020000000001'),
  targetProtocol: address(0xc0000201),
};

describe('ARP packet (RFC 826)', () => {
  it.each([
    ['request', REQUEST, request],
    ['reply', REPLY, reply],
  ])('decodes and encodes the golden %s', (_name, text, packet) => {
    expect(toHex(encode(packet))).toBe(toHex(hex(text)));
    expect(decode(hex(text))).toEqual({ ok: true, value: packet });
    expect(decode(concat([hex(text), new Uint8Array(18)]))).toEqual({ ok: true, value: packet });
  });

  const bad = (field: string, value: number) => ({
    code: 'bad-field',
    protocol: 'arp',
    field,
    value,
  });
  it.each([
    ['27 octets', REQUEST.slice(0, -2), { code: 'truncated', protocol: 'arp', need: 28, have: 27 }],
    ['IEEE 802 hardware', REQUEST.replace('0001', '0006'), bad('ar$hrd', 6)],
    ['another protocol', REQUEST.replace('0800', '86dd'), bad('ar$pro', 0x86dd)],
    [
      'addresses of other lengths',
      REQUEST.replace('06 04', '04 06'),
      bad('ar$hln and ar$pln', 0x0406),
    ],
    ['an operation of RARP', REQUEST.replace('04 0001', '04 0003'), bad('ar$op', 3)],
  ])('refuses %s', (_name, text, error) => {
    expect(decode(hex(text))).toEqual({ ok: false, error });
  });

  it('decodes whatever it encodes', () => {
    const hardware = fc.uint8Array({ minLength: 6, maxLength: 6 });
    const protocol = fc.integer({ min: 0, max: 0xffffffff }).map(address);
    const packet = fc.record({
      operation: fc.constantFrom(OPERATION.request, OPERATION.reply),
      senderHardware: hardware,
      senderProtocol: protocol,
      targetHardware: hardware,
      targetProtocol: protocol,
    });
    fc.assert(
      fc.property(packet, (p) => {
        expect(decode(encode(p))).toEqual({ ok: true, value: p });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        decode(octets);
      }),
    );
  });
});
