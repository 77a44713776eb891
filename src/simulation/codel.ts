/**
 * Controlled Delay, RFC 8289: frames that waited too long, and for too long a time, are dropped at the
 * queue's head, ever more often until the queue is short again.
 *
 *              waited ≥ target for one interval
 *   not dropping ───────────────────────────────▶ dropping: the k-th drop interval / √k after the one before
 *        ▲                                           │
 *        └── waited < target, or one frame or less ──┘
 *
 * With `ecn` a frame whose sender understands marks is marked in place of being dropped (§4.5, RFC 3168 §5).
 */
import { after, type Duration, type Instant, milliseconds, START, since } from '../base/time.ts';
import { mark } from './congestion-mark.ts';
import {
  BoundedRow,
  type Discipline,
  type DisciplineCounters,
  type NewDiscipline,
} from './discipline.ts';
import type { Frame, FramePool } from './frame.ts';

export interface CodelSettings {
  /** In octets. */
  readonly limit: number;
  /** 5 ms unless told otherwise (§4.4). */
  readonly target?: Duration;
  /** 100 ms unless told otherwise (§4.3): the longest usual round trip. */
  readonly interval?: Duration;
  readonly ecn?: boolean;
}

/** MAXPACKET of §5: a queue that holds no more than one is no standing queue. */
const FRAME_MAX = 1514;

class Codel implements Discipline {
  readonly counters: DisciplineCounters;
  readonly #row: BoundedRow;
  readonly #target: Duration;
  readonly #interval: Duration;
  readonly #ecn: boolean;
  /** When the time above the target will have been an interval; undefined below the target. */
  #firstAbove: Instant | undefined = undefined;
  #dropping = false;
  #dropNext = START;
  #count = 0;
  #lastCount = 0;

  constructor(settings: CodelSettings, pool: FramePool) {
    this.#row = new BoundedRow(settings.limit, pool);
    this.counters = this.#row.counters;
    this.#target = settings.target ?? milliseconds(5);
    this.#interval = settings.interval ?? milliseconds(100);
    this.#ecn = settings.ecn ?? false;
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

  dequeue(now: Instant): Frame | undefined {
    let frame = this.#row.shift();
    const tooLong = this.#tooLong(frame, now);
    if (!tooLong) {
      this.#dropping = false;
      return frame;
    }
    if (this.#dropping) {
      while (this.#dropping && now >= this.#dropNext) {
        this.#count += 1;
        frame = this.#reject(frame);
        // A marked frame goes out, and the next is looked at when its turn comes.
        if (frame !== undefined) {
          this.#dropNext = this.#controlLaw(this.#dropNext);
          return frame;
        }
        frame = this.#row.shift();
        if (this.#tooLong(frame, now)) this.#dropNext = this.#controlLaw(this.#dropNext);
        else this.#dropping = false;
      }
      return frame;
    }
    frame = this.#reject(frame) ?? this.#following(now);
    this.#begin(now);
    return frame;
  }

  /** The next one after a drop, its own time looked at as that of any other. */
  #following(now: Instant): Frame | undefined {
    const frame = this.#row.shift();
    this.#tooLong(frame, now);
    return frame;
  }

  /** Begins to drop, at the rate at which it ended if that is not long ago (§5.4). */
  #begin(now: Instant): void {
    this.#dropping = true;
    const recent = since(now, this.#dropNext) < 16 * this.#interval;
    const delta = this.#count - this.#lastCount;
    this.#count = recent && delta > 1 ? delta : 1;
    this.#dropNext = this.#controlLaw(now);
    this.#lastCount = this.#count;
  }

  /** Has the standing queue been too long for an interval, as seen by `frame`, the one just taken? */
  #tooLong(frame: Frame | undefined, now: Instant): boolean {
    if (frame === undefined) {
      this.#firstAbove = undefined;
      return false;
    }
    if (since(now, frame.queuedAt) < this.#target || this.#row.octets <= FRAME_MAX) {
      this.#firstAbove = undefined;
      return false;
    }
    this.#firstAbove ??= after(now, this.#interval);
    return now >= this.#firstAbove;
  }

  /** The frame again when it was marked; undefined when it was dropped. */
  #reject(frame: Frame | undefined): Frame | undefined {
    if (frame === undefined) return undefined;
    if (this.#ecn && mark(frame)) {
      this.counters.marked += 1;
      return frame;
    }
    this.#row.drop(frame);
    return undefined;
  }

  #controlLaw(t: Instant): Instant {
    return after(t, Math.round(this.#interval / Math.sqrt(this.#count)) as Duration);
  }

  describe(): string {
    const what = this.#ecn ? 'marks or drops' : 'drops';
    return `CoDel of ${this.#row.limit} octets, target ${this.#target} µs, interval ${this.#interval} µs, ${what}`;
  }
}

export const codel =
  (settings: CodelSettings): NewDiscipline =>
  (pool) =>
    new Codel(settings, pool);
