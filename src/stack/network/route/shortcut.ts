/**
 * The first 16 bits of a trie in one step: for each of their values where the trie's first four steps lead. A
 * large table is not in the near caches, so that each line that is passed costs a wait.
 *
 *   ends  65536 × (way on, best route + 1 so far and how many bits were passed: 16, or fewer where a
 *         bucket or nothing ended the way)
 */
import { STRIDE } from './prefix-bits.ts';

const BITS = 16;
const DEPTH_BITS = 5;
const KEY_BITS = 32;

export const DEPTH_MASK = (1 << DEPTH_BITS) - 1;
export const BEST_SHIFT = DEPTH_BITS;

export class Shortcut {
  readonly ends = new Int32Array(2 << BITS);
  readonly #root: number;

  constructor(root: number) {
    this.#root = root;
  }

  get capacity(): number {
    return this.ends.byteLength;
  }

  /** Reads from the trie's cells anew what begins with the first `length` bits of `start`. */
  refresh(cells: Int32Array, start: number, length: number): void {
    const bits = Math.min(length, BITS);
    const first = bits === 0 ? 0 : ((start >>> (KEY_BITS - bits)) << (BITS - bits)) >>> 0;
    for (let value = first; value < first + (1 << (BITS - bits)); value++) {
      this.#read(cells, value);
    }
  }

  #read(cells: Int32Array, value: number): void {
    let key = value << BITS;
    let best = 0;
    let node = this.#root;
    let depth = 0;
    do {
      const cell = node + ((key >>> (KEY_BITS - STRIDE)) << 1);
      const route = cells[cell + 1] as number;
      if (route !== 0) best = route;
      node = cells[cell] as number;
      key <<= STRIDE;
      depth += STRIDE;
    } while (node > 0 && depth < BITS);
    this.ends[2 * value] = node;
    this.ends[2 * value + 1] = (best << BEST_SHIFT) | depth;
  }
}
