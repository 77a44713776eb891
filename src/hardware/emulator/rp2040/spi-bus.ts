/**
 * SPI0 with the W5500 on it. rp2040js moves one octet a DMA alarm; here a DMA transfer moves all
 * octets but its last at its start and is over when its time on the bus is: ten times as fast, and
 * the firmware sees the same at the end. Octets that the CPU itself moves take their time as wait states.
 */

import { GPIOPinState } from 'rp2040js';
import type { W5500 } from '../w5500/chip.ts';
import type { DmaChannel, Mcu } from './mcu.ts';
import { CYCLE, RAM_SIZE, RAM_START } from './memory-map.ts';

const SSPDR = 0x4003c008;
const DREQ_SPI0_TX = 16;
const DREQ_SPI0_RX = 17;
const INCR_WRITE = 1 << 5;
const INCR_READ = 1 << 4;
/** Registers and status bits of the PL022, RP2040 datasheet §4.4.4. */
const DATA = 0x08;
const STATUS = 0x0c;
const RNE = 1 << 2;
const RFF = 1 << 3;
/** Transmit FIFO empty, so not full. */
const STATUS_IDLE = 3;
/** SIO and GPIO, RP2040 datasheet §2.3.1.7, §2.19.2. */
const SCSn = 17;
const GPIO_OUT_SET = 0x14;
const GPIO_OUT_CLR = 0x18;
const FUNCTION_SIO = 5;

interface Fifo {
  readonly empty: boolean;
  readonly full: boolean;
  push(octet: number): void;
  pull(): number;
}

/** What rp2040js' SPI has and its types keep to themselves. */
interface SpiPeripheral {
  readonly rxFIFO: Fifo;
  readonly txFIFO: Fifo;
  readonly busy: boolean;
  readonly intEnable: number;
  readonly clockFrequency: number;
  onTransmit: (octet: number) => void;
  completeTransmit(octet: number): void;
  readUint32(offset: number): number;
  writeUint32(offset: number, value: number): void;
}

interface SelectPin {
  readonly ctrl: number;
  lastValue: GPIOPinState;
}

export class SpiBus {
  readonly #mcu: Mcu;
  readonly #chip: W5500;
  readonly #spi: SpiPeripheral;
  readonly #readOther: (offset: number) => number;
  readonly #writeOther: (offset: number, value: number) => void;
  #byDma = false;
  #wait = 0;

  constructor(mcu: Mcu, chip: W5500) {
    this.#mcu = mcu;
    this.#chip = chip;
    this.#spi = mcu.spi[0] as unknown as SpiPeripheral;
    this.#readOther = this.#spi.readUint32.bind(this.#spi);
    this.#writeOther = this.#spi.writeUint32.bind(this.#spi);
    this.#spi.onTransmit = (octet) => this.#spi.completeTransmit(chip.exchange(octet));
    this.#spi.readUint32 = (offset) => this.read(offset);
    this.#spi.writeUint32 = (offset, value) => this.write(offset, value);
    const select = mcu.gpio[SCSn] as unknown as SelectPin;
    const writeSio = mcu.sio.writeUint32.bind(mcu.sio);
    mcu.sio.writeUint32 = (offset, value) => {
      if (value !== 1 << SCSn || !this.#select(select, offset)) writeSio(offset, value);
    };
  }

  /** Cycles that the CPU has waited for octets of its own since last asked. */
  takeWait(): number {
    const wait = this.#wait;
    this.#wait = 0;
    return wait;
  }

  /** The CPU, or a channel, reads a register of SPI0. Data is read without rp2040js' bookkeeping. */
  read(offset: number): number {
    const { rxFIFO: fifo, intEnable } = this.#spi;
    if (offset === STATUS && this.#idle) {
      return fifo.empty ? STATUS_IDLE : fifo.full ? STATUS_IDLE | RNE | RFF : STATUS_IDLE | RNE;
    }
    if (offset !== DATA || intEnable !== 0 || this.#byDma || fifo.empty)
      return this.#readOther(offset);
    const octet = fifo.pull();
    if (fifo.empty) this.#mcu.dma.clearDREQ(DREQ_SPI0_RX);
    return octet;
  }

  write(offset: number, value: number): void {
    if (offset !== DATA || this.#byDma) {
      this.#writeOther(offset, value);
      return;
    }
    this.#wait += Math.round(this.#octetTime() / CYCLE);
    const { rxFIFO: fifo, intEnable } = this.#spi;
    if (intEnable !== 0 || fifo.full || !this.#idle) {
      this.#writeOther(offset, value);
      return;
    }
    const first = fifo.empty;
    fifo.push(this.#chip.exchange(value & 0xff));
    if (first) this.#mcu.dma.setDREQ(DREQ_SPI0_RX);
  }

  /** Nothing is under way: every octet is exchanged as soon as it is written. */
  get #idle(): boolean {
    return this.#spi.txFIFO.empty && !this.#spi.busy;
  }

  /** SCSn by a write to GPIO_OUT_SET or GPIO_OUT_CLR of it alone, while it is a plain output. */
  #select(pin: SelectPin, offset: number): boolean {
    const { sio } = this.#mcu;
    const mask = 1 << SCSn;
    if (pin.ctrl !== FUNCTION_SIO || (sio.gpioOutputEnable & mask) === 0) return false;
    if (offset === GPIO_OUT_SET) sio.gpioValue |= mask;
    else if (offset === GPIO_OUT_CLR) sio.gpioValue &= ~mask;
    else return false;
    const low = offset === GPIO_OUT_CLR;
    pin.lastValue = low ? GPIOPinState.Low : GPIOPinState.High;
    this.#chip.select(low);
    return true;
  }

  /** In nanoseconds. */
  #octetTime(): number {
    const frequency = this.#spi.clockFrequency;
    return frequency === 0 ? 0 : 8e9 / frequency;
  }

