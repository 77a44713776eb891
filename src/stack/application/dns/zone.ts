/** One zone's records, which never change: RFC 1034 §4.2. No delegations and no wildcards. */
import { assert } from '../../../base/errors.ts';
import { canonical, isWithin, type Name, parent, sameName } from './name.ts';
import { CLASS, type ResourceRecord, type StartOfAuthority } from './record.ts';

export class Zone {
  readonly origin: Name;
  /** The record that goes with each negative answer. */
  readonly soa: ResourceRecord;
  readonly #names = new Map<Name, ResourceRecord[]>();

  /** `records` of the origin and of names below it, besides the zone's SOA record. */
  constructor(
    origin: Name,
    soa: StartOfAuthority,
    ttl: number,
    records: readonly ResourceRecord[],
  ) {
    this.origin = origin;
    this.soa = { name: origin, class: CLASS.IN, ttl, data: soa };
    for (const record of [this.soa, ...records]) this.#add(record);
  }

  /** None for a name that only has others below it; undefined when it does not exist. */
  find(name: Name): readonly ResourceRecord[] | undefined {
    return this.#names.get(canonical(name));
  }

  #add(record: ResourceRecord): void {
    assert(isWithin(record.name, this.origin), `${record.name} is not in the zone ${this.origin}`);
    const records = this.#at(record.name);
    const alias = [...records, record].some(({ data }) => data.kind === 'CNAME');
    assert(!alias || records.length === 0, `${record.name}: an alias has no other records`);
    records.push(record);
    // RFC 4592 §2.2.2: the names between a name and the origin exist too.
    for (let name = record.name; !sameName(name, this.origin); name = parent(name)) this.#at(name);
  }

  #at(name: Name): ResourceRecord[] {
    const key = canonical(name);
    const records = this.#names.get(key) ?? [];
    this.#names.set(key, records);
    return records;
  }
}

/** The zone that `name` is in: the deepest one, when one lies within another. */
export function zoneOf(zones: readonly Zone[], name: Name): Zone | undefined {
  let deepest: Zone | undefined;
  for (const zone of zones) {
    if (!isWithin(name, zone.origin)) continue;
    if (deepest === undefined || isWithin(zone.origin, deepest.origin)) deepest = zone;
  }
  return deepest;
}
