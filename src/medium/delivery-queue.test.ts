import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../base/time.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Delivery } from './medium.ts';

const at = (n: number): Instant => n as Instant;
let made = 0;
const delivery = (time: number): Delivery => ({
  port: made++,
  frame: new Uint8Array(),
  at: at(time),
});

type Step = { push: number } | { advance: number } | { poll: true } | { remove: number };
const time = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ push: time }), weight: 6 },
  fc.record({ advance: time }),
  { arbitrary: fc.record({ poll: fc.constant(true as const) }), weight: 3 },
  fc.record({ remove: fc.integer({ min: 2, max: 5 }) }),
);

/** The same by sorting a list whenever it is asked. */
class Model {
  waiting: Delivery[] = [];
  due: Delivery[] = [];

  push(d: Delivery, capacity: number): boolean {
    if (this.waiting.length + this.due.length >= capacity) return false;
    this.waiting.push(d);
    return true;
  }
  advance(now: Instant): void {
    const come = this.waiting.filter((d) => d.at <= now).toSorted((a, b) => a.at - b.at);
    this.due.push(...come);
    this.waiting = this.waiting.filter((d) => d.at > now);
  }
  nextAt(): Instant | undefined {
    return this.waiting.toSorted((a, b) => a.at - b.at)[0]?.at;
  }
  remove(matches: (d: Delivery) => boolean): number {
    const before = this.waiting.length;
    this.waiting = this.waiting.filter((d) => !matches(d));
    return before - this.waiting.length;
  }
}

/** Takes one step in both; what each answered. */
function take(s: Step, queue: DeliveryQueue, model: Model, max: number): readonly unknown[] {
  if ('push' in s) {
    const d = delivery(s.push);
    return [queue.push(d), model.push(d, max)];
  }
  if ('advance' in s) return [queue.advance(at(s.advance)), model.advance(at(s.advance))];
  if ('poll' in s) return [queue.poll(), model.due.shift()];
  const matches = (d: Delivery) => d.port % s.remove === 0;
  return [queue.remove(matches), model.remove(matches)];
}

describe('delivery queue', () => {
  it('does what a list sorted by time does, ties in the order of their coming', () => {
    const steps = fc.array(step, { maxLength: 80 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 40 }), (taken, max) => {
        const queue = new DeliveryQueue(max);
        const model = new Model();
        for (const s of taken) {
          const [answer, expected] = take(s, queue, model, max);
          expect(answer).toBe(expected);
          expect(queue.nextAt()).toBe(model.nextAt());
          expect(queue.size).toBe(model.waiting.length + model.due.length);
        }
      }),
    );
  });
});
