/**
 * SYN cookies, RFC 4987 §3.6: when the backlog is full, what a listener would remember of a SYN goes out as
 * its initial sequence number, and comes back acknowledged.
 *
 *   31                                    8 7              0
 *   +--------------------------------------+----------------+
 *   | hash, of which the last 8 bits are   | options, mixed |     options: parity · ECN · SACK · scale · MSS
 *   | not here                             | with the first |     bits:      1      1     1       3      2
 *   +--------------------------------------+ 8 of the hash  |
 *                                          +----------------+
 *
 * The hash is over addresses, ports, the peer's sequence number and the options, with a secret that is new
 * every 32 s and good for as long again; `parity` tells which. So the options are the listener's own, a
 * cookie lives 32 to 64 s, and one guess in 2^24 is right. Unlike Linux's, they need no timestamps, which a
 * peer may not offer; whether it did shows in its acknowledgement.
 *
 * What does not fit is rounded down, which is safe: a segment size and a window that are smaller than the
 * peer would take. With a cookie the sequence number is not driven by a clock (against RFC 9293 §3.4.1).
 */
import type { Rng } from '../../../base/random.ts';
import { newSipKey, type SipKey, sipHash } from '../../../base/siphash.ts';
import { type Instant, seconds } from '../../../base/time.ts';

/** What of a SYN is remembered. */
export interface CookieOptions {
  /** What the peer takes, in octets. */
  readonly maximumSegmentSize: number;
  /** Shift count; −1: none. */
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly ecn: boolean;
}

/** Any peer must do with the first; the default of RFC 9293 §3.7.1; Ethernet less a tunnel; IPv6 on it. */
const MSS = [88, 536, 1360, 1440] as const;
/** 7 and 8 are what Linux and Windows offer most. */
const SCALE = [-1, 0, 2, 4, 6, 7, 8, 10] as const;

const SCALE_SHIFT = 2;
const SACK = 0x20;
const ECN = 0x40;
const PARITY = 0x80;

const ROTATION = seconds(32);

export class SynCookies {
  readonly #rng: Rng;
  /** The secrets of this period and the one before. */
  #current: SipKey;
  #previous: SipKey;
  #period = 0;
  readonly #message = new Int32Array(11);
  readonly #hash = new Int32Array(2);

  constructor(rng: Rng) {
    this.#rng = rng;
    this.#current = newSipKey(rng);
    this.#previous = newSipKey(rng);
  }

  /** The sequence number for a SYN-ACK. `irs` is the SYN's; `addresses` are as isn.ts has them. */
  encode(
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    irs: number,
    options: CookieOptions,
    now: Instant,
  ): number {
    this.#rotate(now);
    const flags = pack(options) | (this.#period % 2 === 1 ? PARITY : 0);
    const hash = this.#mac(this.#current, addresses, localPort, remotePort, irs, flags);
    return ((hash & 0xffff_ff00) | (flags ^ (hash >>> 24))) >>> 0;
  }

  /**
   * What was encoded, if an acknowledgement of `cookie` + 1 with sequence number `irs` + 1 comes from whom
   * it was sent to, and in time.
   */
  decode(
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    irs: number,
    cookie: number,
    now: Instant,
  ): CookieOptions | undefined {
    this.#rotate(now);
    const flags = (cookie & 0xff) ^ (cookie >>> 24);
    const isCurrent = ((flags & PARITY) !== 0) === (this.#period % 2 === 1);
    const secret = isCurrent ? this.#current : this.#previous;
    const hash = this.#mac(secret, addresses, localPort, remotePort, irs, flags);
    return (hash ^ cookie) >>> 8 === 0 ? unpack(flags) : undefined;
  }

  #rotate(now: Instant): void {
    const period = Math.floor(now / ROTATION);
    if (period === this.#period) return;
    // After a pause the secret before is of a period in which nothing was sent.
    this.#previous = period === this.#period + 1 ? this.#current : newSipKey(this.#rng);
    this.#current = newSipKey(this.#rng);
    this.#period = period;
  }

  #mac(
    secret: SipKey,
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    irs: number,
    flags: number,
  ): number {
    this.#message.set(addresses);
    this.#message[8] = (localPort << 16) | remotePort;
    this.#message[9] = irs;
    this.#message[10] = flags;
    sipHash(secret, this.#message, 44, this.#hash);
    return this.#hash[0] as number;
  }
}

function pack(options: CookieOptions): number {
  return (
    indexBelow(MSS, options.maximumSegmentSize) |
    (indexBelow(SCALE, options.windowScale) << SCALE_SHIFT) |
    (options.sackPermitted ? SACK : 0) |
    (options.ecn ? ECN : 0)
  );
}

function unpack(flags: number): CookieOptions {
  return {
    maximumSegmentSize: MSS[flags & 3] ?? MSS[0],
    windowScale: SCALE[(flags >>> SCALE_SHIFT) & 7] ?? SCALE[0],
    sackPermitted: (flags & SACK) !== 0,
    ecn: (flags & ECN) !== 0,
  };
}

/** Of the largest that is no more than `value`, or of the first. */
function indexBelow(table: readonly number[], value: number): number {
  let index = table.length - 1;
  while (index > 0 && (table[index] ?? 0) > value) index -= 1;
  return index;
}
