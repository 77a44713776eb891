import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { decodeAddress, encodeAddress } from './address.ts';
import { type Control, decodeControl, encodeControl, type Modulus } from './control.ts';
import { decode, describeControl, encode } from './frame.ts';
import { decodeRejection, encodeRejection } from './frmr.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const modulus = fc.constantFrom<Modulus>(8, 128);

describe('hdlc control field', () => {
  // ITU-T X.25 tables 2-3 and 2-5, ISO/IEC 13239:2002 tables 4 to 6.
  it.each<[string, Modulus, Control, string]>([
    ['3f', 8, { kind: 'SABM', pf: true }, 'SABM P'],
    ['2f', 8, { kind: 'SABM', pf: false }, 'SABM'],
    ['7f', 128, { kind: 'SABME', pf: true }, 'SABME P'],
    ['53', 8, { kind: 'DISC', pf: true }, 'DISC P'],
    ['73', 8, { kind: 'UA', pf: true }, 'UA P'],
    ['1f', 8, { kind: 'DM', pf: true }, 'DM P'],
    ['97', 8, { kind: 'FRMR', pf: true }, 'FRMR P'],
    ['93', 8, { kind: 'SNRM', pf: true }, 'SNRM P'],
    ['df', 8, { kind: 'SNRME', pf: true }, 'SNRME P'],
    ['03', 8, { kind: 'UI', pf: false }, 'UI'],
    ['bf', 8, { kind: 'XID', pf: true }, 'XID P'],
    ['e3', 8, { kind: 'TEST', pf: false }, 'TEST'],
    ['00', 8, { kind: 'I', ns: 0, nr: 0, pf: false }, 'I N(S)=0 N(R)=0'],
    ['ba', 8, { kind: 'I', ns: 5, nr: 5, pf: true }, 'I N(S)=5 N(R)=5 P'],
    ['61', 8, { kind: 'RR', nr: 3, pf: false }, 'RR N(R)=3'],
    ['85', 8, { kind: 'RNR', nr: 4, pf: false }, 'RNR N(R)=4'],
    ['f9', 8, { kind: 'REJ', nr: 7, pf: true }, 'REJ N(R)=7 P'],
    ['2d', 8, { kind: 'SREJ', nr: 1, pf: false }, 'SREJ N(R)=1'],
    ['fe c9', 128, { kind: 'I', ns: 127, nr: 100, pf: true }, 'I N(S)=127 N(R)=100 P'],
    ['01 c8', 128, { kind: 'RR', nr: 100, pf: false }, 'RR N(R)=100'],
    ['09 01', 128, { kind: 'REJ', nr: 0, pf: true }, 'REJ N(R)=0 P'],
  ])('%s modulo %i', (octets, mod, control, text) => {
    const field = hex(octets);
    expect(decodeControl(field, mod)).toEqual({
      ok: true,
      value: { control, length: field.length },
    });
    expect(encodeControl(control, mod)).toEqual(field);
    expect(describeControl(control, true)).toBe(text);
  });

  it.each<[string, Modulus, string, object]>([
    ['a U frame that is none', 8, '0b', { code: 'bad-field', field: 'control', value: 0x0b }],
    [
      'an S frame with its unused bits set',
      128,
      '11 02',
      { code: 'bad-field', field: 'control', value: 0x0211 },
    ],
    ['half a field', 128, '00', { code: 'truncated', need: 2, have: 1 }],
    ['no field', 8, '', { code: 'truncated', need: 1, have: 0 }],
  ])('refuses %s', (_name, mod, octets, error) => {
    expect(decodeControl(hex(octets), mod)).toEqual({
      ok: false,
      error: { protocol: 'hdlc', ...error },
    });
  });

  it('means one thing: what decodes encodes to the same octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3 }), modulus, (octets, mod) => {
        const field = decodeControl(octets, mod);
        if (!field.ok) return;
        const { control, length } = field.value;
        expect(encodeControl(control, mod)).toEqual(octets.slice(0, length));
      }),
    );
  });
});

describe('hdlc address field', () => {
  it.each([
    ['03', false, 3, 1],
    ['ff', false, 255, 1],
    ['03', true, 1, 1],
    ['02 05', true, 130, 2],
  ])('%s, extended %s, is %i', (octets, extended, value, length) => {
    expect(decodeAddress(hex(octets), extended)).toEqual({ ok: true, value: { value, length } });
    expect(encodeAddress(value, extended)).toEqual(hex(octets));
  });

  it.each([
    [
      'an address without an end',
      '02 02 02 02 02',
      { code: 'bad-field', field: 'address', value: 2113665 },
    ],
    ['a cut one', '02', { code: 'truncated', need: 2, have: 1 }],
  ])('refuses %s', (_name, octets, error) => {
    expect(decodeAddress(hex(octets), true)).toEqual({
      ok: false,
      error: { protocol: 'hdlc', ...error },
    });
  });
});

describe('hdlc frame', () => {
  it('is address, control, information and FCS: the SABM that opens an X.25 line', () => {
    const control: Control = { kind: 'SABM', pf: true };
    expect(encode({ address: 3, control, information: hex('') }, { modulus: 8 })).toEqual(
      hex('03 3f 5b ec'),
    );
  });

  it('gives back what it was given', () => {
    const control = fc.oneof(
      fc.record({
        kind: fc.constant('I' as const),
        ns: fc.nat(7),
        nr: fc.nat(7),
        pf: fc.boolean(),
      }),
      fc.record({
        kind: fc.constantFrom('RR' as const, 'SREJ' as const),
        nr: fc.nat(7),
        pf: fc.boolean(),
      }),
      fc.record({
        kind: fc.constantFrom('UI' as const, 'XID' as const, 'FRMR' as const),
        pf: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(
        fc.nat(255),
        control,
        fc.uint8Array({ maxLength: 30 }),
        modulus,
        (address, c, information, mod) => {
          const frame = { address, control: c, information };
          expect(decode(encode(frame, { modulus: mod }), { modulus: mod })).toEqual({
            ok: true,
            value: frame,
          });
        },
      ),
    );
  });

  it.each([
    ['a flipped bit', '03 3e 5b ec', { code: 'bad-checksum', protocol: 'hdlc' }],
    ['three octets', '03 3f 5b', { code: 'truncated', protocol: 'hdlc', need: 4, have: 3 }],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(hex(octets), { modulus: 8 })).toEqual({ ok: false, error });
  });
});

describe('FRMR', () => {
  // ISO/IEC 13239:2002 figures 9 and 10: bit 1 first, which is the lowest.
  it.each<[string, Modulus, string]>([
    ['modulo 8: V(S) 3, V(R) 5, a response refused, invalid N(R)', 8, 'b1 b6 08'],
    ['modulo 128: V(S) 3, V(R) 5, a response refused, invalid N(R)', 128, 'b1 00 06 0b 08'],
  ])('%s', (_name, mod, octets) => {
    const rejection = {
      ...{ control: 0xb1, vs: 3, vr: 5, response: true },
      ...{ undefinedControl: false, informed: false, tooLong: false, invalidNr: true },
    };
    expect(encodeRejection(rejection, mod)).toEqual(hex(octets));
    expect(decodeRejection(hex(octets), mod)).toEqual({ ok: true, value: rejection });
  });

  it('that is cut off is refused', () => {
    const error = { code: 'truncated', protocol: 'hdlc', need: 3, have: 2 };
    expect(decodeRejection(hex('b1 b6'), 8)).toEqual({ ok: false, error });
  });
});
