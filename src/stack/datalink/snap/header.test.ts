import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { decode, encode, OUI_ETHERTYPE } from './header.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();

describe('snap header', () => {
  it.each([
    ['IPv4 under RFC 1042', 'aaaa03 000000 0800', { oui: OUI_ETHERTYPE, protocol: 0x0800 }],
    ['Cisco Discovery Protocol', 'aaaa03 00000c 2000', { oui: 0x00000c, protocol: 0x2000 }],
    ['AppleTalk under its own OUI', 'aaaa03 080007 809b', { oui: 0x080007, protocol: 0x809b }],
  ])('%s', (_name, octets, header) => {
    const value = { ...header, payload: hex('0102') };
    expect(decode(hex(`${octets} 0102`))).toEqual({ ok: true, value });
    expect(encode(value)).toEqual(hex(`${octets} 0102`));
  });

  it.each([
    ['seven octets', 'aaaa0300000008', { code: 'truncated', protocol: 'snap', need: 8, have: 7 }],
    [
      'another LLC header',
      '4242030000000800',
      { code: 'bad-field', protocol: 'snap', field: 'LLC header', value: 0x424203 },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(hex(octets))).toEqual({ ok: false, error });
  });

  it('decodes whatever it encodes', () => {
    const pdu = fc.record({
      oui: fc.integer({ min: 0, max: 0xffffff }),
      protocol: fc.integer({ min: 0, max: 0xffff }),
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(pdu, (sent) => {
        expect(decode(encode(sent))).toEqual({ ok: true, value: sent });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const snapLike = fc
      .uint8Array({ maxLength: 12 })
      .map((o) => Uint8Array.of(0xaa, 0xaa, 3, ...o));
    fc.assert(
      fc.property(fc.oneof(snapLike, fc.uint8Array({ maxLength: 12 })), (octets) => {
        const decoded = decode(octets);
        if (decoded.ok) expect(encode(decoded.value)).toEqual(octets);
      }),
    );
  });
});
