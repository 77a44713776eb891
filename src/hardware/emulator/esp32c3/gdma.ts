/**
 * GDMA: three channels, each with a list of descriptors to a peripheral and one from it. ESP32-C3 Technical
 * Reference Manual §2. Words only, as I2S takes and gives them; a transfer takes no time of its own. Not
 * modelled: memory to memory, priorities, bursts, descriptors read ahead, the FIFOs' registers.
 */
import { InterruptBits, type Peripheral, PlainRegisters } from './peripheral.ts';

const CHANNELS = 3;
const INT_SIZE = 0x10;
const INT_ST = 0x04;
const INT_ENA = 0x08;
const INT_CLR = 0x0c;
const CHANNEL_0 = 0x70;
const CHANNEL_SIZE = 0xc0;
const OUT = 0x60;
/** Of each direction. */
const CONF0 = 0x00;
const CONF1 = 0x04;
const LINK = 0x10;
const PERI_SEL = 0x30;
const NO_PERIPHERAL = 0x3f;

const RESET = 1 << 0;
const LOOP_TEST = 1 << 1;
const CHECK_OWNER = 1 << 12;
const ADDRESS = 0xfffff;

const IN_DONE = 1 << 0;
const IN_SUC_EOF = 1 << 1;
const OUT_DONE = 1 << 3;
const OUT_EOF = 1 << 4;
const IN_DSCR_ERR = 1 << 5;
const OUT_DSCR_ERR = 1 << 6;
const IN_DSCR_EMPTY = 1 << 7;
const OUT_TOTAL_EOF = 1 << 8;

const OWNER = 0x8000_0000;
const EOF = 0x4000_0000;
/** §2.4.7: what descriptors and buffers may be in, and what is above the 20 bits of an address. */
const RAM = 0x3fc8_0000;
const RAM_END = 0x3fce_0000;
const ABOVE = 0x3fc0_0000;

/** RAM as the data bus sees it, by words. */
export interface Ram {
  read(address: number): number;
  write(address: number, value: number): void;
}

/** One direction of a channel: where in its list it is. */
abstract class Direction {
  protected readonly ram: Ram;
  protected readonly bits: InterruptBits;
  readonly registers = new PlainRegisters([[PERI_SEL, NO_PERIPHERAL]]);
  protected running = false;
  protected descriptor = 0;
  protected head = 0;
  protected buffer = 0;
  /** Octets of the buffer that are done. */
  protected at = 0;

  constructor(ram: Ram, bits: InterruptBits) {
    this.ram = ram;
    this.bits = bits;
  }

  get peripheral(): number {
    return this.registers.read(PERI_SEL);
  }

  halt(): void {
    this.running = false;
  }

  /** §2.4.5. */
  protected load(address: number, error: number): void {
    this.descriptor = address;
    const readable = address >= RAM && address + 12 <= RAM_END;
    this.head = readable ? this.ram.read(address) : 0;
    this.buffer = readable ? this.ram.read(address + 4) : 0;
    this.at = 0;
    const owned = (this.registers.read(CONF1) & CHECK_OWNER) === 0 || this.head >>> 31 === 1;
    this.running = readable && owned && this.buffer >= RAM && this.buffer < RAM_END;
    if (!this.running) this.bits.raise(error);
  }

  protected get next(): number {
    return this.ram.read(this.descriptor + 8);
  }

  write(offset: number, value: number): void {
    this.registers.write(offset, value);
    if (offset === CONF0 && (value & RESET) !== 0) this.halt();
  }
}

class Inlink extends Direction {
  /** False when no buffer takes it. `last`: with an EOF. */
  push(word: number, last: boolean): boolean {
    if (!this.running) return false;
    this.ram.write(this.buffer + this.at, word);
    this.at += 4;
    if (last || this.at >= (this.head & 0xfff)) this.#close(last);
    return true;
  }

  start(address: number): void {
    this.load(address, IN_DSCR_ERR);
  }

  #close(last: boolean): void {
    const kept = (this.registers.read(CONF0) & LOOP_TEST) === 0 ? 0 : this.head & OWNER;
    const head = kept | (last ? EOF : 0) | (this.at << 12) | (this.head & 0xfff);
    this.ram.write(this.descriptor, head >>> 0);
    const { next } = this;
    this.bits.raise(IN_DONE | (last ? IN_SUC_EOF : 0));
    if (next !== 0) {
      this.load(next, IN_DSCR_ERR);
      return;
    }
    this.halt();
    this.bits.raise(IN_DSCR_EMPTY);
  }
}

