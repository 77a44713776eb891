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
  { maxLength: 50 },
);

describe('reassembly', () => {
  it.each([
    ['anywhere', seq(1000)],
    ['across the wrap', seq(0xffff_fff0)],
    ['across the sign', seq(0x7fff_fff0)],
  ])('knows which octets came, as a set of them does, %s, SHLD-31', (_name, origin) => {
    fc.assert(
      fc.property(steps, (all) => {
        const reassembly = new Reassembly();
        const model = new Set<number>();
        /** Ranges as they were reported, the last first. */
        let reported: [number, number][] = [];
        let nxt = 0;
        for (const step of all) {
          if (step.kind === 'come') {
            // What arrives in order is not for it: there is a gap of one at least.
            const left = Math.max(step.from, nxt + 1);
            const right = left + step.length;
            const whole = Array.from({ length: step.length }, (_, i) => model.has(left + i));
            expect(reassembly.holds(add(origin, left), add(origin, right))).toBe(
              whole.every(Boolean),
            );
            expect(reassembly.insert(add(origin, left), add(origin, right))).toBe(true);
            for (let i = left; i < right; i++) model.add(i);
            const mine = rangesOf(model).find(([l, r]) => l <= left && right <= r) ?? [0, 0];
            // RFC 2018 §4: first the block of this segment, then the others as they were reported.
            reported = [mine, ...reported.filter(([l]) => l < mine[0] || l >= mine[1])];
          } else {
            let reached = nxt + step.octets;
            if (step.octets === 0) continue;
            while (model.has(reached)) reached += 1;
            const told = distance(reassembly.fill(add(origin, nxt + step.octets)), origin);
            expect(told).toBe(reached);
            nxt = reached;
            for (const at of model) if (at < nxt) model.delete(at);
            reported = reported.filter(([l]) => l >= nxt);
          }
          // More than four are not remembered: an option has room for no more.
          reported = reported.slice(0, 4);
          expect(reassembly.octets).toBe(model.size);
          expect(reassembly.isEmpty).toBe(model.size === 0);
          expect(blocksOf(reassembly, origin)).toEqual(reported);
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
