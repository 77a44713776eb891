import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameQueue, type Slot } from './frame-queue.ts';

/** The queue and a slow model of it, step by step. */
class Pair {
  readonly queue = new FrameQueue(20);
  readonly model: number[] = [];
  #lent: Slot | undefined;
  #was: number | undefined;

  push(mark: number): void {
    const full = this.model.length === 20;
    const slot = this.queue.open(64);
    expect(slot === undefined).toBe(full);
    if (slot === undefined) return;
    slot.start = mark;
    this.model.push(mark);
  }

  poll(): void {
    this.#lent = this.queue.poll();
    this.#was = this.#lent?.start;
    expect(this.#was).toBe(this.model.shift());
  }

  check(): void {
    expect(this.queue.size).toBe(this.model.length);
    expect(this.#lent?.start).toBe(this.#was);
  }
}

describe('the queue of frames', () => {
  it('gives them in their order, no more than fit, and lends each until the next', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (steps) => {
        const pair = new Pair();
        for (const [i, push] of steps.entries()) {
          if (push) pair.push(i);
          else pair.poll();
          pair.check();
        }
      }),
    );
  });

  it('makes a slot as large as the frame', () => {
    const queue = new FrameQueue(2);
    queue.open(60);
    expect(queue.open(9000)?.packet.octets.length).toBe(9000);
    expect(queue.open(60)).toBeUndefined();
  });
});
