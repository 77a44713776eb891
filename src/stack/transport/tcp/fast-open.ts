/**
 * TCP Fast Open, RFC 7413: the server's cookies (§4.1.2) and what a client remembers of servers (§4.1.3).
 *
 * A cookie says that its holder could once be reached at its address. It is a keyed hash of the two
 * addresses: the server remembers nothing, and takes an hour's cookies for an hour more.
 */
import { equal } from '../../../base/octets.ts';
import type { Rng } from '../../../base/random.ts';
import { newSipKey, type SipKey, sipHash } from '../../../base/siphash.ts';
import { after, type Duration, type Instant, seconds } from '../../../base/time.ts';

/** §4.1.1: of 4 to 16 octets, an even number. */
export const COOKIE_LENGTH = 8;

const ROTATION = seconds(3600);

/** `renew`: good, but the holder shall have a new one, because it will not be good for long. */
export type Verdict = 'good' | 'renew' | 'bad';

/** A server's. `addresses` are as isn.ts has them. */
export class FastOpenCookies {
  readonly #rng: Rng;
  #current: SipKey;
  #previous: SipKey;
  #period = 0;
  readonly #hash = new Int32Array(2);

  constructor(rng: Rng) {
    this.#rng = rng;
    this.#current = newSipKey(rng);
    this.#previous = newSipKey(rng);
  }

  cookie(addresses: Int32Array, now: Instant): Uint8Array {
    this.#rotate(now);
    return this.#make(this.#current, addresses);
  }

  check(addresses: Int32Array, cookie: Uint8Array, now: Instant): Verdict {
    this.#rotate(now);
    if (equal(cookie, this.#make(this.#current, addresses))) return 'good';
    if (equal(cookie, this.#make(this.#previous, addresses))) return 'renew';
    return 'bad';
  }

  #make(secret: SipKey, addresses: Int32Array): Uint8Array {
    sipHash(secret, addresses, 32, this.#hash);
    const octets = new Uint8Array(COOKIE_LENGTH);
    for (let i = 0; i < COOKIE_LENGTH; i++) {
      octets[i] = (this.#hash[i >> 2] as number) >>> ((i & 3) << 3);
    }
    return octets;
  }

  #rotate(now: Instant): void {
    const period = Math.floor(now / ROTATION);
    if (period === this.#period) return;
    this.#previous = period === this.#period + 1 ? this.#current : newSipKey(this.#rng);
    this.#current = newSipKey(this.#rng);
    this.#period = period;
  }
}

export interface FastOpenLimits {
  /** Servers with cookies, and as many with advice against. The one used longest ago goes first. */
  readonly entries: number;
  /** §4.1.3.1: for how long a server is not asked again. */
  readonly avoid: Duration;
}

export const FAST_OPEN_LIMITS: FastOpenLimits = { entries: 256, avoid: seconds(3600) };

/** What a SYN to a server may have. */
export interface FastOpenGrant {
  /** Empty: ask for one, and send no data yet (§4.2.1). */
  readonly cookie: Uint8Array;
  /** What the server takes in one segment, so that data in the SYN do not exceed it; 0 when not known. */
  readonly mss: number;
}

const REQUEST: FastOpenGrant = { cookie: new Uint8Array(0), mss: 0 };

/** A client's. */
export class FastOpenCache {
  readonly #limits: FastOpenLimits;
  /** By addresses: a cookie is good for all ports of a server. The one used longest ago comes first. */
  readonly #grants = new Map<string, FastOpenGrant>();
  /** By addresses and port: until when Fast Open is not to be tried. */
  readonly #avoided = new Map<string, Instant>();

  constructor(limits: FastOpenLimits = FAST_OPEN_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#grants.size + this.#avoided.size;
  }

  /** Undefined: a plain SYN, without the option. */
  lookup(addresses: Int32Array, remotePort: number, now: Instant): FastOpenGrant | undefined {
    const server = addresses.join();
    const port = `${server}:${remotePort}`;
    const until = this.#avoided.get(port);
    if (until !== undefined && now < until) return undefined;
    this.#avoided.delete(port);
    const grant = this.#grants.get(server);
    if (grant === undefined) return REQUEST;
    this.#put(this.#grants, server, grant);
    return grant;
  }

  /** A SYN-ACK brought `cookie`, which is kept, and `mss`. */
  learn(addresses: Int32Array, cookie: Uint8Array, mss: number): void {
    this.#put(this.#grants, addresses.join(), { cookie: cookie.slice(), mss });
  }

  /**
   * Fast Open did no good: the SYN with the option or its data was lost, or the server has no cookie to give.
   * It is left alone for a while. The cookie goes too, for it may be what did it.
   */
  avoid(addresses: Int32Array, remotePort: number, now: Instant): void {
    const server = addresses.join();
    this.#grants.delete(server);
    this.#put(this.#avoided, `${server}:${remotePort}`, after(now, this.#limits.avoid));
  }

  #put<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key);
    map.set(key, value);
    if (map.size <= this.#limits.entries) return;
    for (const oldest of map.keys()) {
      map.delete(oldest);
      return;
    }
  }
}
