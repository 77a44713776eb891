/**
 * How frames wait for a line, and which of them are dropped or marked. One behind the other here, which
 * drops the newest when the queue is full; CoDel and RED are files of their own.
 */
import type { Instant } from '../base/time.ts';
import { type Frame, type FramePool, Row } from './frame.ts';

export interface DisciplineCounters {
  /** Dropped since the queue was full. */
  overflowed: number;
  /** Dropped by the discipline's own decision. */
  dropped: number;
  /** Marked Congestion Experienced in place of being dropped. */
  marked: number;
}

/** Frames that it drops it gives back to the pool. */
export interface Discipline {
  readonly counters: Readonly<DisciplineCounters>;
  /** What waits, in octets. */
  readonly octets: number;
  readonly empty: boolean;
  enqueue(frame: Frame, now: Instant): void;
  /** The next to be sent; undefined when none is left, though some may have been dropped. */
  dequeue(now: Instant): Frame | undefined;
  describe(): string;
}

/** Each line makes its own. `seed` feeds those that throw dice. */
export type NewDiscipline = (pool: FramePool, seed: number) => Discipline;

/** A row of frames with a limit in octets: what all disciplines queue in. */
export class BoundedRow {
  readonly counters: DisciplineCounters = { overflowed: 0, dropped: 0, marked: 0 };
  readonly limit: number;
  readonly #pool: FramePool;
  readonly #row = new Row();
  #octets = 0;

  constructor(limit: number, pool: FramePool) {
    this.limit = limit;
    this.#pool = pool;
  }

  get octets(): number {
    return this.#octets;
  }

  get empty(): boolean {
    return this.#row.first === undefined;
  }

  /** One frame is taken whatever its length: no line is too short for it. */
  push(frame: Frame): void {
    if (this.#octets + frame.length > this.limit && !this.empty) {
      this.counters.overflowed += 1;
      this.#pool.give(frame);
      return;
    }
    this.#octets += frame.length;
    this.#row.push(frame);
  }

  shift(): Frame | undefined {
    const frame = this.#row.shift();
    if (frame !== undefined) this.#octets -= frame.length;
    return frame;
  }

  drop(frame: Frame): void {
    this.counters.dropped += 1;
    this.#pool.give(frame);
  }
}

class DropTail implements Discipline {
  readonly counters: Readonly<DisciplineCounters>;
  readonly #row: BoundedRow;

  constructor(limit: number, pool: FramePool) {
    this.#row = new BoundedRow(limit, pool);
    this.counters = this.#row.counters;
  }

  get octets(): number {
    return this.#row.octets;
  }

  get empty(): boolean {
    return this.#row.empty;
  }

  enqueue(frame: Frame): void {
    this.#row.push(frame);
  }

  dequeue(): Frame | undefined {
    return this.#row.shift();
  }

  describe(): string {
    return `queue of ${this.#row.limit} octets`;
  }
}

/** @param limit in octets; what is being sent does not count. */
export const dropTail =
  (limit: number): NewDiscipline =>
  (pool) =>
    new DropTail(limit, pool);
