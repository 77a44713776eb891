/** A block whose instants lie in a row (rows.ts). */
import type { Instant } from '../../../base/time.ts';
import { INSTANT, ROW_NUMBERS, type Rows, SMOOTHED_RTT } from './rows.ts';

export class Timed {
  readonly rows: Rows;
  /** Its place in the connection table; 0 when it is no longer there. */
  slot = 0;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  get rtxAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.retransmission] as Instant;
  }

  set rtxAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.retransmission] = at;
  }

  get ackAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.acknowledgment] as Instant;
  }

  set ackAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.acknowledgment] = at;
  }

  get idleAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.idle] as Instant;
  }

  set idleAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.idle] = at;
  }

  get progressAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.progress] as Instant;
  }

  set progressAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.progress] = at;
  }

  get lastReceivedAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.lastReceived] as Instant;
  }

  set lastReceivedAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.lastReceived] = at;
  }

  get lastSentAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.lastSent] as Instant;
  }

  set lastSentAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.lastSent] = at;
  }

  get rtoFrom(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.timeoutFrom] as Instant;
  }

  set rtoFrom(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.timeoutFrom] = at;
  }

  get tsRecentAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.timestampRecent] as Instant;
  }

  set tsRecentAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.timestampRecent] = at;
  }

  get minRttSince(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.minRttSince] as Instant;
  }

  set minRttSince(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.minRttSince] = at;
  }

  get challengedAt(): Instant {
    return this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.challenged] as Instant;
  }

  set challengedAt(at: Instant) {
    this.rows.numbers[this.slot * ROW_NUMBERS + INSTANT.challenged] = at;
  }

  get smoothedRtt(): number {
    return this.rows.numbers[this.slot * ROW_NUMBERS + SMOOTHED_RTT] as number;
  }

  set smoothedRtt(rtt: number) {
    this.rows.numbers[this.slot * ROW_NUMBERS + SMOOTHED_RTT] = rtt;
  }
}
