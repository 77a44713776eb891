/**
 * What compiled code sees of the machine: registers, RAM, and accesses to everything else, which bring
 * the clock to the present cycle first and say afterwards whether the code must stop: an interrupt may
 * have come, an alarm may have been set, or the access was a fault.
 */
import type { VirtualClock } from '../clock.ts';
import type { CodeGuard } from '../compiler/guard.ts';
import type { Mcu } from './mcu.ts';
import { CYCLE } from './memory-map.ts';
import type { SpiBus } from './spi-bus.ts';

const FLASH = 0x10;
const SPI0 = 0x4003c000;
const SSPDR = 0x4003c008;
const DPRAM = 0x50100000;
/** By the upper four bits of an address: RP2040 datasheet §2.2. */
const APB = 4;
const AHB = 5;
const SIO = 13;
/** A peripheral has 16 KiB of addresses; the APB has 28 of them, the AHB what lies below 0x50400000. */
const SLOT = 14;
const SLOTS = 256;
/** Cycles that rp2040js adds to an access by LDR and STR, the two apart that it has in RAM. */
const SLOW_LOAD = Int8Array.of(0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0);
const SLOW_STORE = Int8Array.of(0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0);

interface Peripheral {
  readUint32(offset: number): number;
  writeUint32Atomic(offset: number, value: number, kind: number): void;
}

interface DualPortRam {
  DPRAMUpdated(offset: number, value: number): void;
}

export interface BusOptions {
  readonly mcu: Mcu;
  readonly clock: VirtualClock;
  readonly spi: SpiBus;
}

export class Bus {
  readonly R: Uint32Array;
  readonly core: Mcu['core'];
  readonly s8: Uint8Array;
  readonly s16: Uint16Array;
  readonly s32: Int32Array;
  /** By line of RAM: 1 where a store must go through `store8` … `store32`. */
  readonly lines: Uint8Array;
  /** Someone wants the CPU to stop after this instruction. */
  interrupted = false;
  /** After an access: something has happened that the CPU must see to before the next instruction. */
  stop = false;
  /** After an access: compiled code must return; since `stop`, or the block is no longer over in time. */
  left = false;
  /** After an access: the cycles before the block and what the access took beyond two; if `left`, all so far. */
  cycle = 0;
  readonly #mcu: Mcu;
  readonly #clock: VirtualClock;
  readonly #guard: CodeGuard | undefined;
  readonly #spi: SpiBus;
  readonly #flash: DataView;
  #base = Number.NaN; // As in clock.ts.
  #due = Number.NaN;
  #limit = 0;

  /** The peripherals on the APB, then those on the AHB, each at its place. */
  readonly #peripherals: readonly (Peripheral | undefined)[];
  readonly #dpram: DualPortRam;

