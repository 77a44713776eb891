/**
 * When each connection is next due. A binary heap whose entries know their places: a time that comes nearer
 * moves its entry; one that goes further away is left, and found to be early when its turn comes. So
 * the timers that every segment puts off cost nothing a segment.
 *
 * Invariants:
 *   (1) `entries[e.timerPlace] === e` for every entry, and `timerPlace` is −1 for those that are not in it.
 *   (2) `timerAt` of a parent is not after that of its children.
 */
import type { Instant } from '../../../base/time.ts';

export interface Timed {
  timerAt: number;
  timerPlace: number;
}

export class TimerHeap<T extends Timed> {
  readonly #entries: T[] = [];

  get first(): T | undefined {
    return this.#entries[0];
  }

  /** `entry` is due at `at`, or earlier if it stands for an earlier time already. */
  hasten(entry: T, at: Instant): void {
    if (entry.timerPlace < 0) {
      entry.timerPlace = this.#entries.length;
      entry.timerAt = at;
      this.#entries.push(entry);
      this.#rise(entry);
    } else if (at < entry.timerAt) {
      entry.timerAt = at;
      this.#rise(entry);
    }
  }

  /** The first is due at `at`, later than it stood. */
  postponeFirst(at: Instant): void {
    const first = this.#entries[0];
    if (first === undefined) return;
    first.timerAt = at;
    this.#sink(first);
  }

  remove(entry: T): void {
    const place = entry.timerPlace;
    if (place < 0) return;
    entry.timerPlace = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    last.timerPlace = place;
    this.#entries[place] = last;
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: T): void {
    let place = entry.timerPlace;
    while (place > 0) {
      const parent = this.#entries[(place - 1) >> 1] as T;
      if (parent.timerAt <= entry.timerAt) break;
      this.#entries[place] = parent;
      parent.timerPlace = place;
      place = (place - 1) >> 1;
    }
    this.#entries[place] = entry;
    entry.timerPlace = place;
  }

  #sink(entry: T): void {
    const { length } = this.#entries;
    let place = entry.timerPlace;
    for (let left = 2 * place + 1; left < length; left = 2 * place + 1) {
      let child = this.#entries[left] as T;
      const right = this.#entries[left + 1];
      if (right !== undefined && right.timerAt < child.timerAt) child = right;
      if (child.timerAt >= entry.timerAt) break;
      const childPlace = child.timerPlace;
      this.#entries[place] = child;
      child.timerPlace = place;
      place = childPlace;
    }
    this.#entries[place] = entry;
    entry.timerPlace = place;
  }
}
