/**
 * The connections by their two addresses and ports, which lie in rows.ts: four words of the local address, four of
 * the remote one (IPv4 as ::ffff:a.b.c.d), both ports in one. The hash is keyed, so that nobody outside can choose
 * what collides. No entry has slot 0.
 */
import type { Rng } from '../../../base/random.ts';
import { NEXT, PORTS, ROW_WORDS, Rows } from './rows.ts';

const IPV4_MAPPED = 0xffff;
const LOCAL_IPV4 = 3;
const REMOTE_IPV4 = 7;
const NONE = -1;

export class ConnectionTable<T> {
  size = 0;
  readonly #key: number;
  readonly #rows: Rows;
  /** As many as there are rows. */
  #buckets: Int32Array;
  #values: (T | undefined)[] = [undefined];
  #free = NONE;

  constructor(rng: Rng, rows = new Rows()) {
    this.#key = rng.next() | 1;
    this.#rows = rows;
    this.#buckets = new Int32Array(rows.capacity).fill(NONE);
  }

  find(addresses: Int32Array, localPort: number, remotePort: number): T | undefined {
    const ports = (localPort << 16) | remotePort;
    let slot = this.#buckets[this.#bucket(addresses, 0, ports)] as number;
    while (slot !== NONE) {
      if (this.#isAt(slot, addresses, ports)) return this.#values[slot];
      slot = this.#rows.words[slot * ROW_WORDS + NEXT] as number;
    }
    return undefined;
  }

  /** The same for addresses of IPv4, and ports as a row has them. */
  findIpv4(local: number, remote: number, ports: number): T | undefined {
    const { words } = this.#rows;
    let slot = this.#buckets[this.#bucketIpv4(local, remote, ports)] as number;
    while (slot !== NONE) {
      const at = slot * ROW_WORDS;
      const found =
        words[at + PORTS] === ports &&
        words[at + REMOTE_IPV4] === remote &&
        words[at + LOCAL_IPV4] === local;
      if (found && isIpv4(words, at)) return this.#values[slot];
      slot = words[at + NEXT] as number;
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
    this.#link(slot);
    this.size += 1;
    return slot;
  }

  remove(slot: number): void {
    const { words } = this.#rows;
    const next = words[slot * ROW_WORDS + NEXT] as number;
    const bucket = this.#bucketOf(slot);
    let at = this.#buckets[bucket] as number;
    if (at === slot) {
      this.#buckets[bucket] = next;
    } else {
      while (words[at * ROW_WORDS + NEXT] !== slot) at = words[at * ROW_WORDS + NEXT] as number;
      words[at * ROW_WORDS + NEXT] = next;
    }
    this.#values[slot] = undefined;
    words[slot * ROW_WORDS + NEXT] = this.#free;
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
      this.#free = this.#rows.words[slot * ROW_WORDS + NEXT] as number;
      return slot;
    }
    const next = this.#values.length;
    this.#rows.reserve(next);
    if (this.#rows.capacity > this.#buckets.length) this.#spread();
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

  /** Of the key whose address words begin at `at` of `words`. */
  #bucket(words: Int32Array, at: number, ports: number): number {
    if (isIpv4(words, at)) {
      const local = words[at + LOCAL_IPV4] as number;
      return this.#bucketIpv4(local, words[at + REMOTE_IPV4] as number, ports);
    }
    let hash = this.#key ^ ports;
    for (let i = 0; i < PORTS; i++) hash = mix(hash, words[at + i] as number);
    return finish(hash) & (this.#buckets.length - 1);
  }

  #bucketIpv4(local: number, remote: number, ports: number): number {
    return finish(mix(mix(this.#key ^ ports, local), remote)) & (this.#buckets.length - 1);
  }

  #bucketOf(slot: number): number {
    const { words } = this.#rows;
    const at = slot * ROW_WORDS;
    return this.#bucket(words, at, words[at + PORTS] as number);
  }

  #link(slot: number): void {
    const bucket = this.#bucketOf(slot);
    this.#rows.words[slot * ROW_WORDS + NEXT] = this.#buckets[bucket] as number;
    this.#buckets[bucket] = slot;
  }

  /** There are more buckets now. */
  #spread(): void {
    this.#buckets = new Int32Array(this.#rows.capacity).fill(NONE);
    for (let slot = 1; slot < this.#values.length; slot++) this.#link(slot);
  }
}

/** Both addresses of a pair are of one version: the remote one's words tell it. */
const isIpv4 = (words: Int32Array, at: number): boolean =>
  words[at + 6] === IPV4_MAPPED && words[at + 5] === 0 && words[at + 4] === 0;

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
};

/** The end of MurmurHash3: all bits of the hash reach those that choose the bucket. */
function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
