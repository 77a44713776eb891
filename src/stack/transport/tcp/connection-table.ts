/**
 * The connections by their two addresses and ports, which lie in rows.ts: four words of the local address, four of
 * the remote one (IPv4 as ::ffff:a.b.c.d), both ports in one. The hash is keyed, so that nobody outside can choose
 * what collides. No entry has slot 0.
 */
import type { Rng } from '../../../base/random.ts';
import { FREE, PORTS, ROW_WORDS, Rows } from './rows.ts';

const IPV4_MAPPED = 0xffff;
const LOCAL_IPV4 = 3;
const REMOTE_IPV4 = 7;
/** No slot: nobody's. */
const NONE = 0;
const PLACES_A_ROW = 2;
/** Behind the hash. */
const SLOT = 1;

export class ConnectionTable<T> {
  size = 0;
  readonly #key: number;
  readonly #rows: Rows;
  /**
   * Hash and slot by turns; an entry lies where its hash says or in one of the next places, without a gap. Half of the
   * places are free at least, and what has another hash is told from here, so that rows of others are not touched.
   */
  #index: Int32Array;
  /** By place, beside the index: so a value is on its way from memory while its slot still is. */
  #entries: (T | undefined)[];
  /** By slot. */
  #values: (T | undefined)[] = [undefined];
  #free = NONE;

  constructor(rng: Rng, rows = new Rows()) {
    this.#key = rng.next() | 1;
    this.#rows = rows;
    this.#index = new Int32Array(PLACES_A_ROW * 2 * rows.capacity);
    this.#entries = new Array(PLACES_A_ROW * rows.capacity).fill(undefined);
  }

  find(addresses: Int32Array, localPort: number, remotePort: number): T | undefined {
    const ports = (localPort << 16) | remotePort;
    const index = this.#index;
    const hash = this.#hash(addresses, 0, ports);
    for (let at = this.#home(hash); index[at + SLOT] !== NONE; at = this.#next(at)) {
      const slot = index[at + SLOT] as number;
      if (index[at] === hash && this.#isAt(slot, addresses, ports)) return this.#entries[at >> 1];
    }
    return undefined;
  }

  /** The same for addresses of IPv4, and ports as a row has them. */
  findIpv4(local: number, remote: number, ports: number): T | undefined {
    const index = this.#index;
    const { words } = this.#rows;
    const hash = this.#hashIpv4(local, remote, ports);
    for (let at = this.#home(hash); index[at + SLOT] !== NONE; at = this.#next(at)) {
      if (index[at] !== hash) continue;
      const slot = index[at + SLOT] as number;
      const row = slot * ROW_WORDS;
      const found =
        words[row + PORTS] === ports &&
        words[row + REMOTE_IPV4] === remote &&
        words[row + LOCAL_IPV4] === local;
      if (found && isIpv4(words, row)) return this.#entries[at >> 1];
    }
    return undefined;
  }

  /** The slot of the new entry; the caller saw that there is none with this key. */
  add(addresses: Int32Array, localPort: number, remotePort: number, value: T): number {
    const slot = this.#take();
    const { words } = this.#rows;
    const at = slot * ROW_WORDS;
    for (let i = 0; i < PORTS; i++) words[at + i] = addresses[i] as number;
    words[at + PORTS] = (localPort << 16) | remotePort;
    this.#values[slot] = value;
    this.#enter(slot);
    this.size += 1;
    return slot;
  }

  remove(slot: number): void {
    const index = this.#index;
    let hole = this.#home(this.#hashOf(slot));
    while (index[hole + SLOT] !== slot) hole = this.#next(hole);
    // What lies behind it without a gap goes into the hole if that is no place before its own.
    for (let at = this.#next(hole); index[at + SLOT] !== NONE; at = this.#next(at)) {
      const home = this.#home(index[at] as number);
      if (this.#distance(home, at) < this.#distance(hole, at)) continue;
      index[hole] = index[at] as number;
      index[hole + SLOT] = index[at + SLOT] as number;
      this.#entries[hole >> 1] = this.#entries[at >> 1];
      hole = at;
    }
    index[hole + SLOT] = NONE;
    this.#entries[hole >> 1] = undefined;
    this.#values[slot] = undefined;
    this.#rows.words[slot * ROW_WORDS + FREE] = this.#free;
    this.#free = slot;
    this.size -= 1;
  }

  at(slot: number): T | undefined {
    return this.#values[slot];
  }

  /** A copy of the eight address words. */
  addresses(slot: number): Int32Array {
    const at = slot * ROW_WORDS;
    return this.#rows.words.slice(at, at + PORTS);
  }

  *values(): Generator<T> {
    for (const value of this.#values) if (value !== undefined) yield value;
  }

  /** A slot that nobody has: one that was given back, if there is any. */
  #take(): number {
    const slot = this.#free;
    if (slot !== NONE) {
      this.#free = this.#rows.words[slot * ROW_WORDS + FREE] as number;
      return slot;
    }
    const next = this.#values.length;
    this.#rows.reserve(next);
    if (PLACES_A_ROW * 2 * this.#rows.capacity > this.#index.length) this.#spread();
    return next;
  }

  #isAt(slot: number, addresses: Int32Array, ports: number): boolean {
    const { words } = this.#rows;
    const at = slot * ROW_WORDS;
    // The words that differ soonest come first: most connections have the local address and IPv4's zeros in common.
    if (words[at + PORTS] !== ports) return false;
    for (let i = PORTS - 1; i >= 0; i--) if (words[at + i] !== addresses[i]) return false;
    return true;
  }

  /** Where an entry of this hash lies if that place is free. */
  #home(hash: number): number {
    return (hash << 1) & (this.#index.length - 1);
  }

  #next(at: number): number {
    return (at + 2) & (this.#index.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#index.length - 1);
  }

  /** Of the key whose address words begin at `at` of `words`. */
  #hash(words: Int32Array, at: number, ports: number): number {
    if (isIpv4(words, at)) {
      const local = words[at + LOCAL_IPV4] as number;
      return this.#hashIpv4(local, words[at + REMOTE_IPV4] as number, ports);
    }
    let hash = this.#key ^ ports;
    for (let i = 0; i < PORTS; i++) hash = mix(hash, words[at + i] as number);
    return finish(hash);
  }

  #hashIpv4(local: number, remote: number, ports: number): number {
    return finish(mix(mix(this.#key ^ ports, local), remote));
  }

  #hashOf(slot: number): number {
    const { words } = this.#rows;
    const at = slot * ROW_WORDS;
    return this.#hash(words, at, words[at + PORTS] as number);
  }

  #enter(slot: number): void {
    const index = this.#index;
    const hash = this.#hashOf(slot);
    let at = this.#home(hash);
    while (index[at + SLOT] !== NONE) at = this.#next(at);
    index[at] = hash;
    index[at + SLOT] = slot;
    this.#entries[at >> 1] = this.#values[slot];
  }

  /** There are more places now. */
  #spread(): void {
    this.#index = new Int32Array(PLACES_A_ROW * 2 * this.#rows.capacity);
    this.#entries = new Array(PLACES_A_ROW * this.#rows.capacity).fill(undefined);
    for (let slot = 1; slot < this.#values.length; slot++) this.#enter(slot);
  }
}

/** Both addresses of a pair are of one version: the remote one's words tell it. */
const isIpv4 = (words: Int32Array, at: number): boolean =>
  words[at + 6] === IPV4_MAPPED && words[at + 5] === 0 && words[at + 4] === 0;

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
};

/** The end of MurmurHash3: all bits of the hash reach those that choose the place. */
function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
