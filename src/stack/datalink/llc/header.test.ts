import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { type Control, decode, encode, type Pdu, UI } from './header.ts';
import * as xid from './xid.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();

const number7 = fc.integer({ min: 0, max: 127 });
const control: fc.Arbitrary<Control> = fc.oneof(
  fc.record({
    format: fc.constant('I' as const),
    ns: number7,
    nr: number7,
    pollFinal: fc.boolean(),
  }),
  fc.record({
    format: fc.constant('S' as const),
    function: fc.constantFrom('RR' as const, 'RNR' as const, 'REJ' as const),
    nr: number7,
    pollFinal: fc.boolean(),
  }),
  fc.record({
    format: fc.constant('U' as const),
    function: fc.constantFrom('UI' as const, 'XID' as const, 'TEST' as const, 'SABME' as const),
    pollFinal: fc.boolean(),
  }),
);
const pdu: fc.Arbitrary<Pdu> = fc.record({
  dsap: fc.integer({ min: 0, max: 255 }),
  ssap: number7.map((n) => n << 1),
  response: fc.boolean(),
  control,
  information: fc.uint8Array({ maxLength: 40 }),
});

describe('llc header', () => {
  // The octets are those of the figures in IEEE 802.2-1998 §5.4.
  it.each<[string, string, Partial<Pdu>]>([
    ['UI', '42 42 03', { dsap: 0x42, ssap: 0x42, response: false, control: UI }],
    ['an XID response, final', 'f0 f1 bf', { response: true, control: u('XID', true) }],
    ['a TEST command, poll', '00 04 f3', { response: false, control: u('TEST', true) }],
    ['SABME, poll', 'f0 f0 7f', { control: u('SABME', true) }],
    ['UA, final', 'f0 f1 73', { response: true, control: u('UA', true) }],
    ['DM, final', 'f0 f1 1f', { response: true, control: u('DM', true) }],
    ['DISC, poll', 'f0 f0 53', { control: u('DISC', true) }],
    ['FRMR', 'f0 f1 87', { response: true, control: u('FRMR', false) }],
    ['AC0', 'f0 f0 67', { control: u('AC0', false) }],
    ['AC1', 'f0 f0 e7', { control: u('AC1', false) }],
    ['RR 5, final', 'f0 f1 01 0b', { control: s('RR', 5, true) }],
    ['RNR 5', 'f0 f0 05 0a', { control: s('RNR', 5, false) }],
    ['REJ 127, poll', 'f0 f0 09 ff', { control: s('REJ', 127, true) }],
    ['I 3, 4', 'f0 f0 06 08', { control: { format: 'I', ns: 3, nr: 4, pollFinal: false } }],
  ])('%s', (_name, octets, expected) => {
    const decoded = decode(hex(octets));
    expect(decoded).toMatchObject({ ok: true, value: { ...expected, information: hex('') } });
    if (decoded.ok) expect(encode(decoded.value)).toEqual(hex(octets));
  });

  it.each([
    ['nothing', '', { code: 'truncated', protocol: 'llc', need: 3, have: 0 }],
    ['two octets', 'aaaa', { code: 'truncated', protocol: 'llc', need: 3, have: 2 }],
    ['half of a long control', 'f0f001', { code: 'truncated', protocol: 'llc', need: 4, have: 3 }],
    [
      'the fourth supervisory code',
      'f0f00d00',
      { code: 'bad-field', protocol: 'llc', field: 'control', value: 0x0d },
    ],
    [
      'an unnumbered code that is not defined',
      'f0f00b',
      { code: 'bad-field', protocol: 'llc', field: 'control', value: 0x0b },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(hex(octets))).toEqual({ ok: false, error });
  });

  it('looks past the reserved bits of a supervisory PDU', () => {
    expect(decode(hex('f0f0 f1 0a'))).toMatchObject({ value: { control: s('RR', 5, false) } });
  });

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(pdu, (sent) => {
        expect(decode(encode(sent))).toEqual({ ok: true, value: sent });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (octets) => {
        const decoded = decode(octets);
        if (decoded.ok) expect(encode(decoded.value).length).toBe(octets.length);
      }),
    );
  });

  it('refuses a misuse at once', () => {
    const sent: Pdu = { dsap: 0, ssap: 1, response: false, control: UI, information: hex('') };
    expect(() => encode(sent)).toThrow('SSAP');
    expect(() => encode({ ...sent, ssap: 0, control: s('RR', 128, false) })).toThrow('N(R)');
  });
});

describe('xid', () => {
  // What Linux broadcasts for a roaming station: net/wireless/util.c, cfg80211_send_layer2_update.
  it('reads and writes the information of a class I station', () => {
    const update = decode(hex('00 01 af 81 01 00'));
    expect(update).toMatchObject({ value: { response: true, control: u('XID', false) } });
    if (!update.ok) return;
    const info = { types: 1, receiveWindow: 0 };
    expect(xid.decode(update.value.information)).toEqual({ ok: true, value: info });
    expect(xid.encode(info)).toEqual(hex('810100'));
  });

  it('decodes whatever it encodes', () => {
    const any = fc.record({ types: fc.integer({ min: 0, max: 31 }), receiveWindow: number7 });
    fc.assert(
      fc.property(any, (sent) => {
        expect(xid.decode(xid.encode(sent))).toEqual({ ok: true, value: sent });
      }),
    );
  });

  it.each([
    ['two octets', '8101', { code: 'truncated', protocol: 'xid', need: 3, have: 2 }],
    [
      'another format',
      '820100',
      { code: 'bad-field', protocol: 'xid', field: 'format', value: 0x82 },
    ],
  ])('refuses %s', (_name, octets, error) => {
    expect(xid.decode(hex(octets))).toEqual({ ok: false, error });
  });
});

function u(name: Extract<Control, { format: 'U' }>['function'], pollFinal: boolean): Control {
  return { format: 'U', function: name, pollFinal };
}
function s(
  name: Extract<Control, { format: 'S' }>['function'],
  nr: number,
  pollFinal: boolean,
): Control {
  return { format: 'S', function: name, nr, pollFinal };
}
