/**
 * SPI0 with the W5500 on it. rp2040js moves one octet a DMA alarm; here a full-duplex DMA transfer moves
 * all octets but its last at its start and is over when its time on the bus is: ten times as fast, and
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
    if (channel.treqValue === DREQ_SPI0_TX && channel.transCount > 1) {
      const receiver = this.#receiver(channel);
      if (receiver !== undefined) {
        this.#burst(channel, receiver);
        return;
      }
    }
    this.#byDma = true;
    channel.transfer();
    this.#byDma = false;
  }

  /** The channel that takes what comes back, when both move single octets to and from SPI0. */
  #receiver(sender: DmaChannel): DmaChannel | undefined {
    const spi = this.#mcu.spi[0];
    if (spi === undefined || !spi.rxFIFO.empty || !spi.txFIFO.empty) return undefined;
    if (!plain(sender) || sender.writeAddr !== SSPDR) return undefined;
    const { transCount } = sender;
    return this.#mcu.channels.find(
      (c) =>
        c.treqValue === DREQ_SPI0_RX &&
        c.readAddr === SSPDR &&
        plain(c) &&
        c.transCount === transCount,
    );
  }

  #burst(sender: DmaChannel, receiver: DmaChannel): void {
    const chip = this.#chip;
    const count = sender.transCount - 1;
    const fromStep = (sender.ctrl & INCR_READ) === 0 ? 0 : 1;
    const toStep = (receiver.ctrl & INCR_WRITE) === 0 ? 0 : 1;
    let from = sender.readAddr;
    let to = receiver.writeAddr;
    for (let i = 0; i < count; i++) {
      this.#store(to, chip.exchange(this.#load(from)));
      from += fromStep;
      to += toStep;
    }
    sender.readAddr = from;
    receiver.writeAddr = to;
    sender.transCount = 1;
    receiver.transCount = 1;
    sender.transferAlarm.schedule(count * this.#octetTime());
  }

  #load(address: number): number {
    return this.#mcu.sram[address - RAM] ?? this.#mcu.readUint8(address);
  }

  #store(address: number, octet: number): void {
    const at = address - RAM;
    if (at >= 0 && at < this.#mcu.sram.length) this.#mcu.sram[at] = octet;
    else this.#mcu.writeUint8(address, octet);
  }
}

const plain = (channel: DmaChannel): boolean =>
  Boolean(channel.active) && channel.dataSize === 1 && channel.ringMask === 0;
