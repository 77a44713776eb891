import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromText, toText } from './bits.ts';
import { decodeOctets, decodeStream, encodeOctets, encodeStream } from './four-b-five-b.ts';
import { decode, encode } from './mlt3.ts';

const anyOctets = fc.uint8Array({ maxLength: 40 });

describe('4B/5B', () => {
  // IEEE 802.3-2018 table 24-1; the low nibble goes first.
  it.each([
    ['00', '11110 11110'],
    ['10', '11110 01001'],
    ['55', '01011 01011'],
    ['d5', '01011 11011'],
    ['ef', '11101 11100'],
    ['8a', '10110 10010'],
    ['67', '01111 01110'],
    ['2b', '10111 10100'],
    ['c3', '10101 11010'],
    ['94', '01010 10011'],
  ])('octet %s is %s', (octet, groups) => {
    expect(toText(encodeOctets(Uint8Array.of(Number.parseInt(octet, 16))))).toBe(
      groups.replace(' ', ''),
    );
  });

  it('leaves no run of more than three zeros, whatever the octets', () => {
    fc.assert(
      fc.property(anyOctets, (octets) => {
        expect(toText(encodeOctets(octets))).not.toContain('0000');
      }),
    );
  });

  it('finds a stream at any bit', () => {
    fc.assert(
      fc.property(anyOctets, fc.integer({ min: 0, max: 9 }), (octets, cut) => {
        expect(decodeStream(encodeStream(octets).subarray(cut))).toEqual({
          ok: true,
          value: octets,
        });
      }),
    );
  });

  it('names the bit where no data group stands', () => {
    const error = { code: 'bad-field', protocol: '4B5B', field: 'bit', value: 5 };
    expect(decodeOctets(fromText('11110 00001'))).toEqual({ ok: false, error });
  });

  it('never throws, whatever arrives', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 120 });
    fc.assert(
      fc.property(bits, (any) => {
        const octets = decodeOctets(Uint8Array.from(any));
        if (octets.ok) expect([...encodeOctets(octets.value)]).toEqual(any);
        decodeStream(Uint8Array.from(any));
      }),
    );
  });
});

describe('MLT-3', () => {
  it('goes 0, +1, 0, −1 with each 1 and stays with each 0', () => {
    expect([...encode(fromText('1110101111'))]).toEqual([1, 0, -1, -1, 0, 0, 1, 0, -1, 0]);
  });

  it.each([
    ['+1 next to −1', [1, -1], 1],
    ['the same side twice', [0, 1, 0, 1], 3],
    ['a level that is none', [2], 0],
  ])('refuses %s', (_name, cells, value) => {
    const error = { code: 'bad-field', protocol: 'MLT-3', field: 'cell', value };
    expect(decode(Int8Array.from(cells))).toEqual({ ok: false, error });
  });

  it('gives back what it was given', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 1 })).map((any) => Uint8Array.from(any));
    fc.assert(
      fc.property(bits, (any) => {
        expect(decode(encode(any))).toEqual({ ok: true, value: any });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.int8Array({ maxLength: 40 }), (cells) => {
        const bits = decode(cells);
        if (bits.ok) expect(decode(cells)).toEqual(bits);
      }),
    );
  });
});
