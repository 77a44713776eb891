/**
 * How many ICMP errors leave: a token bucket, RFC 4443 §2.4 (f) and RFC 1812 §4.3.2.8.
 *
 * How many leave in one burst is drawn anew each time the bucket has filled. A fixed number can be counted
 * from outside, and so tells one who empties the bucket by forged datagrams which of them met an open
 * port (CVE-2020-25705).
 */
import { assert } from '../../../base/errors.ts';
import { below, type Rng } from '../../../base/random.ts';
import { type Instant, since } from '../../../base/time.ts';

const SECOND = 1_000_000;

export class RateLimit {
  readonly #rng: Rng;
  /** Microseconds that one token takes to come. */
  readonly #cost: number;
  readonly #creditMax: number;
  /** The bucket counts as dry below this: no token … an eighth of the burst. */
  #floor = 0;
  #credit: number;
  #counted: Instant;

  /** Up to `burst` at once and `rate` a second in the long run. */
  constructor(rate: number, burst: number, rng: Rng, now: Instant) {
    assert(rate > 0 && burst >= 1, 'something may leave');
    this.#rng = rng;
    this.#cost = SECOND / rate;
    this.#creditMax = burst * this.#cost;
    this.#credit = this.#creditMax;
    this.#counted = now;
  }

  /** May one more leave now? One that may is counted. */
  take(now: Instant): boolean {
    const earned = since(now, this.#counted);
    if (earned > 0) {
      this.#credit = Math.min(this.#creditMax, this.#credit + earned);
      this.#counted = now;
    }
    if (this.#credit === this.#creditMax) this.#drawFloor();
    if (this.#credit - this.#cost < this.#floor) return false;
    this.#credit -= this.#cost;
    return true;
  }

  #drawFloor(): void {
    const tokens = Math.floor(this.#creditMax / this.#cost / 8);
    this.#floor = below(this.#rng, tokens + 1) * this.#cost;
  }
}
