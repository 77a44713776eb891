/**
 * Reno congestion control: RFC 5681, counting octets as RFC 3465 does.
 *
 *   slow start            cwnd < ssthresh: each acknowledgement adds what it acknowledges, at most L segments
 *   congestion avoidance  each window acknowledged adds one segment
 *
 * "New" in NewReno (RFC 6582) is how recovery ends, which is the machine's.
 *
 * Invariants:
 *   (1) SMSS ≤ cwnd ≤ CWND_MAX, but for what PRR writes; ssthresh ≥ 2 SMSS; both are whole.
 *   (2) cwnd grows in `acknowledged`, `recovered` and `undo` alone, and in `acknowledged` only if limited.
 *   (3) `#undoCwnd` is 0 when there is nothing to undo.
 */
import type { Duration, Instant } from '../../../base/time.ts';
import {
  type CongestionControl,
  CWND_MAX,
  L_AFTER_TIMEOUT,
  SSTHRESH_INITIAL,
  SSTHRESH_MIN_SEGMENTS,
  ssthreshAfterIdle,
} from './congestion.ts';

/** RFC 3465 §2.2: two segments, so that a peer that acknowledges every other one slows nothing down. */
const L = 2;

export class NewReno implements CongestionControl {
  cwnd: number;
  ssthresh = SSTHRESH_INITIAL;
  #smss: number;
  readonly #initialWindow: number;
  /** RFC 3465's L for the slow start that goes on, in segments. */
  #limit = L;
  /** RFC 3465's bytes_acked: acknowledged since cwnd last grew in congestion avoidance. */
  #acked = 0;
  #undoCwnd = 0;
  #undoSsthresh = 0;
  readonly #isLimited: boolean;

  constructor(smss: number, initialWindow: number, slowStartLimit = true) {
    this.#isLimited = slowStartLimit;
    this.#smss = smss;
    this.#initialWindow = initialWindow;
    this.cwnd = Math.max(initialWindow, smss);
  }

  get name(): 'reno' {
    return 'reno';
  }

  acknowledged(
    octets: number,
    _flight: number,
    limited: boolean,
    _rtt: Duration | 0,
    _now: Instant,
  ): void {
    if (!limited) return;
    const left = this.cwnd < this.ssthresh ? this.#slowStart(octets) : octets;
    if (left > 0) this.#avoid(left);
  }

  congestion(flight: number, ecn: boolean, _now: Instant): void {
    this.#remember();
    this.#reduce(flight);
    // RFC 3168 §6.1.2: marks that go on bring cwnd down to one segment, below the least ssthresh.
    if (ecn) this.cwnd = Math.max(Math.min(this.cwnd, flight >>> 1), this.#smss);
  }

  recovered(_flight: number, _now: Instant): void {
    this.cwnd = Math.min(this.ssthresh, CWND_MAX);
  }

  timeout(flight: number, first: boolean, _now: Instant): void {
    if (first) {
      this.#remember();
      this.#reduce(flight);
    }
    this.cwnd = this.#smss;
    this.#limit = L_AFTER_TIMEOUT;
  }

  undo(_now: Instant): void {
    if (this.#undoCwnd >= this.cwnd) {
      this.cwnd = this.#undoCwnd;
      this.ssthresh = this.#undoSsthresh;
      this.#limit = L;
    }
    this.#undoCwnd = 0;
  }

  idle(_now: Instant): void {
    this.#undoCwnd = 0; // What was found out about a path then says little about it now.
    if (this.cwnd <= this.#initialWindow) return;
    this.ssthresh = ssthreshAfterIdle(this.ssthresh, this.cwnd);
    this.cwnd = this.#initialWindow;
    this.#acked = 0;
    this.#limit = L;
  }

  setSmss(smss: number): void {
    this.#smss = smss;
    this.cwnd = Math.max(this.cwnd, smss);
    this.ssthresh = Math.max(this.ssthresh, SSTHRESH_MIN_SEGMENTS * smss);
  }

  /** What of `octets` is left for congestion avoidance, which begins in the middle of an acknowledgement. */
  #slowStart(octets: number): number {
    const growth = this.#isLimited ? Math.min(octets, this.#limit * this.#smss) : octets;
    const room = Math.min(this.ssthresh, CWND_MAX) - this.cwnd;
    if (growth < room) {
      this.cwnd += growth;
      return 0;
    }
    this.cwnd += room;
    this.#limit = L;
    return growth - room;
  }

  /** One segment for each window acknowledged (RFC 3465 §2.1), at most one for an acknowledgement. */
  #avoid(octets: number): void {
    this.#acked += octets;
    if (this.#acked < this.cwnd) return;
    this.#acked = Math.min(this.#acked - this.cwnd, this.cwnd);
    this.cwnd = Math.min(this.cwnd + this.#smss, CWND_MAX);
  }

  #reduce(flight: number): void {
    this.ssthresh = Math.max(flight >>> 1, SSTHRESH_MIN_SEGMENTS * this.#smss);
    this.#acked = 0;
    this.#limit = L;
  }

  #remember(): void {
    this.#undoCwnd = this.cwnd;
    this.#undoSsthresh = this.ssthresh;
  }
}
