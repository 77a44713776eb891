/**
 * HyStart++, RFC 9406: leaves the first slow start when the round-trip time begins to rise, before a queue
 * overflows. The RFC's names.
 *
 *                 delay rose                       CSS_ROUNDS rounds
 *   SLOW-START ─────────────▶ CSS, a quarter of ───────────────────▶ done
 *        ▲                    the growth │
 *        └───────────────────────────────┘ delay fell below the baseline: the rise was jitter
 *
 * A round ends when what was outstanding at its beginning is acknowledged. Here that is counted down in
 * octets, which says the same as the RFC's windowEnd and needs no sequence number.
 */
import { type Duration, milliseconds } from '../../../base/time.ts';

const MIN_RTT_THRESH = milliseconds(4);
const MAX_RTT_THRESH = milliseconds(16);
const MIN_RTT_DIVISOR = 8;
const N_RTT_SAMPLE = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;

/** §4.3: for a sender that does not pace. */
export const HYSTART_L = 8;

/** Longer than any round trip. */
const INFINITE = 0x7fff_ffff;

export class HyStart {
  /** Octets until the round ends. */
  #windowEnd = 0;
  #lastRoundMinRtt = INFINITE;
  #currentRoundMinRtt = INFINITE;
  #rttSampleCount = 0;
  /** INFINITE in standard slow start. */
  #cssBaselineMinRtt = INFINITE;
  /** Rounds of CSS that began, the one in which it was entered among them. */
  #cssRounds = 0;

  /** Conservative slow start goes on. */
  get conservative(): boolean {
    return this.#cssBaselineMinRtt !== INFINITE;
  }

  /** What the growth of slow start is divided by now. */
  get divisor(): number {
    return this.conservative ? CSS_GROWTH_DIVISOR : 1;
  }

  /** `octets` were acknowledged, `flight` are outstanding still. True when slow start is over. */
  acknowledged(octets: number, flight: number, rtt: Duration | 0): boolean {
    // What ends a round is the last that was sent in it, and the sample that it brings belongs to it.
    this.#windowEnd -= octets;
    if (rtt > 0) {
      this.#currentRoundMinRtt = Math.min(this.#currentRoundMinRtt, rtt);
      this.#rttSampleCount += 1;
      if (this.#rttSampleCount >= N_RTT_SAMPLE) this.#judge();
    }
    if (this.#windowEnd > 0) return false;
    return this.#nextRound(flight);
  }

  #judge(): void {
    if (this.conservative) {
      if (this.#currentRoundMinRtt < this.#cssBaselineMinRtt) this.#cssBaselineMinRtt = INFINITE;
      return;
    }
    if (this.#lastRoundMinRtt === INFINITE) return;
    const part = Math.min(this.#lastRoundMinRtt / MIN_RTT_DIVISOR, MAX_RTT_THRESH);
    const rttThresh = Math.max(MIN_RTT_THRESH, part);
    if (this.#currentRoundMinRtt >= this.#lastRoundMinRtt + rttThresh) {
      this.#cssBaselineMinRtt = this.#currentRoundMinRtt;
      this.#cssRounds = 1;
    }
  }

  #nextRound(flight: number): boolean {
    this.#windowEnd = flight;
    this.#lastRoundMinRtt = this.#currentRoundMinRtt;
    this.#currentRoundMinRtt = INFINITE;
    this.#rttSampleCount = 0;
    if (!this.conservative) return false;
    this.#cssRounds += 1;
    return this.#cssRounds > CSS_ROUNDS;
  }
}
