/**
 * A timer of the ATmega328P in normal and CTC mode: its counter, its overflow and its compare matches, computed and
 * not counted, so that a timer that nobody looks at costs nothing. Datasheet §15, §16, §18. PWM modes, outputs, input
 * capture and external clocks are not modelled.
 */
import type { Alarm, Clock } from '../clock.ts';
import { type Core, CYCLE, type Interrupt } from './core.ts';

export interface TimerLayout {
  readonly bits: 8 | 16;
  /** By CS2:0; 0: stopped. */
  readonly dividers: readonly number[];
  /** Vectors, in words. */
  readonly vectors: { readonly overflow: number; readonly a: number; readonly b: number };
  readonly tccra: number;
  readonly tccrb: number;
  readonly tcnt: number;
  readonly ocra: number;
  readonly ocrb: number;
  readonly tifr: number;
  readonly timsk: number;
}

const DIVIDERS = [0, 1, 8, 64, 256, 1024, 0, 0];
export const TIMERS: readonly TimerLayout[] = [
  {
    ...{ bits: 8, dividers: DIVIDERS, vectors: { overflow: 0x20, a: 0x1c, b: 0x1e } },
    ...{ tccra: 0x44, tccrb: 0x45, tcnt: 0x46, ocra: 0x47, ocrb: 0x48, tifr: 0x35, timsk: 0x6e },
  },
  {
    ...{ bits: 16, dividers: DIVIDERS, vectors: { overflow: 0x1a, a: 0x16, b: 0x18 } },
    ...{ tccra: 0x80, tccrb: 0x81, tcnt: 0x84, ocra: 0x88, ocrb: 0x8a, tifr: 0x36, timsk: 0x6f },
  },
  {
    bits: 8,
    dividers: [0, 1, 8, 32, 64, 128, 256, 1024],
    vectors: { overflow: 0x12, a: 0x0e, b: 0x10 },
    ...{ tccra: 0xb0, tccrb: 0xb1, tcnt: 0xb2, ocra: 0xb3, ocrb: 0xb4, tifr: 0x37, timsk: 0x70 },
  },
];

const FLAG_OVERFLOW = 1;
const FLAG_A = 2;
const FLAG_B = 4;
/** WGMn1 in TCCRnA, WGM12 in TCCR1B: clear on compare match. */
const CTC_8 = 2;
const CTC_16 = 8;

export class Timer {
  readonly #core: Core;
  readonly #layout: TimerLayout;
  readonly #alarm: Alarm;
  readonly #events: readonly { readonly mask: number; readonly interrupt: Interrupt }[];
  /** The cycle at which the counter was 0, or would have been. */
  #epoch = 0;
  /** The ticks since then that were looked at. */
  #seen = 0;
  /** Of a stopped timer. */
  #count = 0;
  /** The high octet of 16 bits, which goes with the low one: datasheet §16.3. */
  #high = 0;

