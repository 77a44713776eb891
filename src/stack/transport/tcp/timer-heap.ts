/**
 * When each connection is next due, by its slot in the connection table. A heap that knows the place of each
 * entry: a time that comes nearer moves it; one that goes further away is left, and found to be early when its
 * turn comes. So the timers that every segment puts off cost nothing a segment.
 *
 * Four children a node, and times and slots in arrays of their own: an entry that moves touches a line of memory a
 * level, and of each connection its row (rows.ts).
 *
 * Invariants:
 *   (1) The slot at the place of a slot `s` in it is `s`, and the place of those that are not in it is NONE.
 *   (2) The time of a parent is not after that of its children.
 */
import type { Instant } from '../../../base/time.ts';
import { ROW_WORDS, Rows, TIMER } from './rows.ts';

const CAPACITY_MIN = 16;
const CHILDREN_SHIFT = 2;
const CHILDREN = 1 << CHILDREN_SHIFT;
/** No slot, no place. */
export const NONE = -1;

export class TimerHeap {
  #size = 0;
  #times = new Float64Array(CAPACITY_MIN);
  #slots = new Int32Array(CAPACITY_MIN);
  readonly #rows: Rows;

  constructor(rows = new Rows()) {
    this.#rows = rows;
  }

  /** The slot that is due first. */
  get first(): number {
    return this.#size === 0 ? NONE : (this.#slots[0] as number);
  }

  /** When that is. */
  get firstAt(): Instant | undefined {
    return this.#size === 0 ? undefined : (this.#times[0] as Instant);
  }

  /** `slot` is due at `at`, or earlier if it stands for an earlier time already. */
  hasten(slot: number, at: Instant): void {
    this.#rows.reserve(slot);
    const place = this.#placeOf(slot);
    if (place === NONE) {
      if (this.#size === this.#slots.length) this.#grow();
      this.#size += 1;
      this.#rise(this.#size - 1, slot, at);
    } else if (at < (this.#times[place] as number)) {
      this.#rise(place, slot, at);
    }
  }

  /** The first is due at `at`, later than it stood. */
  postponeFirst(at: Instant): void {
    if (this.#size > 0) this.#sink(0, this.#slots[0] as number, at);
  }

  remove(slot: number): void {
    if (slot >= this.#rows.capacity) return;
    const place = this.#placeOf(slot);
    if (place === NONE) return;
    this.#rows.words[slot * ROW_WORDS + TIMER] = 0;
    this.#size -= 1;
    if (place === this.#size) return;
    const last = this.#slots[this.#size] as number;
    const at = this.#times[this.#size] as Instant;
    const parent = (place - 1) >> CHILDREN_SHIFT;
    if (place > 0 && at < (this.#times[parent] as number)) this.#rise(place, last, at);
    else this.#sink(place, last, at);
  }

  #rise(from: number, slot: number, at: Instant): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> CHILDREN_SHIFT;
      const above = this.#times[parent] as number;
      if (above <= at) break;
      this.#put(place, this.#slots[parent] as number, above);
      place = parent;
    }
    this.#put(place, slot, at);
  }

  #sink(from: number, slot: number, at: Instant): void {
    let place = from;
    for (;;) {
      const first = (place << CHILDREN_SHIFT) + 1;
      const end = Math.min(first + CHILDREN, this.#size);
      let child = NONE;
      let least: number = at;
      for (let i = first; i < end; i++) {
        const time = this.#times[i] as number;
        if (time < least) {
          least = time;
          child = i;
        }
      }
      if (child === NONE) break;
      this.#put(place, this.#slots[child] as number, least);
      place = child;
    }
    this.#put(place, slot, at);
  }

  #put(place: number, slot: number, at: number): void {
    this.#times[place] = at;
    this.#slots[place] = slot;
    this.#rows.words[slot * ROW_WORDS + TIMER] = place + 1;
  }

  #placeOf(slot: number): number {
    return (this.#rows.words[slot * ROW_WORDS + TIMER] as number) - 1;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
