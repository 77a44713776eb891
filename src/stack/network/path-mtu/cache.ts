/**
 * What a path takes in one piece, as far as ICMP told: RFC 1191 for IPv4, RFC 8201 for IPv6.
 *
 * A destination that nothing is known of has the MTU of its first hop. An estimate goes down at once when
 * a router says so, never up by what anyone says, and is forgotten ten minutes later, so that a better
 * path is found (RFC 1191 §6.3). Whoever forges such messages can slow a path down to `least`, and
 * no further; the transport first sees whether it sent what is quoted (RFC 5927 §7).
 *
 * Invariants:
 *   (1) least ≤ estimate < MTU of the first hop at the time that it was told.
 *   (2) There are at most `entries` of them, in the order in which they were told.
 */
import { after, type Instant, seconds } from '../../../base/time.ts';

/** RFC 1191 §6.3 and RFC 8201 §4. */
const LIFETIME = seconds(600);
const ENTRIES_MAX = 1024;

/** RFC 1191 §7: common MTUs, for a router that names none. The datagram's length bounds the search. */
const PLATEAUS = [65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];

interface Estimate {
  readonly mtu: number;
  readonly due: Instant;
}

/** `Destination` is compared as a Map compares: an IPv4 address, or the text of an IPv6 one. */
export class PathMtuCache<Destination extends number | string> {
  readonly #least: number;
  readonly #entries = new Map<Destination, Estimate>();

  /**
   * No estimate goes below `least`, and a router that names less is not heard: 1280 for IPv6 (RFC 8201
   * §4); for IPv4 68 by the letter, and a few hundred by prudence (552 is what Linux takes).
   */
  constructor(least: number) {
    this.#least = least;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The path to `destination`, whose first hop takes `firstHop` octets. */
  lookup(destination: Destination, firstHop: number, now: Instant): number {
    const estimate = this.#entries.get(destination);
    if (estimate === undefined || now >= estimate.due) return firstHop;
    return Math.min(estimate.mtu, firstHop);
  }

  /**
   * A router could not pass on a datagram of `length` octets to `destination`, for its next hop takes
   * `mtu`; 0 when it did not say (RFC 1191 §5). True when the estimate went down: what was sent in
   * larger pieces is to be sent again.
   */
  handleTooBig(
    destination: Destination,
    mtu: number,
    length: number,
    firstHop: number,
    now: Instant,
  ): boolean {
    if (mtu !== 0 && mtu < this.#least) return false;
    const before = this.lookup(destination, firstHop, now);
    const told = mtu === 0 ? (PLATEAUS.find((plateau) => plateau < length) ?? 0) : mtu;
    const estimate = Math.max(told, this.#least);
    if (estimate >= before) return false;
    this.#entries.delete(destination);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < ENTRIES_MAX) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(destination, { mtu: estimate, due: after(now, LIFETIME) });
    return true;
  }

  pollTimeout(): Instant | undefined {
    for (const { due } of this.#entries.values()) return due;
    return undefined;
  }

  handleTimeout(now: Instant): void {
    for (const [destination, { due }] of this.#entries) {
      if (due > now) return;
      this.#entries.delete(destination);
    }
  }
}
