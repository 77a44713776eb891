/**
 * A change of the line's rate as the board makes it (docs/control-protocol.md §7).
 *
 *   ANSWERING ── the answer is acknowledged ──▶ WAITING ── 20 ms ──▶ TRYING ── a frame came ──▶ done
 *                                                                      └── 500 ms ──▶ back ──▶ done
 */
import { after, type Instant, milliseconds } from '../../base/time.ts';

const PAUSE = milliseconds(20);
const TRIAL = milliseconds(500);

export class RateChange {
  readonly #from: number;
  readonly #to: number;
  #state: 'ANSWERING' | 'WAITING' | 'TRYING' | 'DONE' = 'ANSWERING';
  #at: Instant | undefined;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  handleAcknowledged(now: Instant): void {
    if (this.#state !== 'ANSWERING') return;
    this.#state = 'WAITING';
    this.#at = after(now, PAUSE);
  }

  handleFrame(): void {
    if (this.#state === 'TRYING') this.#finish();
  }

  pollTimeout(): Instant | undefined {
    return this.#at;
  }

  /** The rate that the line has from now on; undefined when it stays. */
  handleTimeout(now: Instant): number | undefined {
    if (this.#at === undefined || this.#at > now) return undefined;
    if (this.#state === 'WAITING') {
      this.#state = 'TRYING';
      this.#at = after(now, TRIAL);
      return this.#to;
    }
    this.#finish();
    return this.#from;
  }

  #finish(): void {
    this.#state = 'DONE';
    this.#at = undefined;
  }
}
