/**
 * GPIO 0 … 21 as plain pins: outputs, inputs, interrupts at edges and levels. ESP32-C3 Technical Reference
 * Manual, IO MUX and GPIO Matrix. Which peripheral has a pin is looked at for the raw line's alone: the board's
 * other wires are those of the pins that SPI2 and UART0 have by the IO MUX.
 */
import type { PadState } from './line-pad.ts';
import { type Peripheral, PlainRegisters } from './peripheral.ts';

const OUT = 0x04;
const OUT_W1TS = 0x08;
const OUT_W1TC = 0x0c;
const ENABLE = 0x20;
const ENABLE_W1TS = 0x24;
const ENABLE_W1TC = 0x28;
const IN = 0x3c;
const STATUS = 0x44;
const STATUS_W1TS = 0x48;
const STATUS_W1TC = 0x4c;
const PCPU_INT = 0x5c;
const PIN0 = 0x74;
const IN_SELECT = 0x154;
const OUT_SELECT = 0x554;
const PINS = 22;
const ALL = (1 << PINS) - 1;
/** The pins of the raw line, as firmware/boards/esp32c3/i2s_line.c has them. */
const SEND_PIN = 0;
const SAMPLE_PIN = 1;
/** I2SO_SD_out and I2SI_SD_in of the GPIO matrix. */
const SIGNAL_I2S_DATA = 15;
const OPEN_DRAIN = 1 << 2;
/** In OUT_SELECT: GPIO_ENABLE says whether it drives, not the peripheral. */
const BY_ENABLE = 1 << 9;
const INVERTED = 1 << 8;
/** In IN_SELECT: the signal is that of a pin. */
const FROM_PIN = 1 << 6;

const RISING = 1;
const FALLING = 2;
const ANY = 3;
const LOW_LEVEL = 4;
const HIGH_LEVEL = 5;
const CPU = 1 << 13;

export interface GpioEvents {
  /** What the chip drives: a pin that it does not is high, as by a pull-up. */
  onLevels(levels: number): void;
  onInterrupt(active: boolean): void;
  /** The pad of the raw line's sending pin may be as it was, or not. */
  onPad(state: PadState): void;
  /** What the sampling pin sees when it is looked at. */
  senseLine(): boolean;
}

export class Gpio implements Peripheral {
  readonly #events: GpioEvents;
  readonly #registers = new PlainRegisters();
  #out = 0;
  #enabled = 0;
  /** What comes from outside. */
  #inputs = ALL;
  #status = 0;

  constructor(events: GpioEvents) {
    this.#events = events;
  }

  setInput(pin: number, high: boolean): void {
    const before = this.#in;
    if (high) this.#inputs |= 1 << pin;
    else this.#inputs &= ~(1 << pin);
    this.#changed(before);
  }

  read(offset: number): number {
    switch (offset) {
      case OUT:
        return this.#out;
      case ENABLE:
        return this.#enabled;
      case IN:
        return (this.#in & ~(1 << SAMPLE_PIN)) | (this.#events.senseLine() ? 1 << SAMPLE_PIN : 0);
      case STATUS:
        return this.#status;
      case PCPU_INT:
        return this.#let();
      default:
        return this.#registers.read(offset);
    }
  }

  write(offset: number, value: number): void {
    const before = this.#in;
    switch (offset) {
      case OUT:
        this.#out = value & ALL;
        break;
      case OUT_W1TS:
        this.#out |= value & ALL;
        break;
      case OUT_W1TC:
        this.#out &= ~value;
        break;
      case ENABLE:
        this.#enabled = value & ALL;
        break;
      case ENABLE_W1TS:
        this.#enabled |= value & ALL;
        break;
      case ENABLE_W1TC:
        this.#enabled &= ~value;
        break;
      case STATUS:
        this.#status = value & ALL;
        break;
      case STATUS_W1TS:
        this.#status |= value & ALL;
        break;
      case STATUS_W1TC:
        this.#status &= ~value;
        break;
      default:
        this.#registers.write(offset, value);
    }
    if (offset <= ENABLE_W1TC) this.#events.onLevels(this.#driven);
    this.#events.onPad(this.#pad);
    this.#changed(before);
  }

  /** I2S' data input is the raw line's sampling pin. */
  get lineIsSampled(): boolean {
    return this.#registers.read(IN_SELECT + 4 * SIGNAL_I2S_DATA) === (FROM_PIN | SAMPLE_PIN);
  }

  get #pad(): PadState {
    const select = this.#registers.read(OUT_SELECT + 4 * SEND_PIN);
    const ofI2s = (select & 0xff) === SIGNAL_I2S_DATA;
    const enabled = ((this.#enabled >> SEND_PIN) & 1) === 1;
    return {
      level: ((this.#out >> SEND_PIN) & 1) as 0 | 1,
      enabled: enabled || (ofI2s && (select & BY_ENABLE) === 0),
      openDrain: (this.#registers.read(PIN0 + 4 * SEND_PIN) & OPEN_DRAIN) !== 0,
      ofI2s,
      inverted: (select & INVERTED) !== 0,
    };
  }

  get #driven(): number {
    return (this.#out | ~this.#enabled) & ALL;
  }

  get #in(): number {
    return this.#inputs & this.#driven;
  }

  #changed(before: number): void {
    const now = this.#in;
    for (let pin = 0; pin < PINS; pin++) {
      const type = (this.#registers.read(PIN0 + 4 * pin) >> 7) & 7;
      if (type === 0) continue;
      const was = (before >> pin) & 1;
      const is = (now >> pin) & 1;
      const edge = was !== is && (type === ANY || type === (is === 1 ? RISING : FALLING));
      const level = type === (is === 1 ? HIGH_LEVEL : LOW_LEVEL);
      if (edge || level) this.#status |= 1 << pin;
    }
    this.#events.onInterrupt(this.#let() !== 0);
  }

  /** Of the pins' interrupts those that go to the CPU. */
  #let(): number {
    let bits = 0;
    for (let rest = this.#status; rest !== 0; rest &= rest - 1) {
      const pin = 31 - Math.clz32(rest & -rest);
      if ((this.#registers.read(PIN0 + 4 * pin) & CPU) !== 0) bits |= 1 << pin;
    }
    return bits;
  }
}
