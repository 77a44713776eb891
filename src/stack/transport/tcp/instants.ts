/**
 * The instants of all connections, a row each by its slot in the connection table. In the objects themselves
 * each would be a number in a box of its own, 24 octets and a line of memory to fetch; here ten are a line and a
 * quarter. Row 0 belongs to those that are in no table.
 */
import { type Instant, NEVER } from '../../../base/time.ts';

export const INSTANT = {
  retransmission: 0,
  acknowledgment: 1,
  idle: 2,
  /** When SND.UNA last advanced, or something was written with nothing unacknowledged. */
  progress: 3,
  lastReceived: 4,
  lastSent: 5,
  /** When the retransmission timer was last set anew. */
  timeoutFrom: 6,
  timestampRecent: 7,
  minRttSince: 8,
  /** −1: never. */
  challenged: 9,
} as const;

export type InstantName = (typeof INSTANT)[keyof typeof INSTANT];

const COLUMNS = 10;
const ROWS_MIN = 16;

export class Instants {
  #rows = new Float64Array(ROWS_MIN * COLUMNS);

  /** What is set for a connection that begins at `now`. */
  begin(slot: number, now: Instant): void {
    const needed = (slot + 1) * COLUMNS;
    if (needed > this.#rows.length) {
      const rows = new Float64Array(Math.max(needed, this.#rows.length * 2));
      rows.set(this.#rows);
      this.#rows = rows;
    }
    const at = slot * COLUMNS;
    this.#rows.fill(now, at, at + COLUMNS);
    this.#rows.fill(NEVER, at, at + INSTANT.progress);
    this.#rows[at + INSTANT.challenged] = -1;
  }

  get(slot: number, name: InstantName): Instant {
    return this.#rows[slot * COLUMNS + name] as Instant;
  }

  set(slot: number, name: InstantName, at: number): void {
    this.#rows[slot * COLUMNS + name] = at;
  }
}