  constructor(core: Core, clock: Clock, layout: TimerLayout) {
    this.#core = core;
    this.#layout = layout;
    this.#alarm = clock.createAlarm(() => {
      core.catchUp();
      this.#expect();
    });
    const { vectors, tifr, timsk } = layout;
    const event = (mask: number, address: number) => ({
      mask,
      interrupt: {
        ...{ address, flagRegister: tifr, flagMask: mask },
        ...{ enableRegister: timsk, enableMask: mask },
      },
    });
    this.#events = [
      event(FLAG_OVERFLOW, vectors.overflow),
      event(FLAG_A, vectors.a),
      event(FLAG_B, vectors.b),
    ];
    this.#hook();
  }

  #hook(): void {
    const { cpu } = this.#core;
    const { tccra, tccrb, tcnt, ocra, ocrb, tifr, timsk, bits } = this.#layout;
    const change = (address: number) => (value: number) => {
      this.#settle();
      const count = this.#counter();
      cpu.data[address] = value;
      this.#place(count);
      this.#expect();
      return true;
    };
    cpu.writeHooks[tccra] = change(tccra);
    cpu.writeHooks[tccrb] = change(tccrb);
    const write16 = (address: number) => (value: number) => {
      this.#settle(); // By the old value, before any of it goes.
      cpu.data[address + 1] = this.#high;
      return change(address)(value);
    };
    for (const address of [ocra, ocrb]) {
      cpu.writeHooks[address] = bits === 16 ? write16(address) : change(address);
      if (bits === 16) cpu.writeHooks[address + 1] = (value) => this.#keepHigh(value);
    }
    if (bits === 16) {
      cpu.writeHooks[tcnt + 1] = (value) => this.#keepHigh(value);
      cpu.readHooks[tcnt + 1] = () => this.#high;
    }
    cpu.writeHooks[tcnt] = (value) => {
      this.#settle();
      this.#place(bits === 16 ? (this.#high << 8) | value : value);
      this.#expect();
      return true;
    };
    cpu.readHooks[tcnt] = () => {
      const count = this.#counter();
      this.#high = count >> 8;
      return count & 0xff;
    };
    cpu.readHooks[tifr] = () => {
      this.#settle();
      return cpu.data[tifr] ?? 0;
    };
    cpu.writeHooks[tifr] = (value) => {
      this.#settle();
      for (const { interrupt } of this.#events) cpu.clearInterruptByFlag(interrupt, value);
      return true;
    };
    cpu.writeHooks[timsk] = (value) => {
      this.#settle();
      cpu.data[timsk] = value;
      for (const { interrupt } of this.#events) cpu.updateInterruptEnable(interrupt, value);
      this.#expect();
      return true;
    };
  }

  #keepHigh(value: number): true {
    this.#high = value;
    return true;
  }

  #register(address: number): number {
    const { data } = this.#core.cpu;
    const low = data[address] ?? 0;
    return this.#layout.bits === 16 ? low | ((data[address + 1] ?? 0) << 8) : low;
  }

  get #divider(): number {
    return this.#layout.dividers[(this.#core.cpu.data[this.#layout.tccrb] ?? 0) & 7] ?? 0;
  }

  get #clearsOnMatch(): boolean {
    const { bits, tccra, tccrb } = this.#layout;
    const { data } = this.#core.cpu;
    if (bits === 16) return ((data[tccrb] ?? 0) & 0x18) === CTC_16;
    return ((data[tccra] ?? 0) & 3) === CTC_8;
  }

  /** Ticks until the counter is where it was. */
  get #period(): number {
    return this.#clearsOnMatch ? this.#register(this.#layout.ocra) + 1 : 1 << this.#layout.bits;
  }

  get #ticks(): number {
    return Math.floor((this.#core.cpu.cycles - this.#epoch) / this.#divider);
  }

  #counter(): number {
    return this.#divider === 0 ? this.#count : this.#ticks % this.#period;
  }

  /** The counter is `count` now. */
  #place(count: number): void {
    this.#count = count;
    const divider = this.#divider;
    if (divider === 0) return;
    // The prescaler runs freely: ticks come at its multiples (§17.1).
    const phase = this.#core.cpu.cycles - (this.#core.cpu.cycles % divider);
    this.#epoch = phase - count * divider;
    this.#seen = count;
  }

  /** Ticks from `from` on, not counted, to the next at which the flag rises; Infinity for never. */
  #next(mask: number, from: number): number {
    const period = this.#period;
    let at = 0;
    if (mask === FLAG_A) at = this.#register(this.#layout.ocra);
    else if (mask === FLAG_B) at = this.#register(this.#layout.ocrb);
    else if (this.#clearsOnMatch) return Infinity; // Only at its maximum, which it does not reach.
    if (at >= period) return Infinity;
    const ahead = (at - (from % period) + period) % period;
    return from + (ahead === 0 ? period : ahead);
  }

  /** Raises the flags that rose since the last look. */
  #settle(): void {
    if (this.#divider === 0) return;
    const now = this.#ticks;
    for (const { mask, interrupt } of this.#events) {
      if (this.#next(mask, this.#seen) <= now) this.#core.raise(interrupt);
    }
    this.#seen = now;
  }

  /** Sets the alarm for the next interrupt that is enabled. */
  #expect(): void {
    this.#settle();
    const enabled = this.#core.cpu.data[this.#layout.timsk] ?? 0;
    let due = Infinity;
    if (this.#divider !== 0) {
      for (const { mask } of this.#events) {
        if ((enabled & mask) !== 0) due = Math.min(due, this.#next(mask, this.#seen));
      }
    }
    if (!Number.isFinite(due)) {
      this.#alarm.cancel();
      return;
    }
    const cycles = this.#epoch + due * this.#divider - this.#core.cpu.cycles;
    this.#core.touch();
    this.#alarm.schedule(Math.max(0, cycles * CYCLE));
  }
}
