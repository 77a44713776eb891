/**
 * What was learnt, for as long as it is good: RFC 1035 §7.4; that something is not, RFC 2308 §5.
 *
 * Invariants:
 *   (1) There are at most `entries` entries, each of `RECORDS_MAX` records at most. The entry that was asked
 *       for longest ago goes first.
 *   (2) Nothing is given after its time, and a record is given with the seconds that it has left.
 */
import { after, type Duration, type Instant, seconds, since } from '../../../base/time.ts';
import { canonical, type Name } from './name.ts';
import type { ResourceRecord } from './record.ts';

/** A set of records that is longer than this is used by who asked, and asked for anew by the next. */
const RECORDS_MAX = 64;
/** RFC 2181 §8 leaves it to us how long a TTL is believed; a lab changes its mind within the day. */
const TTL_MAX = 86_400;
/** RFC 2308 §5: "values of one to three hours have been found to work well". */
const NEGATIVE_TTL_MAX = 3_600;

export type Known =
  | { readonly kind: 'records'; readonly records: readonly ResourceRecord[] }
  /** The name exists and has no record of the type. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' };

interface Entry {
  readonly known: Known;
  readonly at: Instant;
  readonly until: Instant;
}

const keyOf = (name: Name, type: number): string => `${type} ${canonical(name)}`;
/** A name that does not exist has no record of any type. */
const noNameKey = (name: Name): string => `- ${canonical(name)}`;

export class Cache {
  readonly #limit: number;
  /** The one that was asked for longest ago comes first. */
  readonly #entries = new Map<string, Entry>();

  constructor(entries: number) {
    this.#limit = entries;
  }

  get size(): number {
    return this.#entries.size;
  }

  lookup(name: Name, type: number, now: Instant): Known | undefined {
    const entry = this.#take(keyOf(name, type), now) ?? this.#take(noNameKey(name), now);
    if (entry?.known.kind !== 'records') return entry?.known;
    const age = Math.floor(since(now, entry.at) / seconds(1));
    const records = entry.known.records.map((r) => ({ ...r, ttl: Math.max(r.ttl - age, 0) }));
    return { kind: 'records', records };
  }

  /** All the records of one name and type. The least TTL holds for all (RFC 2181 §5.2). */
  storeRecords(name: Name, type: number, records: readonly ResourceRecord[], now: Instant): void {
    const ttl = Math.min(TTL_MAX, ...records.map((record) => record.ttl));
    if (records.length === 0 || records.length > RECORDS_MAX) return;
    const even = records.map((record) => ({ ...record, ttl }));
    this.#store(keyOf(name, type), { kind: 'records', records: even }, seconds(ttl), now);
  }

  /** `ttl` in seconds, from the SOA record of the answer. */
  storeNegative(
    name: Name,
    type: number,
    kind: 'no-data' | 'no-name',
    ttl: number,
    now: Instant,
  ): void {
    const key = kind === 'no-name' ? noNameKey(name) : keyOf(name, type);
    this.#store(key, { kind }, seconds(Math.min(ttl, NEGATIVE_TTL_MAX)), now);
  }

  clear(): void {
    this.#entries.clear();
  }

  #take(key: string, now: Instant): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (now >= entry.until) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  #store(key: string, known: Known, life: Duration, now: Instant): void {
    this.#entries.delete(key);
    if (life <= 0) return;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#limit) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { known, at: now, until: after(now, life) });
  }
}
