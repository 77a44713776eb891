/**
 * Asking for routers, RFC 4861 §6.3.7, without end until one answers, RFC 7559.
 *
 *            0 … 1 s               4 s, 8 s, 16 s … 3600 s, each ±10 %
 *   start() ─────────▶ SOLICITING ─┐ a solicitation each
 *                        │   ▲     │
 *                        │   └─────┘
 *                        ▼ advertisement with a lifetime
 *                      ANSWERED
 *
 * A solicitation goes to all routers, from the link-local address with our hardware address in it, or
 * from :: without while there is no address yet (§4.1).
 */
import { fraction, type Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant, microseconds, seconds } from '../../../base/time.ts';

/** RFC 4861 §10. */
const MAX_RTR_SOLICITATION_DELAY = seconds(1);
// RFC 7559 §2, by the names of RFC 8415 §15; MRC and MRD are zero: it never gives up.
const IRT = seconds(4);
const MRT = seconds(3600);
const RAND_MAX = 0.1;

export class RouterSolicitor {
  readonly #rng: Rng;
  #due: Instant | undefined;
  #timeout: Duration | undefined;
  #waiting = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** When the interface comes up, and when the last router is gone. */
  start(now: Instant): void {
    this.#timeout = undefined;
    this.#due = after(now, microseconds(fraction(this.#rng) * MAX_RTR_SOLICITATION_DELAY));
  }

  stop(): void {
    this.#due = undefined;
    this.#waiting = 0;
  }

  /** One that is no default router is not enough (RFC 7559 §2). */
  handleAdvertisement(lifetime_s: number): void {
    if (lifetime_s > 0) this.stop();
  }

  handleTimeout(now: Instant): void {
    if (this.#due === undefined || now < this.#due) return;
    this.#waiting = 1;
    this.#timeout = this.#next(this.#timeout);
    this.#due = after(now, this.#timeout);
  }

  pollTimeout(): Instant | undefined {
    return this.#due;
  }

  pollOutput(): 'solicit' | undefined {
    if (this.#waiting === 0) return undefined;
    this.#waiting = 0;
    return 'solicit';
  }

  /** RFC 8415 §15. */
  #next(previous: Duration | undefined): Duration {
    const rand = (2 * fraction(this.#rng) - 1) * RAND_MAX;
    const doubled = previous === undefined ? IRT * (1 + rand) : previous * (2 + rand);
    return microseconds(doubled > MRT ? MRT * (1 + rand) : doubled);
  }
}