  /** A DMA channel's turn. */
  transfer(channel: DmaChannel): void {
    if (this.#startsBurst(channel)) {
      this.#burst(channel, this.#receiver());
      return;
    }
    this.#byDma = true;
    channel.transfer();
    this.#byDma = false;
  }

  /** Octets to SPI0, and nobody takes what comes back or a channel that takes as many. */
  #startsBurst(sender: DmaChannel): boolean {
    const spi = this.#mcu.spi[0];
    if (sender.treqValue !== DREQ_SPI0_TX || sender.transCount < 2 || spi === undefined)
      return false;
    if (!plain(sender) || sender.writeAddr !== SSPDR || !spi.txFIFO.empty) return false;
    const receiver = this.#receiver();
    if (receiver === undefined) return true;
    if (!plain(receiver) || receiver.readAddr !== SSPDR || !spi.rxFIFO.empty) return false;
    return receiver.transCount === sender.transCount;
  }

  #receiver(): DmaChannel | undefined {
    return this.#mcu.channels.find((c) => c.treqValue === DREQ_SPI0_RX && Boolean(c.active));
  }

  /** All but the last octet; that one goes rp2040js' way when its time has come. */
  #burst(sender: DmaChannel, receiver: DmaChannel | undefined): void {
    const count = sender.transCount - 1;
    if (!this.#burstAtOnce(sender, receiver, count)) this.#burstByOctets(sender, receiver, count);
    sender.transCount = 1;
    if (receiver !== undefined) receiver.transCount = 1;
    sender.transferAlarm.schedule(count * this.#octetTime());
  }

  /** From RAM to a buffer of the chip, or from one to RAM. False, and nothing done, when it is neither. */
  #burstAtOnce(sender: DmaChannel, receiver: DmaChannel | undefined, count: number): boolean {
    if (receiver !== undefined) {
      if ((receiver.ctrl & INCR_WRITE) === 0 || (sender.ctrl & INCR_READ) !== 0) return false;
      const octets = this.#chip.readMany(count);
      if (octets === undefined) return false;
      this.#mcu.copyIn(receiver.writeAddr, octets);
      receiver.writeAddr += count;
      return true;
    }
    const from = sender.readAddr - RAM_START;
    if ((sender.ctrl & INCR_READ) === 0 || from < 0 || from + count > RAM_SIZE) return false;
    if (!this.#chip.writeMany(this.#mcu.sram.subarray(from, from + count))) return false;
    const { rxFIFO: fifo } = this.#spi;
    for (let i = 0; i < count && !fifo.full; i++) fifo.push(0);
    sender.readAddr += count;
    return true;
  }

  #burstByOctets(sender: DmaChannel, receiver: DmaChannel | undefined, count: number): void {
    const chip = this.#chip;
    const fifo = this.#spi.rxFIFO;
    const step = (sender.ctrl & INCR_READ) === 0 ? 0 : 1;
    let from = sender.readAddr;
    for (let i = 0; i < count; i++) {
      const octet = chip.exchange(this.#load(from));
      from += step;
      if (receiver === undefined) {
        if (!fifo.full) fifo.push(octet);
        continue;
      }
      this.#mcu.writeUint8(receiver.writeAddr, octet);
      if ((receiver.ctrl & INCR_WRITE) !== 0) receiver.writeAddr += 1;
    }
    sender.readAddr = from;
  }

  #load(address: number): number {
    return this.#mcu.sram[address - RAM_START] ?? this.#mcu.readUint8(address);
  }
}

const plain = (channel: DmaChannel): boolean =>
  Boolean(channel.active) && channel.dataSize === 1 && channel.ringMask === 0;
