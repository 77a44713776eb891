/** Which words of RAM code was compiled from, so that a write to one is noticed. */
import { RAM_SIZE, RAM_START } from './memory-map.ts';

/** Octets of a line, as a power of two. A line with code in it sends each write the careful way. */
export const LINE = 6;

export class CodeGuard {
  /** By line of RAM: 1 where code was compiled from. Compiled code looks here at every store. */
  readonly lines = new Uint8Array((RAM_SIZE >> LINE) + 1);
  readonly #words = new Uint8Array(RAM_SIZE >> 2);
  readonly #onChange: () => void;
  #changed = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Code has changed since last asked: what is running may be stale. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Addresses outside RAM never change. */
  watch(address: number): void {
    const at = address - RAM_START;
    if (at < 0 || at >= RAM_SIZE) return;
    this.lines[at >> LINE] = 1;
    this.#words[at >> 2] = 1;
  }

  /** A word of RAM, `at` octets from its start, has changed its value. */
  written(at: number): void {
    if (this.#words[at >> 2] !== 1) return;
    this.lines.fill(0);
    this.#words.fill(0);
    this.#changed = true;
    this.#onChange();
  }
}
