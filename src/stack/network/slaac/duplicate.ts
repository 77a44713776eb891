/**
 * Duplicate address detection, RFC 4862 §5.4, with the nonces of RFC 7527: has anyone on this link the
 * address already?
 *
 *            0 … 1 s             a solicitation, then RetransTimer without an answer
 *   WAITING ─────────▶ PROBING ───────────────────────────────────────────────▶ UNIQUE
 *      │                 │  ▲ │                                          event: unique
 *      │                 │  └─┘ one came back to us: 3 more
 *      └─────────────────┴── another has the address, or wants it
 *                             │ event: duplicate
 *                             ▼
 *                          DUPLICATE
 *
 * Invariants:
 *   (1) No two solicitations have one nonce.
 *   (2) After `unique` or `duplicate` nothing leaves and no more events come.
 */
import { equal } from '../../../base/octets.ts';
import { fraction, type Rng, randomOctets } from '../../../base/random.ts';
import { after, type Duration, type Instant, microseconds, seconds } from '../../../base/time.ts';
import type { Ipv6Address } from '../ipv6/address.ts';

/** RFC 4861 §10. */
const MAX_RTR_SOLICITATION_DELAY = seconds(1);
/** RFC 4862 §5.1. */
const DUP_ADDR_DETECT_TRANSMITS = 1;
/** RFC 7527 §4.1, after one that came back. */
const MAX_MULTICAST_SOLICIT = 3;
/** RFC 3971 §5.3.2 wants six octets at least. */
const NONCE_LENGTH = 6;
/** A loop gives back what it took within its delay, not after minutes. */
const NONCES_MAX = 16;

export type DuplicateState = 'WAITING' | 'PROBING' | 'UNIQUE' | 'DUPLICATE';

export type DuplicateEvent = 'unique' | 'duplicate';

/** A neighbour solicitation from :: to the solicited-node group of `target`, with a nonce option. */
export interface Solicit {
  readonly kind: 'solicit';
  readonly target: Ipv6Address;
  readonly nonce: Uint8Array;
}

export class DuplicateDetector {
  readonly #address: Ipv6Address;
  readonly #retransmit: () => Duration;
  readonly #rng: Rng;
  #state: DuplicateState = 'WAITING';
  #left = DUP_ADDR_DETECT_TRANSMITS;
  /** Since the last solicitation one of ours came back. */
  #looped = false;
  #due: Instant | undefined;
  readonly #nonces: Uint8Array[] = [];
  readonly #outbox: Solicit[] = [];
  readonly #events: DuplicateEvent[] = [];

  /** `retransmit` tells the interface's RetransTimer, which routers may change. */
  constructor(address: Ipv6Address, retransmit: () => Duration, rng: Rng, now: Instant) {
    this.#address = address;
    this.#retransmit = retransmit;
    this.#rng = rng;
    this.#due = after(now, microseconds(fraction(rng) * MAX_RTR_SOLICITATION_DELAY));
  }

  get state(): DuplicateState {
    return this.#state;
  }

  /** A solicitation for the address from ::, whose sender wants it as we do: or is it our own? */
  handleSolicitation(nonce: Uint8Array | undefined): void {
    if (this.#due === undefined) return;
    const own = nonce !== undefined && this.#nonces.some((sent) => equal(sent, nonce));
    if (own) this.#looped = true;
    else this.#finish('DUPLICATE', 'duplicate');
  }

  /** An advertisement of the address, from the one who has it. */
  handleAdvertisement(): void {
    if (this.#due !== undefined) this.#finish('DUPLICATE', 'duplicate');
  }

  handleTimeout(now: Instant): void {
    if (this.#due === undefined || now < this.#due) return;
    if (this.#left === 0 && this.#looped) this.#left = MAX_MULTICAST_SOLICIT;
    if (this.#left === 0) {
      this.#finish('UNIQUE', 'unique');
      return;
    }
    this.#state = 'PROBING';
    this.#left -= 1;
    this.#looped = false;
    const nonce = randomOctets(this.#rng, NONCE_LENGTH);
    this.#nonces.push(nonce);
    if (this.#nonces.length > NONCES_MAX) this.#nonces.shift();
    this.#outbox.push({ kind: 'solicit', target: this.#address, nonce });
    this.#due = after(now, this.#retransmit());
  }

  pollTimeout(): Instant | undefined {
    return this.#due;
  }

  pollOutput(): Solicit | undefined {
    return this.#outbox.shift();
  }

  pollEvent(): DuplicateEvent | undefined {
    return this.#events.shift();
  }

  #finish(state: DuplicateState, event: DuplicateEvent): void {
    this.#state = state;
    this.#due = undefined;
    this.#outbox.length = 0;
    this.#events.push(event);
  }
}
