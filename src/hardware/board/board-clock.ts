/** The board's clock as the host knows it: board time = host time + offset, within a round trip. */
import { type Instant, START, since } from '../../base/time.ts';

const WRAP = 2 ** 32;

export class BoardClock {
  #offset = 0;

  /** The board said that its clock showed `boardTime`, in µs, some time between the two instants. */
  synchronise(boardTime: number, asked: Instant, answered: Instant): void {
    this.#offset = Math.round(boardTime - (asked + since(answered, asked) / 2));
  }

  now(hostNow: Instant): Instant {
    return Math.max(START, hostNow + this.#offset) as Instant;
  }

  /** The instant nearest to now whose lowest 32 bits are `time`: right within 35 minutes. */
  unwrap(time: number, hostNow: Instant): Instant {
    const now = this.now(hostNow);
    const nearest = time + WRAP * Math.round((now - time) / WRAP);
    return Math.max(time, nearest) as Instant;
  }
}
