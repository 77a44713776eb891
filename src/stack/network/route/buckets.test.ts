import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BITS_MASK,
  Buckets,
  ENTRIES_MAX,
  ENTRY_LENGTH,
  endOf,
  offsetOf,
  VALUE_SHIFT,
} from './buckets.ts';

interface Entry {
  readonly key: number;
  readonly bits: number;
  readonly value: number;
}

/** What is in a bucket, and where. */
function entriesOf({ words }: Buckets, bucket: number): (Entry & { readonly at: number })[] {
  const found: (Entry & { readonly at: number })[] = [];
  for (let at = offsetOf(bucket); bucket !== 0 && at < endOf(bucket); at += ENTRY_LENGTH) {
    const tail = words[at + 1] as number;
    if (tail === 0) break;
    found.push({
      key: words[at] as number,
      bits: tail & BITS_MASK,
      value: tail >>> VALUE_SHIFT,
      at,
    });
  }
  return found;
}

const plain = (entries: readonly Entry[]): string[] =>
  entries.map(({ key, bits, value }) => `${key} ${bits} ${value}`).sort();

interface Change extends Entry {
  readonly which: number;
  readonly remove: number | undefined;
}

/** Six buckets, and what should be in each. */
class Bench {
  readonly #buckets = new Buckets();
  readonly #names = new Array<number>(6).fill(0);
  readonly #expected: Entry[][] = this.#names.map(() => []);

  make({ which, key, bits, value, remove }: Change): void {
    const bucket = this.#names[which] as number;
    const there = entriesOf(this.#buckets, bucket);
    const victim = remove === undefined ? undefined : there[remove];
    if (victim !== undefined) {
      this.#names[which] = this.#buckets.remove(bucket, victim.at);
      this.#expected[which] = there.filter((entry) => entry !== victim);
    } else if (bucket === 0 || !this.#buckets.isFull(bucket)) {
      this.#names[which] = this.#buckets.insert(bucket, key, bits, value);
      this.#expected[which] = [...there, { key, bits, value }];
    }
  }

  check(): void {
    for (const [i, name] of this.#names.entries()) {
      const found = entriesOf(this.#buckets, name);
      expect(plain(found)).toEqual(plain(this.#expected[i] ?? []));
      const inOrder = found.map((entry) => entry.bits);
      expect(inOrder).toEqual([...inOrder].sort((a, b) => b - a));
    }
  }
}

describe('buckets', () => {
  it('keep what was put in, the longest first, whatever the others do', () => {
    const change = fc.record({
      which: fc.nat(5),
      key: fc.integer(),
      bits: fc.integer({ min: 5, max: 124 }),
      value: fc.integer({ min: 1, max: 0x7fffff }),
      remove: fc.option(fc.nat(ENTRIES_MAX - 1), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const bench = new Bench();
        for (const one of changes) {
          bench.make(one);
          bench.check();
        }
      }),
      { numRuns: 50 },
    );
  });

  it('give back what is empty, and are small again when few are left', () => {
    const buckets = new Buckets();
    const fill = () => {
      let bucket = 0;
      for (let i = 0; i < ENTRIES_MAX; i++) bucket = buckets.insert(bucket, i, 9, 1);
      expect(buckets.isFull(bucket)).toBe(true);
      while (entriesOf(buckets, bucket).length > 1) {
        bucket = buckets.remove(bucket, offsetOf(bucket));
      }
      expect(endOf(bucket) - offsetOf(bucket)).toBe(2 * ENTRY_LENGTH);
      expect(buckets.remove(bucket, offsetOf(bucket))).toBe(0);
    };
    fill();
    const { capacity } = buckets;
    for (let i = 0; i < 100; i++) fill();
    expect(buckets.capacity).toBe(capacity);
  });
});
