/**
 * What a line code is: bits to levels and back. A *cell* is the shortest time for which the line holds a
 * level: a whole bit in NRZ and NRZI, half a bit in the Manchester codes.
 */
import type { DecodeError } from '../../base/errors.ts';
import type { Result } from '../../base/result.ts';

/** One bit an element: 0 or 1, in the order in which they are sent. */
export type Bits = Uint8Array;

/** One cell an element: 0 low, 1 high. As the samples of a pin. */
export type Cells = Uint8Array;

export interface LineCode {
  readonly name: string;
  readonly cellsPerBit: 1 | 2;
  /** `before` is the level of the line before the first cell, for the codes that look back. */
  encode(bits: Bits, before?: 0 | 1): Cells;
  /**
   * The bits of whole cells, the first of them starting a bit.
   * @returns an error that gives the cell at which the code was violated, or the cells that lack.
   */
  decode(cells: Cells, before?: 0 | 1): Result<Bits, DecodeError>;
}
