/**
 * Congestion control as the TCP machine sees it. RFC 5681's names; all sizes are octets.
 *
 * The machine finds out what happened: new data acknowledged, loss, a mark, a timeout, a false alarm.
 * What `cwnd` and `ssthresh` become is decided behind this interface, by one of
 * [new-reno.ts](new-reno.ts) and [cubic.ts](cubic.ts). What is sent during recovery is [prr.ts](prr.ts)'s.
 */
import type { Duration, Instant } from '../../../base/time.ts';

export type CongestionName = 'reno' | 'cubic';

export interface CongestionControl {
  readonly name: CongestionName;
  /** How much may be in flight, a whole number. During recovery the machine writes here what PRR says. */
  cwnd: number;
  /** Below it is slow start, from it on congestion avoidance. */
  ssthresh: number;

  /**
   * New data was acknowledged outside of recovery: `octets` of it, and `flight` are still outstanding
   * (SND.NXT − SND.UNA). `limited`: cwnd is what held the sender back; if it did not, it does not grow (RFC
   * 5681 §3.1 lets it grow by what was proven to fit, RFC 7661 §4.3). `rtt` is the newest sample, 0 for
   * none.
   */
  acknowledged(
    octets: number,
    flight: number,
    limited: boolean,
    rtt: Duration | 0,
    now: Instant,
  ): void;

  /**
   * There was loss, which the peer's acknowledgements tell, or a mark, which ECE tells (`ecn`). Sets
   * ssthresh. With a mark it sets cwnd too, as low as one SMSS; with loss, cwnd is PRR's until `recovered`.
   */
  congestion(flight: number, ecn: boolean, now: Instant): void;

  /** Recovery is over: cwnd is ssthresh (RFC 6937 §3). Not for a recovery that `undo` ended. */
  recovered(flight: number, now: Instant): void;

  /**
   * The retransmission timer expired: cwnd is one SMSS. `first` of a run of them on the same data: only
   * then `flight` says something new, and sets ssthresh (RFC 5681 §3.1).
   */
  timeout(flight: number, first: boolean, now: Instant): void;

  /**
   * The last congestion, or run of timeouts, was none: the data had arrived (RFC 4015, RFC 5682, RFC
   * 3708). Puts back what was, unless cwnd is there again. May let a window's worth out at once: whoever
   * minds that limits bursts. The second time it does nothing.
   */
  undo(now: Instant): void;

  /** Nothing was sent for longer than the RTO: begins again from the restart window (RFC 5681 §4.1). */
  idle(now: Instant): void;

  /** The path MTU changed. A window in octets stays what it is. */
  setSmss(smss: number): void;
}

/** RFC 5681 §3.1 wants it arbitrarily high; this is also what Linux reports for "none yet". */
export const SSTHRESH_INITIAL = 0x7fff_ffff;

/** No send window is larger: 2^16 − 1 scaled by 2^14 (RFC 7323 §2.3). */
export const CWND_MAX = 2 ** 30;

/** RFC 5681 §3.1, equation 4: ssthresh is never below two segments. */
export const SSTHRESH_MIN_SEGMENTS = 2;

/** RFC 3465 §2.3: after a timeout, an acknowledgement counts for one segment at most in slow start. */
export const L_AFTER_TIMEOUT = 1;

/** The segment that RFC 6928 §2 and RFC 3390 had in mind. */
const USUAL_SMSS = 1460;

/**
 * The initial window for `segments`. Up to four: RFC 5681 §3.1, whose table gives large segments a smaller
 * number. More: RFC 6928 §2, its ten segments and 14600 octets being ten of the usual ones.
 */
export function initialWindow(smss: number, segments: number): number {
  if (segments <= 4) {
    const most = smss > 2190 ? 2 : smss > 1095 ? 3 : 4;
    return Math.min(segments, most) * smss;
  }
  return Math.min(segments * smss, Math.max(2 * smss, segments * USUAL_SMSS));
}

/**
 * ssthresh for what is to be in place of a window lost after idle time: three quarters of it are believed
 * to be free still, and slow start gets there soon (RFC 7661 §4.4.3).
 */
export const ssthreshAfterIdle = (ssthresh: number, cwnd: number): number =>
  Math.max(ssthresh, Math.floor((3 * cwnd) / 4));
