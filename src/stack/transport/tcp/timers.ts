/** What happens when nothing happens: retransmission, probes, delayed acknowledgments, the ends of idle times. */
import {
  after,
  type Duration,
  type Instant,
  milliseconds,
  NEVER,
  seconds,
} from '../../../base/time.ts';
import { sendReset, terminate } from './closing.ts';
import { acknowledgeNow } from './delivery.ts';
import type { Flight } from './flight.ts';
import type { Path } from './network.ts';
import { beginEpisode, reactToReorderingTimer } from './recovery.ts';
import { backOff } from './rtt.ts';
import { before, distance } from './seq.ts';
import { PROBE, RECOVERY, type Tcb, TIMER } from './tcb.ts';

/** RFC 8985 §7.2: what a peer may delay its acknowledgment of a lone segment. */
const DELAYED_ACK_WORST = milliseconds(200);
const PTO_INITIAL = seconds(1);
/** Retransmissions until IP and the owner are told that something is wrong (RFC 9293 §3.8.3, SHLD-10). */
const R1 = 3;

/** Sets the retransmission timer for what is in flight now, RFC 6298 §5, RFC 8985 §7.2. */
export function armRetransmission<P extends Path>(t: Tcb<P>, now: Instant): void {
  const { flight } = t;
  if (flight === undefined) {
    if (t.rtxKind !== TIMER.windowProbe) disarm(t);
    return;
  }
  // The reordering timer is nearer than the others, and they are set when it is over.
  if (t.rtxKind === TIMER.reordering) {
    t.shared.schedule(t);
    return;
  }
  t.rtoFrom = now;
  const rto = after(now, t.rto);
  const probes = mayProbeTail(t);
  const probeAt = probes ? after(now, probeTimeout(t)) : NEVER;
  // RFC 8985 §7.2: where the timeout would come first, the probe leaves in its place.
  t.rtxKind = probes ? TIMER.tailProbe : TIMER.retransmission;
  t.rtxAt = Math.min(probeAt, rto) as Instant;
  t.shared.schedule(t);
}

/** New data left: a probe waits for this, the timeout goes on waiting for what left first (RFC 6298 §5.1). */
export function armForNew<P extends Path>(t: Tcb<P>, now: Instant): void {
  const { flight } = t;
  if (t.rtxKind === TIMER.none || t.rtxKind === TIMER.windowProbe) {
    t.rtxKind = TIMER.none;
    armRetransmission(t, now);
  } else if (flight !== undefined && t.rtxKind !== TIMER.reordering && mayProbeTail(t)) {
    const rto = after(t.rtoFrom, t.rto);
    const at = Math.min(after(now, probeTimeout(t)), rto) as Instant;
    // Of segments that leave at once the second sets it, and the rest find it set.
    if (t.rtxKind === TIMER.tailProbe && t.rtxAt === at) return;
    t.rtxKind = TIMER.tailProbe;
    t.rtxAt = at;
    t.shared.schedule(t);
  }
}

function disarm<P extends Path>(t: Tcb<P>): void {
  t.rtxKind = TIMER.none;
  if (t.rtxAt === NEVER) return;
  t.rtxAt = NEVER;
  t.shared.schedule(t);
}

/** RFC 8985 §7.2: SACK, no loss known of, no other probe out. */
function mayProbeTail<P extends Path>(t: Tcb<P>): boolean {
  const { flight, shared } = t;
  return (
    shared.config.tailLossProbe &&
    t.sack &&
    t.isOpen &&
    t.recovery === RECOVERY.open &&
    t.tlpEnd === undefined &&
    t.retries === 0 &&
    t.sndWnd > 0 &&
    flight !== undefined &&
    flight.sacked === 0 &&
    flight.lost === 0
  );
}

/** PTO of RFC 8985 §7.2. */
function probeTimeout<P extends Path>(t: Tcb<P>): Duration {
  if (t.srtt === 0) return PTO_INITIAL;
  const alone = t.flight?.count === 1;
  return (2 * t.srtt + (alone ? DELAYED_ACK_WORST : 0)) as Duration;
}

/**
 * Data waits for a window with nothing in flight: the persist timer (RFC 9293 §3.8.6.1, MUST-36; the
 * first probe after one RTO, SHLD-29, and then twice as long each time, SHLD-30).
 */
export function armWindowProbe<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.rtxKind === TIMER.windowProbe) return;
  t.rtxKind = TIMER.windowProbe;
  const { rtoMax } = t.shared.config;
  t.rtxAt = after(now, Math.min(t.rto * 2 ** t.retries, rtoMax) as Duration);
  t.shared.schedule(t);
}

/** The peer answered: probes may go on as long as it does (MUST-37). */
export function restartProbes<P extends Path>(t: Tcb<P>, now: Instant): void {
  t.keepAliveSent = 0;
  if (t.rtxKind !== TIMER.windowProbe) {
    t.retries = 0;
  } else {
    // It is alive: the interval goes on growing, the patience begins anew.
    t.progressAt = now;
    if (t.sndWnd > 0) {
      disarm(t);
      t.retries = 0;
    }
  }
  t.shared.wake(t);
}

/** Keep-alive: something came or left, so that none is due for an interval (MUST-26). */
export function restartIdle<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (!t.options.keepAlive || !t.isOpen) return;
  if (t.state === 'TIME-WAIT' || t.state === 'CLOSED') return;
  // The time of waitForFin runs.
  if (t.state === 'FIN-WAIT-2' && t.released) return;
  t.keepAliveSent = 0;
  t.idleAt = after(now, t.options.keepAliveIdle);
  t.shared.schedule(t);
}

