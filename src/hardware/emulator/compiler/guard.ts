/** Which words of RAM code was made from, so that a write to one is noticed. */

/** Octets of a line, as a power of two. A line with code in it sends each write the careful way. */
export const LINE = 6;

export class CodeGuard {
  /** By line of RAM: 1 where code was made from. Compiled code looks here at every store. */
  readonly lines: Uint8Array;
  /** Behind the last line with code, in octets from the start of RAM. */
  top = 0;
  readonly #start: number;
  readonly #words: Uint8Array;
  readonly #followers: (() => void)[] = [];
  #changed = false;

  /** RAM of `size` octets from the address `start` on. */
  constructor(start: number, size: number) {
    this.#start = start;
    this.lines = new Uint8Array((size >> LINE) + 1);
    this.#words = new Uint8Array(size >> 2);
  }

  /** Called when code has changed, and nothing that was made from RAM holds any more. */
  follow(forget: () => void): void {
    this.#followers.push(forget);
  }

  /** Code has changed since last asked: what is running may be stale. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Addresses outside RAM never change. */
  watch(address: number): void {
    const at = (address - this.#start) >>> 0;
    if (at >> 2 >= this.#words.length) return;
    this.lines[at >> LINE] = 1;
    this.top = Math.max(this.top, ((at >> LINE) + 1) << LINE);
    this.#words[at >> 2] = 1;
  }

  /** A word of RAM, `at` octets from its start, has changed its value. */
  written(at: number): void {
    if (this.#words[at >> 2] === 1) this.forget();
  }

  /** As if all code had changed. */
  forget(): void {
    this.lines.fill(0);
    this.top = 0;
    this.#words.fill(0);
    this.#changed = true;
    for (const forget of this.#followers) forget();
  }
}
