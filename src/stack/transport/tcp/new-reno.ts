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
 */
import type { Duration } from '../../../base/time.ts';
import {
  beginWindow,
  type Congestion,
  type CongestionControl,
  CWND_MAX,
  L,
  L_AFTER_TIMEOUT,
  remember,
  SSTHRESH_MIN_SEGMENTS,
  ssthreshAfterIdle,
  undone,
} from './congestion.ts';

export class NewReno implements CongestionControl {
  readonly #isLimited: boolean;

  constructor(slowStartLimit = true) {
    this.#isLimited = slowStartLimit;
  }

  get name(): 'reno' {
    return 'reno';
  }

  begin(c: Congestion, smss: number, initialWindow: number): void {
    beginWindow(c, smss, initialWindow);
    c.acked = 0;
  }

  acknowledged(
    c: Congestion,
    octets: number,
    _flight: number,
    limited: boolean,
    _rtt: Duration | 0,
  ): void {
    if (!limited) return;
    const left = c.cwnd < c.ssthresh ? this.#slowStart(c, octets) : octets;
    if (left > 0) avoid(c, left);
  }

  congestion(c: Congestion, flight: number, ecn: boolean): void {
    remember(c);
    reduce(c, flight);
    // RFC 3168 §6.1.2: marks that go on bring cwnd down to one segment, below the least ssthresh.
    if (ecn) c.cwnd = Math.max(Math.min(c.cwnd, flight >>> 1), c.smss);
  }

  timeout(c: Congestion, flight: number, first: boolean): void {
    if (first) {
      remember(c);
      reduce(c, flight);
    }
    c.cwnd = c.smss;
    c.slowStartLimit = L_AFTER_TIMEOUT;
  }

  undo(c: Congestion): void {
    undone(c);
  }

  idle(c: Congestion): void {
    c.undoCwnd = 0; // What was found out about a path then says little about it now.
    if (c.cwnd <= c.initialWindow) return;
    c.ssthresh = ssthreshAfterIdle(c.ssthresh, c.cwnd);
    c.cwnd = c.initialWindow;
    c.acked = 0;
    c.slowStartLimit = L;
  }

  /** What of `octets` is left for congestion avoidance, which begins in the middle of an acknowledgement. */
  #slowStart(c: Congestion, octets: number): number {
    const growth = this.#isLimited ? Math.min(octets, c.slowStartLimit * c.smss) : octets;
    const room = Math.min(c.ssthresh, CWND_MAX) - c.cwnd;
    if (growth < room) {
      c.cwnd += growth;
      return 0;
    }
    c.cwnd += room;
    c.slowStartLimit = L;
    return growth - room;
  }
}

/** One segment for each window acknowledged (RFC 3465 §2.1), at most one for an acknowledgement. */
function avoid(c: Congestion, octets: number): void {
  c.acked += octets;
  if (c.acked < c.cwnd) return;
  c.acked = Math.min(c.acked - c.cwnd, c.cwnd);
  c.cwnd = Math.min(c.cwnd + c.smss, CWND_MAX);
}

function reduce(c: Congestion, flight: number): void {
  c.ssthresh = Math.max(flight >>> 1, SSTHRESH_MIN_SEGMENTS * c.smss);
  c.acked = 0;
  c.slowStartLimit = L;
}
