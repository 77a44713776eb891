/**
 * Loads and stores: memory in place, at any address, and everything else over the bus, aligned. The ESP32-C3
 * does so too (Technical Reference Manual, mcause: it has no exception for addresses that are not aligned).
 */
import type { Memory } from './memory.ts';
import * as op from './operations.ts';

type Width = 1 | 2 | 4;

/** Everything that is not the memory: peripherals, and other views of it. */
export interface Bus {
  /** Zero-extended; undefined where nothing answers. */
  read(address: number, width: Width): number | undefined;
  /** False where nothing answers. */
  write(address: number, width: Width, value: number): boolean;
}

const LOAD_WIDTH = [1, 2, 4, 1, 2] as const;
const STORE_WIDTH = [1, 2, 4] as const;
const MASK = { 1: 0xff, 2: 0xffff } as const;

export class DataPort {
  readonly #memory: Memory;
  readonly #bus: Bus;

  constructor(memory: Memory, bus: Bus) {
    this.#memory = memory;
    this.#bus = bus;
  }

  /** Undefined where nothing answers. */
  load(operation: number, address: number): number | undefined {
    const { data8, data16, data32, layout } = this.#memory;
    const at = (address - layout.dataBase) >>> 0;
    switch (operation) {
      case op.LW:
        if (at + 4 <= data8.length && (at & 3) === 0) return data32[at >> 2];
        break;
      case op.LBU:
        if (at < data8.length) return (data8[at] as number) & 0xff;
        break;
      case op.LHU:
        if (at + 2 <= data8.length && (at & 1) === 0) return (data16[at >> 1] as number) & 0xffff;
        break;
      case op.LB:
        if (at < data8.length) return data8[at];
        break;
      default:
        if (at + 2 <= data8.length && (at & 1) === 0) return data16[at >> 1];
    }
    return this.loadSlowly(operation, address);
  }

  /** As `load`, for what is most likely on the bus. */
  loadSlowly(operation: number, address: number): number | undefined {
    const width = LOAD_WIDTH[operation - op.LB] ?? 4;
    let value = this.#unaligned((address - this.#memory.layout.dataBase) >>> 0, width);
    if (value === undefined) {
      if ((address & (width - 1)) !== 0) return undefined;
      value = this.#bus.read(address >>> 0, width);
    }
    if (value === undefined) return undefined;
    if (operation === op.LB) return (value << 24) >> 24;
    return operation === op.LH ? (value << 16) >> 16 : value | 0;
  }

  #unaligned(at: number, width: Width): number | undefined {
    const { data8 } = this.#memory;
    if (at + width > data8.length) return undefined;
    let value = 0;
    for (let i = 0; i < width; i++) value |= ((data8[at + i] as number) & 0xff) << (8 * i);
    return value;
  }

  /** False where nothing answers. */
  store(operation: number, address: number, value: number): boolean {
    const memory = this.#memory;
    const at = (address - memory.layout.dataBase) >>> 0;
    const width = STORE_WIDTH[operation - op.SB] ?? 4;
    if (at + width > memory.data8.length) {
      if ((address & (width - 1)) !== 0) return false;
      const octets = width === 4 ? value >>> 0 : value & MASK[width];
      return this.#bus.write(address >>> 0, width, octets);
    }
    if (memory.holdsCode(at, width)) memory.storeOverCode(at, width, value);
    else if ((at & (width - 1)) !== 0) memory.storeOctets(at, width, value);
    else if (width === 4) memory.data32[at >> 2] = value;
    else if (width === 2) memory.data16[at >> 1] = value;
    else memory.data8[at] = value;
    return true;
  }
}
