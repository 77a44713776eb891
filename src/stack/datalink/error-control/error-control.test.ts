import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendFcs16, fcs16, isFcs16Good } from '../../../base/fcs16.ts';
import { fromHex } from '../../../base/octets.ts';
import { below, chance, randomOctets, seededRng } from '../../../base/random.ts';
import { CRC_8_SMBUS, CRC_16_IBM_3740, CRC_16_X25, CRC_32, crc } from './crc.ts';
import { checkBits, decode, encode } from './hamming.ts';
import { longitudinal, mend, parityBit, protect } from './parity.ts';
import { crcBurstUndetected, hammingUndetected, parityUndetected } from './undetected.ts';

const CHECK = new TextEncoder().encode('123456789');
const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const flip = (octets: Uint8Array, bit: number): void => {
  octets[bit >> 3] = (octets[bit >> 3] as number) ^ (1 << (bit & 7));
};

describe('CRC', () => {
  it.each([
    [CRC_16_X25, 0x906e],
    [CRC_32, 0xcbf43926],
    [CRC_16_IBM_3740, 0x29b1],
    [CRC_8_SMBUS, 0xf4],
  ])('$name of 123456789 is the catalogue’s check value', (parameters, value) => {
    expect(crc(parameters, CHECK)).toBe(value);
  });

  it.runIf(typeof zlibCrc32 === 'function')('CRC-32 is zlib’s', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(crc(CRC_32, octets)).toBe(zlibCrc32(octets));
      }),
    );
  });

  it('in the table of FCS-16 is the same as a bit at a time', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(fcs16(octets)).toBe(crc(CRC_16_X25, octets));
      }),
    );
  });

  it('of a SABM with the P bit to address 3 is 5B EC on the wire, as X.25 lines show it', () => {
    expect(appendFcs16(hex('03 3f'))).toEqual(hex('03 3f 5b ec'));
  });

  it('finds any one, two or three wrong bits in a short frame, and any burst of 16 bits', () => {
    const rng = seededRng(1);
    const frame = appendFcs16(randomOctets(rng, 60));
    expect(isFcs16Good(frame)).toBe(true);
    for (let run = 0; run < 3000; run++) {
      const wrong = frame.slice();
      const bits = new Set(
        Array.from({ length: 1 + (run % 3) }, () => below(rng, frame.length * 8)),
      );
      for (const bit of bits) flip(wrong, bit);
      expect(isFcs16Good(wrong)).toBe(false);
      const burst = frame.slice();
      const length = 1 + below(rng, 16);
      const start = below(rng, frame.length * 8 - length);
      for (let i = 0; i < length; i++)
        if (i === 0 || i === length - 1 || chance(rng, 0.5)) flip(burst, start + i);
      expect(isFcs16Good(burst)).toBe(false);
    }
  });
});

describe('parity', () => {
  it.each([
    ['seven ones, even', '7f', 'even', 1],
    ['seven ones, odd', '7f', 'odd', 0],
    ['none, even', '', 'even', 0],
    ['two octets with three ones', '0301', 'even', 1],
  ] as const)('%s', (_name, octets, parity, bit) => {
    expect(parityBit(hex(octets), parity)).toBe(bit);
  });

  it('of the columns is the exclusive or', () => {
    expect(longitudinal(hex('0f f0 01'))).toBe(0xfe);
  });

  const anyBlock = fc.uint8Array({ minLength: 1, maxLength: 12 });

  it('mends any one wrong bit', () => {
    fc.assert(
      fc.property(anyBlock, fc.nat(), (octets, at) => {
        const bit = at % (octets.length * 8);
        const wrong = octets.slice();
        flip(wrong, bit);
        expect(mend(wrong, protect(octets))).toEqual({
          kind: 'corrected',
          octets,
          row: bit >> 3,
          bit: bit & 7,
        });
      }),
    );
  });

  it('knows a wrong check bit for what it is', () => {
    const octets = hex('12 34 56');
    const block = protect(octets);
    expect(mend(octets, { ...block, columns: block.columns ^ 4 })).toEqual({
      kind: 'check',
      octets,
    });
    const rows = block.rows.map((bit, i) => (i === 1 ? 1 - bit : bit));
    expect(mend(octets, { ...block, rows })).toEqual({ kind: 'check', octets });
  });

  it('sees any two wrong bits, and is blind to a rectangle', () => {
    const octets = hex('12 34 56 78');
    for (let a = 0; a < 32; a++) {
      for (let b = 0; b < a; b++) {
        const wrong = octets.slice();
        flip(wrong, a);
        flip(wrong, b);
        expect(mend(wrong, protect(octets))).toEqual({ kind: 'bad' });
      }
    }
    const rectangle = octets.slice();
    for (const bit of [1, 5, 17, 21]) flip(rectangle, bit);
    expect(mend(rectangle, protect(octets)).kind).toBe('good');
  });
});

