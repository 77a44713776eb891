/**
 * A router's side: sending router advertisements, RFC 4861 §6.2.
 *
 *            0 … 0.5 s                    min … max, at random
 *   start() ───────────▶ ADVERTISING ──┐ an advertisement each; the first three 16 s apart at most
 *      ▲                   │   ▲  ▲    │
 *      │                   │   │  └────┘ solicitation: one within 0.5 s, see (1)
 *      │     stop()        │   └ update()
 *   SILENT ◀── 3 with lifetime 0 ── CEASING
 *
 * All go to all nodes, whoever solicited: one answer for all who come up at the same time (§6.2.6).
 * They come from the router's link-local address. That other routers' advertisements agree with ours
 * (§6.2.7) is not looked at.
 *
 * Invariants:
 *   (1) Advertisements leave at least three seconds apart (§6.2.6).
 *   (2) In SILENT nothing leaves.
 */
import { assert } from '../../../base/errors.ts';
import { fraction, type Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant, microseconds, seconds } from '../../../base/time.ts';
import type { RouterAdvertisement } from './message.ts';

// RFC 4861 §10, by its names.
const MAX_INITIAL_RTR_ADVERT_INTERVAL = seconds(16);
const MAX_INITIAL_RTR_ADVERTISEMENTS = 3;
const MAX_FINAL_RTR_ADVERTISEMENTS = 3;
const MIN_DELAY_BETWEEN_RAS = seconds(3);
const MAX_RA_DELAY_TIME = microseconds(500_000);

/** MinRtrAdvInterval and MaxRtrAdvInterval, §6.2.1. */
export interface AdvertisementIntervals {
  readonly min: Duration;
  readonly max: Duration;
}

export const ADVERTISEMENT_INTERVALS: AdvertisementIntervals = {
  min: seconds(200),
  max: seconds(600),
};

export type AdvertiserState = 'SILENT' | 'ADVERTISING' | 'CEASING';

export class RouterAdvertiser {
  readonly #rng: Rng;
  readonly #intervals: AdvertisementIntervals;
  #advertisement: RouterAdvertisement;
  #state: AdvertiserState = 'SILENT';
  /** How many leave at the pace of the start, or in CEASING how many are left. */
  #left = 0;
  #sentAt: Instant | undefined;
  #due: Instant | undefined;
  readonly #outbox: RouterAdvertisement[] = [];

  constructor(
    advertisement: RouterAdvertisement,
    rng: Rng,
    intervals: AdvertisementIntervals = ADVERTISEMENT_INTERVALS,
  ) {
    const { min, max } = intervals;
    assert(max >= seconds(4) && max <= seconds(1800), 'MaxRtrAdvInterval is 4 … 1800 s');
    assert(min >= seconds(3) && min <= 0.75 * max, 'MinRtrAdvInterval is 3 s … 0.75 × max');
    this.#advertisement = advertisement;
    this.#rng = rng;
    this.#intervals = intervals;
  }

  get state(): AdvertiserState {
    return this.#state;
  }

  start(now: Instant): void {
    this.#state = 'ADVERTISING';
    this.#hurry(now);
  }

  /** Other contents from now on, told at the pace of the start (§6.2.4). */
  update(advertisement: RouterAdvertisement, now: Instant): void {
    this.#advertisement = advertisement;
    if (this.#state === 'ADVERTISING') this.#hurry(now);
  }

  /** Says that this is no default router any more (§6.2.5). */
  stop(now: Instant): void {
    if (this.#state !== 'ADVERTISING') return;
    this.#state = 'CEASING';
    this.#left = MAX_FINAL_RTR_ADVERTISEMENTS;
    this.#due = this.#notBefore(now);
  }

  /** A router solicitation that `decode` passed (§6.2.6). */
  handleSolicitation(now: Instant): void {
    if (this.#state !== 'ADVERTISING') return;
    const delay = this.#upTo(MAX_RA_DELAY_TIME);
    const due = after(this.#notBefore(now), delay);
    if (this.#due === undefined || due < this.#due) this.#due = due;
  }

  handleTimeout(now: Instant): void {
    if (this.#due === undefined || now < this.#due) return;
    const ceasing = this.#state === 'CEASING';
    const message = this.#advertisement;
    this.#outbox.push(ceasing ? { ...message, lifetime_s: 0 } : message);
    this.#sentAt = now;
    if (this.#left > 0) this.#left -= 1;
    if (ceasing && this.#left === 0) this.#state = 'SILENT';
    this.#due = this.#next(now);
  }

  pollTimeout(): Instant | undefined {
    return this.#due;
  }

  pollOutput(): RouterAdvertisement | undefined {
    return this.#outbox.shift();
  }

  #next(now: Instant): Instant | undefined {
    if (this.#state === 'SILENT') return undefined;
    if (this.#state === 'CEASING') return after(now, MIN_DELAY_BETWEEN_RAS);
    const { min, max } = this.#intervals;
    const interval = (min + this.#upTo((max - min) as Duration)) as Duration;
    const hasty = this.#left > 0 && interval > MAX_INITIAL_RTR_ADVERT_INTERVAL;
    return after(now, hasty ? MAX_INITIAL_RTR_ADVERT_INTERVAL : interval);
  }

  #hurry(now: Instant): void {
    this.#left = MAX_INITIAL_RTR_ADVERTISEMENTS;
    this.#due = after(this.#notBefore(now), this.#upTo(MAX_RA_DELAY_TIME));
  }

  #notBefore(now: Instant): Instant {
    if (this.#sentAt === undefined) return now;
    const earliest = after(this.#sentAt, MIN_DELAY_BETWEEN_RAS);
    return earliest > now ? earliest : now;
  }

  #upTo(most: Duration): Duration {
    return microseconds(fraction(this.#rng) * most);
  }
}