/** All that is due at `now`. */
export function expire<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.giveUpAt <= now) {
    giveUp(t, now);
    return;
  }
  if (t.ackAt <= now) {
    t.ackAt = NEVER;
    acknowledgeNow(t);
  }
  if (t.rtxAt <= now) expireRetransmission(t, now);
  if (t.idleAt <= now) expireIdle(t, now);
}

function expireRetransmission<P extends Path>(t: Tcb<P>, now: Instant): void {
  const kind = t.rtxKind;
  disarm(t);
  switch (kind) {
    case TIMER.reordering:
      expireReordering(t, now);
      break;
    case TIMER.tailProbe:
      t.probe = PROBE.tail;
      break;
    case TIMER.windowProbe:
      expireWindowProbe(t, now);
      break;
    case TIMER.retransmission:
      timeOut(t, now);
      break;
    default:
  }
  if (t.state !== 'CLOSED') t.shared.wake(t);
}

function expireReordering<P extends Path>(t: Tcb<P>, now: Instant): void {
  const { flight } = t;
  if (flight === undefined) return;
  reactToReorderingTimer(t, flight, now);
  armRetransmission(t, now);
}

/** R2 of RFC 9293 §3.8.3 (MUST-20), for a SYN too (MUST-22): so often, or so long, and the connection is given up. */
function isHopeless<P extends Path>(t: Tcb<P>): boolean {
  const { config } = t.shared;
  if (t.state === 'SYN-SENT') return t.retries >= config.synRetries;
  if (!t.isOpen) return t.retries >= config.synAckRetries;
  if (t.released) return t.retries >= config.orphanRetries;
  // The owner's own R2 (MUST-21) is a time, for which Tcb.giveUpAt stands.
  return t.options.userTimeout === 0 && t.retries >= config.retries;
}

/** RFC 6298 §5.4 … §5.7, RFC 5681 §3.1: MUST-19. */
function timeOut<P extends Path>(t: Tcb<P>, now: Instant): void {
  const { flight, shared } = t;
  if (flight === undefined) return;
  // A peer that shut its window on what is in flight lives on as long as it answers (MUST-37, SHLD-17).
  // The last timeout was an RTO ago, or somewhat more if the host is late.
  const answered = t.lastReceivedAt >= now - 1.5 * t.rto;
  const shut = t.sndWnd === 0 && t.isOpen && !t.released && answered;
  if (!shut && isHopeless(t)) {
    giveUp(t, now);
    return;
  }
  shared.counters.timeouts += 1;
  const first = t.retries === 0;
  t.retries = shut ? 0 : t.retries + 1;
  if (t.retries === R1) tellOfTrouble(t, now);
  backOff(t, shared.rto);
  if (t.isOpen && !shut) enterLoss(t, flight, first, now);
  flight.newlyLost = 0;
  if (shut) flight.loseFirst();
  else flight.loseAll();
  armRetransmission(t, now);
}

/** MUST-20: IP may find that the neighbour on the way is gone; SHLD-9: the owner may want to end it. */
function tellOfTrouble<P extends Path>(t: Tcb<P>, now: Instant): void {
  t.softError ??= 'timed-out';
  t.shared.network.doubt?.(t.path, now);
  t.shared.notify(t);
}

function enterLoss<P extends Path>(t: Tcb<P>, flight: Flight, first: boolean, now: Instant): void {
  if (t.recovery !== RECOVERY.loss || !before(t.sndUna, t.recover)) beginEpisode(t);
  t.congestion.timeout(t, t.flightSize, first, now);
  t.ecnReduced = t.ecn;
  t.recovery = RECOVERY.loss;
  t.recover = t.sndNxt;
  t.duplicateAcks = 0;
  t.tlpEnd = undefined;
  flight.originalsEnd = t.sndNxt;
  // RFC 2018 §8: a receiver that reneged shows it by what it does not acknowledge at the left edge.
  if (flight.count > 0 && flight.sacked > 0 && t.retries > 2) flight.forgetSacks();
}

function giveUp<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.isOpen) sendReset(t, t.sndNxt, now);
  terminate(t, t.softError ?? 'timed-out');
}

function expireWindowProbe<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (distance(t.sendEnd, t.sndNxt) <= 0 && (!t.finQueued || t.finSent)) return;
  const { config } = t.shared;
  const silence = now - Math.max(t.lastReceivedAt, t.progressAt);
  const deaf = t.options.userTimeout === 0 && silence >= config.rtoMax * config.retries;
  // RFC 6429 §4: when nobody holds it any more, a peer that only says that it lives cannot keep it for ever.
  const orphaned = t.released && t.retries >= config.orphanRetries;
  if (orphaned || deaf) {
    giveUp(t, now);
    return;
  }
  t.retries += 1;
  t.probe = PROBE.window;
  armWindowProbe(t, now);
}

function expireIdle<P extends Path>(t: Tcb<P>, now: Instant): void {
  t.idleAt = NEVER;
  if (t.state === 'TIME-WAIT' || (t.state === 'FIN-WAIT-2' && t.released)) {
    terminate(t, undefined);
    return;
  }
  const { options } = t;
  if (!options.keepAlive) return;
  // Data in flight is probe enough (MUST-26); one probe in vain is none (MUST-29).
  if (t.flight === undefined) {
    if (t.keepAliveSent >= options.keepAliveProbes) {
      giveUp(t, now);
      return;
    }
    t.keepAliveSent += 1;
    t.probe = PROBE.keepAlive;
    t.shared.wake(t);
  }
  t.idleAt = after(now, options.keepAliveInterval);
  t.shared.schedule(t);
}
