/** SEGMENT ARRIVES, RFC 9293 §3.10.7.3 and §3.10.7.4: what is done with each segment, in the RFC's order. */
import type { Instant } from '../../../base/time.ts';
import { acceptable } from './acceptable.ts';
import { acknowledge, isHalfOpenAcknowledged } from './acknowledgment.ts';
import { challenge, mayAnswer } from './challenge.ts';
import { enterTimeWait, restartTimeWait, terminate, waitForFin } from './closing.ts';
import { deliver, noteDuplicate, noteMark } from './delivery.ts';
import { finishFastOpen } from './fast-open-client.ts';
import { establish, takeSyn } from './handshake.ts';
import { FLAG } from './header.ts';
import type { Path } from './network.ts';
import type { Segment } from './segment.ts';
import { refuse as refuseStranger } from './stranger.ts';
import type { Tcb } from './tcb.ts';
import { restartIdle } from './timers.ts';
import { failsPaws, remember } from './timestamps.ts';

export function arrive<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  if (t.state === 'SYN-SENT') {
    arriveInSynSent(t, s, now);
    return;
  }
  if (t.timestamps && !checkTimestamps(t, s, now)) return;
  if (!checkSequence(t, s, now)) return;
  if (s.has(FLAG.rst)) {
    arriveReset(t, s, now);
    return;
  }
  // RFC 5961 §4: a SYN in the window may be a forgery, or the peer begins anew; a
  // challenge ACK tells.
  if (s.has(FLAG.syn)) {
    challenge(t, now);
    return;
  }
  if (!s.has(FLAG.ack)) return;
  if (!t.isOpen && !finishHandshake(t, s, now)) return;
  t.lastReceivedAt = now;
  // Only what is taken is echoed: a forged time would lock the peer out (RFC 7323 §5.3 R3).
  if (!acknowledge(t, s, now)) return;
  if (t.timestamps) remember(t, s, now);
  afterAcknowledgment(t, s, now);
}

/** The rest, for a segment whose acknowledgment was good: text, FIN. */
function afterAcknowledgment<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  if (t.finSent && t.sndUna === t.sndNxt && !acknowledgedFin(t, now)) return;
  if (t.ecn) noteMark(t, s);
  if (s.text > 0 || s.has(FLAG.fin) || s.has(FLAG.urg)) deliver(t, s, now);
  restartIdle(t, now);
}

/** Our FIN is acknowledged. False: nothing more is to be done with the segment. */
function acknowledgedFin<P extends Path>(t: Tcb<P>, now: Instant): boolean {
  switch (t.state) {
    case 'FIN-WAIT-1':
      t.state = 'FIN-WAIT-2';
      if (t.released) waitForFin(t, now);
      t.shared.notify(t);
      return true;
    case 'CLOSING':
      enterTimeWait(t, now);
      return false;
    case 'LAST-ACK':
      terminate(t, undefined);
      return false;
    default:
      return true;
  }
}

function checkTimestamps<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): boolean {
  if (!s.options.timestamps) return s.has(FLAG.rst) || !t.shared.config.timestampsRequired;
  if (!failsPaws(t, s, now) || s.has(FLAG.rst)) return true;
  t.shared.counters.pawsDrops += 1;
  refuse(t, s, now);
  return false;
}

/** First: the sequence number. */
function checkSequence<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): boolean {
  if (acceptable(t, s.seq, s.len)) {
    s.trimFrom(t.rcvEdge);
    return true;
  }
  // MUST-66: at a closed window what is no text is looked at all the same.
  if (t.rcvWnd === 0 && s.seq === t.rcvNxt && t.state !== 'SYN-RECEIVED') {
    s.trimFrom(t.rcvNxt);
    t.ackNow = true;
    t.shared.wake(t);
    return true;
  }
  if (s.has(FLAG.rst)) return false;
  if (!t.isOpen && s.has(FLAG.syn) && s.seq === t.rcvIrs) {
    // Of a simultaneous open: the SYN is known, what it acknowledges is new (figure 8).
    if (s.has(FLAG.ack)) {
      s.trimBefore(t.rcvNxt);
      return true;
    }
    // The peer did not get our answer: it leaves again.
    t.flight?.loseFirst();
    t.shared.wake(t);
    return false;
  }
  if (t.state === 'TIME-WAIT' && s.has(FLAG.fin)) restartTimeWait(t, now);
  refuse(t, s, now);
  return false;
}

