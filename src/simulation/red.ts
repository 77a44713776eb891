/**
 * Random Early Detection (Floyd and Jacobson 1993; the gentle form of Floyd 2000): a frame that arrives is
 * dropped by chance, with a probability that grows with the average queue.
 *
 *   probability
 *        1 ┤                    ╱
 *          │                ╱
 *      max ┤            ╱
 *          │      ╱
 *        0 ┼──────┬─────┬───────┬───▶ average queue in octets
 *              minimum maximum 2 · maximum
 *
 * With `ecn` a frame whose sender understands marks is marked in place of being dropped, up to the maximum;
 * above it, it is dropped (RFC 3168 §7).
 */
import { fraction, type Rng, seededRng } from '../base/random.ts';
import { type Instant, START, since } from '../base/time.ts';
import { mark } from './congestion-mark.ts';
import {
  BoundedRow,
  type Discipline,
  type DisciplineCounters,
  type NewDiscipline,
} from './discipline.ts';
import type { Frame, FramePool } from './frame.ts';

export interface RedSettings {
  /** In octets, as are `minimum` and `maximum`. */
  readonly limit: number;
  readonly minimum: number;
  readonly maximum: number;
  /** The probability at `maximum`; 0.1 unless told otherwise. */
  readonly max?: number;
  /** How much one frame's arrival weighs in the average; 0.002 unless told otherwise. */
  readonly weight?: number;
  readonly ecn?: boolean;
}

/** An idle line's average falls as if small frames had been sent: one in this many microseconds. */
const IDLE_FRAME = 100;

class Red implements Discipline {
  readonly counters: Readonly<DisciplineCounters>;
  readonly #row: BoundedRow;
  readonly #settings: RedSettings;
  readonly #max: number;
  readonly #weight: number;
  readonly #rng: Rng;
  #average = 0;
  #sinceLast = 0; // Frames taken since one was marked or dropped: spreads those evenly.
  #idleSince: Instant | undefined = START;

  constructor(settings: RedSettings, pool: FramePool, seed: number) {
    this.#row = new BoundedRow(settings.limit, pool);
    this.counters = this.#row.counters;
    this.#settings = settings;
    this.#max = settings.max ?? 0.1;
    this.#weight = settings.weight ?? 0.002;
    this.#rng = seededRng(seed);
  }

  get octets(): number {
    return this.#row.octets;
  }

  get empty(): boolean {
    return this.#row.empty;
  }

  enqueue(frame: Frame, now: Instant): void {
    this.#measure(now);
    const probability = this.#probability();
    this.#sinceLast = probability === 0 ? 0 : this.#sinceLast + 1;
    const even = probability / Math.max(1 - this.#sinceLast * probability, 1e-9);
    if (probability > 0 && fraction(this.#rng) < even) {
      this.#sinceLast = 0;
      const marked = this.#settings.ecn === true && this.#average < this.#settings.maximum;
      if (!marked || !mark(frame)) {
        this.#row.drop(frame);
        return;
      }
      this.#row.counters.marked += 1;
    }
    this.#row.push(frame);
  }

  dequeue(now: Instant): Frame | undefined {
    const frame = this.#row.shift();
    if (this.#row.empty) this.#idleSince ??= now;
    return frame;
  }

  #measure(now: Instant): void {
    if (this.#idleSince !== undefined) {
      const frames = since(now, this.#idleSince) / IDLE_FRAME;
      this.#average *= (1 - this.#weight) ** frames;
      this.#idleSince = undefined;
    }
    this.#average += this.#weight * (this.#row.octets - this.#average);
  }

  #probability(): number {
    const { minimum, maximum } = this.#settings;
    if (this.#average < minimum) return 0;
    if (this.#average < maximum) {
      return (this.#max * (this.#average - minimum)) / (maximum - minimum);
    }
    return Math.min(1, this.#max + ((1 - this.#max) * (this.#average - maximum)) / maximum);
  }

  describe(): string {
    const { limit, minimum, maximum, ecn } = this.#settings;
    return `RED of ${limit} octets, ${minimum} … ${maximum}, ${ecn ? 'marks or drops' : 'drops'}`;
  }
}

export const red =
  (settings: RedSettings): NewDiscipline =>
  (pool, seed) =>
    new Red(settings, pool, seed);
