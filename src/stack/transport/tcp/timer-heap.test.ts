import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../base/time.ts';
import { type Timed, TimerHeap } from './timer-heap.ts';

const at = (n: number): Instant => n as Instant;
const timed = (): Timed => ({ timerAt: 0, timerPlace: -1 });

const COUNT = 12;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('hasten', 'hasten', 'postpone', 'remove'),
    which: fc.nat(COUNT - 1),
    time: fc.nat(100),
  }),
  { maxLength: 80 },
);

/** Beside it a list in no order. */
class Bench {
  readonly #heap = new TimerHeap<Timed>();
  readonly #entries = Array.from({ length: COUNT }, timed);
  readonly #times = new Map<Timed, number>();

  hasten(which: number, time: number): void {
    const entry = this.#entries[which] as Timed;
    this.#heap.hasten(entry, at(time));
    this.#times.set(entry, Math.min(time, this.#times.get(entry) ?? time));
  }

  remove(which: number): void {
    const entry = this.#entries[which] as Timed;
    this.#heap.remove(entry);
    this.#times.delete(entry);
  }

  postpone(delay: number): void {
    const { first } = this.#heap;
    if (first === undefined) return;
    const later = first.timerAt + delay;
    this.#heap.postponeFirst(at(later));
    this.#times.set(first, later);
  }

  compare(): void {
    for (const entry of this.#entries) {
      expect(entry.timerPlace >= 0).toBe(this.#times.has(entry));
      if (entry.timerPlace >= 0) expect(entry.timerAt).toBe(this.#times.get(entry));
    }
    const earliest = Math.min(...this.#times.values());
    expect(this.#heap.first?.timerAt ?? Number.POSITIVE_INFINITY).toBe(earliest);
  }
}

describe('the heap of timers', () => {
  it('has the earliest first, as a list that is searched does', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const bench = new Bench();
        for (const { kind, which, time } of all) {
          if (kind === 'hasten') bench.hasten(which, time);
          else if (kind === 'remove') bench.remove(which);
          else bench.postpone(time);
          bench.compare();
        }
      }),
    );
  });

  it('gives all of them in the order of their times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 200 }), (times) => {
        const heap = new TimerHeap<Timed>();
        for (const time of times) heap.hasten(timed(), at(time));
        const order: number[] = [];
        for (let first = heap.first; first !== undefined; first = heap.first) {
          order.push(first.timerAt);
          heap.remove(first);
        }
        expect(order).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('does not put off what is due by a later time', () => {
    const heap = new TimerHeap<Timed>();
    const entry = timed();
    heap.hasten(entry, at(5));
    heap.hasten(entry, at(9));
    expect(entry.timerAt).toBe(5);
  });

  it('is left alone by what is not in it', () => {
    const heap = new TimerHeap<Timed>();
    heap.postponeFirst(at(1));
    heap.remove(timed());
    expect(heap.first).toBeUndefined();
  });
});
