/**
 * I2S0 as a shift register each way, fed by GDMA. ESP32-C3 Technical Reference Manual §29: TDM with two channels
 * of 32 bits, MSB alignment, as a master from the crystal, or the receiver on the transmitter's BCK and WS
 * (I2S_SIG_LOOPBACK). In any other mode nothing moves.
 *
 *      GDMA ─▶ FIFO, 64 words ─▶ shift ─▶ I2SO_SD        a level from one BCK's falling edge to the next
 *      GDMA ◀─ shift ◀─ I2SI_SD                          looked at in between, at the rising one
 *
 * The TRM does not say how long a start takes: here the first bit goes out one BCK after it, and the receiver
 * takes word n while word n is sent. Not modelled: BCK and WS as signals, the jitter of the fractional divider (its mean
 * is), the receiver's FIFO, delays by half a BCK, the hung and done interrupts.
 */
import type { Level } from '../../../medium/wire.ts';
import type { Alarm, Clock } from '../clock.ts';
import type { Gdma } from './gdma.ts';
import { type Peripheral, PlainRegisters } from './peripheral.ts';

const RX_CONF = 0x20;
const TX_CONF = 0x24;
const RX_CONF1 = 0x28;
const TX_CONF1 = 0x2c;
const RX_CLKM_CONF = 0x30;
const TX_CLKM_CONF = 0x34;
const RX_CLKM_DIV_CONF = 0x38;
const TX_CLKM_DIV_CONF = 0x3c;
const RX_TDM_CTRL = 0x50;
const TX_TDM_CTRL = 0x54;
const RXEOF_NUM = 0x64;
const STATE = 0x6c;

/** In RX_CONF and TX_CONF alike. */
const RESET = 1 << 0;
const FIFO_RESET = 1 << 1;
const START = 1 << 2;
const SLAVE = 1 << 3;
const UPDATE = 1 << 8;
/** What there is a model of: TDM, no companding, nothing reversed. */
const MODE = (1 << 20) | (1 << 19) | (1 << 18) | (1 << 12) | (1 << 7);
const MODE_PLAIN = (1 << 19) | (1 << 12);
const STOP_EN = 1 << 13;
const SIG_LOOPBACK = 1 << 27;
/** Bits of a channel, of its valid data, and no bit of delay. */
const FORMAT = (1 << 29) | (31 << 24) | (31 << 13);
const FORMAT_WORDS = (31 << 24) | (31 << 13);
const TDM = (1 << 20) | (15 << 16) | 0xffff;
const TDM_TWO = (1 << 16) | 3;
const CLKM_ACTIVE = 1 << 26;
const CLKM_SEL = 3 << 27;
const CLKM_GATE = 1 << 29;
const TX_IDLE = 1;

/** GDMA's number of I2S: §2.4.2. */
const I2S = 3;
const FIFO = 64;
const BITS = 32;
/** Nanoseconds of the crystal. */
const CRYSTAL = 25;

const RESET_VALUES = [
  [RX_CONF, 0x9600],
  [TX_CONF, 0xb200],
  [RX_CONF1, 0x2f3d_e300],
  [TX_CONF1, 0x6f3d_e300],
  [RX_CLKM_CONF, 2],
  [TX_CLKM_CONF, 2],
  [RX_CLKM_DIV_CONF, 0x200],
  [TX_CLKM_DIV_CONF, 0x200],
  [RX_TDM_CTRL, 0xffff],
  [TX_TDM_CTRL, 0xffff],
  [RXEOF_NUM, 0x40],
] as const;

export interface I2sOptions {
  readonly clock: Clock;
  readonly gdma: Gdma;
  /** By how much its crystal is fast. */
  readonly clockError: number;
  /** A word goes out, its top bit at `at`, `period` nanoseconds a bit. */
  readonly onWord: (word: number, at: number, period: number) => void;
  /** Nothing more goes out, from now on. */
  readonly onRest: () => void;
  /** What I2SI_SD is at a time that has passed. */
  readonly sense: (at: number) => Level;
  /** The receiver may yet ask for levels from then on; Infinity: it does not. */
  readonly onListen: (since: number) => void;
}

