/**
 * How a sender stands with losses, and what an acknowledgment makes of that.
 *
 *            a SACK, a duplicate                lost segments
 *    OPEN ─────────────────────▶ DISORDER ─────────────────────▶ RECOVERY ─┐ RFC 5681 §3.2, 6675, 8985, 9937
 *     ▲ ▲ ◀───────────────────────                                         │
 *     │ └──────────────────────────── recover is acknowledged, or undone ──┤
 *     │                                                                    │
 *     ├── CWR ◀── ECE, a tail loss probe that mended a loss (once a round trip)
 *     └── LOSS ◀── the retransmission timer expired (from any of them)
 *
 * Invariants:
 *   (1) In RECOVERY cwnd is PRR's; elsewhere it is the congestion control's.
 *   (2) cwnd is lowered once for each episode: until `recover` is acknowledged, no more.
 *   (3) An episode that proves false is undone once: cwnd, ssthresh and the marks are as before it.
 */
import { type Duration, type Instant, after as later } from '../../../base/time.ts';
import { recovered } from './congestion.ts';
import type { Flight } from './flight.ts';
import { effectiveMss } from './handshake.ts';
import { FLAG } from './header.ts';
import { minRtt } from './min-rtt.ts';
import type { Path } from './network.ts';
import { begin as beginPrr, sendable } from './prr.ts';
import { restore } from './rtt.ts';
import type { Segment } from './segment.ts';
import { after, before } from './seq.ts';
import { RECOVERY, type Tcb, TIMER } from './tcb.ts';

/** RFC 5681 §3.2: so many duplicates say that something is lost. */
export const DUPLICATE_THRESHOLD = 3;

/** What an acknowledgment said. */
export interface Reaction {
  /** How far SND.UNA advanced. */
  acked: number;
  /** The round trip that it measured; 0: none. */
  rtt: Duration;
  /** Octets that were selectively acknowledged before it. */
  sackedBefore: number;
  /** Duplicates that there were before it. */
  duplicatesBefore: number;
  duplicate: boolean;
  dsack: boolean;
  /** It acknowledges what was sent before the first retransmission. */
  spurious: boolean;
}

export function react<P extends Path>(
  t: Tcb<P>,
  s: Segment,
  flight: Flight,
  r: Reaction,
  now: Instant,
): void {
  if (!t.sack) countDuplicates(t, flight, r);
  checkTailProbe(t, s, r, now);
  if (tryUndo(t, flight, r)) return;
  detectLosses(t, flight, now);
  if (t.ecn && s.has(FLAG.ece) && !s.has(FLAG.syn)) reduce(t, true, now);
  switch (t.recovery) {
    case RECOVERY.recovery:
      continueRecovery(t, flight, r);
      return;
    case RECOVERY.loss:
      continueLoss(t, flight, r, now);
      return;
    default:
      continueOpen(t, flight, r, now);
  }
}

/** Without SACK each duplicate stands for a segment that left the network (RFC 5681 §3.2, RFC 3042). */
function countDuplicates<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction): void {
  if (r.duplicate && flight.count > 0) {
    t.duplicateAcks += 1;
  } else if (r.acked > 0) {
    // In recovery the duplicates were of what is acknowledged now, but for the first segment of it.
    const segments = Math.max(0, Math.ceil(r.acked / t.mss) - 1);
    const left = t.recovery === RECOVERY.recovery ? t.duplicateAcks - segments : 0;
    t.duplicateAcks = flight.count === 0 ? 0 : Math.max(0, left);
  }
}

function detectLosses<P extends Path>(t: Tcb<P>, flight: Flight, now: Instant): void {
  if (t.sack && t.shared.config.rack) {
    detectByTime(t, flight, now);
  } else if (t.sack) {
    if (flight.sacked > 0) flight.loseBelowSacked(DUPLICATE_THRESHOLD * effectiveMss(t));
  } else if (t.recovery < RECOVERY.recovery && t.duplicateAcks >= DUPLICATE_THRESHOLD) {
    // RFC 6582 §3.2 step 2: not for duplicates that a timeout's retransmissions caused.
    if (!before(t.sndUna, t.recover) || t.recovery === RECOVERY.cwr) flight.loseFirst();
  }
}

