import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instant, NEVER } from '../../../base/time.ts';
import { NONE, TimerHeap } from './timer-heap.ts';

const at = (n: number): Instant => n as Instant;

const COUNT = 40;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'give up', 'pass'),
    slot: fc.nat(COUNT - 1),
    time: fc.nat(100),
  }),
  { maxLength: 200, size: 'max' },
);

/** Beside it a list in no order. */
class Bench {
  readonly #heap = new TimerHeap();
  readonly #times = new Map<number, number>();

  set(slot: number, time: number): void {
    this.#heap.set(slot, at(time));
    this.#times.set(slot, time);
  }

  giveUp(slot: number): void {
    this.#heap.set(slot, NEVER);
    this.#times.delete(slot);
  }

  /** All that is due at `now` is found, and nothing else. */
  pass(now: number): void {
    for (let slot = this.#heap.due(at(now)); slot !== NONE; slot = this.#heap.due(at(now))) {
      expect(this.#times.get(slot)).toBeLessThanOrEqual(now);
      this.giveUp(slot);
    }
    expect([...this.#times.values()].filter((time) => time <= now)).toEqual([]);
  }

  /** It asks to be looked at no later than something is due, and not at all when nothing ever is. */
  compare(): void {
    const { firstAt } = this.#heap;
    expect(firstAt === undefined).toBe(this.#times.size === 0);
    expect(firstAt ?? 0).toBeLessThanOrEqual(Math.min(...this.#times.values()));
  }
}

describe('the heap of timers', () => {
  it('finds what is due, as a list that is searched does', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const bench = new Bench();
        for (const { kind, slot, time } of all) {
          if (kind === 'set') bench.set(slot, time);
          else if (kind === 'give up') bench.giveUp(slot);
          else bench.pass(time);
          bench.compare();
        }
      }),
    );
  });

  it('gives all of them in the order of their times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 300 }), (times) => {
        const heap = new TimerHeap();
        for (const [slot, time] of times.entries()) heap.set(slot, at(time));
        const order: number[] = [];
        for (let due = heap.firstAt; due !== undefined; due = heap.firstAt) {
          order.push(due);
          heap.set(heap.due(due), NEVER);
        }
        expect(order).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('keeps the place of what is put off, and finds it early in its turn', () => {
    const heap = new TimerHeap();
    heap.set(3, at(5));
    heap.set(3, at(9));
    expect(heap.firstAt).toBe(5);
    expect(heap.due(at(8))).toBe(NONE);
    expect(heap.firstAt).toBe(9);
    expect(heap.due(at(9))).toBe(3);
  });

  it('is left alone by what is given up and not in it', () => {
    const heap = new TimerHeap();
    heap.set(3, NEVER);
    expect(heap.due(at(1))).toBe(NONE);
    expect(heap.firstAt).toBeUndefined();
  });
});
