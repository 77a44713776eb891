import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromText, toText } from './bits.ts';
import type { LineCode } from './line-code.ts';
import { DIFFERENTIAL_MANCHESTER, MANCHESTER, MANCHESTER_THOMAS } from './manchester.ts';
import { NRZ_L, NRZ_M, NRZ_S } from './nrz.ts';

const CODES = [NRZ_L, NRZ_M, NRZ_S, MANCHESTER, MANCHESTER_THOMAS, DIFFERENTIAL_MANCHESTER];
const anyBits = fc
  .array(fc.integer({ min: 0, max: 1 }), { maxLength: 100 })
  .map((bits) => Uint8Array.from(bits));
const anyLevel = fc.constantFrom(0 as const, 1 as const);

describe('line codes', () => {
  // By hand from the standards' own definitions, the line low before.
  it.each<[string, LineCode, string, string]>([
    ['NRZ-L: the level is the bit', NRZ_L, '1011001', '1011001'],
    ['NRZ-M: a 1 is a change', NRZ_M, '1011001', '1101110'],
    ['NRZ-S: a 0 is a change', NRZ_S, '1011001', '0111011'],
    ['Manchester: 1 is low, high (IEEE 802.3 §7.3.1.1)', MANCHESTER, '10011', '01 10 10 01 01'],
    ['Manchester of Thomas: 1 is high, low', MANCHESTER_THOMAS, '10011', '10 01 01 10 10'],
    [
      'differential Manchester: 0 is an edge in front (IEEE 802.5 §5.1.1)',
      DIFFERENTIAL_MANCHESTER,
      '10011',
      '01 01 01 10 01',
    ],
  ])('%s', (_name, code, bits, cells) => {
    expect(toText(code.encode(fromText(bits)))).toBe(cells.replaceAll(' ', ''));
    expect(code.decode(fromText(cells))).toEqual({ ok: true, value: fromText(bits) });
  });

  it.each(CODES)('$name gives back what it was given', (code) => {
    fc.assert(
      fc.property(anyBits, anyLevel, (bits, before) => {
        expect(code.decode(code.encode(bits, before), before)).toEqual({ ok: true, value: bits });
      }),
    );
  });

  it.each(CODES)('$name never throws', (code) => {
    fc.assert(
      fc.property(anyBits, anyLevel, (cells, before) => {
        const bits = code.decode(cells, before);
        if (bits.ok) expect(code.encode(bits.value, before)).toEqual(cells);
      }),
    );
  });

  it('tells an inverted differential line from nothing at all: the bits are the same', () => {
    fc.assert(
      fc.property(anyBits, (bits) => {
        const inverted = DIFFERENTIAL_MANCHESTER.encode(bits, 0).map((cell) => 1 - cell);
        expect(DIFFERENTIAL_MANCHESTER.decode(inverted, 1)).toEqual({ ok: true, value: bits });
      }),
    );
  });

  it.each([
    [MANCHESTER, '0110 11', { field: 'cell', value: 4 }],
    [DIFFERENTIAL_MANCHESTER, '00 10', { field: 'cell', value: 0 }],
  ])('$name: a bit without its edge is a violation', (code, cells, where) => {
    const error = { code: 'bad-field', protocol: code.name, ...where };
    expect(code.decode(fromText(cells))).toEqual({ ok: false, error });
  });

  it.each([MANCHESTER, DIFFERENTIAL_MANCHESTER])('$name: half a bit is too little', (code) => {
    const error = { code: 'truncated', protocol: code.name, need: 4, have: 3 };
    expect(code.decode(fromText('011'))).toEqual({ ok: false, error });
  });
});
