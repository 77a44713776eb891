/**
 * Deliveries in the order of their time; those of one instant in the order in which they were put in.
 *
 * Invariants:
 *   (1) `#heap` is a binary heap by (at, order): no parent comes after its child.
 *   (2) All in `#due` came due at the last `advance` or before, all in `#heap` after it.
 *   (3) Both together never hold more than `capacity`.
 */
import type { Instant } from '../base/time.ts';
import type { Delivery } from './medium.ts';

/** What has its time. It must not change while it is in a queue. */
interface Timed {
  readonly at: Instant;
}

interface Entry<D> {
  readonly delivery: D;
  readonly order: number;
}

const before = (a: Entry<Timed>, b: Entry<Timed>): boolean =>
  a.delivery.at < b.delivery.at || (a.delivery.at === b.delivery.at && a.order < b.order);

export class DeliveryQueue<D extends Timed = Delivery> {
  readonly #capacity: number;
  #heap: Entry<D>[] = [];
  #due: D[] = [];
  #taken = 0; // How many of #due were polled: a shift of each would cost its length.
  #order = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#heap.length + this.#due.length - this.#taken;
  }

  /** False when the queue is full. */
  push(delivery: D): boolean {
    if (this.size >= this.#capacity) return false;
    this.#heap.push({ delivery, order: this.#order++ });
    this.#rise(this.#heap.length - 1);
    return true;
  }

  /** When the first that is not yet due will be. */
  nextAt(): Instant | undefined {
    return this.#heap[0]?.delivery.at;
  }

  /** Makes all that is due by `now` ready to be polled. */
  advance(now: Instant): void {
    for (
      let top = this.#heap[0];
      top !== undefined && top.delivery.at <= now;
      top = this.#heap[0]
    ) {
      this.#due.push(top.delivery);
      const last = this.#heap.pop();
      if (last !== undefined && last !== top) {
        this.#heap[0] = last;
        this.#sink(0);
      }
    }
  }

  poll(): D | undefined {
    const delivery = this.#due[this.#taken];
    if (delivery === undefined) return undefined;
    this.#taken += 1;
    if (this.#taken === this.#due.length) {
      this.#due = [];
      this.#taken = 0;
    }
    return delivery;
  }

  /** Takes out what is not yet due and matches; how many these were. */
  remove(matches: (delivery: D) => boolean): number {
    const kept = this.#heap.filter(({ delivery }) => !matches(delivery));
    const removed = this.#heap.length - kept.length;
    // An array in order is a heap.
    this.#heap = kept.sort((a, b) => (before(a, b) ? -1 : 1));
    return removed;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const first = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(first, at)) return;
      at = first;
    }
  }

  /** False also when there is nothing at `a` or `b`. */
  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    return one !== undefined && other !== undefined && before(one, other);
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const one = this.#heap[lower];
    const other = this.#heap[upper];
    if (one === undefined || other === undefined || !before(one, other)) return false;
    this.#heap[upper] = one;
    this.#heap[lower] = other;
    return true;
  }
}