/** A unit that shifts, a word at a time. */
interface Shifter {
  readonly alarm: Alarm;
  running: boolean;
  /** When the present word began; NaN: as in clock.ts. */
  began: number;
  period: number;
}

export class I2s implements Peripheral {
  readonly #options: I2sOptions;
  readonly #crystal: number;
  readonly #registers = new PlainRegisters(RESET_VALUES);
  readonly #tx: Shifter;
  readonly #rx: Shifter;
  #fifo: number[] = [];
  #last = 0;
  /** Words since the receiver's last EOF. */
  #received = 0;

  constructor(options: I2sOptions) {
    const { clock, gdma } = options;
    this.#options = options;
    this.#crystal = CRYSTAL / (1 + options.clockError);
    const shifter = (callback: () => void): Shifter => ({
      alarm: clock.createAlarm(callback),
      running: false,
      began: Number.NaN,
      period: Number.NaN,
    });
    this.#tx = shifter(() => this.#sendWord());
    this.#rx = shifter(() => this.#takeWord());
    gdma.onReady = (peripheral) => {
      if (peripheral === I2S) this.#fill();
    };
  }

  /** It is at work on the line. */
  get active(): boolean {
    return this.#tx.running || this.#rx.running;
  }

  reset(): void {
    this.#registers.reset();
    this.#stop(this.#tx);
    this.#stop(this.#rx);
    this.#fifo = [];
  }

  read(offset: number): number {
    if (offset === STATE) return this.#tx.running ? 0 : TX_IDLE;
    return this.#registers.read(offset);
  }

  write(offset: number, value: number): void {
    if (offset !== TX_CONF && offset !== RX_CONF) {
      this.#registers.write(offset, value);
      return;
    }
    this.#registers.write(offset, value & ~(RESET | FIFO_RESET | UPDATE));
    if (offset === TX_CONF) this.#controlTransmitter(value);
    else this.#controlReceiver(value);
  }

  #controlTransmitter(value: number): void {
    if ((value & FIFO_RESET) !== 0) this.#fifo = [];
    if ((value & RESET) !== 0 || (value & START) === 0) this.#stop(this.#tx);
    else if (!this.#tx.running && (value & SLAVE) === 0) this.#beginSending();
  }

  #controlReceiver(value: number): void {
    if ((value & RESET) !== 0 || (value & START) === 0) this.#stop(this.#rx);
    else if (!this.#rx.running) this.#beginTaking(value);
  }

