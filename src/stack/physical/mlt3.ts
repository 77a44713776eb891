/**
 * MLT-3, the three-level code of 100BASE-TX (IEEE 802.3-2018 §25.2, ANSI X3.263 §7.1.5): a 1 goes on to the
 * next of the levels 0, +1, 0, −1; a 0 stays. A whole turn takes four ones, so the line's highest frequency
 * is a quarter of the bit rate.
 *
 *   bits     1   1   1   0   1   0   1
 *   +1          |‾‾‾|
 *    0   ___ ___|   |_______     ‾‾‾‾|
 *   −1                      |___|
 */
import type { DecodeError } from '../../base/errors.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Bits } from './line-code.ts';

/** One cell an element: −1, 0 or +1. */
export type TernaryCells = Int8Array;

const TURN = [0, 1, 0, -1] as const;

/** `phase`: where in the turn 0, +1, 0, −1 the line was before. */
export function encode(bits: Bits, phase = 0): TernaryCells {
  const cells = new Int8Array(bits.length);
  let at = phase;
  for (let i = 0; i < bits.length; i++) {
    at = (at + (bits[i] as number)) & 3;
    cells[i] = TURN[at] as number;
  }
  return cells;
}

/**
 * The error gives the cell with a level that cannot follow: +1 and −1 never meet, and from 0 the line goes
 * to the side where it was not last.
 */
export function decode(cells: TernaryCells): Result<Bits, DecodeError> {
  const bits = new Uint8Array(cells.length);
  let level = 0;
  let side = 0;
  for (let i = 0; i < cells.length; i++) {
    const next = cells[i] as number;
    if (next !== 0 && level === 0 && next === side) return violation(i);
    if (next * level === -1 || next < -1 || next > 1) return violation(i);
    bits[i] = next === level ? 0 : 1;
    if (next !== 0) side = next;
    level = next;
  }
  return ok(bits);
}

const violation = (cell: number) =>
  fail({ code: 'bad-field', protocol: 'MLT-3', field: 'cell', value: cell } as const);
