/**
 * When each connection is next due, by its slot in the connection table. A heap that knows the place of each
 * entry: a time that comes nearer moves it, and one that is given up leaves it, mostly from near its end; one that goes
 * further away is only written down, and looked at when the entry's turn comes. So the timers that every segment sets
 * and puts off cost little a segment, and nothing here touches a connection, which may be in no cache: all that is
 * needed lies in arrays.
 *
 * Four children a node, and times and slots in arrays of their own: an entry that moves touches a line of memory a
 * level.
 *
 * Invariants:
 *   (1) The slot at the place of a slot `s` in it is `s`, and the place of those that are not in it is NONE.
 *   (2) The time of a parent is not after that of its children.
 *   (3) What is due is in it, at that time or an earlier one.
 */
import { type Instant, NEVER } from '../../../base/time.ts';

const CAPACITY_MIN = 16;
const CHILDREN_SHIFT = 2;
const CHILDREN = 1 << CHILDREN_SHIFT;
/** No slot, no place. */
export const NONE = -1;

export class TimerHeap {
  #size = 0;
  #times = new Float64Array(CAPACITY_MIN);
  #slots = new Int32Array(CAPACITY_MIN);
  /** By slot. */
  #places = new Int32Array(CAPACITY_MIN).fill(NONE);
  #due = new Float64Array(CAPACITY_MIN).fill(NEVER);

  /** When the first is due, or was to be once. */
  get firstAt(): Instant | undefined {
    return this.#size === 0 ? undefined : (this.#times[0] as Instant);
  }

  /** `slot` is due at `at` and no more when it was before; NEVER: not at all. */
  set(slot: number, at: Instant): void {
    if (slot >= this.#due.length) this.#reserve(slot);
    this.#due[slot] = at;
    const place = this.#places[slot] as number;
    if (place === NONE) {
      if (at !== NEVER) this.#add(slot, at);
    } else if (at === NEVER) {
      this.#take(place);
    } else if (at < (this.#times[place] as number)) {
      this.#rise(place, slot, at);
    }
  }

  /** A slot that is due at `now`, or NONE. It stays due until it is set anew. */
  due(now: Instant): number {
    while (this.#size > 0 && (this.#times[0] as number) <= now) {
      const slot = this.#slots[0] as number;
      const at = this.#due[slot] as Instant;
      if (at <= now) return slot;
      this.#sink(0, slot, at);
    }
    return NONE;
  }

  #add(slot: number, at: Instant): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#size += 1;
    this.#rise(this.#size - 1, slot, at);
  }

  /** The entry at `place` is there no more. */
  #take(place: number): void {
    this.#places[this.#slots[place] as number] = NONE;
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
    this.#places[slot] = place;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
  }

  #reserve(slot: number): void {
    const { length } = this.#due;
    let capacity = length;
    while (capacity <= slot) capacity *= 2;
    const places = new Int32Array(capacity).fill(NONE, length);
    places.set(this.#places);
    this.#places = places;
    const due = new Float64Array(capacity).fill(NEVER, length);
    due.set(this.#due);
    this.#due = due;
  }
}
