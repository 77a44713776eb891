/**
 * SPI0 with the W5500 on it. rp2040js moves one octet a DMA alarm; here a DMA transfer moves all
 * octets but its last at its start and is over when its time on the bus is: ten times as fast, and
 * the firmware sees the same at the end. Octets that the CPU itself moves take their time as wait states.
 */

import type { Clock } from '../clock.ts';
import type { W5500 } from '../w5500/chip.ts';
import type { DmaChannel, Mcu } from './mcu.ts';

const SSPDR = 0x4003c008;
const DREQ_SPI0_TX = 16;
const DREQ_SPI0_RX = 17;
const INCR_WRITE = 1 << 5;
const INCR_READ = 1 << 4;
const RAM = 0x20000000;
const CYCLE = 8;

export class SpiBus {
  readonly #mcu: Mcu;
  readonly #chip: W5500;
  #byDma = false;
  #wait = 0;

  constructor(mcu: Mcu, chip: W5500, clock: Clock) {
    this.#mcu = mcu;
    this.#chip = chip;
    const spi = mcu.spi[0];
    if (spi !== undefined) {
      spi.onTransmit = (octet) => {
        if (!this.#byDma) this.#wait += Math.round(this.#octetTime() / CYCLE);
        spi.completeTransmit(chip.exchange(octet));
      };
    }
    for (const channel of mcu.channels) {
      channel.transferAlarm = clock.createAlarm(() => this.#transfer(channel));
    }
  }

  /** Cycles that the CPU has waited for octets of its own since last asked. */
  takeWait(): number {
    const wait = this.#wait;
    this.#wait = 0;
    return wait;
  }

  /** In nanoseconds. */
  #octetTime(): number {
    const frequency = this.#mcu.spi[0]?.clockFrequency ?? 0;
    return frequency === 0 ? 0 : 8e9 / frequency;
  }

  #transfer(channel: DmaChannel): void {
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
    const chip = this.#chip;
    const fifo = this.#mcu.spi[0]?.rxFIFO;
    const count = sender.transCount - 1;
    const step = (sender.ctrl & INCR_READ) === 0 ? 0 : 1;
    let from = sender.readAddr;
    for (let i = 0; i < count; i++) {
      const octet = chip.exchange(this.#load(from));
      from += step;
      if (receiver === undefined) {
        if (fifo?.full === false) fifo.push(octet);
        continue;
      }
      this.#store(receiver.writeAddr, octet);
      if ((receiver.ctrl & INCR_WRITE) !== 0) receiver.writeAddr += 1;
    }
    sender.readAddr = from;
    sender.transCount = 1;
    if (receiver !== undefined) receiver.transCount = 1;
    sender.transferAlarm.schedule(count * this.#octetTime());
  }

  #load(address: number): number {
    return this.#mcu.sram[address - RAM] ?? this.#mcu.readUint8(address);
  }

  #store(address: number, octet: number): void {
    this.#mcu.writeUint8(address, octet);
  }
}

const plain = (channel: DmaChannel): boolean =>
  Boolean(channel.active) && channel.dataSize === 1 && channel.ringMask === 0;
