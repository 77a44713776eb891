/**
 * The filtering database of a bridge, IEEE 802.1D-2004 §7.9 and IEEE 802.1Q-2018 §8.8: which port an address was last
 * heard on, for each VLAN apart (independent learning).
 *
 * Invariants
 * 1. A group address is never learned (§7.8).
 * 2. At most `capacity` addresses are kept. When it is full, what is not known is not learned: a flood of forged addresses
 *    makes frames be flooded, and does not drive out those that speak.
 * 3. An entry that was not heard for the ageing time is as if it were not there.
 */
import { after, type Instant, seconds } from '../../../base/time.ts';

/** §7.9.2, table 7-5. */
export const AGEING_TIME = seconds(300);

interface Entry {
  port: number;
  expiry: Instant;
}

const isGroup = (address: Uint8Array): boolean => ((address[0] as number) & 1) === 1;

/** Six octets and a VID as one key: 60 bits do not fit a number that is exact, so a string. */
const keyOf = (address: Uint8Array, vid: number): string =>
  `${vid} ${String.fromCharCode(...address)}`;

export class FilteringDatabase {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();
  /** Addresses that were heard and not learned, since the database was full. */
  full = 0;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  learn(address: Uint8Array, vid: number, port: number, now: Instant): void {
    if (isGroup(address)) return;
    const key = keyOf(address, vid);
    const known = this.#entries.get(key);
    const expiry = after(now, AGEING_TIME);
    if (known !== undefined) {
      known.port = port;
      known.expiry = expiry;
      return;
    }
    if (this.#entries.size >= this.#capacity) this.#expire(now);
    if (this.#entries.size >= this.#capacity) this.full += 1;
    else this.#entries.set(key, { port, expiry });
  }

  /** The port to forward to; undefined: to all. */
  lookUp(address: Uint8Array, vid: number, now: Instant): number | undefined {
    const entry = this.#entries.get(keyOf(address, vid));
    return entry === undefined || entry.expiry <= now ? undefined : entry.port;
  }

  /** Forgets what was heard on `port`: after a change of topology (§17.11). */
  flush(port: number): void {
    for (const [key, entry] of this.#entries) if (entry.port === port) this.#entries.delete(key);
  }

  #expire(now: Instant): void {
    for (const [key, entry] of this.#entries) if (entry.expiry <= now) this.#entries.delete(key);
  }
}
