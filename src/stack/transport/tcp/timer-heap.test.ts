import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../base/time.ts';
import { NONE, TimerHeap } from './timer-heap.ts';

const at = (n: number): Instant => n as Instant;

const COUNT = 40;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('hasten', 'hasten', 'postpone', 'remove'),
    slot: fc.nat(COUNT - 1),
    time: fc.nat(100),
  }),
  { maxLength: 200, size: 'max' },
);

/** Beside it a list in no order. */
class Bench {
  readonly #heap = new TimerHeap();
  readonly #times = new Map<number, number>();

  hasten(slot: number, time: number): void {
    this.#heap.hasten(slot, at(time));
    this.#times.set(slot, Math.min(time, this.#times.get(slot) ?? time));
  }

  remove(slot: number): void {
    this.#heap.remove(slot);
    this.#times.delete(slot);
  }

  postpone(delay: number): void {
    const { first, firstAt } = this.#heap;
    if (firstAt === undefined) return;
    this.#heap.postponeFirst(at(firstAt + delay));
    this.#times.set(first, firstAt + delay);
  }

  compare(): void {
    const { first, firstAt } = this.#heap;
    expect(firstAt ?? Number.POSITIVE_INFINITY).toBe(Math.min(...this.#times.values()));
    expect(this.#times.get(first)).toBe(firstAt);
  }
}

describe('the heap of timers', () => {
  it('has the earliest first, as a list that is searched does', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const bench = new Bench();
        for (const { kind, slot, time } of all) {
          if (kind === 'hasten') bench.hasten(slot, time);
          else if (kind === 'remove') bench.remove(slot);
          else bench.postpone(time);
          bench.compare();
        }
      }),
    );
  });

  it('gives all of them in the order of their times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 300 }), (times) => {
        const heap = new TimerHeap();
        for (const [slot, time] of times.entries()) heap.hasten(slot, at(time));
        const order: number[] = [];
        for (let due = heap.firstAt; due !== undefined; due = heap.firstAt) {
          order.push(due);
          heap.remove(heap.first);
        }
        expect(order).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('does not put off what is due by a later time', () => {
    const heap = new TimerHeap();
    heap.hasten(3, at(5));
    heap.hasten(3, at(9));
    expect([heap.first, heap.firstAt]).toEqual([3, 5]);
  });

  it('is left alone by what is not in it', () => {
    const heap = new TimerHeap();
    heap.postponeFirst(at(1));
    heap.remove(1_000_000);
    expect(heap.first).toBe(NONE);
  });
});
