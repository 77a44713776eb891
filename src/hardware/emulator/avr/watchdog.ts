/**
 * The watchdog: interrupt, reset, or the one and then the other, and the sequence that its register wants.
 * ATmega328P datasheet §11.8, §11.9. Its oscillator is taken to be exact.
 */
import type { Alarm, Clock } from '../clock.ts';
import type { Core, Interrupt } from './core.ts';

const WDTCSR = 0x60;
const WDIF = 0x80;
const WDIE = 0x40;
const WDP3 = 0x20;
const WDCE = 0x10;
const WDE = 0x08;
const WDP = 0x07;
const PROTECTED = WDP3 | WDE | WDP;
const CHANGE_CYCLES = 4;
/** Nanoseconds of its shortest time: 2048 periods of 128 kHz. */
const SHORTEST = 16e6;

export class Watchdog {
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #interrupt: Interrupt;
  readonly #onReset: () => void;
  #fedAt = Number.NaN; // As in clock.ts.
  #changeUntil = 0;

  /**
   * @param start when the start-up time is over, which its oscillator counts
   * @param running after a watchdog reset it runs on, at its shortest (§11.8.1)
   */
  constructor(core: Core, clock: Clock, start: number, running: boolean, onReset: () => void) {
    this.#core = core;
    this.#clock = clock;
    this.#onReset = onReset;
    this.#fedAt = start;
    this.#alarm = clock.createAlarm(() => this.#look());
    this.#interrupt = {
      ...{ address: 0x0c, flagRegister: WDTCSR, flagMask: WDIF },
      ...{ enableRegister: WDTCSR, enableMask: WDIE },
    };
    core.cpu.onWatchdogReset = () => {
      core.touch();
      this.#fedAt = clock.nanos;
    };
    core.cpu.writeHooks[WDTCSR] = (value) => this.#write(value);
    if (running) {
      core.cpu.data[WDTCSR] = WDE;
      this.#expect();
    }
  }

  #write(value: number): true {
    const { cpu } = this.#core;
    const old = cpu.data[WDTCSR] ?? 0;
    this.#core.touch();
    if ((value & (WDCE | WDE)) === (WDCE | WDE)) {
      this.#changeUntil = cpu.cycles + CHANGE_CYCLES;
      return true;
    }
    const kept = cpu.cycles <= this.#changeUntil ? value & PROTECTED : old & PROTECTED;
    const flag = (value & WDIF) !== 0 ? 0 : old & WDIF;
    cpu.data[WDTCSR] = (value & WDIE) | kept | flag;
    cpu.updateInterruptEnable(this.#interrupt, cpu.data[WDTCSR] ?? 0);
    this.#expect();
    return true;
  }

  get #period(): number {
    const control = this.#core.cpu.data[WDTCSR] ?? 0;
    return SHORTEST * 2 ** ((control & WDP) | ((control & WDP3) >> 2));
  }

  #expect(): void {
    const control = this.#core.cpu.data[WDTCSR] ?? 0;
    if ((control & (WDE | WDIE)) === 0) this.#alarm.cancel();
    else this.#alarm.schedule(Math.max(0, this.#fedAt + this.#period - this.#clock.nanos));
  }

  /** It was fed since, or its time is over. */
  #look(): void {
    const { cpu } = this.#core;
    if (this.#clock.nanos < this.#fedAt + this.#period) {
      this.#expect();
      return;
    }
    this.#fedAt = this.#clock.nanos;
    const control = cpu.data[WDTCSR] ?? 0;
    if ((control & WDIE) !== 0) {
      this.#core.raise(this.#interrupt);
      // In both modes the interrupt's execution clears WDIE; it is not awaited here.
      if ((control & WDE) !== 0) cpu.data[WDTCSR] = (cpu.data[WDTCSR] ?? 0) & ~WDIE;
    } else if ((control & WDE) !== 0) {
      this.#onReset();
      return;
    }
    this.#expect();
  }
}