class Outlink extends Direction {
  /** The next word; none when the list has ended. */
  pull(): number | undefined {
    if (!this.running) return undefined;
    const word = this.ram.read(this.buffer + this.at);
    this.at += 4;
    if (this.at >= ((this.head >>> 12) & 0xfff)) this.#close();
    return word;
  }

  start(address: number): void {
    this.load(address, OUT_DSCR_ERR);
  }

  #close(): void {
    const last = (this.head & EOF) !== 0;
    const { next } = this;
    this.bits.raise(OUT_DONE | (last ? OUT_EOF : 0));
    if (next !== 0) {
      this.load(next, OUT_DSCR_ERR);
      return;
    }
    this.halt();
    this.bits.raise(OUT_TOTAL_EOF);
  }
}

interface Channel {
  readonly bits: InterruptBits;
  readonly into: Inlink;
  readonly from: Outlink;
}

const IN_START = 1 << 22;
const IN_STOP = 1 << 21;
const OUT_START = 1 << 21;
const OUT_STOP = 1 << 20;

export class Gdma implements Peripheral {
  /** A list to `peripheral` has begun: it may take from it. */
  onReady: ((peripheral: number) => void) | undefined;
  readonly #ram: Ram;
  readonly #signal: (channel: number, active: boolean) => void;
  #channels: readonly Channel[];

  /** `signal`: the interrupt of channel 0, 1 or 2 is as told. */
  constructor(ram: Ram, signal: (channel: number, active: boolean) => void) {
    this.#ram = ram;
    this.#signal = signal;
    this.#channels = this.#build();
  }

  reset(): void {
    for (let n = 0; n < CHANNELS; n++) this.#signal(n, false);
    this.#channels = this.#build();
  }

  /** The next word for a peripheral; undefined: nothing is there for it. */
  pull(peripheral: number): number | undefined {
    return this.#channels.find(({ from }) => from.peripheral === peripheral)?.from.pull();
  }

  /** A word that a peripheral has; false: it is lost. */
  push(peripheral: number, word: number, last: boolean): boolean {
    const channel = this.#channels.find(({ into }) => into.peripheral === peripheral);
    return channel?.into.push(word, last) ?? false;
  }

  read(offset: number): number {
    if (offset < INT_SIZE * CHANNELS) {
      const bits = this.#channels[Math.floor(offset / INT_SIZE)]?.bits;
      if (bits === undefined) return 0;
      const which = offset % INT_SIZE;
      if (which === INT_ST) return bits.status;
      if (which === INT_ENA) return bits.enabled;
      return which === INT_CLR ? 0 : bits.raw;
    }
    const { channel, out, register } = place(offset);
    const at = this.#channels[channel];
    return (out ? at?.from : at?.into)?.registers.read(register) ?? 0;
  }

  write(offset: number, value: number): void {
    if (offset < INT_SIZE * CHANNELS) {
      const bits = this.#channels[Math.floor(offset / INT_SIZE)]?.bits;
      if (offset % INT_SIZE === INT_ENA) bits?.enable(value);
      else if (offset % INT_SIZE === INT_CLR) bits?.clear(value);
      return;
    }
    const { channel, out, register } = place(offset);
    const at = this.#channels[channel];
    if (at === undefined) return;
    if (register === LINK) this.#link(at, out, value);
    else (out ? at.from : at.into).write(register, value);
  }

  #link({ from, into }: Channel, out: boolean, value: number): void {
    const side = out ? from : into;
    side.registers.write(LINK, value & ADDRESS);
    if ((value & (out ? OUT_STOP : IN_STOP)) !== 0) side.halt();
    if ((value & (out ? OUT_START : IN_START)) === 0) return;
    side.start(ABOVE | (value & ADDRESS));
    if (out) this.onReady?.(from.peripheral);
  }

  #build(): Channel[] {
    return Array.from({ length: CHANNELS }, (_, n) => {
      const bits = new InterruptBits((active) => this.#signal(n, active));
      return { bits, into: new Inlink(this.#ram, bits), from: new Outlink(this.#ram, bits) };
    });
  }
}

function place(offset: number): { channel: number; out: boolean; register: number } {
  const channel = Math.floor((offset - CHANNEL_0) / CHANNEL_SIZE);
  const within = (offset - CHANNEL_0) % CHANNEL_SIZE;
  return { channel, out: within >= OUT, register: within % OUT };
}
