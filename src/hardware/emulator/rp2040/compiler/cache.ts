/**
 * Compiled regions by address. Code in RAM is compiled as code in flash is, and forgotten as soon as one of
 * the halfwords that it was made from changes: `CodeGuard` knows them all. Boards of one image share what
 * was compiled, each after a look at its own memory.
 */

import { CodeGuard } from '../code-guard.ts';
import { FLASH_START, RAM_SIZE, RAM_START } from '../memory-map.ts';
import { type Compiled, compile, type Region } from './region.ts';

/** How often an address is passed before it is worth compiling. */
const HOT = 12;
/** Versions of the code at one address that are kept. */
const VERSIONS_MAX = 4;

/**
 * How the CPU came to an address: by a branch; since compiled code had to stop before it, as it will each
 * time; or by the interpreter's going through a block in which an alarm is due.
 */
export type Reached = 'by a branch' | 'after a stop' | 'by chance';

/** Memory as the compiler reads it. */
export interface Memory {
  readonly flash16: Uint16Array;
  readonly sram: Uint8Array;
}

/** What boards of one image share. */
export class SharedCode {
  readonly flashSize: number;
  readonly #byEntry = new Map<number, Region[]>();

  constructor(image: Uint8Array) {
    this.flashSize = image.length;
  }

  /** A region entered at `pc` that was made from just what `halfword` reads. */
  find(pc: number, halfword: (address: number) => number | undefined): Region | undefined {
    return this.#byEntry
      .get(pc)
      ?.find(({ madeFrom }) => madeFrom.every(([address, value]) => halfword(address) === value));
  }

  add(pc: number, region: Region): void {
    const versions = this.#byEntry.get(pc) ?? [];
    versions.push(region);
    if (versions.length > VERSIONS_MAX) versions.shift();
    this.#byEntry.set(pc, versions);
  }
}

const shared = new WeakMap<Uint8Array, SharedCode>();

/** The code of an image: boards that are given the same array share it. The array must not change. */
export function sharedCodeOf(image: Uint8Array): SharedCode {
  const known = shared.get(image);
  if (known !== undefined) return known;
  const code = new SharedCode(image);
  shared.set(image, code);
  return code;
}

/** The code of one board. */
export class CodeCache {
  readonly guard: CodeGuard;
  readonly #shared: SharedCode;
  readonly #memory: Memory;
  readonly #sram16: Uint16Array;
  readonly #flashSlots: number;
  readonly #regions: (Compiled | undefined)[];
  readonly #numbers: Uint16Array;
  readonly #passed: Uint8Array;

  constructor(code: SharedCode, memory: Memory) {
    this.guard = new CodeGuard(() => this.#forget());
    this.#shared = code;
    this.#memory = memory;
    this.#sram16 = new Uint16Array(memory.sram.buffer);
    this.#flashSlots = code.flashSize >> 1;
    const slots = this.#flashSlots + (RAM_SIZE >> 1);
    this.#regions = new Array<Compiled | undefined>(slots).fill(undefined);
    this.#numbers = new Uint16Array(slots);
    this.#passed = new Uint8Array(slots);
  }

  /** The function that has a block at `pc`; compiles it when the address has become hot. */
  find(pc: number, reached: Reached): Compiled | undefined {
    const slot = this.#slot(pc);
    if (slot < 0) return undefined;
    const region = this.#regions[slot];
    if (region !== undefined || reached === 'by chance') return region;
    return this.#pass(pc, slot, reached === 'after a stop');
  }

  /** The number of the block at `pc` in its region. */
  block(pc: number): number {
    return this.#numbers[this.#slot(pc)] ?? 0;
  }

  #slot(pc: number): number {
    const inRam = pc - RAM_START;
    if (inRam >= 0) return inRam < RAM_SIZE ? this.#flashSlots + (inRam >> 1) : -1;
    const inFlash = (pc - FLASH_START) >> 1;
    return inFlash < this.#flashSlots ? inFlash : -1;
  }

  #pass(pc: number, slot: number, alone: boolean): Compiled | undefined {
    const passed = (this.#passed[slot] ?? 0) + 1;
    if (passed > HOT) return undefined; // It was tried, and is the interpreter's.
    this.#passed[slot] = passed;
    if (passed === 1) {
      const known = this.#shared.find(pc, this.#halfword);
      if (known !== undefined) this.#enter(known);
    } else if (passed === HOT) {
      const region = compile(pc, this.#halfword, alone);
      if (region !== undefined) {
        this.#shared.add(pc, region);
        this.#enter(region);
      }
    }
    return this.#regions[slot];
  }

  #enter(region: Region): void {
    for (const [address] of region.madeFrom) this.guard.watch(address);
    region.entries.forEach((address, number) => {
      const slot = this.#slot(address);
      if (this.#regions[slot] !== undefined) return;
      this.#regions[slot] = region.run;
      this.#numbers[slot] = number;
    });
  }

  /** Code in RAM changed: nothing that was made from RAM holds any more. */
  #forget(): void {
    this.#regions.fill(undefined, this.#flashSlots);
    this.#passed.fill(0, this.#flashSlots);
  }

  readonly #halfword = (address: number): number | undefined => {
    const inRam = address - RAM_START;
    if (inRam >= 0 && inRam < RAM_SIZE) return this.#sram16[inRam >> 1];
    const inFlash = address - FLASH_START;
    if (inFlash < 0 || inFlash >= this.#shared.flashSize) return undefined;
    return this.#memory.flash16[inFlash >> 1];
  };
}
