import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromText, toText } from '../bits.ts';
import { recoverCells, sampleCells } from '../clock-recovery.ts';
import * as hundred from './hundred-base-tx.ts';
import * as ten from './ten-base-t.ts';

const anyOctets = fc.uint8Array({ minLength: 0, maxLength: 100 });

describe('10BASE-T', () => {
  it('begins with 62 alternating bits, two ones, and the lowest bit of the first octet', () => {
    const cells = toText(ten.encode(Uint8Array.of(0x01)));
    expect(cells.slice(0, 124)).toBe('0110'.repeat(31));
    expect(cells.slice(124, 128)).toBe('0101');
    expect(cells.slice(128, 132)).toBe('0110');
    expect(cells.slice(144)).toBe('11110000');
  });

  it('is read from any cell of the preamble that leaves enough of it', () => {
    fc.assert(
      fc.property(anyOctets, fc.nat({ max: 100 }), (octets, lost) => {
        expect(ten.decode(ten.encode(octets).subarray(lost))).toEqual({ ok: true, value: octets });
      }),
    );
  });

  it('drops dribbling bits', () => {
    const cells = ten.encode(Uint8Array.of(1, 2));
    const dribble = fromText('0110 10');
    const longer = Uint8Array.from([...cells.subarray(0, -8), ...dribble, 1, 1, 1, 1, 0, 0]);
    expect(ten.decode(longer)).toEqual({ ok: true, value: Uint8Array.of(1, 2) });
  });

  it.each([
    ['an idle line', new Uint8Array(400)],
    ['a packet without an end', ten.encode(Uint8Array.of(1)).subarray(0, -9)],
    ['a preamble alone', fromText('0110'.repeat(31))],
  ])('finds nothing in %s', (_name, cells) => {
    expect(ten.decode(cells)).toMatchObject({ ok: false, error: { code: 'truncated' } });
  });

  it('comes through samples', () => {
    fc.assert(
      fc.property(anyOctets, fc.nat({ max: 40 }), (octets, silence) => {
        const line = sampleCells(ten.encode(octets), 6.4);
        const samples = Uint8Array.from([...new Uint8Array(silence), ...line]);
        const { cells } = recoverCells(samples, { samplesPerCell: 6.4 });
        expect(ten.decode(cells)).toEqual({ ok: true, value: octets });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const cells = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 400 });
    fc.assert(
      fc.property(cells, (any) => {
        expect(typeof ten.decode(Uint8Array.from(any)).ok).toBe('boolean');
      }),
    );
  });
});

describe('100BASE-TX', () => {
  it('gives back what it was given, from any state of the scrambler', () => {
    fc.assert(
      fc.property(anyOctets, fc.integer({ min: 1, max: 2047 }), (octets, state) => {
        expect(hundred.decode(hundred.encode(octets, state))).toEqual({ ok: true, value: octets });
      }),
    );
  });

  it('says that it found no idle', () => {
    expect(hundred.decode(new Int8Array(60))).toMatchObject({
      ok: false,
      error: { code: 'bad-field', field: 'scrambler' },
    });
  });
});
