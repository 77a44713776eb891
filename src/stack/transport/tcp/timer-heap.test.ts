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
    at: fc.nat(100),
  }),
  { maxLength: 80 },
);

describe('the heap of timers', () => {
  it('has the earliest first, as a list that is searched does', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const heap = new TimerHeap<Timed>();
        const entries = Array.from({ length: COUNT }, timed);
        const model = new Map<Timed, number>();
        for (const step of all) {
          const entry = entries[step.which] as Timed;
          if (step.kind === 'hasten') {
            heap.hasten(entry, at(step.at));
            model.set(entry, Math.min(step.at, model.get(entry) ?? 100));
          } else if (step.kind === 'remove') {
            heap.remove(entry);
            model.delete(entry);
          } else if (heap.first !== undefined) {
            const first = heap.first;
            const later = first.timerAt + step.at;
            heap.postponeFirst(at(later));
            model.set(first, later);
          }
          for (const e of entries) {
            expect(e.timerPlace >= 0).toBe(model.has(e));
            if (model.has(e)) expect(e.timerAt).toBe(model.get(e));
          }
          expect(heap.first?.timerAt).toBe(
            model.size === 0 ? undefined : Math.min(...model.values()),
          );
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
