/**
 * Congestion control as the TCP machine sees it. RFC 5681's names; all sizes are octets.
 *
 * The machine finds out what happened: new data acknowledged, loss, a mark, a timeout, a false alarm.
 * What `cwnd` and `ssthresh` become is decided behind this interface, by one of
 * [new-reno.ts](new-reno.ts) and [cubic.ts](cubic.ts). What is sent during recovery is [prr.ts](prr.ts)'s.
 *
 * A control is one for all connections that have it; what it knows of each lies in the connection's block, where it
 * is at hand.
 */
import type { Duration, Instant } from '../../../base/time.ts';
import type { HyStart } from './hystart.ts';

export type CongestionName = 'reno' | 'cubic';

/** A congestion avoidance stage of CUBIC: made by what ended the one before, begun by the first growth in it. */
export interface Stage {
  /** Octets; below cwnd for "none", as after a timeout. */
  wMax: number;
  /** cwnd when ssthresh was set. */
  cwndPrior: number;
  begun: boolean;
  /** t_epoch, moved on by the time in which cwnd did not grow for want of data. */
  epoch: Instant;
  /** When the stage last saw an acknowledgement. */
  seen: Instant;
  /** Seconds. */
  k: number;
  wEst: number;
  /** Of an octet, that cwnd has still to grow. */
  fraction: number;
}

/** What is known of a connection; it may have these among its own. What is said of one control alone is of no use to the other. */
export interface Congestion extends HyStart {
  /** How much may be in flight, a whole number. During recovery the machine writes here what PRR says. */
  cwnd: number;
  /** Below it is slow start, from it on congestion avoidance. */
  ssthresh: number;
  smss: number;
  /** The window to begin with, and the restart window (RFC 5681 §4.1). */
  initialWindow: number;
  /** RFC 3465's L for the slow start that goes on, in segments. */
  slowStartLimit: number;
  /** The window to go back to; 0 when there is nothing to undo. */
  undoCwnd: number;
  undoSsthresh: number;
  /** Reno: RFC 3465's bytes_acked, what was acknowledged since cwnd last grew in congestion avoidance. */
  acked: number;
  /** CUBIC: RFC 6298's SRTT, of the samples that were seen here, in microseconds; 0 when there were none. */
  smoothedRtt: number;
  /** CUBIC: the least sample; 0 when there were none. */
  leastRtt: number;
  /** CUBIC: none before the first slow start has ended. */
  stage: Stage | undefined;
  undoStage: Stage | undefined;
}

export interface CongestionControl {
  readonly name: CongestionName;

  /** A connection begins to have this control. */
  begin(c: Congestion, smss: number, initialWindow: number): void;

  /**
   * New data was acknowledged outside of recovery: `octets` of it, and `flight` are still outstanding
   * (SND.NXT − SND.UNA). `limited`: cwnd is what held the sender back; if it did not, it does not grow (RFC
   * 5681 §3.1 lets it grow by what was proven to fit, RFC 7661 §4.3). `rtt` is the newest sample, 0 for
   * none.
   */
  acknowledged(
    c: Congestion,
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
  congestion(c: Congestion, flight: number, ecn: boolean, now: Instant): void;

  /**
   * The retransmission timer expired: cwnd is one SMSS. `first` of a run of them on the same data: only
   * then `flight` says something new, and sets ssthresh (RFC 5681 §3.1).
   */
  timeout(c: Congestion, flight: number, first: boolean, now: Instant): void;

  /**
   * The last congestion, or run of timeouts, was none: the data had arrived (RFC 4015, RFC 5682, RFC
   * 3708). Puts back what was, unless cwnd is there again. May let a window's worth out at once: whoever
   * minds that limits bursts. The second time it does nothing.
   */
  undo(c: Congestion): void;

  /** Nothing was sent for longer than the RTO: begins again from the restart window (RFC 5681 §4.1). */
  idle(c: Congestion, now: Instant): void;
}

/** RFC 5681 §3.1 wants it arbitrarily high; this is also what Linux reports for "none yet". */
export const SSTHRESH_INITIAL = 0x7fff_ffff;

/** No send window is larger: 2^16 − 1 scaled by 2^14 (RFC 7323 §2.3). */
export const CWND_MAX = 2 ** 30;

/** RFC 5681 §3.1, equation 4: ssthresh is never below two segments. */
export const SSTHRESH_MIN_SEGMENTS = 2;

/** RFC 3465 §2.2: two segments, so that a peer that acknowledges every other one slows nothing down. */
export const L = 2;

/** RFC 3465 §2.3: after a timeout, an acknowledgement counts for one segment at most in slow start. */
export const L_AFTER_TIMEOUT = 1;

/** What all controls begin with. */
export function beginWindow(c: Congestion, smss: number, initialWindow: number): void {
  c.smss = smss;
  c.initialWindow = initialWindow;
  c.cwnd = Math.max(initialWindow, smss);
  c.ssthresh = SSTHRESH_INITIAL;
  c.slowStartLimit = L;
  c.undoCwnd = 0;
  c.stage = undefined;
  c.undoStage = undefined;
}

/** Recovery is over: cwnd is ssthresh (RFC 6937 §3). Not for a recovery that `undo` ended. */
export function recovered(c: Congestion): void {
  c.cwnd = Math.min(c.ssthresh, CWND_MAX);
}

/** Before a reduction: what `undone` goes back to. */
export function remember(c: Congestion): void {
  c.undoCwnd = c.cwnd;
  c.undoSsthresh = c.ssthresh;
  c.undoStage = c.stage;
}

/** The reduction was for nothing (RFC 9438 §4.9.2): the window, and the stage of CUBIC's, are again what they were. */
export function undone(c: Congestion): void {
  if (c.undoCwnd >= c.cwnd) {
    c.cwnd = c.undoCwnd;
    c.ssthresh = c.undoSsthresh;
    c.stage = c.undoStage;
    c.slowStartLimit = L;
  }
  c.undoCwnd = 0;
  c.undoStage = undefined;
}

/** The path MTU changed. A window in octets stays what it is. */
export function setSmss(c: Congestion, smss: number): void {
  c.smss = smss;
  c.cwnd = Math.max(c.cwnd, smss);
  c.ssthresh = Math.max(c.ssthresh, SSTHRESH_MIN_SEGMENTS * smss);
}

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
