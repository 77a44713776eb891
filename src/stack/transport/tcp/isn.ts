/**
 * Initial sequence numbers, RFC 6528 §3: ISN = M + F(addresses, ports, secret). M ticks every 4 µs (RFC 9293
 * MUST-8), so that the numbers of one connection's incarnations do not meet; F makes those of another
 * connection useless for guessing them (SHLD-1, MUST-9).
 *
 * Addresses here and in the neighbours are eight words: four of the local address, four of the remote one,
 * the first octet in the most significant place. IPv4's are as IPv6 maps them, ::ffff:a.b.c.d.
 */
import type { Rng } from '../../../base/random.ts';
import { newSipKey, type SipKey, sipHash } from '../../../base/siphash.ts';
import type { Instant } from '../../../base/time.ts';

const MICROSECONDS_A_TICK = 4;

export class IsnGenerator {
  readonly #secret: SipKey;
  readonly #message = new Int32Array(9);
  readonly #hash = new Int32Array(2);

  /** The secret is new with each start of the host: its clock may begin anew then (RFC 6528 §3). */
  constructor(rng: Rng) {
    this.#secret = newSipKey(rng);
  }

  /** 0 … 2^32 − 1. */
  next(addresses: Int32Array, localPort: number, remotePort: number, now: Instant): number {
    this.#message.set(addresses);
    this.#message[8] = (localPort << 16) | remotePort;
    sipHash(this.#secret, this.#message, 36, this.#hash);
    const m = Math.floor(now / MICROSECONDS_A_TICK) % 2 ** 32;
    return (m + (this.#hash[0] as number)) >>> 0;
  }
}
