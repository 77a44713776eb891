/**
 * A station of an ALOHA channel: it sends when it has a frame (pure) or at the next slot (slotted), and when no
 * acknowledgment came it waits a random time and sends again.
 *
 *            send()              slot begins
 *   idle ────────────▶ ready ─────────────────▶ sending ── frame time ──▶ waiting ─ acknowledgment ─▶ idle
 *                        ▲                                                  │
 *                        └──────── random time ◀───── no acknowledgment ────┘   attempts used up ─▶ idle
 *
 * Invariants
 * 1. One frame is in hand at a time; it goes out at most `attemptsMax` times, and its end is told once.
 * 2. A slotted station starts at multiples of `slot` alone.
 */
import { assert } from '../../../base/errors.ts';
import { below, type Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant } from '../../../base/time.ts';

export interface AlohaOptions {
  readonly rng: Rng;
  /** How long a frame occupies the channel. */
  readonly frameTime: Duration;
  /** A slot's length where the channel is slotted; at least a frame time. */
  readonly slot?: Duration;
  /** From the end of a frame until its acknowledgment must have come. */
  readonly timeout: Duration;
  /** The random wait before a frame is sent again: up to this many frame times. */
  readonly backoffMax: number;
  readonly attemptsMax?: number;
}

export type AlohaEvent =
  | { readonly kind: 'delivered'; readonly attempts: number }
  | { readonly kind: 'failed'; readonly attempts: number };

export class AlohaStation {
  readonly #options: Required<AlohaOptions>;
  readonly #events: AlohaEvent[] = [];
  #frame: Uint8Array | undefined;
  #attempts = 0;
  /** When it may be sent. */
  #start: Instant | undefined;
  /** When its acknowledgment is late. */
  #late: Instant | undefined;

  constructor(options: AlohaOptions) {
    this.#options = { attemptsMax: 16, slot: 0 as Duration, ...options };
    const { slot, frameTime } = this.#options;
    assert(slot === 0 || slot >= frameTime, 'a slot takes a whole frame');
  }

  /** False while another frame is in hand. */
  send(frame: Uint8Array, now: Instant): boolean {
    if (this.#frame !== undefined) return false;
    this.#frame = frame;
    this.#attempts = 0;
    this.#start = this.#slotFrom(now);
    return true;
  }

  /** The frame in hand came through. */
  handleAcknowledgment(): void {
    if (this.#late !== undefined) this.#finish('delivered');
  }

  /** The frame to put on the channel now. */
  pollFrame(now: Instant): Uint8Array | undefined {
    if (this.#start === undefined || now < this.#start) return undefined;
    const { frameTime, timeout } = this.#options;
    this.#start = undefined;
    this.#attempts += 1;
    this.#late = after(after(now, frameTime), timeout);
    return this.#frame;
  }

  pollEvent(): AlohaEvent | undefined {
    return this.#events.shift();
  }

  pollTimeout(): Instant | undefined {
    return this.#start ?? this.#late;
  }

  handleTimeout(now: Instant): void {
    if (this.#late === undefined || now < this.#late) return;
    const { attemptsMax, backoffMax, frameTime, rng } = this.#options;
    if (this.#attempts >= attemptsMax) {
      this.#finish('failed');
      return;
    }
    this.#late = undefined;
    const wait = below(rng, Math.round(backoffMax * frameTime) + 1) as Duration;
    this.#start = this.#slotFrom(after(now, wait));
  }

  #finish(kind: AlohaEvent['kind']): void {
    this.#events.push({ kind, attempts: this.#attempts });
    this.#frame = undefined;
    this.#start = undefined;
    this.#late = undefined;
  }

  #slotFrom(time: Instant): Instant {
    const { slot } = this.#options;
    return slot === 0 ? time : ((Math.ceil(time / slot) * slot) as Instant);
  }
}
