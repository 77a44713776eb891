/**
 * SYSTIMER's unit 0 and its targets, at 16 MHz. ESP32-C3 Technical Reference Manual, System Timer. Unit 1 is
 * not modelled.
 */
import type { Alarm, Clock } from '../clock.ts';
import { InterruptBits, type Peripheral, PlainRegisters } from './peripheral.ts';

const CONF = 0x00;
const UNIT0_OP = 0x04;
const TARGET0_HI = 0x1c;
const TARGET0_LO = 0x20;
const TARGET0_CONF = 0x34;
const UNIT0_VALUE_HI = 0x40;
const UNIT0_VALUE_LO = 0x44;
const COMP0_LOAD = 0x50;
const INT_ENA = 0x64;
const INT_RAW = 0x68;
const INT_CLR = 0x6c;
const INT_ST = 0x70;

const UPDATE = 1 << 30;
const VALID = 1 << 29;
const UNIT0_ON = 1 << 30;
const TARGET0_ON = 1 << 24;
const PERIODIC = 1 << 30;
const PERIOD = 0x3ff_ffff;
/** Nanoseconds of a count. */
const COUNT = 62.5;
const TARGETS = 3;
/** After reset: the clock gated, unit 0 counts. */
const CONF_RESET = 0x4600_0000;

interface Target {
  readonly alarm: Alarm;
  /** In counts; NaN while it has none. */
  due: number;
}

export class SysTimer implements Peripheral {
  readonly #clock: Clock;
  readonly #registers = new PlainRegisters([[CONF, CONF_RESET]]);
  readonly #bits: InterruptBits;
  readonly #targets: readonly Target[];
  readonly #start: number;
  #latched = 0;

  /** `signal`: the interrupt of target 0, 1 or 2 is as told. */
  constructor(clock: Clock, signal: (target: number, active: boolean) => void) {
    this.#clock = clock;
    this.#start = clock.nanos;
    this.#bits = new InterruptBits(() => {
      for (let n = 0; n < TARGETS; n++) signal(n, ((this.#bits.status >> n) & 1) === 1);
    });
    this.#targets = Array.from({ length: TARGETS }, (_, n) => ({
      alarm: clock.createAlarm(() => this.#rise(n)),
      due: Number.NaN,
    }));
  }

  read(offset: number): number {
    switch (offset) {
      case UNIT0_OP:
        return VALID;
      case UNIT0_VALUE_HI:
        return Math.floor(this.#latched / 2 ** 32);
      case UNIT0_VALUE_LO:
        return this.#latched >>> 0;
      case INT_ENA:
        return this.#bits.enabled;
      case INT_RAW:
        return this.#bits.raw;
      case INT_ST:
        return this.#bits.status;
      default:
        return this.#registers.read(offset);
    }
  }

  write(offset: number, value: number): void {
    if (offset === UNIT0_OP) {
      if ((value & UPDATE) !== 0) this.#latched = this.#count();
    } else if (offset === INT_ENA) {
      this.#bits.enable(value);
    } else if (offset === INT_CLR) {
      this.#bits.clear(value);
    } else if (offset >= COMP0_LOAD && offset < COMP0_LOAD + 4 * TARGETS) {
      this.#load((offset - COMP0_LOAD) >> 2);
    } else {
      this.#registers.write(offset, value);
      if (offset === CONF) for (let n = 0; n < TARGETS; n++) this.#arm(n);
    }
  }

  #count(): number {
    return Math.floor((this.#clock.nanos - this.#start) / COUNT);
  }

  #load(n: number): void {
    const target = this.#targets[n];
    if (target === undefined) return;
    const conf = this.#registers.read(TARGET0_CONF + 4 * n);
    const high = this.#registers.read(TARGET0_HI + 8 * n);
    const low = this.#registers.read(TARGET0_LO + 8 * n);
    target.due = (conf & PERIODIC) !== 0 ? this.#count() + (conf & PERIOD) : high * 2 ** 32 + low;
    this.#arm(n);
  }

  #arm(n: number): void {
    const target = this.#targets[n];
    if (target === undefined) return;
    const conf = this.#registers.read(CONF);
    const on = (conf & UNIT0_ON) !== 0 && (conf & (TARGET0_ON >> n)) !== 0;
    if (!on || Number.isNaN(target.due)) {
      target.alarm.cancel();
      return;
    }
    const at = this.#start + target.due * COUNT;
    target.alarm.schedule(Math.max(0, at - this.#clock.nanos));
  }

  #rise(n: number): void {
    const target = this.#targets[n];
    if (target === undefined) return;
    const conf = this.#registers.read(TARGET0_CONF + 4 * n);
    const period = (conf & PERIODIC) !== 0 ? conf & PERIOD : 0;
    target.due = period > 0 ? target.due + period : Number.NaN;
    this.#bits.raise(1 << n);
    this.#arm(n);
  }
}