describe('Hamming SECDED', () => {
  it.each([
    [1, 3],
    [4, 4],
    [8, 5],
    [11, 5],
    [26, 6],
    [57, 7],
    [64, 8],
  ])('%i data bits need %i check bits', (data, checks) => {
    expect(checkBits(data)).toBe(checks);
  });

  it('(8, 4): the data bits 1011 are the code word of the textbooks, 0110011 with even parity', () => {
    expect([...encode(Uint8Array.of(1, 0, 1, 1))]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  const anyBits = fc
    .array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 64 })
    .map((bits) => Uint8Array.from(bits));

  it('corrects every single error and detects every double one', () => {
    fc.assert(
      fc.property(anyBits, (bits) => {
        const word = encode(bits);
        expect(decode(word)).toEqual({ kind: 'good', bits });
        for (let a = 0; a < word.length; a++) {
          const one = word.map((bit, i) => (i === a ? 1 - bit : bit));
          expect(decode(one)).toEqual({ kind: 'corrected', bits, position: a });
          for (let b = 0; b < a; b++) {
            const two = one.map((bit, i) => (i === b ? 1 - bit : bit));
            expect(decode(two)).toEqual({ kind: 'bad' });
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('undetected errors', () => {
  /** How often `passes` is true, of `runs`. */
  const rate = (runs: number, passes: () => boolean): number => {
    let count = 0;
    for (let i = 0; i < runs; i++) if (passes()) count += 1;
    return count / runs;
  };

  it('parity of 9 bits at 10 %: as measured', () => {
    const rng = seededRng(7);
    const measured = rate(200_000, () => {
      let errors = 0;
      for (let i = 0; i < 9; i++) if (chance(rng, 0.1)) errors += 1;
      return errors > 0 && errors % 2 === 0;
    });
    // Four standard deviations of 200,000 draws.
    expect(Math.abs(measured - parityUndetected(9, 0.1))).toBeLessThan(0.0038);
  });

  it('(8, 4) Hamming at 5 %: as measured', () => {
    const rng = seededRng(8);
    const sent = Uint8Array.of(1, 0, 0, 1);
    const measured = rate(100_000, () => {
      const word = encode(sent).map((bit) => (chance(rng, 0.05) ? 1 - bit : bit));
      const got = decode(word);
      return got.kind === 'corrected' && got.bits.join() !== sent.join();
    });
    expect(measured).toBeLessThan(hammingUndetected(8, 0.05) + 0.001);
    expect(measured).toBeGreaterThan(0.8 * hammingUndetected(8, 0.05));
  });

  it('bursts against CRC-8: none of up to 8 bits, 1 in 128 of 9, 1 in 256 of more', () => {
    const rng = seededRng(9);
    for (const [length, runs] of [
      [8, 20_000],
      [9, 100_000],
      [14, 100_000],
    ] as const) {
      const measured = rate(runs, () => {
        const octets = new Uint8Array(6);
        // Most significant bit first, as CRC-8/SMBUS reads.
        const set = (bit: number): void => {
          octets[bit >> 3] = (octets[bit >> 3] as number) ^ (0x80 >> (bit & 7));
        };
        const start = below(rng, 48 - length);
        for (let i = 0; i < length; i++)
          if (i === 0 || i === length - 1 || chance(rng, 0.5)) set(start + i);
        return crc(CRC_8_SMBUS, octets.subarray(0, 5)) === octets[5];
      });
      const theory = crcBurstUndetected(8, length);
      expect(Math.abs(measured - theory)).toBeLessThanOrEqual(4 * Math.sqrt(theory / runs));
    }
  });
});
