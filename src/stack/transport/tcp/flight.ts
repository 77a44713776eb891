/**
 * The segments that were sent and not yet acknowledged: the scoreboard of RFC 6675 and the transmission times
 * of RFC 8985, in the order of their sequence numbers. A ring in four columns, so that a segment costs 17
 * octets and no object; a connection with nothing in flight has none (pool.ts).
 *
 * Invariants:
 *   (1) The entries touch one another and cover SND.UNA … SND.NXT − 1, the SYN and a lone FIN included.
 *   (2) An entry is not both SACKED and LOST; RETRANSMITTED (in flight again) only if LOST.
 *   (3) `sacked`, `lost` and `retransmitted` are the octets of the entries so marked.
 */
import type { Instant } from '../../../base/time.ts';
import type { Pooled } from './pool.ts';
import { add, after, before, distance, type Seq } from './seq.ts';

export const MARK = {
  sacked: 1,
  lost: 2,
  /** What was lost was sent again, and that is not known to be lost. */
  retransmitted: 4,
  /** It was sent more than once: its acknowledgment measures nothing (Karn). */
  ever: 8,
} as const;

const CAPACITY_MIN = 16;
/** Small segments cost memory by their number: a peer's large window does not make it boundless. */
export const SEGMENTS_MAX = 16_384;

/** No entry. */
export const NONE = -1;

/** Between segments of one microsecond: a double has room for it in any instant of a hundred years. */
const STEP = 2 ** -10;

type Column = Int32Array | Float64Array | Uint8Array;

export class Flight implements Pooled {
  count = 0;
  sacked = 0;
  lost = 0;
  retransmitted = 0;
  /** How many entries are SACKED. */
  sackedSegments = 0;
  /** What a recovery counts, RFC 9937. */
  prrDelivered = 0;
  prrOut = 0;
  recoverFs = 0;

  /** Octets that the acknowledgment at hand delivers for the first time, and in how many segments. */
  delivered = 0;
  deliveredSegments = 0;
  /** When the first of them was sent, if all were sent once (Karn); −1: there is nothing to measure. */
  measuredFrom = -1;
  /** Of them, some were sent more than once. */
  #ambiguous = false;
  /** When the last of those was sent the last time; 0: there are none. */
  retransmittedAt = 0 as Instant;
  /** Octets found lost since this was set to zero. */
  newlyLost = 0;
  /** Of it, something was sent only once, before `originalsEnd`: what the timer took for lost had arrived. */
  originalDelivered = false;
  originalsEnd: Seq = 0 as Seq;
  /** Of a segment that was sent once, and lay below one that was delivered before: the path reorders. */
  reordered = false;
  /** By how many octets at most: from its start to what lay highest of what was delivered. */
  reorderedBy = 0;

  /** RFC 8985 §5.2: of what was delivered, the segment that was sent last. 0: none yet. */
  rackSentAt = 0;
  rackRtt = 0;
  /** RACK.fack: the highest sequence number delivered. */
  #fack: Seq = 0 as Seq;

  #start = new Int32Array(CAPACITY_MIN);
  #end = new Int32Array(CAPACITY_MIN);
  #sentAt = new Float64Array(CAPACITY_MIN);
  #marks = new Uint8Array(CAPACITY_MIN);
  #head = 0;
  /** Of the segment that was sent last; in an array, since a property would have each number in a new box. */
  readonly #last = new Float64Array(1);
  /** Below this entry none is lost and not sent again: a hint that saves a search. */
  #searched = 0;

  /** Forgets all, for the next connection that has something in flight. */
  reset(): void {
    this.count = 0;
    this.sacked = 0;
    this.lost = 0;
    this.retransmitted = 0;
    this.sackedSegments = 0;
    this.rackSentAt = 0;
    this.rackRtt = 0;
    this.reordered = false;
    this.reorderedBy = 0;
    this.#head = 0;
    this.#searched = 0;
  }

  dispose(): void {}

  start(i: number): Seq {
    return this.#start[this.#at(i)] as Seq;
  }

  end(i: number): Seq {
    return this.#end[this.#at(i)] as Seq;
  }