/** An acknowledgment says where we are, at once for text, seldom for what may be a loop of two that disagree. */
function refuse<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  if (s.text > 0) {
    t.shared.counters.duplicates += 1;
    noteDuplicate(t, s);
  } else if (!mayAnswer(t, now)) {
    return;
  }
  t.ackNow = true;
  t.shared.wake(t);
}

/** Second: RST, whatever text it has (SHLD-2). RFC 5961 §3: only one with the very number that is awaited resets. */
function arriveReset<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  // RFC 1337: an old RST does not end TIME-WAIT early.
  if (t.state === 'TIME-WAIT') return;
  if (s.seq !== t.rcvNxt) {
    challenge(t, now);
    return;
  }
  if (t.state === 'SYN-RECEIVED')
    terminate(t, t.parent === undefined && !t.fastOpened ? 'refused' : 'reset');
  else if (t.state === 'LAST-ACK' || t.state === 'CLOSING') terminate(t, undefined);
  else terminate(t, 'reset');
}

/** Fifth, in SYN-RECEIVED: is our SYN acknowledged? */
function finishHandshake<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): boolean {
  const { shared } = t;
  if (!isHalfOpenAcknowledged(t, s.ack)) {
    refuseStranger(shared, shared.table.addresses(t.slot), t.localPort, t.remotePort, s);
    return false;
  }
  // No room in the listener's queue: the segment is as if lost, and the peer sends it again.
  if (t.parent !== undefined && !t.parent.mayEstablish()) return false;
  t.sndWl1 = s.seq;
  t.sndWl2 = s.ack;
  t.sndWnd = s.wnd << t.sndShift;
  t.sndMaxWnd = Math.max(t.sndMaxWnd, t.sndWnd);
  const { state } = t;
  establish(t, t.retries > 0, now);
  if (!t.fastOpened) t.parent?.established(t);
  // CLOSE, or a FIN that came with the SYN, went before it.
  if (state !== 'SYN-RECEIVED') t.state = state;
  return true;
}

/** RFC 9293 §3.10.7.3. */
function arriveInSynSent<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  const { shared } = t;
  if (s.has(FLAG.ack) && !isHalfOpenAcknowledged(t, s.ack)) {
    refuseStranger(shared, shared.table.addresses(t.slot), t.localPort, t.remotePort, s);
    return;
  }
  if (s.has(FLAG.rst)) {
    if (s.has(FLAG.ack)) terminate(t, 'refused');
    return;
  }
  if (!s.has(FLAG.syn)) return;
  t.lastReceivedAt = now;
  if (!s.has(FLAG.ack)) {
    // Simultaneous open (MUST-10): our SYN leaves again, and acknowledges.
    t.state = 'SYN-RECEIVED';
    takeSyn(t, s, now);
    t.ecn = false;
    t.flight?.loseFirst();
    shared.wake(t);
    return;
  }
  takeSyn(t, s, now);
  // RFC 3168 §6.1.1: a SYN-ACK agrees with ECE alone.
  t.ecn = t.options.ecn === 'active' && s.has(FLAG.ece) && !s.has(FLAG.cwr);
  t.sndWl2 = s.ack;
  const retried = t.retries > 0;
  acknowledge(t, s, now);
  establish(t, retried, now);
  finishFastOpen(t, s, now);
  t.ackNow = true;
  s.trimBefore(t.rcvNxt);
  s.trimFrom(t.rcvEdge);
  if (s.text > 0 || s.has(FLAG.fin)) deliver(t, s, now);
  restartIdle(t, now);
  shared.wake(t);
}