/** RFC 8985 §6.2. */
function detectByTime<P extends Path>(t: Tcb<P>, flight: Flight, now: Instant): void {
  if (flight.reordered) {
    t.reorderingSeen = true;
    if (flight.reorderedBy > t.reordering) t.reordering = flight.reorderedBy;
  }
  if (t.rtxKind === TIMER.reordering) t.rtxKind = TIMER.none;
  if (flight.sacked === 0 && flight.lost === 0 && !t.reorderingSeen) return;
  if (flight.rackSentAt === 0) return;
  const timeout = flight.detectLoss(reorderingWindow(t, flight), now);
  if (timeout > 0) {
    t.rtxKind = TIMER.reordering;
    t.rtxAt = later(now, timeout as typeof t.srtt);
  }
}

const NOTHING: Reaction = {
  acked: 0,
  rtt: 0 as Duration,
  sackedBefore: 0,
  duplicatesBefore: 0,
  duplicate: false,
  dsack: false,
  spurious: false,
};

/** What might only have been overtaken did not come: RFC 8985 §6.3. */
export function reactToReorderingTimer<P extends Path>(
  t: Tcb<P>,
  flight: Flight,
  now: Instant,
): void {
  flight.begin();
  detectByTime(t, flight, now);
  if (flight.lost === 0) return;
  if (t.recovery < RECOVERY.recovery) {
    NOTHING.sackedBefore = flight.sacked;
    enterRecovery(t, flight, NOTHING, now);
  } else if (t.recovery === RECOVERY.recovery) proportion(t, flight, false);
}

/** RFC 8985 §6.2 step 4, RACK_update_reo_wnd. */
function reorderingWindow<P extends Path>(t: Tcb<P>, flight: Flight): number {
  const inRecovery = t.recovery >= RECOVERY.recovery;
  if (!t.reorderingSeen && (inRecovery || flight.sackedSegments >= DUPLICATE_THRESHOLD)) return 0;
  const quarter = Math.floor((t.reorderingMultiple * minRtt(t)) / 4);
  return Math.min(quarter, t.srtt);
}

function continueOpen<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction, now: Instant): void {
  if (flight.lost > 0) {
    enterRecovery(t, flight, r, now);
    return;
  }
  if (t.recovery === RECOVERY.cwr) {
    if (before(t.sndUna, t.recover)) return;
    t.recovery = RECOVERY.open;
  }
  t.recovery = flight.sacked > 0 || t.duplicateAcks > 0 ? RECOVERY.disorder : RECOVERY.open;
  grow(t, flight, r, now);
}

/** cwnd grows by what was acknowledged, if it is cwnd that held the sender back. */
function grow<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction, now: Instant): void {
  if (r.acked <= 0 || !t.isOpen) return;
  const slowStart = t.cwnd < t.ssthresh;
  const proven = Math.max(t.flightSize + r.acked, t.flightPeak);
  const limited = t.cwndLimited || (slowStart && t.cwnd < 2 * proven);
  const octets = t.shared.config.growsByDelivery ? deliveredNow(t, flight, r) : r.acked;
  t.congestion.acknowledged(t, octets, t.flightSize, limited, r.rtt, now);
}

/** Of what is acknowledged, what no SACK and no duplicate told of before. */
function deliveredNow<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction): number {
  if (t.sack) return Math.min(flight.delivered, r.acked);
  return Math.max(r.acked - r.duplicatesBefore * t.mss, Math.min(r.acked, t.mss));
}

/** RFC 5681 §3.2, RFC 6675 §5, RFC 8985 §6.2. */
function enterRecovery<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction, now: Instant): void {
  t.shared.counters.fastRecoveries += 1;
  const already = t.recovery === RECOVERY.cwr;
  beginEpisode(t);
  t.ecnReduced = t.ecn;
  t.recovery = RECOVERY.recovery;
  // A window that ECN or a probe made smaller in this round trip is not made smaller again.
  if (!already) t.congestion.congestion(t, t.flightSize, false, now);
  beginPrr(flight, t.flightSize, r.sackedBefore, r.acked);
  proportion(t, flight, false);
}

