/** The parts of the chip that carry the raw line, wired together: I2S0, GDMA and RAM, and the pins' ends of the wire. */
import type { WireEnd } from '../../../medium/wire.ts';
import type { Clock } from '../clock.ts';
import type { Memory } from '../riscv/memory.ts';
import { Gdma, type Ram } from './gdma.ts';
import type { Gpio } from './gpio.ts';
import { I2s } from './i2s.ts';
import type { LinePad } from './line-pad.ts';
import type { Peripheral } from './peripheral.ts';

const SYSTEM_CLOCK_ENABLE_0 = 0x10;
const SYSTEM_CLOCK_ENABLE_1 = 0x14;
const SYSTEM_RESET_0 = 0x18;
const SYSTEM_RESET_1 = 0x1c;
const I2S = 1 << 21;
const DMA = 1 << 6;

export interface RawLineOptions {
  readonly clock: Clock;
  readonly wire: WireEnd;
  readonly pad: LinePad;
  readonly gpio: Gpio;
  readonly memory: Memory;
  readonly system: Peripheral;
  /** By how much the crystal is fast, for the line alone. */
  readonly clockError: number;
  /** GDMA's interrupts. */
  readonly signal: (channel: number, active: boolean) => void;
}

export class RawLine {
  readonly i2s: I2s;
  readonly gdma: Gdma;
  /** The system registers, of which two reset these blocks. */
  readonly system: Peripheral;
  readonly #registers: Peripheral;

  constructor(options: RawLineOptions) {
    const { clock, wire, pad, gpio, memory, clockError, signal } = options;
    wire.listensSince = Number.POSITIVE_INFINITY;
    this.gdma = new Gdma(ramOf(memory), signal);
    this.i2s = new I2s({
      clock,
      gdma: this.gdma,
      clockError,
      onWord: (word, at, period) => pad.shift(word, at, period),
      onRest: () => pad.rest(),
      sense: (at) => (gpio.lineIsSampled ? wire.sample(at) : 0),
      onListen: (since) => {
        wire.listensSince = since;
      },
    });
    this.#registers = options.system;
    this.system = {
      read: (offset) => options.system.read(offset),
      write: (offset, value) => {
        options.system.write(offset, value);
        if (offset === SYSTEM_RESET_0 && (value & I2S) !== 0) this.i2s.reset();
        if (offset === SYSTEM_RESET_1 && (value & DMA) !== 0) this.gdma.reset();
      },
    };
  }

  i2sClocked(): boolean {
    return this.#clocked(SYSTEM_CLOCK_ENABLE_0, SYSTEM_RESET_0, I2S);
  }

  gdmaClocked(): boolean {
    return this.#clocked(SYSTEM_CLOCK_ENABLE_1, SYSTEM_RESET_1, DMA);
  }

  #clocked(enable: number, reset: number, bit: number): boolean {
    return (this.#registers.read(enable) & ~this.#registers.read(reset) & bit) !== 0;
  }
}

/** RAM as GDMA has it: what code was made from is noticed here as well. */
function ramOf(memory: Memory): Ram {
  const { dataBase } = memory.layout;
  return {
    read: (address) => (memory.data32[(address - dataBase) >> 2] ?? 0) >>> 0,
    write: (address, value) => {
      const at = address - dataBase;
      if (memory.holdsCode(at, 4)) memory.storeOverCode(at, 4, value);
      else memory.data32[at >> 2] = value;
    },
  };
}