  constructor({ mcu, clock, spi }: BusOptions) {
    this.#mcu = mcu;
    this.#clock = clock;
    this.#spi = spi;
    this.core = mcu.core;
    this.R = mcu.core.registers;
    this.s8 = mcu.sram;
    this.s16 = new Uint16Array(mcu.sram.buffer);
    this.s32 = new Int32Array(mcu.sram.buffer);
    this.#flash = mcu.flashView;
    this.#guard = mcu.guard;
    this.lines = mcu.guard?.lines ?? new Uint8Array(0);
    this.#dpram = mcu.usbCtrl as unknown as DualPortRam;
    this.#peripherals = Array.from({ length: 2 * SLOTS }, (_, i) => {
      const base = i < SLOTS ? APB << 28 : AHB << 28;
      const at = (base >>> SLOT) + (i & (SLOTS - 1));
      return (mcu.peripherals as Record<number, Peripheral | undefined>)[at << 2];
    });
  }

  /** Cycles are counted from now on; returns how many may pass before an alarm is due or `until` comes. */
  begin(until: number): number {
    this.#base = this.#clock.nanos;
    this.#due = this.#clock.nextDue;
    this.stop = false;
    const cycles = Math.ceil((Math.min(until, this.#due) - this.#base) / CYCLE);
    this.#limit = Math.min(cycles, 1 << 29);
    return this.#limit;
  }

  /** Brings the clock to `cycle`, before which nothing is due. */
  finish(cycle: number): void {
    this.#clock.nanos = this.#base + cycle * CYCLE;
  }

  /** Lets time pass to `cycle`, with what the last instruction made due. */
  settle(cycle: number): void {
    this.#clock.advance(this.#base + cycle * CYCLE);
  }

  /**
   * @param cycle before the block
   * @param before the instruction, within the block
   * @param most that the block takes
   */
  load32(address: number, cycle: number, before: number, most: number): number {
    if (address >>> 24 === FLASH && (address & 3) === 0) {
      this.#plain(cycle);
      return this.#flash.getInt32(address & 0xffffff, true);
    }
    this.finish(cycle + before);
    const value =
      (address & ~0xfff) === SPI0 ? this.#spi.read(address & 0xfff) : this.#read(address);
    this.#done(SLOW_LOAD[address >>> 28] ?? 0, cycle, before, most);
    return value;
  }

  load16(address: number, cycle: number, before: number, most: number): number {
    if (address >>> 24 === FLASH && (address & 1) === 0) {
      this.#plain(cycle);
      return this.#flash.getUint16(address & 0xffffff, true);
    }
    this.finish(cycle + before);
    const value = this.#mcu.readUint16(address >>> 0);
    this.#done(SLOW_LOAD[address >>> 28] ?? 0, cycle, before, most);
    return value;
  }

  load8(address: number, cycle: number, before: number, most: number): number {
    if (address >>> 24 === FLASH) {
      this.#plain(cycle);
      return this.#flash.getUint8(address & 0xffffff);
    }
    this.finish(cycle + before);
    const value = this.#mcu.readUint8(address >>> 0);
    this.#done(SLOW_LOAD[address >>> 28] ?? 0, cycle, before, most);
    return value;
  }

  store32(address: number, value: number, cycle: number, before: number, most: number): void {
    this.#store32(address, value, cycle + before);
    this.#done(SLOW_STORE[address >>> 28] ?? 0, cycle, before, most);
  }

  /** STM of one register: rp2040js counts no cycles more for it, wherever it goes. */
  storeNext(address: number, value: number, cycle: number, before: number, most: number): void {
    this.#store32(address, value, cycle + before);
    this.#done(0, cycle, before, most);
  }

  store16(address: number, value: number, cycle: number, before: number, most: number): void {
    this.finish(cycle + before);
    this.#mcu.writeUint16(address >>> 0, value >>> 0);
    this.#done(SLOW_STORE[address >>> 28] ?? 0, cycle, before, most);
  }

  store8(address: number, value: number, cycle: number, before: number, most: number): void {
    this.finish(cycle + before);
    this.#mcu.writeUint8(address >>> 0, value >>> 0);
    this.#done(SLOW_STORE[address >>> 28] ?? 0, cycle, before, most);
  }

  #store32(address: number, value: number, now: number): void {
    this.finish(now);
    if (address === SSPDR) this.#spi.write(SSPDR - SPI0, value);
    else this.#write(address, value >>> 0);
  }

  /** As `Mcu.readUint32`, found by a table: that one compares its way through the address map. */
  #read(address: number): number {
    if ((address & 3) === 0) {
      const kind = address >>> 28;
      if (kind === SIO) return this.#mcu.sio.readUint32(address & 0xfffffff) | 0;
      if (kind === APB || kind === AHB) {
        const dpram = (address - DPRAM) >>> 0;
        if (dpram < this.#mcu.usbDPRAM.length) return this.#mcu.usbDPRAMView.getInt32(dpram, true);
        const peripheral = this.#peripheral(address, kind);
        if (peripheral !== undefined) return peripheral.readUint32(address & 0x3fff) | 0;
      }
    }
    return this.#mcu.readUint32(address) | 0;
  }

  /** As `Mcu.writeUint32`. */
  #write(address: number, value: number): void {
    const kind = address >>> 28;
    if (kind === SIO) {
      this.#mcu.sio.writeUint32(address & 0xfffffff, value);
      return;
    }
    if (kind === APB || kind === AHB) {
      const dpram = (address - DPRAM) >>> 0;
      if (dpram + 3 < this.#mcu.usbDPRAM.length) {
        this.#mcu.usbDPRAMView.setUint32(dpram, value, true);
        this.#dpram.DPRAMUpdated(dpram, value);
        return;
      }
      const peripheral = this.#peripheral(address, kind);
      if (peripheral !== undefined) {
        peripheral.writeUint32Atomic(address & 0xfff, value, (address >> 12) & 3);
        return;
      }
    }
    this.#mcu.writeUint32(address >>> 0, value);
  }

  #peripheral(address: number, kind: number): Peripheral | undefined {
    const slot = (address & 0xfffffff) >>> SLOT;
    return slot < SLOTS ? this.#peripherals[slot + (kind - APB) * SLOTS] : undefined;
  }

  /** An access to flash: nothing can have happened. */
  #plain(cycle: number): void {
    this.cycle = cycle;
    this.left = false;
  }

  /** @param slow cycles beyond the ordinary two, without waits for octets on the SPI bus */
  #done(slow: number, cycle: number, before: number, most: number): void {
    const taken = cycle + slow + this.#spi.takeWait();
    this.stop =
      this.core.interruptsUpdated ||
      this.#clock.nextDue < this.#due ||
      (this.#guard?.takeChanged() ?? false) ||
      this.interrupted;
    this.left = this.stop || taken + most >= this.#limit;
    this.cycle = this.left ? taken + before + 2 : taken;
  }
}
