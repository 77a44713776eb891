/**
 * UART0 and the host's end of its two wires. rp2040js' UART sends at once and never overruns; this one
 * takes its time: ten bits an octet at the rate that either end has set, FIFOs of 32, an interrupt at the
 * receive FIFO's trigger level and one 32 bits after the last octet. A DMA transfer hands over all octets
 * but its last at its start, as on the SPI bus, and is over when that one fits into the FIFO. A channel that
 * receives is given octets by many: whoever reads its registers, or the UART's, finds all that came; RAM
 * alone may be up to `LAG` octets behind while the line is busy.
 *
 * RP2040 datasheet §4.2. Not modelled: the transmit interrupt, modem lines, parity.
 */
import { BasePeripheral } from 'rp2040js';
import type { Alarm, Clock } from '../clock.ts';
import { octetTime, SerialWire } from '../serial-wire.ts';
import type { UartLine } from '../uart-line.ts';
import type { DmaChannel, Mcu } from './mcu.ts';
import { RAM_START } from './memory-map.ts';
import { DATA, DREQ_RX, store, takes } from './uart-dma.ts';

const IRQ = 20;
const DREQ_TX = 20;

const UARTDR = 0x00;
const UARTRSR = 0x04;
const UARTFR = 0x18;
const UARTIBRD = 0x24;
const UARTFBRD = 0x28;
const UARTLCR_H = 0x2c;
const UARTCR = 0x30;
const UARTIFLS = 0x34;
const UARTIMSC = 0x38;
const UARTRIS = 0x3c;
const UARTMIS = 0x40;
const UARTICR = 0x44;
const UARTDMACR = 0x48;
const UARTPERIPHID0 = 0xfe0;
const IDENTIFICATION = [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1] as const;

/** Registers that read as they were written, and their values after reset. */
const PLAIN: readonly (readonly [offset: number, reset: number])[] = [
  [UARTIBRD, 0],
  [UARTFBRD, 0],
  [UARTLCR_H, 0],
  [UARTCR, 0x300],
  [UARTIFLS, 0x12],
  [UARTIMSC, 0],
  [UARTDMACR, 0],
];

const DR_OVERRUN = 1 << 11;
const FR_TXFE = 1 << 7;
const FR_RXFF = 1 << 6;
const FR_TXFF = 1 << 5;
const FR_RXFE = 1 << 4;
const FR_BUSY = 1 << 3;
const LCR_FEN = 1 << 4;
const CR_UARTEN = 1;
const CR_TXE = 1 << 8;
const CR_RXE = 1 << 9;
const DMACR_RXDMAE = 1 << 0;
const DMACR_TXDMAE = 1 << 1;
const RX = 1 << 4;
const RX_TIMEOUT = 1 << 6;
const OVERRUN = 1 << 10;

const FIFO = 32;
/** By UARTIFLS' RXIFLSEL: 1/8, 1/4, 1/2, 3/4, 7/8 full. */
const TRIGGERS = [4, 8, 16, 24, 28] as const;
/** Silence in octet times after which the receive FIFO's content is told of: 32 bits. */
const TIMEOUT = 3.2;
/** Octets by which RAM may be behind a DMA channel that receives. */
const LAG = 256;

export class Uart extends BasePeripheral {
  readonly #mcu: Mcu;
  readonly #clock: Clock;
  readonly #line: UartLine;
  readonly #toHost = new SerialWire(0);
  readonly #registers = new Map(PLAIN);
  readonly #fifo: number[] = [];
  /** The receive FIFO comes to its trigger level, or the line has been silent for long enough. */
  readonly #receiving: Alarm;
  readonly #sending: Alarm;
  #raw = 0;
  #overrun = false;
  /** When the last octet was whole that came in. */
  #lastAt = Number.NaN; // As in clock.ts.
  #rate = 0;

  constructor(mcu: Mcu, clock: Clock, line: UartLine) {
    super(mcu, 'UART0');
    this.#mcu = mcu;
    this.#clock = clock;
    this.#line = line;
    this.#lastAt = 0;
    this.#receiving = clock.createAlarm(() => this.#expect());
    this.#sending = clock.createAlarm(() => this.#deliver());
    this.#watchDma();
  }

  /** bit/s; 0 before the firmware has set it. */
  get rate(): number {
    return this.#rate;
  }

  /** The host puts octets on the line. */
  write(octets: Uint8Array): void {
    this.#receive();
    this.#line.toBoard.put(octets, this.#clock.nanos);
    this.#expect();
  }

  /** Octets of the host that have not arrived. */
  get queued(): number {
    return this.#line.toBoard.length - this.#line.toBoard.whole(this.#clock.nanos);
  }

  setHostRate(rate: number): void {
    this.#receive();
    this.#deliver();
    this.#line.rate = rate;
    this.#line.toBoard.setRate(rate, this.#clock.nanos);
    this.#expect();
  }

