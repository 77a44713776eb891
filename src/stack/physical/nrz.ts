/**
 * Non-return to zero. NRZ-L: the level is the bit. NRZI: a change is one bit value and no change the
 * other; NRZ-M changes at a 1 (FDDI, 100BASE-FX), NRZ-S at a 0 (HDLC over a modem, USB 2.0 §7.1.8).
 *
 *   bits        1   0   1   1   0   0   1
 *   NRZ-L      ‾‾‾|___|‾‾‾‾‾‾‾|_______|‾‾‾
 *   NRZ-M    __|‾‾‾‾‾‾‾|___|‾‾‾‾‾‾‾‾‾‾‾|___
 *   NRZ-S    ______|‾‾‾‾‾‾‾‾‾‾‾|___|‾‾‾‾‾‾‾
 */
import { ok } from '../../base/result.ts';
import type { Bits, Cells, LineCode } from './line-code.ts';

export const NRZ_L: LineCode = {
  name: 'NRZ-L',
  cellsPerBit: 1,
  encode: (bits) => bits.slice(),
  decode: (cells) => ok(cells.slice()),
};

function nrzi(name: string, changesAt: 0 | 1): LineCode {
  return {
    name,
    cellsPerBit: 1,
    encode(bits: Bits, before: 0 | 1 = 0): Cells {
      let level: number = before;
      return bits.map((bit) => {
        if (bit === changesAt) level ^= 1;
        return level;
      });
    },
    decode(cells: Cells, before: 0 | 1 = 0) {
      let level: number = before;
      return ok(
        cells.map((cell) => {
          const changed = cell !== level;
          level = cell;
          return changed ? changesAt : 1 - changesAt;
        }),
      );
    },
  };
}

/** A 1 changes the level. */
export const NRZ_M: LineCode = nrzi('NRZ-M', 1);
/** A 0 changes the level: with bit stuffing, six bits at most pass without an edge. */
export const NRZ_S: LineCode = nrzi('NRZ-S', 0);
