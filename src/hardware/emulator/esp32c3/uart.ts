/**
 * UART0 and the host's end of its two wires: FIFOs of 128, ten bits an octet at the rate of either end,
 * interrupts at the receive FIFO's threshold, after silence, on overflow, and below the send FIFO's threshold.
 * ESP32-C3 Technical Reference Manual, UART Controller. Parity, flow control and breaks are not modelled; the
 * clock is taken to be the crystal's.
 */
import type { Alarm, Clock } from '../clock.ts';
import { octetTime, SerialWire } from '../serial-wire.ts';
import type { UartLine } from '../uart-line.ts';
import { InterruptBits, type Peripheral, PlainRegisters } from './peripheral.ts';

const FIFO = 0x00;
const INT_RAW = 0x04;
const INT_ST = 0x08;
const INT_ENA = 0x0c;
const INT_CLR = 0x10;
const CLKDIV = 0x14;
const STATUS = 0x1c;
const CONF0 = 0x20;
const CONF1 = 0x24;
const MEM_CONF = 0x60;
const CLK_CONF = 0x78;
const ID = 0x80;

const RX_FULL = 1 << 0;
const TX_EMPTY = 1 << 1;
const OVERFLOW = 1 << 4;
const RX_TIMEOUT = 1 << 8;
const RX_RESET = 1 << 17;
const TIMEOUT_ON = 1 << 21;
const UPDATE = 0x8000_0000;
const CLOCK_ON = 1 << 22;
const THRESHOLD = 0x1ff;
const DEPTH = 128;
const CRYSTAL = 40e6;
const BITS = 10;

const RESET = [
  [CLKDIV, 0x2b6],
  [CONF0, 0x1000_001c],
  [CONF1, 96 | (96 << 9)],
  [MEM_CONF, 0x000a_0012],
  [CLK_CONF, 0x0370_1000],
] as const;

export class Uart implements Peripheral {
  readonly #clock: Clock;
  readonly #line: UartLine;
  readonly #registers = new PlainRegisters(RESET);
  readonly #bits: InterruptBits;
  readonly #toHost = new SerialWire(0);
  readonly #octet = new Uint8Array(1);
  readonly #fifo: number[] = [];
  readonly #receiving: Alarm;
  readonly #sending: Alarm;
  readonly #emptying: Alarm;
  #rate = 0;
  /** When the last octet was whole that came in. */
  #lastAt = Number.NaN; // As in clock.ts.

  constructor(clock: Clock, line: UartLine, signal: (active: boolean) => void) {
    this.#clock = clock;
    this.#line = line;
    this.#lastAt = 0;
    this.#bits = new InterruptBits(signal);
    this.#receiving = clock.createAlarm(() => this.#expect());
    this.#sending = clock.createAlarm(() => this.#deliver());
    this.#emptying = clock.createAlarm(() => this.#watchSending());
    this.#expect();
  }

  write(offset: number, value: number): void {
    if (offset === FIFO) {
      this.#send(value & 0xff);
      return;
    }
    this.#receive();
    if (offset === INT_ENA) this.#bits.enable(value);
    else if (offset === INT_CLR) this.#bits.clear(value);
    else this.#configure(offset, value);
    this.#watchSending();
    this.#expect();
  }

  read(offset: number): number {
    this.#receive();
    switch (offset) {
      case FIFO:
        return this.#pull();
      case INT_RAW:
        return this.#bits.raw;
      case INT_ST:
        return this.#bits.status;
      case INT_ENA:
        return this.#bits.enabled;
      case STATUS:
        return this.#fifo.length | (this.#waiting << 16);
      default:
        return this.#registers.read(offset);
    }
  }

