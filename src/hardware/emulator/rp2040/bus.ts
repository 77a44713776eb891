/**
 * What compiled code sees of the machine: registers, RAM, and accesses to everything else, which bring
 * the clock to the present cycle first and say afterwards whether the code must stop: an interrupt may
 * have come, an alarm may have been set, or the access was a fault.
 */
import type { VirtualClock } from '../clock.ts';
import type { CodeGuard } from './code-guard.ts';
import type { Mcu } from './mcu.ts';
import { CYCLE } from './memory-map.ts';
import type { SpiBus } from './spi-bus.ts';

const FLASH = 0x10;
const SPI0 = 0x4003c000;
const SSPDR = 0x4003c008;
/** No block of compiled code takes longer, waits apart. */
const BLOCK_CYCLES_MAX = 512;

export interface BusOptions {
  readonly mcu: Mcu;
  readonly clock: VirtualClock;
  readonly spi: SpiBus;
  /** Someone wants the CPU to stop after this instruction. */
  readonly interrupted: () => boolean;
}

export class Bus {
  readonly R: Uint32Array;
  readonly core: Mcu['core'];
  readonly s8: Uint8Array;
  readonly s16: Uint16Array;
  readonly s32: Int32Array;
  /** By line of RAM: 1 where a store must go through `store8` … `store32`. */
  readonly lines: Uint8Array;
  /** After an access: cycles that it took beyond the ordinary one. */
  extra = 0;
  /** After an access: compiled code must return before the next instruction. */
  stop = false;
  /** After an access: `extra` or `stop` says something. */
  after = false;
  readonly #mcu: Mcu;
  readonly #clock: VirtualClock;
  readonly #guard: CodeGuard | undefined;
  readonly #spi: SpiBus;
  readonly #interrupted: () => boolean;
  readonly #flash: DataView;
  #base = 0;
  #due = 0;
  #limit = 0;

  constructor({ mcu, clock, spi, interrupted }: BusOptions) {
    this.#mcu = mcu;
    this.#clock = clock;
    this.#spi = spi;
    this.#interrupted = interrupted;
    this.core = mcu.core;
    this.R = mcu.core.registers;
    this.s8 = mcu.sram;
    this.s16 = new Uint16Array(mcu.sram.buffer);
    this.s32 = new Int32Array(mcu.sram.buffer);
    this.#flash = mcu.flashView;
    this.#guard = mcu.guard;
    this.lines = mcu.guard?.lines ?? new Uint8Array(0);
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

  load32(address: number, cycle: number): number {
    if (address >>> 24 === FLASH && (address & 3) === 0) {
      this.after = false;
      return this.#flash.getInt32(address & 0xffffff, true);
    }
    this.finish(cycle);
    const value =
      (address & ~0xfff) === SPI0
        ? this.#spi.read(address & 0xfff)
        : this.#mcu.readUint32(address) | 0;
    this.#done(address, false, cycle);
    return value;
  }

  load16(address: number, cycle: number): number {
    if (address >>> 24 === FLASH && (address & 1) === 0) {
      this.after = false;
      return this.#flash.getUint16(address & 0xffffff, true);
    }
    this.finish(cycle);
    const value = this.#mcu.readUint16(address >>> 0);
    this.#done(address, false, cycle);
    return value;
  }

  load8(address: number, cycle: number): number {
    if (address >>> 24 === FLASH) {
      this.after = false;
      return this.#flash.getUint8(address & 0xffffff);
    }
    this.finish(cycle);
    const value = this.#mcu.readUint8(address >>> 0);
    this.#done(address, false, cycle);
    return value;
  }

  store32(address: number, value: number, cycle: number): void {
    this.finish(cycle);
    if (address === SSPDR) this.#spi.write(SSPDR - SPI0, value);
    else this.#mcu.writeUint32(address >>> 0, value >>> 0);
    this.#done(address, true, cycle);
  }

  store16(address: number, value: number, cycle: number): void {
    this.finish(cycle);
    this.#mcu.writeUint16(address >>> 0, value >>> 0);
    this.#done(address, true, cycle);
  }

  store8(address: number, value: number, cycle: number): void {
    this.finish(cycle);
    this.#mcu.writeUint8(address >>> 0, value >>> 0);
    this.#done(address, true, cycle);
  }

  #done(address: number, write: boolean, cycle: number): void {
    const wait = this.#spi.takeWait();
    this.extra = this.core.cyclesIO(address, write) - 1 + wait;
    this.stop =
      this.core.interruptsUpdated ||
      this.#clock.nextDue < this.#due ||
      // The block was begun in the belief that it would be over in time.
      (wait > 0 && cycle + wait + BLOCK_CYCLES_MAX >= this.#limit) ||
      (this.#guard?.takeChanged() ?? false) ||
      this.#interrupted();
    this.after = this.stop || this.extra !== 0;
  }
}
