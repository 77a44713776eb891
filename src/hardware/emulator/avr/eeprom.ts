/** The EEPROM, which outlives every reset: datasheet §8.4. The ready interrupt is not modelled. */
import type { Core } from './core.ts';

const EECR = 0x3f;
const EEDR = 0x40;
const EEARL = 0x41;
const EEARH = 0x42;

const EERE = 1;
const EEPE = 2;
const EEMPE = 4;
const MODE = 0x30;
const MODE_ERASE = 0x10;
const MODE_WRITE = 0x20;
const SIZE = 1024;
const ENABLED_CYCLES = 4;
/** 3.4 ms for an erase and a write, 1.8 ms for one of them (table 8-1). */
const BOTH_CYCLES = 54_400;
const ONE_CYCLES = 28_800;
const READ_HALT = 4;
const WRITE_HALT = 2;

/** A chip's first: all ones. */
export const blankEeprom = (): Uint8Array => new Uint8Array(SIZE).fill(0xff);

export class Eeprom {
  readonly #core: Core;
  readonly #memory: Uint8Array;
  #enabledUntil = 0;
  #busyUntil = 0;

  constructor(core: Core, memory: Uint8Array) {
    this.#core = core;
    this.#memory = memory;
    const { cpu } = core;
    cpu.readHooks[EECR] = () => {
      let control = (cpu.data[EECR] ?? 0) & ~(EEPE | EEMPE);
      if (cpu.cycles < this.#busyUntil) control |= EEPE;
      if (cpu.cycles <= this.#enabledUntil) control |= EEMPE;
      return control;
    };
    cpu.writeHooks[EECR] = (value) => this.#control(value);
  }

  #control(value: number): true {
    const { cpu } = this.#core;
    const address = ((cpu.data[EEARH] ?? 0) * 256 + (cpu.data[EEARL] ?? 0)) % SIZE;
    const busy = cpu.cycles < this.#busyUntil;
    if (!busy) cpu.data[EECR] = value & MODE;
    if ((value & EEPE) !== 0 && !busy && cpu.cycles <= this.#enabledUntil) this.#program(address);
    else if ((value & EEMPE) !== 0) this.#enabledUntil = cpu.cycles + ENABLED_CYCLES;
    if ((value & EERE) !== 0 && !busy) {
      cpu.data[EEDR] = this.#memory[address] ?? 0;
      cpu.cycles += READ_HALT;
    }
    return true;
  }

  #program(address: number): void {
    const { cpu } = this.#core;
    const mode = (cpu.data[EECR] ?? 0) & MODE;
    const old = mode === MODE_WRITE ? (this.#memory[address] ?? 0) : 0xff;
    this.#memory[address] = mode === MODE_ERASE ? 0xff : old & (cpu.data[EEDR] ?? 0);
    this.#enabledUntil = 0;
    this.#busyUntil = cpu.cycles + (mode === 0 ? BOTH_CYCLES : ONE_CYCLES);
    cpu.cycles += WRITE_HALT;
  }
}
