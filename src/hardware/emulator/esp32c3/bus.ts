/**
 * The addresses of the ESP32-C3: Technical Reference Manual, System and Memory. A peripheral whose clock is
 * gated reads 0 and takes nothing.
 */
import type { Bus } from '../riscv/data.ts';
import type { Peripheral } from './peripheral.ts';

/** SRAM0, 16 KiB for code alone, and SRAM1, 384 KiB on both buses. */
export const LAYOUT = {
  size: 0x64000,
  codeBase: 0x4037c000,
  dataBase: 0x3fc80000,
  dataOffset: 0x4000,
} as const;

const PERIPHERALS = 0x60000000;
const PERIPHERALS_END = 0x600d0000;
/** As far apart as bases may be. */
const PAGE = 11;

export interface Mapped {
  readonly base: number;
  readonly size: number;
  readonly peripheral: Peripheral;
  /** Whether its clock runs; always, where it has no gate. */
  readonly clocked?: () => boolean;
}

export interface SocBusOptions {
  readonly octets: Uint8Array;
  readonly mapped: readonly Mapped[];
  /** Around each access to a peripheral: the clock is brought to its time, and what it set is seen to. */
  readonly before: () => void;
  readonly after: () => void;
}

export class SocBus implements Bus {
  readonly #pages: readonly (Mapped | undefined)[];
  readonly #ram: DataView;
  readonly #before: () => void;
  readonly #after: () => void;

  constructor({ octets, mapped, before, after }: SocBusOptions) {
    this.#ram = new DataView(octets.buffer);
    this.#before = before;
    this.#after = after;
    const pages = new Array<Mapped | undefined>((PERIPHERALS_END - PERIPHERALS) >> PAGE);
    for (const each of mapped) {
      const first = (each.base - PERIPHERALS) >> PAGE;
      for (let page = 0; page < each.size >> PAGE; page++) pages[first + page] = each;
    }
    this.#pages = pages;
  }

  read(address: number, width: 1 | 2 | 4): number | undefined {
    const at = address - LAYOUT.codeBase;
    if (at >= 0 && at + width <= LAYOUT.size) return this.#readRam(at, width);
    const mapped = this.#find(address);
    if (mapped === undefined) return undefined;
    if (mapped.clocked?.() === false) return 0;
    this.#before();
    const word = mapped.peripheral.read((address - mapped.base) & ~3) >>> 0;
    this.#after();
    if (width === 4) return word;
    return (word >>> (8 * (address & 3))) & (width === 2 ? 0xffff : 0xff);
  }

  /** Peripherals take words: a narrower write is one of a word whose other octets are 0. */
  write(address: number, width: 1 | 2 | 4, value: number): boolean {
    const at = address - LAYOUT.codeBase;
    if (at >= 0 && at + width <= LAYOUT.size) return false; // Code is written through the data bus.
    const mapped = this.#find(address);
    if (mapped === undefined) return false;
    if (mapped.clocked?.() === false) return true;
    this.#before();
    mapped.peripheral.write((address - mapped.base) & ~3, (value << (8 * (address & 3))) >>> 0);
    this.#after();
    return true;
  }

  #find(address: number): Mapped | undefined {
    if (address < PERIPHERALS || address >= PERIPHERALS_END) return undefined;
    return this.#pages[(address - PERIPHERALS) >> PAGE];
  }

  #readRam(at: number, width: 1 | 2 | 4): number {
    if (width === 4) return this.#ram.getUint32(at, true);
    return width === 2 ? this.#ram.getUint16(at, true) : this.#ram.getUint8(at);
  }
}
