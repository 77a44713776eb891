/** Compiled regions by address, shared by all boards that run the same image. */
import { type Compiled, compile, type Region } from './region.ts';

const FLASH_START = 0x10000000;
/** How often an address is passed before it is worth compiling. */
const HOT = 12;

export class CodeCache {
  readonly #image: Uint8Array;
  readonly #regions: (Compiled | undefined)[];
  readonly #numbers: Uint16Array;
  readonly #passed: Uint8Array;

  constructor(image: Uint8Array) {
    const halfwords = image.length >> 1;
    this.#image = image;
    this.#regions = new Array<Compiled | undefined>(halfwords).fill(undefined);
    this.#numbers = new Uint16Array(halfwords);
    this.#passed = new Uint8Array(halfwords);
  }

  /** The function that has a block at `pc`; compiles it when the address has become hot. */
  find(pc: number, counts: boolean): Compiled | undefined {
    const at = (pc - FLASH_START) >> 1;
    const region = this.#regions[at];
    if (region !== undefined || !counts || at < 0 || at >= this.#passed.length) return region;
    const passed = (this.#passed[at] ?? 0) + 1;
    if (passed > HOT) return undefined; // It was tried, and is the interpreter's.
    this.#passed[at] = passed;
    if (passed < HOT) return undefined;
    this.#enter(compile(pc, (address) => this.#halfword(address)));
    return this.#regions[at];
  }

  /** The number of the block at `pc` in its region. */
  block(pc: number): number {
    return this.#numbers[(pc - FLASH_START) >> 1] ?? 0;
  }

  #enter(region: Region | undefined): void {
    region?.entries.forEach((address, number) => {
      const at = (address - FLASH_START) >> 1;
      if (this.#regions[at] !== undefined) return;
      this.#regions[at] = region.run;
      this.#numbers[at] = number;
    });
  }

  #halfword(address: number): number | undefined {
    const at = address - FLASH_START;
    const low = this.#image[at];
    const high = this.#image[at + 1];
    return at < 0 || low === undefined || high === undefined ? undefined : low | (high << 8);
  }
}

const caches = new WeakMap<Uint8Array, CodeCache>();

/** The cache of an image: boards that are given the same array share it. The array must not change. */
export function cacheOf(image: Uint8Array): CodeCache {
  const known = caches.get(image);
  if (known !== undefined) return known;
  const cache = new CodeCache(image);
  caches.set(image, cache);
  return cache;
}
