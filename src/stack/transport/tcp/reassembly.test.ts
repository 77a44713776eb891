import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reassembly } from './reassembly.ts';
import { add, distance, type Seq, seq } from './seq.ts';

const SPACE = 64;

const blocksOf = (r: Reassembly, origin: Seq): [number, number][] =>
  Array.from({ length: r.blocks }, (_, i) => [
    distance(r.left(i), origin),
    distance(r.right(i), origin),
  ]);

/** The ranges of consecutive numbers in `octets`. */
function rangesOf(octets: ReadonlySet<number>): [number, number][] {
  const ranges: [number, number][] = [];
  for (const at of [...octets].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === at) last[1] += 1;
    else ranges.push([at, at + 1]);
  }
  return ranges;
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('come' as const),
      from: fc.nat(SPACE),
      length: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({ kind: fc.constant('fill' as const), octets: fc.nat(6) }),
  ),
  { maxLength: 50, size: 'max' },
);

/** Beside it a set of the octets that came, and the ranges as they were reported, the last first. */
class Bench {
  readonly origin: Seq;
  readonly #reassembly = new Reassembly();
  readonly #octets = new Set<number>();
  #reported: [number, number][] = [];
  #nxt = 0;

  constructor(origin: Seq) {
    this.origin = origin;
  }

  come(from: number, length: number): void {
    // What arrives in order is not for it: there is a gap of one at least.
    const left = Math.max(from, this.#nxt + 1);
    const right = left + length;
    const numbers = Array.from({ length }, (_, i) => left + i);
    const [a, b] = [add(this.origin, left), add(this.origin, right)];
    const [held] = rangesOf(new Set(numbers.filter((n) => this.#octets.has(n))));
    const told = this.#reassembly.held(a, b);
    expect(told && [distance(told.left, this.origin), distance(told.right, this.origin)]).toEqual(
      held,
    );
    expect(this.#reassembly.insert(a, b)).toBe(true);
    for (const n of numbers) this.#octets.add(n);
    const mine = rangesOf(this.#octets).find(([l, r]) => l <= left && right <= r) ?? [0, 0];
    // RFC 2018 §4: first the block of this segment, then the others as they were reported.
    const others = this.#reported.filter(([l]) => l < mine[0] || l >= mine[1]);
    this.#reported = [mine, ...others];
  }

  fill(octets: number): void {
    if (octets === 0) return;
    let reached = this.#nxt + octets;
    while (this.#octets.has(reached)) reached += 1;
    const told = this.#reassembly.fill(add(this.origin, this.#nxt + octets));
    expect(distance(told, this.origin)).toBe(reached);
    this.#nxt = reached;
    for (const n of this.#octets) if (n < reached) this.#octets.delete(n);
    this.#reported = this.#reported.filter(([l]) => l >= reached);
  }

  compare(): void {
    expect(this.#reassembly.octets).toBe(this.#octets.size);
    expect(this.#reassembly.isEmpty).toBe(this.#octets.size === 0);
    expect(blocksOf(this.#reassembly, this.origin)).toEqual(this.#reported);
  }
}

describe('reassembly', () => {
  it.each([
    ['anywhere', seq(1000)],
    ['across the wrap', seq(0xffff_fff0)],
    ['across the sign', seq(0x7fff_fff0)],
  ])('knows which octets came, as a set of them does, %s, SHLD-31', (_name, origin) => {
    fc.assert(
      fc.property(steps, (all) => {
        const bench = new Bench(origin);
        for (const step of all) {
          if (step.kind === 'come') bench.come(step.from, step.length);
          else bench.fill(step.octets);
          bench.compare();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has the block with the segment that came last first (RFC 2018 §4)', () => {
    const r = new Reassembly();
    for (const left of [100, 300, 200]) r.insert(seq(left), seq(left + 10));
    expect(blocksOf(r, seq(0))).toEqual([
      [200, 210],
      [300, 310],
      [100, 110],
    ]);
    // One that joins two is one block, and the first.
    r.insert(seq(110), seq(200));
    expect(blocksOf(r, seq(0))).toEqual([
      [100, 210],
      [300, 310],
    ]);
  });

  it('has blocks again that there was no room for, when those before have become one (RFC 2018 §4)', () => {
    const r = new Reassembly();
    for (const left of [10, 30, 50, 70, 90, 110]) r.insert(seq(left), seq(left + 10));
    r.insert(seq(80), seq(110));
    expect(blocksOf(r, seq(0))).toEqual([
      [70, 120],
      [50, 60],
      [30, 40],
      [10, 20],
    ]);
  });

  it('keeps so many ranges and no more: what would be another is dropped', () => {
    const r = new Reassembly();
    const kept = Array.from({ length: 1000 }, (_, i) => r.insert(seq(10 * i), seq(10 * i + 1)));
    expect(kept.filter(Boolean).length).toBe(256);
    expect(r.octets).toBe(256);
    // What makes one larger is still taken.
    expect(r.insert(seq(1), seq(5))).toBe(true);
    expect(r.insert(seq(5000), seq(5001))).toBe(false);
    expect(r.fill(seq(1))).toBe(5);
    expect(r.insert(seq(5000), seq(5001))).toBe(true);
  });
});
