/** Data that leaves, for the first time or again, as far as windows and manners allow. */
import type { Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import { type Flight, NONE, SEGMENTS_MAX } from './flight.ts';
import type { Path } from './network.ts';
import { sent as sentInRecovery } from './prr.ts';
import { segmentRoom, writeData } from './segment-output.ts';
import { add, after, before, distance } from './seq.ts';
import { RECOVERY, type Tcb, TIMER } from './tcb.ts';
import { armForNew, armRetransmission, armWindowProbe } from './timers.ts';
import { timestampNow } from './timestamps.ts';

export function retransmitLost<P extends Path>(
  t: Tcb<P>,
  flight: Flight,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const lost = flight.nextLost();
  if (lost === NONE) return 0;
  const { pipe } = t;
  if (pipe > 0 && pipe + Math.min(flight.length(lost), t.mss) > t.cwnd) {
    t.cwndLimited = true;
    return 0;
  }
  return sendAgain(t, flight, lost, packet, at, now);
}

/** Entry `i` of the flight leaves again, or as much of it as a segment takes, in the window or not (SHLD-16, MAY-7). */
export function sendAgain<P extends Path>(
  t: Tcb<P>,
  flight: Flight,
  i: number,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { shared } = t;
  const most = segmentRoom(t);
  if (textOf(t, flight, i) > most) flight.split(i, most);
  const start = flight.start(i);
  const octets = flight.length(i);
  flight.retransmit(i, now);
  shared.counters.retransSegs += 1;
  t.segmentsRetransmitted += 1;
  t.undoOctets += octets;
  if (t.retransmittedAt === 0) t.retransmittedAt = timestampNow(t, now) || 1;
  if (t.recovery === RECOVERY.recovery) sentInRecovery(flight, octets);
  const text = textOf(t, flight, i);
  const length = writeData(t, packet, at, start, text, octets > text, now, false);
  if (t.rtxKind === TIMER.none) armRetransmission(t, now);
  return length;
}

/** Octets of data in entry `i`: a FIN is none. */
function textOf<P extends Path>(t: Tcb<P>, flight: Flight, i: number): number {
  const end = flight.end(i);
  const behind = t.finSent && after(end, t.sendEnd) ? 1 : 0;
  return flight.length(i) - behind;
}

/** Windows of more segments than this are filled well enough with the largest. */
const NARROW = 24;

/**
 * What new segments carry: so much less than there is room for that a narrow window is a whole number of
 * them. A rest of it would have to wait for more room (MUST-38), and the window would never be full.
 */
function share<P extends Path>(t: Tcb<P>, room: number): number {
  if (!t.shared.config.evenSegments) return room;
  const window = Math.min(t.sndMaxWnd, t.options.sendBuffer);
  if (window >= NARROW * room || window <= room) return room;
  return Math.floor(window / Math.ceil(window / room));
}

/**
 * New data, RFC 9293 §3.8.6.2.1 and §3.7.4, RFC 5681: what was written in whatever pieces, in segments as
 * large as can be (SHLD-27, SHLD-28, MAY-16), within the window, also when it shrank (SHLD-15, MUST-34).
 */
export function sendNew<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const unsent = distance(t.sendEnd, t.sndNxt);
  const finDue = t.finQueued && !t.finSent;
  t.cwndLimited = false;
  if (unsent <= 0 && !finDue) return 0;
  if (t.flight !== undefined && t.flight.count >= SEGMENTS_MAX) return 0;
  const room = segmentRoom(t);
  const most = share(t, room);
  const usable = distance(add(t.sndUna, t.sndWnd), t.sndNxt);
  const octets = Math.max(0, Math.min(unsent, usable, most));
  const last = octets === unsent;
  const full = octets === most;
  if (!full && !mayLeave(t, octets, unsent, usable)) {
    // Nor does what the application corked wait for ever: no longer than a probe would (MUST-60).
    if (t.flight === undefined) armWindowProbe(t, now);
    return 0;
  }
  const { pipe } = t;
  if (pipe > 0 && pipe + octets > t.cwnd) {
    t.cwndLimited = true;
    return 0;
  }
  restartAfterIdle(t, now);
  // A FIN takes a number of the window, as data does.
  const fin = last && finDue && usable > octets;
  return sendText(t, packet, at, octets, fin, !full, now);
}

/** Sender's silly window syndrome avoidance (MUST-38, SHLD-7) and Nagle (MUST-17). */
function mayLeave<P extends Path>(
  t: Tcb<P>,
  octets: number,
  unsent: number,
  usable: number,
): boolean {
  const { options } = t;
  const finDue = t.finQueued && !t.finSent;
  if (octets === 0) return unsent === 0 && finDue && usable > 0;
  if (octets < unsent) return octets >= t.sndMaxWnd / 2;
  if (finDue) return true;
  if (options.cork || t.more) return false;
  // A full buffer says that there is more to come, for which this can wait.
  if (unsent < NARROW && t.sendBuffer?.length === options.sendBuffer && t.sndUna !== t.sndNxt)
    return false;
  if (options.noDelay || after(t.sndUp, t.sndNxt)) return true;
  if (t.shared.config.nagle === 'nagle') return t.sndUna === t.sndNxt;
  return !after(t.sndSmall, t.sndUna);
}

/** RFC 5681 §4.1: after silence the window says nothing of the path any more. */
function restartAfterIdle<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.flight === undefined && now - t.lastSentAt > t.rto && t.octetsSent > 0) {
    if (t.shared.config.restartAfterIdle) t.congestion.idle(t, now);
  }
}

export function sendText<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  octets: number,
  fin: boolean,
  small: boolean,
  now: Instant,
): number {
  const start = t.sndNxt;
  const end = add(start, octets + (fin ? 1 : 0));
  t.flight ??= t.shared.flights.take();
  t.flight.push(start, end, now);
  t.sndNxt = end;
  if (fin) t.finSent = true;
  if (small) t.sndSmall = end;
  t.octetsSent += octets;
  const { flightSize } = t;
  if (flightSize > t.flightPeak || !before(t.sndUna, t.flightPeakEnd)) {
    t.flightPeak = flightSize;
    t.flightPeakEnd = end;
  }
  if (t.recovery === RECOVERY.recovery) sentInRecovery(t.flight, octets);
  const length = writeData(t, packet, at, start, octets, fin, now, true);
  armForNew(t, now);
  return length;
}
