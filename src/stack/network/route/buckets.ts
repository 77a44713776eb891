/**
 * Buckets of a route table: each a few prefixes that are alike so far, the longest first, side by side. The
 * search that a node would need a cache line a step for is one through a line or two that follow each other.
 *
 *   words  bucket: 2, 4, 8 or 16 × (key, tail), those behind the last with a tail of 0
 *          key     the 32 bits of the prefix that follow those which all in the bucket share
 *          tail    value << 8 | how many bits of the prefix follow them: the key's, or more
 *
 * A bucket is named by its offset with its class, 0 … 3, in the two low bits; 0 names none.
 *
 * Invariants:
 *   (1) A bucket has an entry; one without is free.
 *   (2) Its entries are in the order of their bits, the most first.
 */
import { assert } from '../../../base/errors.ts';

/** Entries of the smallest class; each class has twice as many as the one before. */
const ENTRIES_MIN = 2;
const CLASSES = 4;
/** Of a bucket. */
export const ENTRIES_MAX = ENTRIES_MIN << (CLASSES - 1);
export const ENTRY_LENGTH = 2;
/** What a tail has room for. */
export const VALUE_MAX = 0x7fffff;
export const BITS_MASK = 0xff;
export const VALUE_SHIFT = 8;

const CLASS_MASK = CLASSES - 1;
const FIRST_WORDS = 64;

export const offsetOf = (bucket: number): number => bucket & ~CLASS_MASK;

/** Where its entries end at the latest. */
export const endOf = (bucket: number): number =>
  (bucket & ~CLASS_MASK) + ((ENTRIES_MIN * ENTRY_LENGTH) << (bucket & CLASS_MASK));

export class Buckets {
  words = new Int32Array(FIRST_WORDS);
  /** Nothing is at offset 0, which names none. */
  #end = ENTRIES_MIN * ENTRY_LENGTH;
  /** Of each class the bucket freed last, whose first word names the one before. */
  readonly #freed: number[] = new Array<number>(CLASSES).fill(0);

  /** Octets of memory taken. */
  get capacity(): number {
    return this.words.byteLength;
  }

  isFull(bucket: number): boolean {
    return this.#count(bucket) === ENTRIES_MAX;
  }

  /** Puts an entry into `bucket`, or into a new one if that is 0. The bucket, which may be another. */
  insert(bucket: number, key: number, bits: number, value: number): number {
    assert(value > 0 && value <= VALUE_MAX, `${value} is no value`);
    const count = bucket === 0 ? 0 : this.#count(bucket);
    assert(count < ENTRIES_MAX, 'there is room');
    const roomy = this.#withRoom(bucket, count + 1);
    const { words } = this;
    const first = offsetOf(roomy);
    let entry = first + count * ENTRY_LENGTH;
    for (; entry > first && ((words[entry - 1] as number) & BITS_MASK) < bits; entry -= 2) {
      words[entry] = words[entry - 2] as number;
      words[entry + 1] = words[entry - 1] as number;
    }
    words[entry] = key;
    words[entry + 1] = (value << VALUE_SHIFT) | bits;
    return roomy;
  }

  /** Takes the entry at offset `entry` out. The bucket, which may be another, or 0. */
  remove(bucket: number, entry: number): number {
    const left = this.#count(bucket) - 1;
    const { words } = this;
    const last = offsetOf(bucket) + left * ENTRY_LENGTH;
    words.copyWithin(entry, entry + ENTRY_LENGTH, last + ENTRY_LENGTH);
    words[last] = 0;
    words[last + 1] = 0;
    if (left === 0) {
      this.give(bucket);
      return 0;
    }
    const small = bucket & CLASS_MASK;
    // At a quarter, not at a half: who comes and goes at the edge does not move them all each time.
    return small > 0 && 4 * left <= ENTRIES_MIN << small ? this.#move(bucket, small - 1) : bucket;
  }

  give(bucket: number): void {
    const index = bucket & CLASS_MASK;
    this.words[offsetOf(bucket)] = this.#freed[index] as number;
    this.#freed[index] = bucket;
  }

  #count(bucket: number): number {
    const end = endOf(bucket);
    let entry = offsetOf(bucket);
    while (entry < end && this.words[entry + 1] !== 0) entry += ENTRY_LENGTH;
    return (entry - offsetOf(bucket)) / ENTRY_LENGTH;
  }

  #withRoom(bucket: number, count: number): number {
    if (bucket === 0) return this.#take(0);
    const index = bucket & CLASS_MASK;
    return count > ENTRIES_MIN << index ? this.#move(bucket, index + 1) : bucket;
  }

  #move(bucket: number, index: number): number {
    const other = this.#take(index);
    const length = Math.min(endOf(bucket) - offsetOf(bucket), endOf(other) - offsetOf(other));
    this.words.copyWithin(offsetOf(other), offsetOf(bucket), offsetOf(bucket) + length);
    this.give(bucket);
    return other;
  }

  /** An empty bucket of a class. The words may have moved. */
  #take(index: number): number {
    const freed = this.#freed[index] as number;
    if (freed !== 0) {
      this.#freed[index] = this.words[offsetOf(freed)] as number;
      this.words.fill(0, offsetOf(freed), endOf(freed));
      return freed;
    }
    const bucket = this.#end | index;
    this.#end = endOf(bucket);
    if (this.#end > this.words.length) {
      const longer = new Int32Array(this.words.length * 2);
      longer.set(this.words);
      this.words = longer;
    }
    return bucket;
  }
}