  length(i: number): number {
    const at = this.#at(i);
    return ((this.#end[at] as number) - (this.#start[at] as number)) | 0;
  }

  sentAt(i: number): Instant {
    return Math.floor(this.#sentAt[this.#at(i)] as number) as Instant;
  }

  has(i: number, mark: number): boolean {
    return ((this.#marks[this.#at(i)] as number) & mark) !== 0;
  }

  #at(i: number): number {
    return (this.#head + i) & (this.#start.length - 1);
  }

  /** A segment leaves for the first time. */
  push(start: Seq, end: Seq, now: Instant): void {
    if (this.count === this.#start.length) this.#grow();
    if (this.count === 0) this.#fack = start;
    const at = this.#at(this.count);
    this.#start[at] = start;
    this.#end[at] = end;
    this.#sentAt[at] = this.#stamp(now);
    this.#marks[at] = 0;
    this.count += 1;
  }

  /** Entry `i` leaves again. */
  retransmit(i: number, now: Instant): void {
    const at = this.#at(i);
    const marks = this.#marks[at] as number;
    const again = (marks & (MARK.lost | MARK.retransmitted)) === MARK.lost;
    if (again) this.retransmitted += this.length(i);
    this.#marks[at] = marks | MARK.ever | (again ? MARK.retransmitted : 0);
    this.#sentAt[at] = this.#stamp(now);
  }

  /**
   * The time, and a little more than that of the segment before in the same microsecond. Order is all that
   * RACK asks for: by sequence numbers (RFC 8985 §5.2) a retransmission would lie before new data that left
   * ahead of it, and be found lost again when that arrives.
   */
  #stamp(now: Instant): number {
    const last = this.#last[0] as number;
    this.#last[0] = now > last ? now : last + STEP;
    return this.#last[0];
  }

  /** Cuts entry `i` in two, the first of `octets`. */
  split(i: number, octets: number): void {
    if (this.count === this.#start.length) this.#grow();
    for (let j = this.count; j > i; j--) {
      const to = this.#at(j);
      const from = this.#at(j - 1);
      this.#start[to] = this.#start[from] as number;
      this.#end[to] = this.#end[from] as number;
      this.#sentAt[to] = this.#sentAt[from] as number;
      this.#marks[to] = this.#marks[from] as number;
    }
    this.count += 1;
    const cut = add(this.start(i), octets);
    this.#end[this.#at(i)] = cut;
    this.#start[this.#at(i + 1)] = cut;
  }

  /** A new acknowledgment is looked at. */
  begin(): void {
    this.delivered = 0;
    this.deliveredSegments = 0;
    this.measuredFrom = -1;
    this.newlyLost = 0;
    this.originalDelivered = false;
    this.#ambiguous = false;
    this.retransmittedAt = 0 as Instant;
  }

  /** All before `una` is acknowledged. Sooner than `minRtt` after a retransmission it is not that one. */
  acknowledge(una: Seq, now: Instant, minRtt: number): void {
    while (this.count > 0) {
      const at = this.#head;
      const end = this.#end[at] as Seq;
      const start = this.#start[at] as Seq;
      if (after(end, una)) {
        if (before(start, una)) this.#acknowledgePart(una, now, minRtt);
        return;
      }
      const marks = this.#marks[at] as number;
      this.#forget(marks, distance(end, start));
      if ((marks & MARK.sacked) !== 0) this.sackedSegments -= 1;
      else this.#deliver(at, marks, distance(end, start), now, minRtt);
      this.#head = (at + 1) & (this.#start.length - 1);
      this.count -= 1;
      if (this.#searched > 0) this.#searched -= 1;
    }
  }

  #acknowledgePart(una: Seq, now: Instant, minRtt: number): void {
    const at = this.#head;
    const marks = this.#marks[at] as number;
    const octets = distance(una, this.#start[at] as Seq);
    this.#forget(marks, octets);
    if ((marks & MARK.sacked) === 0) this.#deliver(at, marks, octets, now, minRtt);
    this.#start[at] = una;
  }

  #forget(marks: number, octets: number): void {
    if ((marks & MARK.sacked) !== 0) this.sacked -= octets;
    if ((marks & MARK.lost) !== 0) this.lost -= octets;
    if ((marks & MARK.retransmitted) !== 0) this.retransmitted -= octets;
  }

  /** Whole entries in `left` … `right` − 1 are selectively acknowledged. */
  acknowledgeSelectively(left: Seq, right: Seq, now: Instant, minRtt: number): void {
    for (let i = this.#find(left); i < this.count; i++) {
      const at = this.#at(i);
      const end = this.#end[at] as Seq;
      if (after(end, right)) return;
      const marks = this.#marks[at] as number;
      if ((marks & MARK.sacked) !== 0) continue;
      const octets = distance(end, this.#start[at] as Seq);
      this.#forget(marks, octets);
      this.sacked += octets;
      this.sackedSegments += 1;
      this.#marks[at] = (marks & MARK.ever) | MARK.sacked;
      this.#deliver(at, marks, octets, now, minRtt);
    }
  }

  /** The first entry that begins at `from` or after it. */
  #find(from: Seq): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.start(middle), from)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** RFC 8985 §6.2, steps 1 to 4, for one segment. */
  #deliver(at: number, marks: number, octets: number, now: Instant, minRtt: number): void {
    this.delivered += octets;
    this.deliveredSegments += 1;
    const sentAt = this.#sentAt[at] as number;
    const end = this.#end[at] as Seq;
    if ((marks & MARK.ever) === 0) {
      this.#noteOriginal(at);
    } else {
      this.#ambiguous = true;
      this.measuredFrom = -1;
      this.retransmittedAt = Math.max(this.retransmittedAt, Math.floor(sentAt)) as Instant;
      // Too soon: it is the transmission before that arrived (step 2).
      if (now - sentAt < minRtt) return;
    }
    if (after(end, this.#fack)) this.#fack = end;
    this.rackRtt = now - Math.floor(sentAt);
    if (sentAt > this.rackSentAt) this.rackSentAt = sentAt;
  }

  /** What was sent once is delivered: it measures, and shows whether it was overtaken. */
  #noteOriginal(at: number): void {
    const sentAt = this.#sentAt[at] as number;
    const end = this.#end[at] as Seq;
    const first = this.measuredFrom < 0 || sentAt < this.measuredFrom;
    if (first && !this.#ambiguous) this.measuredFrom = Math.floor(sentAt);
    if (before(end, this.#fack)) {
      this.reordered = true;
      const by = distance(this.#fack, this.#start[at] as Seq);
      if (by > this.reorderedBy) this.reorderedBy = by;
    }
    if (!after(end, this.originalsEnd)) this.originalDelivered = true;
  }

  /**
   * RFC 8985 §6.2 step 5: what was sent so long before the last segment delivered that it must be lost. In
   * how many microseconds there may be more of that; 0: nothing waits.
   */
  detectLoss(reorderingWindow: number, now: Instant): number {
    let timeout = 0;
    for (let i = 0; i < this.count; i++) {
      const at = this.#at(i);
      const marks = this.#marks[at] as number;
      if ((marks & MARK.sacked) !== 0) continue;
      if ((marks & MARK.lost) !== 0 && (marks & MARK.retransmitted) === 0) continue;
      const sentAt = this.#sentAt[at] as number;
      if (sentAt >= this.rackSentAt) {
        // What was sent once lies in the order of its times: behind it nothing is earlier.
        if ((marks & MARK.ever) === 0 && this.retransmitted === 0) break;
        continue;
      }
      const remaining = Math.floor(sentAt) + this.rackRtt + reorderingWindow - now;
      if (remaining <= 0) this.#lose(i);
      else timeout = Math.max(timeout, remaining);
    }
    return timeout;
  }

  /** Marks entry `i`, and forgets a retransmission of it. */
  #lose(i: number): void {
    const at = this.#at(i);
    const marks = this.#marks[at] as number;
    const octets = this.length(i);
    if ((marks & MARK.retransmitted) !== 0) this.retransmitted -= octets;
    if ((marks & MARK.lost) === 0) this.lost += octets;
    this.newlyLost += octets;
    this.#marks[at] = (marks & ~MARK.retransmitted) | MARK.lost;
    if (i < this.#searched) this.#searched = i;
  }

  /** RFC 6582, RFC 6675 §5 (4): the first segment is taken for lost. */
  loseFirst(): void {
    if (this.count > 0 && !this.has(0, MARK.sacked)) this.#lose(0);
  }

  /** The retransmission timer expired: all that is not selectively acknowledged is taken for lost. */
  loseAll(): void {
    for (let i = 0; i < this.count; i++) if (!this.has(i, MARK.sacked)) this.#lose(i);
  }

  /**
   * RFC 6675 §4, IsLost: entries below which `threshold` octets or more are selectively acknowledged above.
   * For a host without RACK.
   */
  loseBelowSacked(threshold: number): void {
    let above = 0;
    let i = this.count - 1;
    for (; i >= 0 && above < threshold; i--) if (this.has(i, MARK.sacked)) above += this.length(i);
    for (; i >= 0; i--) {
      if (!this.has(i, MARK.sacked | MARK.lost)) this.#lose(i);
    }
  }

  /** The alarm was false: nothing is lost. */
  forgive(): void {
    this.#clear(MARK.lost | MARK.retransmitted);
    this.lost = 0;
    this.retransmitted = 0;
  }

  /** RFC 2018 §8: the peer may have thrown away what it selectively acknowledged. */
  forgetSacks(): void {
    this.#clear(MARK.sacked);
    this.sacked = 0;
    this.sackedSegments = 0;
  }

  #clear(marks: number): void {
    for (let at = 0; at < this.#marks.length; at++) {
      this.#marks[at] = (this.#marks[at] as number) & ~marks;
    }
  }

  /** What is larger than a segment may be now: the path has become narrower, and dropped it. */
  loseLargerThan(octets: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.length(i) > octets && !this.has(i, MARK.sacked)) this.#lose(i);
    }
  }

  /** The first entry that is lost and not in flight again, or NONE. */
  nextLost(): number {
    if (this.lost === this.retransmitted) return NONE;
    for (let i = this.#searched; i < this.count; i++) {
      const marks = this.#marks[this.#at(i)] as number;
      if ((marks & (MARK.lost | MARK.retransmitted)) === MARK.lost) {
        this.#searched = i;
        return i;
      }
    }
    return NONE;
  }

  #grow(): void {
    const capacity = this.#start.length * 2;
    this.#start = unrolled(this.#start, this.#head, new Int32Array(capacity));
    this.#end = unrolled(this.#end, this.#head, new Int32Array(capacity));
    this.#sentAt = unrolled(this.#sentAt, this.#head, new Float64Array(capacity));
    this.#marks = unrolled(this.#marks, this.#head, new Uint8Array(capacity));
    this.#head = 0;
  }
}

/** A full ring's entries from `head` on, in `into`. */
function unrolled<T extends Column>(ring: T, head: number, into: T): T {
  into.set(ring.subarray(head));
  into.set(ring.subarray(0, head), ring.length - head);
  return into;
}
