/**
 * The connections by their two addresses and ports. Keys lie in one array of words, nine a connection:
 * four of the local address, four of the remote one (IPv4 as ::ffff:a.b.c.d), both ports. The hash is keyed,
 * so that nobody outside can choose what collides. No entry has slot 0.
 */
import type { Rng } from '../../../base/random.ts';

const KEY_WORDS = 9;
const CAPACITY_MIN = 16;
const NONE = -1;

export class ConnectionTable<T> {
  size = 0;
  readonly #key: number;
  #keys = new Int32Array(CAPACITY_MIN * KEY_WORDS);
  #next = new Int32Array(CAPACITY_MIN);
  #buckets = new Int32Array(CAPACITY_MIN).fill(NONE);
  #values: (T | undefined)[] = [undefined];
  #free = NONE;

  constructor(rng: Rng) {
    this.#key = rng.next() | 1;
  }

  find(addresses: Int32Array, localPort: number, remotePort: number): T | undefined {
    const ports = (localPort << 16) | remotePort;
    let slot = this.#buckets[this.#bucket(addresses, ports)] as number;
    while (slot !== NONE) {
      if (this.#isAt(slot, addresses, ports)) return this.#values[slot];
      slot = this.#next[slot] as number;
    }
    return undefined;
  }

  /** The slot of the new entry; the caller saw that there is none with this key. */
  add(addresses: Int32Array, localPort: number, remotePort: number, value: T): number {
    if (this.#free === NONE && this.#values.length === this.#next.length) this.#grow();
    const ports = (localPort << 16) | remotePort;
    const slot = this.#free === NONE ? this.#values.length : this.#free;
    if (slot === this.#free) this.#free = this.#next[slot] as number;
    const at = slot * KEY_WORDS;
    for (let i = 0; i < 8; i++) this.#keys[at + i] = addresses[i] as number;
    this.#keys[at + 8] = ports;
    this.#values[slot] = value;
    this.#link(slot);
    this.size += 1;
    return slot;
  }

  remove(slot: number): void {
    const bucket = this.#bucketOf(slot);
    let at = this.#buckets[bucket] as number;
    if (at === slot) {
      this.#buckets[bucket] = this.#next[slot] as number;
    } else {
      while (this.#next[at] !== slot) at = this.#next[at] as number;
      this.#next[at] = this.#next[slot] as number;
    }
    this.#values[slot] = undefined;
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.size -= 1;
  }

  at(slot: number): T | undefined {
    return this.#values[slot];
  }

  /** A copy of the eight address words. */
  addresses(slot: number): Int32Array {
    return this.#keys.slice(slot * KEY_WORDS, slot * KEY_WORDS + 8);
  }

  copyAddresses(slot: number, to: Int32Array): void {
    const at = slot * KEY_WORDS;
    for (let i = 0; i < 8; i++) to[i] = this.#keys[at + i] as number;
  }

  *values(): Generator<T> {
    for (const value of this.#values) if (value !== undefined) yield value;
  }

  #isAt(slot: number, addresses: Int32Array, ports: number): boolean {
    const keys = this.#keys;
    const at = slot * KEY_WORDS;
    // The words that differ soonest come first: most connections have the local address and IPv4's zeros in common.
    if (keys[at + 8] !== ports) return false;
    for (let i = 7; i >= 0; i--) if (keys[at + i] !== addresses[i]) return false;
    return true;
  }

  #bucket(addresses: Int32Array, ports: number): number {
    let hash = this.#key ^ ports;
    for (let i = 0; i < 8; i++) hash = mix(hash, addresses[i] as number);
    return finish(hash) & (this.#buckets.length - 1);
  }

  #bucketOf(slot: number): number {
    const at = slot * KEY_WORDS;
    let hash = this.#key ^ (this.#keys[at + 8] as number);
    for (let i = 0; i < 8; i++) hash = mix(hash, this.#keys[at + i] as number);
    return finish(hash) & (this.#buckets.length - 1);
  }

  #link(slot: number): void {
    const bucket = this.#bucketOf(slot);
    this.#next[slot] = this.#buckets[bucket] as number;
    this.#buckets[bucket] = slot;
  }

  #grow(): void {
    const capacity = this.#next.length * 2;
    const keys = new Int32Array(capacity * KEY_WORDS);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#next = new Int32Array(capacity);
    this.#buckets = new Int32Array(capacity).fill(NONE);
    for (let slot = 1; slot < this.#values.length; slot++) this.#link(slot);
  }
}

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
