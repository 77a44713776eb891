/**
 * GP-SPI2 as a master that the CPU feeds: up to 64 octets, full duplex, from its buffer and back into it.
 * ESP32-C3 Technical Reference Manual, SPI Controller. The octets go at the start of a transfer; the buffer
 * and the end are there when the bus would be done. DMA, commands, addresses and other widths are not
 * modelled.
 */
import type { Alarm, Clock } from '../clock.ts';
import type { W5500 } from '../w5500/chip.ts';
import { InterruptBits, type Peripheral, PlainRegisters } from './peripheral.ts';

const CMD = 0x00;
const CLOCK = 0x0c;
const USER = 0x10;
const MS_DLEN = 0x1c;
const DMA_INT_ENA = 0x34;
const DMA_INT_CLR = 0x38;
const DMA_INT_RAW = 0x3c;
const DMA_INT_ST = 0x40;
const BUFFER = 0x98;
const BUFFER_SIZE = 64;
const CLK_GATE = 0xe8;

const CMD_USR = 1 << 24;
const TRANS_DONE = 1 << 12;
const USER_MOSI = 1 << 27;
const CLK_EQU_SYSCLK = 0x8000_0000;
const CLK_ON = 3;
/** Nanoseconds of the crystal's cycle. */
const CRYSTAL = 25;

export class Spi implements Peripheral {
  readonly #chip: W5500;
  readonly #registers = new PlainRegisters([
    [CLOCK, 0x8000_3043],
    [USER, 0x8000_00c0],
  ]);
  readonly #bits: InterruptBits;
  readonly #done: Alarm;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  readonly #view = new DataView(this.#buffer.buffer);
  /** What comes back, during a transfer. */
  #answer: Uint8Array | undefined;

  constructor(clock: Clock, chip: W5500, signal: (active: boolean) => void) {
    this.#chip = chip;
    this.#bits = new InterruptBits(signal);
    this.#done = clock.createAlarm(() => this.#finish());
  }

  read(offset: number): number {
    if (offset >= BUFFER && offset < BUFFER + BUFFER_SIZE) {
      return this.#view.getUint32(offset - BUFFER, true);
    }
    switch (offset) {
      case CMD:
        return this.#answer === undefined ? 0 : CMD_USR;
      case DMA_INT_ENA:
        return this.#bits.enabled;
      case DMA_INT_RAW:
        return this.#bits.raw;
      case DMA_INT_ST:
        return this.#bits.status;
      default:
        return this.#registers.read(offset);
    }
  }

  write(offset: number, value: number): void {
    if (offset >= BUFFER && offset < BUFFER + BUFFER_SIZE) {
      this.#view.setUint32(offset - BUFFER, value, true);
    } else if (offset === CMD) {
      if ((value & CMD_USR) !== 0 && this.#answer === undefined) this.#begin();
    } else if (offset === DMA_INT_ENA) {
      this.#bits.enable(value);
    } else if (offset === DMA_INT_CLR) {
      this.#bits.clear(value);
    } else {
      this.#registers.write(offset, value);
    }
  }

  #begin(): void {
    // Without its clock a transfer begins and never ends.
    if ((this.#registers.read(CLK_GATE) & CLK_ON) !== CLK_ON) {
      this.#answer = new Uint8Array(0);
      return;
    }
    const bits = (this.#registers.read(MS_DLEN) & 0x3ffff) + 1;
    const octets = this.#buffer.slice(0, Math.min(BUFFER_SIZE, (bits + 7) >> 3));
    if ((this.#registers.read(USER) & USER_MOSI) === 0) octets.fill(0);
    this.#answer = this.#exchange(octets);
    this.#done.schedule(bits * this.#bitTime());
  }

  #exchange(octets: Uint8Array): Uint8Array {
    const read = this.#chip.readMany(octets.length);
    if (read !== undefined) return read;
    if (this.#chip.writeMany(octets)) return new Uint8Array(octets.length);
    return octets.map((octet) => this.#chip.exchange(octet));
  }

  #finish(): void {
    if (this.#answer !== undefined) this.#buffer.set(this.#answer);
    this.#answer = undefined;
    this.#bits.raise(TRANS_DONE);
  }

  #bitTime(): number {
    const clock = this.#registers.read(CLOCK);
    if ((clock & CLK_EQU_SYSCLK) !== 0) return CRYSTAL;
    return CRYSTAL * (((clock >> 18) & 15) + 1) * (((clock >> 12) & 63) + 1);
  }
}
