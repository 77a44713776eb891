/**
 * ReachableTime and RetransTimer of one interface, RFC 4861 §6.3.2, as routers set them (§6.3.4).
 *
 * A forged advertisement must not make us flood the link, nor never notice that a neighbour has gone; so
 * both are kept within limits. RFC 4861 lets a router say an hour at most for the one (§6.2.1), and sets no
 * limits for the other.
 */
import { fraction, type Rng } from '../../../base/random.ts';
import {
  type Duration,
  type Instant,
  microseconds,
  milliseconds,
  seconds,
  since,
} from '../../../base/time.ts';

// RFC 4861 §10, by its names.
const RETRANS_TIMER = seconds(1);
const REACHABLE_TIME = seconds(30);
const MIN_RANDOM_FACTOR = 0.5;
const MAX_RANDOM_FACTOR = 1.5;
/** §6.3.4 wants a new random factor every few hours. */
const REDRAW_AFTER = seconds(2 * 3600);

const RETRANS_TIMER_MIN = milliseconds(100);
const RETRANS_TIMER_MAX = seconds(60);
const REACHABLE_TIME_MIN = seconds(1);
const REACHABLE_TIME_MAX = seconds(3600);

export class Times {
  readonly #rng: Rng;
  #baseReachable: Duration = REACHABLE_TIME;
  #reachable: Duration;
  #retransmit: Duration = RETRANS_TIMER;
  #drawn: Instant | undefined;

  constructor(rng: Rng) {
    this.#rng = rng;
    this.#reachable = this.#draw();
  }

  get retransmit(): Duration {
    return this.#retransmit;
  }

  get reachable(): Duration {
    return this.#reachable;
  }

  /** What an advertisement says; 0 says nothing. */
  handleAdvertisement(retransTimer_ms: number, reachableTime_ms: number, now: Instant): void {
    if (retransTimer_ms !== 0) {
      const told = milliseconds(retransTimer_ms);
      this.#retransmit = clamp(told, RETRANS_TIMER_MIN, RETRANS_TIMER_MAX);
    }
    const told = reachableTime_ms === 0 ? this.#baseReachable : milliseconds(reachableTime_ms);
    const base = clamp(told, REACHABLE_TIME_MIN, REACHABLE_TIME_MAX);
    this.#drawn ??= now;
    if (base === this.#baseReachable && since(now, this.#drawn) < REDRAW_AFTER) return;
    this.#baseReachable = base;
    this.#reachable = this.#draw();
    this.#drawn = now;
  }

  /** So that neighbours do not probe each other in step. */
  #draw(): Duration {
    const spread = (MAX_RANDOM_FACTOR - MIN_RANDOM_FACTOR) * fraction(this.#rng);
    return microseconds(this.#baseReachable * (MIN_RANDOM_FACTOR + spread));
  }
}

const clamp = (time: Duration, least: Duration, most: Duration): Duration =>
  Math.min(Math.max(time, least), most) as Duration;
