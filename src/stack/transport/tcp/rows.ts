/**
 * What every connection has beside its block (tcb.ts), a row each by its slot in the connection table: its key, and what
 * is no small number, since in the block each would be a box of its own somewhere else in memory. A row is two lines
 * of a cache that lie side by side. Row 0 belongs to those that are in no table.
 *
 *    word 0            8       9       10              12                              32
 *   +-----------------+-------+-------+---------------+--------------- … ---------------+
 *   | both addresses  | ports | free  | smoothed RTT  |   ten instants, doubles         |
 *   +-----------------+-------+-------+---------------+--------------- … ---------------+
 */
import { type Instant, NEVER } from '../../../base/time.ts';

export const ROW_WORDS = 32;
export const ROW_NUMBERS = ROW_WORDS / 2;

/** Of a row, in words: both addresses, four words each, local first, begin it. */
export const PORTS = 8;
/** Of a row that is nobody's: the next such slot. */
export const FREE = 9;
/** Of a row, in doubles: CUBIC's average (congestion.ts). */
export const SMOOTHED_RTT = 5;
/** Of a row, in doubles. */
export const INSTANT = {
  retransmission: 6,
  acknowledgment: 7,
  idle: 8,
  /** When SND.UNA last advanced, or something was written with nothing unacknowledged. */
  progress: 9,
  lastReceived: 10,
  lastSent: 11,
  /** When the retransmission timer was last set anew. */
  timeoutFrom: 12,
  timestampRecent: 13,
  minRttSince: 14,
  /** −1: never. */
  challenged: 15,
} as const;

const ROWS_MIN = 16;
const ROW_OCTETS = 4 * ROW_WORDS;
const LINE = 64;
/** Large memory begins so far behind a line of the cache, with the usual allocator of a Linux system: there rows are whole lines. */
const ALLOCATED_AT = 16;

export class Rows {
  words: Int32Array;
  /** The same memory. */
  numbers: Float64Array;

  constructor() {
    [this.words, this.numbers] = views(ROWS_MIN);
  }

  /** How many there are. */
  get capacity(): number {
    return this.words.length / ROW_WORDS;
  }

  /** There is a row `slot`, of zeros if it is new. */
  reserve(slot: number): void {
    let { capacity } = this;
    if (slot < capacity) return;
    while (capacity <= slot) capacity *= 2;
    const [words, numbers] = views(capacity);
    words.set(this.words);
    this.words = words;
    this.numbers = numbers;
  }

  /** A connection begins at `now`, in a row that there is: what its instants are. */
  begin(slot: number, now: Instant): void {
    const at = slot * ROW_NUMBERS;
    this.numbers.fill(NEVER, at + INSTANT.retransmission, at + INSTANT.progress);
    this.numbers.fill(now, at + INSTANT.progress, at + INSTANT.challenged);
    this.numbers[at + INSTANT.challenged] = -1;
  }
}

function views(rows: number): [Int32Array, Float64Array] {
  const memory = new ArrayBuffer(LINE + rows * ROW_OCTETS);
  const at = LINE - ALLOCATED_AT;
  return [
    new Int32Array(memory, at, rows * ROW_WORDS),
    new Float64Array(memory, at, rows * ROW_NUMBERS),
  ];
}
