/**
 * A half-duplex Ethernet station: carrier sense, multiple access with collision detection (IEEE 802.3-2018 §4.2.3.2).
 *
 *   idle ─ send() ─▶ deferring ─ medium idle for a gap ─▶ sending ─ last bit out ─▶ idle (sent)
 *                        ▲                                   │ collision
 *                        │                                   ▼
 *                        └── r slot times ── backing off ◀─ jamming (32 bits)
 *                                                            └ 16 attempts ─▶ idle (excessive collisions)
 *
 * Invariants
 * 1. It never starts while it hears a carrier, nor within an interpacket gap after one (§4.2.3.2.1).
 * 2. What it has begun it goes on with for at least the jam, so that every station hears the collision (§4.2.3.2.4).
 * 3. A frame is tried at most 16 times, and its end is told once.
 *
 * A station of today waits out the gap from the end of the carrier it hears last; the two-part gap of §4.2.3.2.1 (a carrier
 * in its first two thirds starts it anew) comes to the same here, since sensing has no noise.
 */
import type { Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant } from '../../../base/time.ts';
import {
  ATTEMPT_LIMIT,
  backoffSlots,
  INTERPACKET_GAP_BITS,
  JAM_BITS,
  SLOT_BITS,
} from './backoff.ts';

export interface CsmaOptions {
  readonly rng: Rng;
  /** How long a bit takes, in microseconds; need not be whole: 0.1 at 10 Mbit/s. */
  readonly bitTime: number;
}

type State = 'idle' | 'deferring' | 'sending' | 'jamming' | 'backing-off';

export type CsmaEvent =
  | { readonly kind: 'sent'; readonly collisions: number }
  /** The frame was dropped: §4.2.3.2.6. */
  | { readonly kind: 'excessive-collisions' }
  /** A collision after the slot time: a network too long, or a station that does not listen. The frame is dropped. */
  | { readonly kind: 'late-collision' };

/** What the station puts on the wire from now on. */
export type Transmission =
  | { readonly kind: 'frame'; readonly bits: number }
  | { readonly kind: 'jam'; readonly bits: number };

export class CsmaStation {
  readonly #options: CsmaOptions;
  readonly #events: CsmaEvent[] = [];
  #state: State = 'idle';
  #bits = 0;
  #collisions = 0;
  #carrier = false;
  /** The end of the last carrier. */
  #quietSince: Instant | undefined;
  #started: Instant | undefined;
  #due: Instant | undefined;
  #transmission: Transmission | undefined;
  #late = false;

  constructor(options: CsmaOptions) {
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  #bitTimes(bits: number): Duration {
    return Math.round(bits * this.#options.bitTime) as Duration;
  }

  /** `bits`: all of the packet, preamble to FCS. False while another is in hand. */
  send(bits: number, now: Instant): boolean {
    if (this.#state !== 'idle') return false;
    this.#bits = bits;
    this.#collisions = 0;
    this.#defer(now);
    return true;
  }

  /** Another station's signal came, or went: not the station's own. */
  handleCarrier(present: boolean, now: Instant): void {
    this.#carrier = present;
    if (!present) this.#quietSince = now;
    if (present && this.#state === 'sending') this.#collide(now);
    else if (this.#state === 'deferring') this.#defer(now);
  }

  #defer(now: Instant): void {
    this.#state = 'deferring';
    const gap = this.#bitTimes(INTERPACKET_GAP_BITS);
    const quiet = this.#quietSince === undefined ? now : after(this.#quietSince, gap);
    this.#due = this.#carrier ? undefined : (Math.max(now, quiet) as Instant);
  }

  #collide(now: Instant): void {
    this.#late = now - (this.#started ?? now) >= this.#bitTimes(SLOT_BITS);
    this.#collisions += 1;
    this.#state = 'jamming';
    this.#transmission = { kind: 'jam', bits: JAM_BITS };
    this.#due = after(now, this.#bitTimes(JAM_BITS));
  }

  /** What to put on the wire now; a jam takes the place of the frame's rest. */
  pollTransmission(): Transmission | undefined {
    const transmission = this.#transmission;
    this.#transmission = undefined;
    return transmission;
  }

  pollEvent(): CsmaEvent | undefined {
    return this.#events.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#due;
  }

  handleTimeout(now: Instant): void {
    if (this.#due === undefined || now < this.#due) return;
    this.#due = undefined;
    if (this.#state === 'deferring') this.#start(now);
    else if (this.#state === 'sending')
      this.#finish({ kind: 'sent', collisions: this.#collisions }, now);
    else if (this.#state === 'jamming') this.#afterJam(now);
    else if (this.#state === 'backing-off') this.#defer(now);
  }

  #start(now: Instant): void {
    this.#state = 'sending';
    this.#started = now;
    this.#transmission = { kind: 'frame', bits: this.#bits };
    this.#due = after(now, this.#bitTimes(this.#bits));
  }

  #afterJam(now: Instant): void {
    this.#quietSince = now;
    if (this.#late) this.#finish({ kind: 'late-collision' }, now);
    else if (this.#collisions >= ATTEMPT_LIMIT) this.#finish({ kind: 'excessive-collisions' }, now);
    else {
      this.#state = 'backing-off';
      const slots = backoffSlots(this.#options.rng, this.#collisions);
      this.#due = after(now, this.#bitTimes(slots * SLOT_BITS));
    }
  }

  #finish(event: CsmaEvent, now: Instant): void {
    this.#events.push(event);
    this.#state = 'idle';
    this.#quietSince = now;
    this.#started = undefined;
  }
}