export function beginEpisode<P extends Path>(t: Tcb<P>): void {
  t.recover = t.sndNxt;
  t.undoMarker = t.sndUna;
  t.undoOctets = 0;
  t.retransmittedAt = 0;
  t.tlpEnd = undefined;
}

/** RFC 9937. */
function proportion<P extends Path>(t: Tcb<P>, flight: Flight, safeAck: boolean): void {
  const { pipe } = t;
  const octets = sendable(flight, flight.delivered, pipe, t.ssthresh, safeAck, effectiveMss(t));
  t.cwnd = pipe + octets;
}

function continueRecovery<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction): void {
  if (!before(t.sndUna, t.recover)) {
    endRecovery(t, flight);
    return;
  }
  // RFC 6582 §3.2 step 3: a partial acknowledgment tells of the next loss.
  if (r.acked > 0 && !t.sack) flight.loseFirst();
  proportion(t, flight, r.acked > 0 && flight.newlyLost === 0);
}

function endRecovery<P extends Path>(t: Tcb<P>, flight: Flight): void {
  recovered(t);
  t.recovery = flight.sacked > 0 ? RECOVERY.disorder : RECOVERY.open;
  if (!t.sack) t.duplicateAcks = 0;
  if (t.reorderingPersist > 0) {
    t.reorderingPersist -= 1;
    if (t.reorderingPersist === 0) t.reorderingMultiple = 1;
  }
}

/** After a timeout, slow start over what was lost (RFC 5681 §3.1). */
function continueLoss<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction, now: Instant): void {
  if (r.acked > 0) grow(t, flight, r, now);
  if (before(t.sndUna, t.recover)) return;
  t.recovery = flight.sacked > 0 ? RECOVERY.disorder : RECOVERY.open;
  t.duplicateAcks = 0;
}

/**
 * Was it a false alarm? By the echo of a timestamp (RFC 3522), by DSACKs for all that was sent again (RFC
 * 3708), after a timeout also by the arrival of what was sent but once (RFC 5682 in its SACK form).
 */
function tryUndo<P extends Path>(t: Tcb<P>, flight: Flight, r: Reaction): boolean {
  if (t.undoMarker === undefined) return false;
  // DSACKs come late: a round trip after recovery is over.
  const echoed = r.spurious && t.recovery >= RECOVERY.recovery;
  const allTwice = r.dsack && t.retransmittedAt !== 0 && t.undoOctets <= 0;
  const original =
    t.recovery === RECOVERY.loss && t.sack && r.acked > 0 && flight.originalDelivered;
  if (!echoed && !allTwice && !original) return false;
  t.shared.counters.undos += 1;
  const timedOut = t.recovery === RECOVERY.loss;
  t.congestion.undo(t);
  flight.forgive();
  t.recovery = flight.sacked > 0 ? RECOVERY.disorder : RECOVERY.open;
  t.undoMarker = undefined;
  t.retransmittedAt = 0;
  t.duplicateAcks = 0;
  if (timedOut) restore(t, t.shared.rto);
  return true;
}

/** cwnd is lowered once a round trip, without a loss to mend: ECE, or a loss that a probe has mended. */
function reduce<P extends Path>(t: Tcb<P>, ecn: boolean, now: Instant): void {
  if (t.recovery >= RECOVERY.cwr) return;
  t.recovery = RECOVERY.cwr;
  t.recover = t.sndNxt;
  t.congestion.congestion(t, t.flightSize, ecn, now);
  // RFC 3168 §6.1.2: whatever the reason is, the peer is told.
  t.ecnReduced = t.ecn;
  if (!ecn) recovered(t);
}

/** RFC 8985 §7.4.2: did the probe mend a loss that nothing else told of? */
function checkTailProbe<P extends Path>(t: Tcb<P>, s: Segment, r: Reaction, now: Instant): void {
  if (t.tlpEnd === undefined || before(s.ack, t.tlpEnd)) return;
  if (!t.tlpIsRetransmission || r.dsack) {
    t.tlpEnd = undefined;
  } else if (after(s.ack, t.tlpEnd)) {
    t.tlpEnd = undefined;
    reduce(t, false, now);
  } else if (r.duplicate && s.options.sackBlocks === 0) {
    // Another acknowledgment of the same: both the original and the probe arrived.
    t.tlpEnd = undefined;
  }
}