  /** The host puts octets on the line. */
  hostWrites(octets: Uint8Array): void {
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

  /** Octets in the send FIFO; the one on its way is not. */
  get #waiting(): number {
    const wire = this.#toHost;
    return Math.max(0, wire.length - wire.whole(this.#clock.nanos) - 1);
  }

  /** The divider and what goes with it are taken over by REG_UPDATE. */
  #configure(offset: number, value: number): void {
    if (offset === ID) {
      if ((value & UPDATE) !== 0) this.#setRate();
      return; // REG_UPDATE is 0 again at once.
    }
    this.#registers.write(offset, value);
    if (offset === CONF0 && (value & RX_RESET) !== 0) this.#fifo.length = 0;
  }

  #setRate(): void {
    const clock = this.#registers.read(CLK_CONF);
    const setting = this.#registers.read(CLKDIV);
    const divider = (setting & 0xfff) + ((setting >> 20) & 15) / 16;
    const source = CRYSTAL / (((clock >> 12) & 0xff) + 1);
    this.#deliver();
    this.#rate = (clock & CLOCK_ON) === 0 || divider === 0 ? 0 : source / divider;
    this.#toHost.setRate(this.#rate, this.#clock.nanos);
    this.#deliver();
  }

  #pull(): number {
    const octet = this.#fifo.shift() ?? 0;
    // An alarm that is set may come too early now, and never too late.
    if (!this.#receiving.pending) this.#expect();
    return octet;
  }

  /** What has come in by now goes to the FIFO. Nothing is heard without a clock. */
  #receive(): void {
    const wire = this.#line.toBoard;
    const count = wire.whole(this.#clock.nanos);
    if (count === 0) return;
    this.#lastAt = wire.wholeAt(count - 1);
    const octets = wire.take(count);
    if (this.#rate === 0) return;
    for (const heard of this.#line.heardByBoard(octets, this.#rate)) {
      if (this.#fifo.length < DEPTH) this.#fifo.push(heard & 0xff);
      else this.#bits.raise(OVERFLOW);
    }
  }

  /** Raises what is to be raised by now, and sets the alarm for what comes next. */
  #expect(): void {
    this.#receive();
    const now = this.#clock.nanos;
    const wire = this.#line.toBoard;
    const conf = this.#registers.read(CONF1);
    const full = Math.max(1, conf & THRESHOLD);
    const silence = this.#silence(conf);
    let due = Infinity;
    if (this.#fifo.length >= full) {
      this.#bits.raise(RX_FULL);
    } else if (this.#fifo.length > 0 && wire.length === 0 && now >= this.#lastAt + silence) {
      this.#bits.raise(RX_TIMEOUT);
    } else if (wire.length > 0) {
      due = wire.wholeAt(Math.min(full - this.#fifo.length, wire.length) - 1);
    } else if (this.#fifo.length > 0) {
      due = this.#lastAt + silence;
    }
    if (Number.isFinite(due)) this.#receiving.schedule(Math.max(0, due - now));
    else this.#receiving.cancel();
  }

  /** Nanoseconds without an octet after which those in the FIFO are told of. */
  #silence(conf: number): number {
    if ((conf & TIMEOUT_ON) === 0) return Infinity;
    const bits = (this.#registers.read(MEM_CONF) >> 16) & 0x3ff;
    return (bits / BITS) * octetTime(this.#rate);
  }

  #send(octet: number): void {
    if (this.#waiting >= DEPTH) return;
    const isIdle = this.#toHost.length === 0;
    this.#octet[0] = octet;
    this.#toHost.put(this.#octet, this.#clock.nanos);
    if (isIdle) this.#deliver();
    if (!this.#emptying.pending) this.#watchSending();
  }

  /** Tells the host what is whole, and sets the alarm for the next octets. */
  #deliver(): void {
    const now = this.#clock.nanos;
    const due = this.#line.deliver(this.#toHost, this.#rate, now);
    if (Number.isFinite(due)) this.#sending.schedule(Math.max(0, due - now));
    else this.#sending.cancel();
  }

  /** TX_EMPTY holds while the send FIFO is below its threshold. */
  #watchSending(): void {
    const threshold = (this.#registers.read(CONF1) >> 9) & THRESHOLD;
    if (this.#waiting < threshold) {
      this.#bits.raise(TX_EMPTY);
      this.#emptying.cancel();
      return;
    }
    const wire = this.#toHost;
    // So many are yet to be whole when one fewer than the threshold waits, and one is on its way.
    const due = wire.wholeAt(wire.length - threshold - 1);
    if (Number.isFinite(due)) this.#emptying.schedule(Math.max(0, due - this.#clock.nanos));
  }
}
