/**
 * When a station that takes PAUSE may send: IEEE 802.3-2018 §31B.3.
 *
 *   running ── PAUSE, quanta > 0 ──▶ paused ── time over, or quanta = 0 ──▶ running
 *                                      └── PAUSE again: the time starts anew ──┘
 *
 * Invariant: a frame that has begun goes on; only the next one waits. MAC Control frames never wait.
 */
import { after, type Duration, type Instant } from '../../../base/time.ts';
import { QUANTUM_BITS } from './frame.ts';

export class PausedTransmitter {
  readonly #bitTime: number;
  #until: Instant | undefined;

  /** `bitTime`: microseconds, need not be whole: 0.01 at 100 Mbit/s. */
  constructor(bitTime: number) {
    this.#bitTime = bitTime;
  }

  handlePause(quanta: number, now: Instant): void {
    const time = Math.ceil(quanta * QUANTUM_BITS * this.#bitTime) as Duration;
    this.#until = quanta === 0 ? undefined : after(now, time);
  }

  maySend(now: Instant): boolean {
    return this.#until === undefined || now >= this.#until;
  }

  pollTimeout(): Instant | undefined {
    return this.#until;
  }

  handleTimeout(now: Instant): void {
    if (this.#until !== undefined && now >= this.#until) this.#until = undefined;
  }
}
