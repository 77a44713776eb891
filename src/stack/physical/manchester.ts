/**
 * Manchester code: two cells a bit with an edge between them, so that the clock travels with the bits.
 * IEEE 802.3-2018 §7.3.1.1: CD0 is high then low, CD1 low then high. G. E. Thomas' form is the inverse.
 *
 *   bits          1     0     0     1     1
 *   IEEE 802.3  __|‾‾‾‾‾|_____|‾‾|_____|‾‾|__|‾‾
 *   Differential (IEEE 802.5-1998 §5.1.1): an edge at the bit's start is 0, none is 1.
 */
import { fail, ok } from '../../base/result.ts';
import type { Bits, Cells, LineCode } from './line-code.ts';

const truncated = (protocol: string, have: number) =>
  fail({ code: 'truncated', protocol, need: have + 1, have } as const);

const violation = (protocol: string, cell: number) =>
  fail({ code: 'bad-field', protocol, field: 'cell', value: cell } as const);

function manchester(name: string, firstHalfOfOne: 0 | 1): LineCode {
  return {
    name,
    cellsPerBit: 2,
    encode(bits: Bits): Cells {
      const cells = new Uint8Array(bits.length * 2);
      for (let i = 0; i < bits.length; i++) {
        const first = bits[i] === 1 ? firstHalfOfOne : 1 - firstHalfOfOne;
        cells[2 * i] = first;
        cells[2 * i + 1] = 1 - first;
      }
      return cells;
    },
    decode(cells: Cells) {
      if (cells.length % 2 !== 0) return truncated(name, cells.length);
      const bits = new Uint8Array(cells.length / 2);
      for (let i = 0; i < bits.length; i++) {
        if (cells[2 * i] === cells[2 * i + 1]) return violation(name, 2 * i);
        bits[i] = cells[2 * i] === firstHalfOfOne ? 1 : 0;
      }
      return ok(bits);
    },
  };
}

export const MANCHESTER: LineCode = manchester('Manchester', 0);
export const MANCHESTER_THOMAS: LineCode = manchester('Manchester (Thomas)', 1);

const DIFFERENTIAL = 'differential Manchester';

export const DIFFERENTIAL_MANCHESTER: LineCode = {
  name: DIFFERENTIAL,
  cellsPerBit: 2,
  encode(bits: Bits, before: 0 | 1 = 0): Cells {
    const cells = new Uint8Array(bits.length * 2);
    let level: number = before;
    for (let i = 0; i < bits.length; i++) {
      if (bits[i] === 0) level ^= 1;
      cells[2 * i] = level;
      level ^= 1;
      cells[2 * i + 1] = level;
    }
    return cells;
  },
  decode(cells: Cells, before: 0 | 1 = 0) {
    if (cells.length % 2 !== 0) return truncated(DIFFERENTIAL, cells.length);
    const bits = new Uint8Array(cells.length / 2);
    let level: number = before;
    for (let i = 0; i < bits.length; i++) {
      if (cells[2 * i] === cells[2 * i + 1]) return violation(DIFFERENTIAL, 2 * i);
      bits[i] = cells[2 * i] === level ? 1 : 0;
      level = cells[2 * i + 1] as number;
    }
    return ok(bits);
  },
};
