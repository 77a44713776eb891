/**
 * Compiled regions by address. Code in RAM is compiled as code in flash is, and forgotten as soon as one of
 * the halfwords that it was made from changes: `CodeGuard` knows them all. Boards of one image share what
 * was compiled, each after a look at its own memory.
 */
import type { CodeGuard } from './guard.ts';
import type { Compiled, Fetch, Known, Region, Scope } from './region.ts';

/** Where nothing else is said. */
const HOT = 12;
/** Versions of the code at one address that are kept. */
const VERSIONS_MAX = 4;

/**
 * How the CPU came to an address: by a branch; since compiled code had to stop before it, as it will each
 * time; or by the interpreter's going through a block in which an alarm is due.
 */
export type Reached = 'by a branch' | 'after a stop' | 'by chance';

/** What boards of one image share. */
export class SharedCode<M> {
  /** How often an address is passed before it is worth compiling. */
  readonly hot: number;
  readonly #byEntry = new Map<number, Region<M>[]>();

  constructor(hot = HOT) {
    this.hot = hot;
  }

  /** A region entered at `pc` that was made from just what `halfword` reads. */
  find(pc: number, halfword: Fetch): Region<M> | undefined {
    return this.#byEntry
      .get(pc)
      ?.find(({ madeFrom }) => madeFrom.every(([address, value]) => halfword(address) === value));
  }

  add(pc: number, region: Region<M>): void {
    const versions = this.#byEntry.get(pc) ?? [];
    versions.push(region);
    if (versions.length > VERSIONS_MAX) versions.shift();
    this.#byEntry.set(pc, versions);
  }
}

/** The code of each image: boards that are given the same array share it. The array must not change. */
export class Images<M> {
  readonly #hot: number | undefined;
  readonly #shared = new WeakMap<Uint8Array, SharedCode<M>>();

  constructor(hot?: number) {
    this.#hot = hot;
  }

  codeOf(image: Uint8Array): SharedCode<M> {
    const known = this.#shared.get(image);
    if (known !== undefined) return known;
    const code = new SharedCode<M>(this.#hot);
    this.#shared.set(image, code);
    return code;
  }
}

/** Memory that code runs from. */
interface Area {
  /** Where the fetch unit sees it. */
  readonly start: number;
  readonly octets: Uint8Array;
}

export interface CodeCacheOptions<M> {
  readonly shared: SharedCode<M>;
  /** Code that never changes. */
  readonly flash: Area;
  readonly ram: Area;
  /** Told of every write to RAM that code was made from. */
  readonly guard: CodeGuard;
  readonly compile: (scope: Required<Scope>, halfword: Fetch) => Region<M> | undefined;
}

const halves = ({ octets }: Area): Uint16Array =>
  new Uint16Array(octets.buffer, octets.byteOffset, octets.length >> 1);

/** The code of one board. */
export class CodeCache<M> {
  readonly guard: CodeGuard;
  /** Of the block that `find` found, in its region. */
  number = 0;
  readonly #options: CodeCacheOptions<M>;
  readonly #flashStart: number;
  readonly #ramStart: number;
  readonly #flash: Uint16Array;
  readonly #ram: Uint16Array;
  readonly #regions: (Compiled<M> | undefined)[];
  readonly #numbers: Uint16Array;
  readonly #passed: Uint16Array;

  constructor(options: CodeCacheOptions<M>) {
    const { flash, ram, guard } = options;
    this.guard = guard;
    this.#options = options;
    this.#flashStart = flash.start;
    this.#ramStart = ram.start;
    this.#flash = halves(flash);
    this.#ram = halves(ram);
    const slots = this.#flash.length + this.#ram.length;
    this.#regions = new Array<Compiled<M> | undefined>(slots).fill(undefined);
    this.#numbers = new Uint16Array(slots);
    this.#passed = new Uint16Array(slots);
    guard.follow(() => this.#forget());
  }

  /** The function that has a block at `pc`, which is `number`; compiles it when the address has become hot. */
  find(pc: number, reached: Reached): Compiled<M> | undefined {
    const slot = this.#slot(pc);
    if (slot < 0) return undefined;
    const region = this.#regions[slot] ?? this.#pass(pc, slot, reached);
    this.number = this.#numbers[slot] ?? 0;
    return region;
  }

  #slot(pc: number): number {
    const inRam = (pc - this.#ramStart) >>> 1;
    if (inRam < this.#ram.length) return this.#flash.length + inRam;
    const inFlash = (pc - this.#flashStart) >>> 1;
    return inFlash < this.#flash.length ? inFlash : -1;
  }

  #pass(pc: number, slot: number, reached: Reached): Compiled<M> | undefined {
    if (reached === 'by chance') return undefined;
    const { shared, compile } = this.#options;
    const passed = (this.#passed[slot] ?? 0) + 1;
    if (passed > shared.hot) return undefined; // It was tried, and is the interpreter's.
    this.#passed[slot] = passed;
    const known = passed === 1 ? shared.find(pc, this.#halfword) : undefined;
    if (known !== undefined) {
      this.#enter(known);
    } else if (passed === shared.hot) {
      const alone = reached === 'after a stop';
      const region = compile({ entry: pc, alone, known: this.#known }, this.#halfword);
      if (region === undefined) return undefined;
      shared.add(pc, region);
      this.#enter(region);
    }
    return this.#regions[slot];
  }

  #enter(region: Region<M>): void {
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
    this.#regions.fill(undefined, this.#flash.length);
    this.#passed.fill(0, this.#flash.length);
  }

  readonly #known: Known = (address) => {
    const slot = this.#slot(address);
    return slot >= 0 && this.#regions[slot] !== undefined;
  };

  readonly #halfword: Fetch = (address) => {
    const slot = this.#slot(address);
    if (slot < 0) return undefined;
    const inRam = slot - this.#flash.length;
    return inRam >= 0 ? this.#ram[inRam] : this.#flash[slot];
  };
}