  #beginSending(): void {
    const { clock } = this.#options;
    const period = this.#period(TX_CLKM_CONF, TX_CLKM_DIV_CONF, TX_CONF1);
    if (period === undefined || !this.#modelled(TX_CONF, TX_CONF1, TX_TDM_CTRL)) return;
    const at = clock.nanos + period;
    run(this.#tx, at, period, period);
    // A receiver that waits for BCK has it now.
    const receiver = this.#registers.read(RX_CONF);
    if (this.#shared && (receiver & (START | SLAVE)) === (START | SLAVE)) this.#follow(at, period);
  }

  #beginTaking(value: number): void {
    const { clock } = this.#options;
    this.#received = 0;
    if ((value & SLAVE) !== 0) {
      // On a BCK that runs already it begins with the next word.
      const { running, began, period } = this.#tx;
      if (this.#shared && running) this.#follow(began + BITS * period, period);
      return;
    }
    const period = this.#period(RX_CLKM_CONF, RX_CLKM_DIV_CONF, RX_CONF1);
    if (period === undefined || !this.#modelled(RX_CONF, RX_CONF1, RX_TDM_CTRL)) return;
    this.#listen(clock.nanos + period, period);
  }

  get #shared(): boolean {
    return (this.#registers.read(TX_CONF) & SIG_LOOPBACK) !== 0;
  }

  #follow(at: number, period: number): void {
    if (this.#modelled(RX_CONF, RX_CONF1, RX_TDM_CTRL)) this.#listen(at, period);
  }

  #listen(at: number, period: number): void {
    run(this.#rx, at, period, at + BITS * period - this.#options.clock.nanos);
    this.#options.onListen(at);
  }

  #stop(shifter: Shifter): void {
    shifter.running = false;
    shifter.alarm.cancel();
    if (shifter === this.#rx) this.#options.onListen(Number.POSITIVE_INFINITY);
    else this.#options.onRest();
  }

  #modelled(conf: number, conf1: number, tdm: number): boolean {
    return (
      (this.#registers.read(conf) & MODE) === MODE_PLAIN &&
      (this.#registers.read(conf1) & FORMAT) === FORMAT_WORDS &&
      (this.#registers.read(tdm) & TDM) === TDM_TWO
    );
  }

  /** Nanoseconds of BCK: §29.6. Undefined without a clock, and from any but the crystal. */
  #period(conf: number, div: number, conf1: number): number | undefined {
    const clkm = this.#registers.read(conf);
    const on = (clkm & CLKM_ACTIVE) !== 0 && (clkm & CLKM_SEL) === 0;
    if (!on || (this.#registers.read(TX_CLKM_CONF) & CLKM_GATE) === 0) return undefined;
    const bck = ((this.#registers.read(conf1) >>> 7) & 63) + 1;
    if (bck === 2) return undefined; // I2S_TX/RX_BCK_DIV_NUM must not be 1.
    const n = (clkm & 255) === 0 ? 256 : Math.max(2, clkm & 255);
    return this.#crystal * (n + fractionOf(this.#registers.read(div))) * bck;
  }

  #fill(): void {
    while (this.#fifo.length < FIFO) {
      const word = this.#options.gdma.pull(I2S);
      if (word === undefined) return;
      this.#fifo.push(word);
    }
  }

  /** A word begins. */
  #sendWord(): void {
    const { clock, onWord } = this.#options;
    const tx = this.#tx;
    const word = this.#fifo.shift();
    if (word === undefined && (this.#registers.read(TX_CONF) & STOP_EN) !== 0) {
      this.#stop(tx);
      if ((this.#registers.read(RX_CONF) & SLAVE) !== 0) this.#stop(this.#rx);
      return;
    }
    this.#last = word ?? this.#last;
    onWord(this.#last, tx.began, tx.period);
    this.#fill();
    tx.began += BITS * tx.period;
    tx.alarm.schedule(Math.max(0, tx.began - clock.nanos));
  }

  /** A word has been shifted in. */
  #takeWord(): void {
    const { clock, gdma, sense, onListen } = this.#options;
    const rx = this.#rx;
    let word = 0;
    for (let i = 0; i < BITS; i++) word = (word << 1) | sense(rx.began + (i + 0.5) * rx.period);
    this.#received += 1;
    const last = this.#received > (this.#registers.read(RXEOF_NUM) & 0xfff);
    if (last) this.#received = 0;
    gdma.push(I2S, word >>> 0, last);
    rx.began += BITS * rx.period;
    onListen(rx.began);
    rx.alarm.schedule(Math.max(0, rx.began + BITS * rx.period - clock.nanos));
  }
}

/** The first word is from `at` on; the alarm rings `delay` nanoseconds from now. */
function run(shifter: Shifter, at: number, period: number, delay: number): void {
  shifter.running = true;
  shifter.began = at;
  shifter.period = period;
  shifter.alarm.schedule(delay);
}

/** b/a of the divider, of the four numbers that tell it. */
function fractionOf(div: number): number {
  const z = div & 0x1ff;
  const y = (div >>> 9) & 0x1ff;
  const x = (div >>> 18) & 0x1ff;
  if (z === 0) return 0;
  const fraction = z / (z * (x + 1) + y);
  return ((div >>> 27) & 1) === 1 ? 1 - fraction : fraction;
}
