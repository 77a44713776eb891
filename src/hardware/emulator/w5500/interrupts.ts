/**
 * The INTn pin, datasheet §4.1 (INTLEVEL, IR, IMR, SIR, SIMR): low while an interrupt is pending, and
 * after it rose not low again before the interrupt assert wait time has passed.
 */
import type { Alarm, Clock } from '../clock.ts';

/** IAWT = (INTLEVEL + 1) · 4 / PLL clock, with a PLL clock of 150 MHz; none while INTLEVEL is 0. */
const assertWait = (intlevel: number): number =>
  intlevel === 0 ? 0 : Math.round(((intlevel + 1) * 4 * 1000) / 150);

export class InterruptPin {
  readonly #clock: Clock;
  readonly #wait: Alarm;
  readonly #drive: (low: boolean) => void;
  #pending = false;
  #low = false;
  #notBefore = Number.NaN; // As in clock.ts.

  constructor(clock: Clock, drive: (low: boolean) => void) {
    this.#clock = clock;
    this.#drive = drive;
    this.#notBefore = 0;
    this.#wait = clock.createAlarm(() => this.#set(this.#pending));
  }

  update(pending: boolean, intlevel: number): void {
    if (pending === this.#pending) return;
    this.#pending = pending;
    if (!pending) {
      this.#wait.cancel();
      if (this.#low) this.#notBefore = this.#clock.nanos + assertWait(intlevel);
      this.#set(false);
    } else if (this.#clock.nanos >= this.#notBefore) {
      this.#set(true);
    } else {
      this.#wait.schedule(this.#notBefore - this.#clock.nanos);
    }
  }

  reset(): void {
    this.#pending = false;
    this.#notBefore = 0;
    this.#wait.cancel();
    this.#set(false);
  }

  #set(low: boolean): void {
    if (low === this.#low) return;
    this.#low = low;
    this.#drive(low);
  }
}
