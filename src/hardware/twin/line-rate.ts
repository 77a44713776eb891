/**
 * The line's rate as the board changes it (docs/control-protocol.md §7).
 *
 *              request()               acknowledged             20 ms             a frame came
 *   STEADY ──────────────▶ ANSWERING ───────────────▶ WAITING ────────▶ TRYING ────────────────▶ STEADY
 *                                                                         └── 500 ms ──▶ back ──▶ STEADY
 *
 * At another rate than the first one, the end of the session or 2 s without a frame leads back to the first.
 */
import { after, type Instant, milliseconds, seconds } from '../../base/time.ts';

const PAUSE = milliseconds(20);
const TRIAL = milliseconds(500);
const SILENCE = seconds(2);

export class LineRate {
  readonly #first: number;
  #rate: number;
  #next: number;
  #state: 'STEADY' | 'ANSWERING' | 'WAITING' | 'TRYING' = 'STEADY';
  #at: Instant | undefined;

  /** @param first bit/s after a start, 0 where the line has no rate */
  constructor(first: number) {
    this.#first = first;
    this.#rate = first;
    this.#next = first;
  }

  /** What the board's end of the line runs at now. */
  get rate(): number {
    return this.#rate;
  }

  /** The rate is to change once the answer to this was acknowledged. */
  request(rate: number): void {
    this.#next = rate;
    this.#state = 'ANSWERING';
  }

  handleAcknowledged(now: Instant): void {
    if (this.#state !== 'ANSWERING') return;
    this.#state = 'WAITING';
    this.#at = after(now, PAUSE);
  }

  /** A valid frame came. */
  handleFrame(now: Instant): void {
    if (this.#state === 'TRYING') this.#state = 'STEADY';
    if (this.#state !== 'WAITING') this.#at = this.#silent(now);
  }

  handleClosed(): void {
    this.#settle(this.#first);
  }

  pollTimeout(): Instant | undefined {
    return this.#at;
  }

  handleTimeout(now: Instant): void {
    if (this.#at === undefined || this.#at > now) return;
    if (this.#state === 'WAITING') {
      this.#state = 'TRYING';
      this.#at = after(now, TRIAL);
      [this.#rate, this.#next] = [this.#next, this.#rate];
    } else if (this.#state === 'TRYING') {
      this.#settle(this.#next);
      this.#at = this.#silent(now);
    } else {
      this.#settle(this.#first);
    }
  }

  #settle(rate: number): void {
    this.#rate = rate;
    this.#state = 'STEADY';
    this.#at = undefined;
  }

  #silent(now: Instant): Instant | undefined {
    return this.#rate === this.#first ? undefined : after(now, SILENCE);
  }
}