  /** The chip is reset: of what it was saying the host hears what is whole. */
  cut(): void {
    this.#deliver();
  }

  /** A DMA channel's turn. False when this is not a transfer of octets in RAM to the UART, or its last. */
  burst(channel: DmaChannel): boolean {
    if (channel.treqValue === DREQ_RX) return this.#drain(channel);
    if (channel.treqValue !== DREQ_TX || channel.writeAddr !== DATA) return false;
    if (channel.dataSize !== 1 || channel.ringMask !== 0 || !channel.active) return false;
    const from = channel.readAddr - RAM_START;
    const count = channel.transCount - 1;
    const octets = this.#mcu.sram.subarray(from, from + count);
    const plain = (channel.ctrl & 0x30) === 0x10 && from >= 0 && octets.length === count;
    if (count > 0 && !plain) return false;
    if (count > 0) {
      this.#send(octets);
      channel.readAddr += count;
      channel.transCount = 1;
    }
    const room = this.#toHost.wholeAt(this.#toHost.length - FIFO - 1) - this.#clock.nanos;
    if (this.#toHost.length <= FIFO || room <= 0) return count > 0 && this.#last(channel, 0);
    return this.#last(channel, room);
  }

  override readUint32(offset: number): number {
    this.#receive();
    const plain = this.#registers.get(offset);
    if (plain !== undefined) return plain;
    if (offset === UARTDR) return this.#pull();
    if (offset === UARTRSR) return this.#overrun ? DR_OVERRUN >> 8 : 0;
    if (offset === UARTFR) return this.#flags();
    if (offset === UARTRIS) return this.#raw;
    if (offset === UARTMIS) return this.#raw & this.#register(UARTIMSC);
    return offset >= UARTPERIPHID0 ? (IDENTIFICATION[(offset - UARTPERIPHID0) >> 2] ?? 0) : 0;
  }

  override writeUint32(offset: number, value: number): void {
    this.#receive();
    if (offset === UARTDR) this.#send(Uint8Array.of(value));
    else if (offset === UARTRSR) this.#overrun = false;
    else if (offset === UARTICR) this.#raw &= ~this.rawWriteValue;
    else if (this.#registers.has(offset)) this.#configure(offset, value & 0xffff);
    this.#expect();
  }

  #register(offset: number): number {
    return this.#registers.get(offset) ?? 0;
  }

  get #receives(): boolean {
    return (this.#register(UARTCR) & (CR_UARTEN | CR_RXE)) === (CR_UARTEN | CR_RXE);
  }

  get #sends(): boolean {
    return (this.#register(UARTCR) & (CR_UARTEN | CR_TXE)) === (CR_UARTEN | CR_TXE);
  }

  /** The divider is taken over when UARTLCR_H is written, §4.2.7.1; a disabled UART stops. */
  #configure(offset: number, value: number): void {
    this.#deliver();
    this.#registers.set(offset, value);
    if (offset !== UARTLCR_H && offset !== UARTCR && offset !== UARTDMACR) return;
    if (offset === UARTLCR_H) {
      const divider = this.#register(UARTIBRD) + (this.#register(UARTFBRD) & 63) / 64;
      this.#rate = divider === 0 ? 0 : this.#mcu.clkPeri / (16 * divider);
    }
    this.#toHost.setRate(this.#sends ? this.#rate : 0, this.#clock.nanos);
    this.#deliver();
    if (this.#sends && (this.#register(UARTDMACR) & DMACR_TXDMAE) !== 0)
      this.#mcu.dma.setDREQ(DREQ_TX);
    else this.#mcu.dma.clearDREQ(DREQ_TX);
    this.#request();
  }

  get #receivesByDma(): boolean {
    return (this.#register(UARTDMACR) & DMACR_RXDMAE) !== 0;
  }

  /** Octets in the FIFO are offered to the DMA. */
  #request(): void {
    if (this.#receivesByDma && this.#fifo.length > 0) this.#mcu.dma.setDREQ(DREQ_RX);
    else this.#mcu.dma.clearDREQ(DREQ_RX);
  }

  /** Who looks at the DMA's registers, or changes them, finds there what has come by now. */
  #watchDma(): void {
    const dma = this.#mcu.dma as BasePeripheral;
    const read = dma.readUint32.bind(dma);
    const write = dma.writeUint32.bind(dma);
    dma.readUint32 = (offset) => {
      if (this.#receivesByDma) this.#receive();
      return read(offset);
    };
    dma.writeUint32 = (offset, value) => {
      if (this.#receivesByDma) this.#receive();
      write(offset, value);
      if (this.#receivesByDma) this.#expect();
    };
  }

  /** The channel that takes what is received, if one does. */
  get #taker(): DmaChannel | undefined {
    if (!this.#receivesByDma || this.#fifo.length > 0) return undefined;
    return this.#mcu.channels.find((channel) => channel.treqValue === DREQ_RX && takes(channel));
  }

  #flags(): number {
    const sending = this.#toHost.length - this.#toHost.whole(this.#clock.nanos);
    let flags = sending > 0 ? FR_BUSY : 0;
    if (sending <= 1) flags |= FR_TXFE;
    if (sending > this.#depth) flags |= FR_TXFF;
    if (this.#fifo.length === 0) flags |= FR_RXFE;
    if (this.#fifo.length >= this.#depth) flags |= FR_RXFF;
    return flags;
  }

  get #depth(): number {
    return (this.#register(UARTLCR_H) & LCR_FEN) === 0 ? 1 : FIFO;
  }

  get #trigger(): number {
    const level = TRIGGERS[(this.#register(UARTIFLS) >> 3) & 7] ?? FIFO;
    return this.#depth === 1 ? 1 : level;
  }

  #pull(): number {
    const value = this.#fifo.shift() ?? 0;
    const overrun = this.#overrun ? DR_OVERRUN : 0;
    this.#overrun = false;
    if (this.#fifo.length < this.#trigger) this.#raw &= ~RX;
    if (this.#fifo.length === 0) this.#raw &= ~RX_TIMEOUT;
    this.#request();
    this.#expect();
    return value | overrun;
  }

  /** What has come in by now goes to the FIFO. Nothing is kept while the UART is disabled. */
  #receive(): void {
    const wire = this.#line.toBoard;
    const now = this.#clock.nanos;
    const count = wire.whole(now);
    if (count === 0) return;
    this.#lastAt = wire.wholeAt(count - 1);
    const octets = wire.take(count);
    if (!this.#receives || this.#rate === 0) return;
    this.#take(this.#line.heardByBoard(octets, this.#rate));
  }

  /** A channel's last octet goes rp2040js' own way: through the FIFO. */
  #take(heard: Uint8Array | Uint16Array): void {
    for (let at = 0; at < heard.length; ) {
      const channel = this.#taker;
      const many = Math.min((channel?.transCount ?? 1) - 1, heard.length - at);
      if (channel !== undefined && many > 0) {
        store(this.#mcu, channel, heard.subarray(at, at + many));
        at += many;
      } else {
        this.#push(heard[at] ?? 0);
        at += 1;
        channel?.transfer();
        channel?.transferAlarm.cancel();
      }
    }
  }

  #push(data: number): void {
    if (this.#fifo.length >= this.#depth) {
      this.#overrun = true;
      this.#raw |= OVERRUN;
      return;
    }
    this.#fifo.push(data);
    this.#request();
    if (this.#fifo.length >= this.#trigger) this.#raw |= RX;
  }

  /** Sets the interrupt as it is now, and the alarm for when it next changes. */
  #expect(): void {
    this.#receive();
    const now = this.#clock.nanos;
    const wire = this.#line.toBoard;
    const bits = TIMEOUT * octetTime(this.#line.rate);
    if (this.#fifo.length > 0 && now >= this.#lastAt + bits) this.#raw |= RX_TIMEOUT;
    this.#mcu.setInterrupt(IRQ, (this.#raw & this.#register(UARTIMSC)) !== 0);
    let due = Infinity;
    const taker = this.#taker;
    const missing =
      taker === undefined
        ? Math.max(1, this.#trigger - this.#fifo.length)
        : Math.min(taker.transCount, LAG);
    if ((this.#raw & RX) !== 0)
      due = Infinity; // Until somebody reads nothing changes but the overrun.
    else if (wire.length > 0) due = wire.wholeAt(Math.min(missing, wire.length) - 1);
    else if (this.#fifo.length > 0 && (this.#raw & RX_TIMEOUT) === 0) due = this.#lastAt + bits;
    if (Number.isFinite(due)) this.#receiving.schedule(Math.max(0, due - now));
    else this.#receiving.cancel();
  }

  #send(octets: Uint8Array): void {
    this.#deliver();
    this.#toHost.put(octets, this.#clock.nanos);
    this.#deliver();
  }

  /** Tells the host what is whole, and sets the alarm for the next octets. */
  #deliver(): void {
    const now = this.#clock.nanos;
    const due = this.#line.deliver(this.#toHost, this.#rate, now);
    if (Number.isFinite(due)) this.#sending.schedule(Math.max(0, due - now));
    else this.#sending.cancel();
  }

  /** A channel that was started, or let to the UART, takes what waits in the FIFO. */
  #drain(channel: DmaChannel): boolean {
    if (channel.active && !takes(channel)) return false;
    while (this.#receivesByDma && this.#fifo.length > 0 && takes(channel)) channel.transfer();
    channel.transferAlarm.cancel();
    this.#expect();
    return true;
  }

  #last(channel: DmaChannel, delay: number): true {
    channel.transferAlarm.schedule(delay);
    return true;
  }
}
