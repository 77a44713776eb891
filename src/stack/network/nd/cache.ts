/**
 * The memory of the neighbour cache, RFC 4861 §5.1, and its bounds. `resolver.ts` decides what is in it.
 *
 * Invariants:
 *   (1) There are at most `entries` entries, `incomplete` of them INCOMPLETE: who scans a prefix through
 *       us, or floods us with senders, pushes out his own, not the neighbours that we talk to.
 *   (2) An address is in `#complete` or in `#incomplete`, never in both.
 *   (3) `#waiting` has the entries with a deadline, and no others.
 */
import type { Instant } from '../../../base/time.ts';
import type { Ipv6Address } from '../ipv6/address.ts';
import { key } from './address.ts';

export interface CacheLimits {
  readonly entries: number;
  readonly incomplete: number;
}

export interface Incomplete<Datagram> {
  readonly state: 'INCOMPLETE';
  readonly target: Ipv6Address;
  readonly held: Datagram[];
  sent: number;
  due: Instant;
}

export interface Complete {
  /** After `until` REACHABLE counts as STALE: no timer is run for it. */
  state: 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE';
  readonly target: Ipv6Address;
  hardware: Uint8Array;
  router: boolean;
  until: Instant;
  sent: number;
  due: Instant;
  /** We sent to it; an entry that only others made is the first to go. */
  used: boolean;
}

type Entry<Datagram> = Complete | Incomplete<Datagram>;

export class NeighbourCache<Datagram> {
  readonly #limits: CacheLimits;
  readonly #drop: (datagram: Datagram) => void;
  /** The one that became REACHABLE, or was made, longest ago comes first. */
  readonly #complete = new Map<string, Complete>();
  readonly #incomplete = new Map<string, Incomplete<Datagram>>();
  readonly #waiting = new Set<Entry<Datagram>>();

  /** `drop` takes the datagrams of an entry that is pushed out. */
  constructor(limits: CacheLimits, drop: (datagram: Datagram) => void) {
    this.#limits = limits;
    this.#drop = drop;
  }

  get size(): number {
    return this.#complete.size + this.#incomplete.size;
  }

  complete(target: Ipv6Address): Complete | undefined {
    return this.#complete.get(key(target));
  }

  incomplete(target: Ipv6Address): Incomplete<Datagram> | undefined {
    return this.#incomplete.get(key(target));
  }

  /** `target` is copied; `due` is when nobody answered the first solicitation. */
  addIncomplete(target: Ipv6Address, datagram: Datagram, due: Instant): Incomplete<Datagram> {
    this.#makeRoom(this.#incomplete.size >= this.#limits.incomplete);
    const entry: Incomplete<Datagram> = {
      state: 'INCOMPLETE',
      target: target.slice(),
      held: [datagram],
      sent: 1,
      due,
    };
    this.#incomplete.set(key(target), entry);
    this.#waiting.add(entry);
    return entry;
  }

  /** A STALE neighbour; `target` and `hardware` are copied. */
  addComplete(target: Ipv6Address, hardware: Uint8Array, used: boolean, now: Instant): Complete {
    this.#makeRoom(false);
    const entry: Complete = {
      state: 'STALE',
      target: target.slice(),
      hardware: hardware.slice(),
      router: false,
      until: now,
      sent: 0,
      due: now,
      used,
    };
    this.#complete.set(key(target), entry);
    return entry;
  }

  /** It is the last to be pushed out from now on. */
  renew(entry: Complete): void {
    const id = key(entry.target);
    this.#complete.delete(id);
    this.#complete.set(id, entry);
  }

  forget(entry: Entry<Datagram>): void {
    this.#waiting.delete(entry);
    const entries: Map<string, Entry<Datagram>> = entry.state === 'INCOMPLETE'
      ? this.#incomplete
      : this.#complete;
    entries.delete(key(entry.target));
  }

  /** `entry` has a deadline from now on, or with `undefined` none. */
  setDue(entry: Entry<Datagram>, due: Instant | undefined): void {
    if (due === undefined) {
      this.#waiting.delete(entry);
      return;
    }
    entry.due = due;
    this.#waiting.add(entry);
  }

  get waiting(): Iterable<Entry<Datagram>> {
    return this.#waiting;
  }

  /** Makes room for one entry; when too many ask in vain already, among those. */
  #makeRoom(crowded: boolean): void {
    if (!crowded && this.size < this.#limits.entries) return;
    const victim = crowded ? undefined : this.#leastMissed();
    if (victim !== undefined) {
      this.forget(victim);
      return;
    }
    for (const oldest of this.#incomplete.values()) {
      this.forget(oldest);
      for (const datagram of oldest.held) this.#drop(datagram);
      return;
    }
  }

  /** The first of those that we never used; if there are none, of all that are no router; or of all. */
  #leastMissed(): Complete | undefined {
    let oldest: Complete | undefined;
    let oldestRouter: Complete | undefined;
    for (const entry of this.#complete.values()) {
      if (!entry.used) return entry;
      if (entry.router) oldestRouter ??= entry;
      else oldest ??= entry;
    }
    return oldest ?? oldestRouter;
  }
}
