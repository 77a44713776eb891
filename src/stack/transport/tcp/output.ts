/**
 * Which segment leaves next, and its octets. What is lost goes first, then a probe that is due, then new
 * data as far as windows and manners allow, then an acknowledgment by itself.
 */

import type { Packet } from '../../../base/packet.ts';
import { type Instant, NEVER } from '../../../base/time.ts';
import { fastOpenOption } from './fast-open-client.ts';
import { type Flight, NONE, SEGMENTS_MAX } from './flight.ts';
import { effectiveMss, synOptions, synWindow, updateMss } from './handshake.ts';
import { FLAG, HEADER_LENGTH, OPTIONS_LENGTH_MAX, write } from './header.ts';
import type { Path } from './network.ts';
import {
  SACK_BLOCKS_MAX,
  TIMESTAMPS_LENGTH,
  writeSackHead,
  writeSyn,
  writeTimestamps,
} from './options.ts';
import { sent as sentInRecovery } from './prr.ts';
import { add, after, before, distance, type Seq } from './seq.ts';
import { PROBE, RECOVERY, type Tcb, TIMER } from './tcb.ts';
import { armForNew, armRetransmission, armWindowProbe, restartIdle } from './timers.ts';
import { timestampNow } from './timestamps.ts';
import { windowField } from './window.ts';

const ECT0 = 0b10;

/** Writes the segment at packet[at …) and answers its length; 0 when there is none. */
export function nextSegment<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  if (t.path.mtu !== t.mtu) narrow(t);
  if (t.state === 'CLOSED') return 0;
  // CLOSE, and a FIN with a SYN, lead out of SYN-RECEIVED before our SYN is acknowledged.
  return t.isOpen ? nextOfConnection(t, packet, at, now) : nextOfHandshake(t, packet, at, now);
}

function nextOfConnection<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const length = nextOfData(t, packet, at, now);
  if (length > 0) return length;
  return t.ackNow ? acknowledgment(t, packet, at, now) : 0;
}

/** The path became narrower or wider; what is too large now was dropped on the way (RFC 1191 §6.5, RFC 8201). */
function narrow<P extends Path>(t: Tcb<P>): void {
  const before = t.mss;
  updateMss(t);
  if (t.mss < before) t.flight?.loseLargerThan(effectiveMss(t));
}

function nextOfHandshake<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { snd } = t;
  if (snd.nxt === snd.iss) {
    t.flight ??= t.shared.flights.take();
    t.flight.push(snd.iss, add(snd.iss, 1), now);
    snd.nxt = add(snd.iss, 1);
    t.progressAt = now;
    return writeSynSegment(t, packet, at, now);
  }
  const lost = t.flight?.nextLost() ?? NONE;
  if (lost !== NONE && t.flight?.start(lost) === snd.iss) {
    t.flight.retransmit(lost, now);
    t.shared.counters.retransSegs += 1;
    return writeSynSegment(t, packet, at, now);
  }
  if (t.state === 'SYN-SENT') return 0;
  if (t.fastOpened) return nextOfConnection(t, packet, at, now);
  return t.ackNow ? acknowledgment(t, packet, at, now) : 0;
}

/** A SYN, and its data if a cookie is known (RFC 7413 §4.1.2). */
function writeSynSegment<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { snd, rcv, shared } = t;
  const answer = t.state !== 'SYN-SENT';
  const cookie = fastOpenOption(t);
  const syn = { ...synOptions(t, now), cookie };
  const header =
    HEADER_LENGTH + writeSyn(packet, at + HEADER_LENGTH, syn, shared.config.optionOrder);
  let flags: number = answer ? FLAG.syn | FLAG.ack : FLAG.syn;
  if (answer && t.ecn) flags |= FLAG.ece;
  // A SYN that a middlebox drops for its bits goes without them the next time (RFC 3168 §6.1.1.1).
  if (!answer && t.options.ecn === 'active' && t.retries === 0) flags |= FLAG.ece | FLAG.cwr;
  let end = at + header;
  if (!answer && cookie !== undefined && cookie.length > 0 && t.retries === 0) {
    end += takeSynData(t, packet, end, now, header);
  }
  const window = synWindow(t.options.receiveBuffer);
  if (answer) rcv.acked = rcv.nxt;
  t.ackNow = false;
  write(
    packet,
    at,
    header,
    end,
    t.localPort,
    t.remotePort,
    snd.iss,
    answer ? rcv.nxt : (0 as Seq),
    flags,
    window,
    0,
    t.path.addressSum,
  );
  leave(t, now, false);
  armRetransmission(t, now);
  return end - at;
}

function takeSynData<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
  header: number,
): number {
  const { snd, flight } = t;
  const room = t.mtu - t.path.headerLength - header;
  const octets = Math.min(t.sendBuffer?.length ?? 0, room);
  if (octets <= 0 || flight === undefined) return 0;
  t.sendBuffer?.copyTo(packet, at, 0, octets);
  const start = snd.nxt;
  snd.nxt = add(start, octets);
  flight.push(start, snd.nxt, now);
  t.octetsSent += octets;
  return octets;
}

function nextOfData<P extends Path>(t: Tcb<P>, packet: Packet, at: number, now: Instant): number {
  const { flight } = t;
  if (flight !== undefined && flight.lost > flight.retransmitted) {
    const length = retransmitLost(t, flight, packet, at, now);
    if (length > 0) return length;
  }
  if (t.probe !== PROBE.none) {
    const length = sendProbe(t, packet, at, now);
    if (length > 0) return length;
  }
  return sendNew(t, packet, at, now);
}

function retransmitLost<P extends Path>(
  t: Tcb<P>,
  flight: Flight,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const lost = flight.nextLost();
  if (lost === NONE) return 0;
  const { pipe } = t;
  if (pipe > 0 && pipe + Math.min(flight.length(lost), t.mss) > t.congestion.cwnd) {
    t.cwndLimited = true;
    return 0;
  }
  return sendAgain(t, flight, lost, packet, at, now);
}

/** Entry `i` of the flight leaves again, or as much of it as a segment takes, in the window or not (SHLD-16, MAY-7). */
function sendAgain<P extends Path>(
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

/** What a segment carries now: less than Eff.snd.MSS while there are blocks to report. */
function segmentRoom<P extends Path>(t: Tcb<P>): number {
  let options = t.timestamps ? TIMESTAMPS_LENGTH : 0;
  const blocks = blocksToReport(t, options);
  if (blocks > 0) options += 4 + 8 * blocks;
  return Math.max(t.mss - options, 1);
}

/** Windows of more segments than this are filled well enough with the largest. */
const NARROW = 24;

/**
 * What new segments carry: so much less than there is room for that a narrow window is a whole number of
 * them. A rest of it would have to wait for more room (MUST-38), and the window would never be full.
 */
function share<P extends Path>(t: Tcb<P>, room: number): number {
  const window = Math.min(t.snd.maxWnd, t.options.sendBuffer);
  if (window >= NARROW * room || window <= room) return room;
  return Math.floor(window / Math.ceil(window / room));
}

function blocksToReport<P extends Path>(t: Tcb<P>, taken: number): number {
  if (!t.sack) return 0;
  const twice = t.dsackLeft === t.dsackRight ? 0 : 1;
  if (twice === 0 && t.reassembly === undefined) return 0;
  const room = Math.floor((OPTIONS_LENGTH_MAX - taken - 4) / 8);
  return Math.min(twice + (t.reassembly?.blocks ?? 0), room, SACK_BLOCKS_MAX);
}

/**
 * New data, RFC 9293 §3.8.6.2.1 and §3.7.4, RFC 5681: what was written in whatever pieces, in segments as
 * large as can be (SHLD-27, SHLD-28, MAY-16), within the window, also when it shrank (SHLD-15, MUST-34).
 */
function sendNew<P extends Path>(t: Tcb<P>, packet: Packet, at: number, now: Instant): number {
  const { snd, congestion } = t;
  const unsent = distance(t.sendEnd, snd.nxt);
  const finDue = t.finQueued && !t.finSent;
  t.cwndLimited = false;
  if (unsent <= 0 && !finDue) return 0;
  if (t.flight !== undefined && t.flight.count >= SEGMENTS_MAX) return 0;
  const room = segmentRoom(t);
  const most = share(t, room);
  const usable = distance(add(snd.una, snd.wnd), snd.nxt);
  const octets = Math.max(0, Math.min(unsent, usable, most));
  const last = octets === unsent;
  const full = octets === most;
  if (!full && !mayLeave(t, octets, unsent, usable)) {
    if (t.flight === undefined && !isHeldBack(t, usable, last, octets)) armWindowProbe(t, now);
    return 0;
  }
  const { pipe } = t;
  if (pipe > 0 && pipe + octets > congestion.cwnd) {
    t.cwndLimited = true;
    return 0;
  }
  restartAfterIdle(t, now);
  return sendText(t, packet, at, octets, last && finDue, !full, now);
}

/** With nothing in flight and the window open, only Nagle, cork or nothing at all can be the reason. */
const isHeldBack = <P extends Path>(
  t: Tcb<P>,
  usable: number,
  last: boolean,
  octets: number,
): boolean => t.options.cork && last && octets > 0 && usable > 0;

/** Sender's silly window syndrome avoidance (MUST-38, SHLD-7) and Nagle (MUST-17). */
function mayLeave<P extends Path>(
  t: Tcb<P>,
  octets: number,
  unsent: number,
  usable: number,
): boolean {
  const { snd, options } = t;
  const finDue = t.finQueued && !t.finSent;
  if (octets === 0) return unsent === 0 && finDue && usable > 0;
  if (octets < unsent) return octets >= snd.maxWnd / 2;
  if (finDue) return true;
  if (options.cork) return false;
  // A full buffer says that there is more to come, for which this can wait.
  if (unsent < NARROW && t.sendBuffer?.length === options.sendBuffer && snd.una !== snd.nxt)
    return false;
  if (options.noDelay || after(snd.up, snd.nxt)) return true;
  if (t.shared.config.nagle === 'nagle') return snd.una === snd.nxt;
  return !after(snd.small, snd.una);
}

/** RFC 5681 §4.1: after silence the window says nothing of the path any more. */
function restartAfterIdle<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.flight === undefined && now - t.lastSentAt > t.rto && t.octetsSent > 0) {
    t.congestion.idle(now);
  }
}

function sendText<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  octets: number,
  fin: boolean,
  small: boolean,
  now: Instant,
): number {
  const { snd } = t;
  const start = snd.nxt;
  const end = add(start, octets + (fin ? 1 : 0));
  if (t.flight === undefined) {
    t.flight = t.shared.flights.take();
    t.progressAt = now;
  }
  t.flight.push(start, end, now);
  snd.nxt = end;
  if (fin) t.finSent = true;
  if (small) snd.small = end;
  t.octetsSent += octets;
  if (t.recovery === RECOVERY.recovery) sentInRecovery(t.flight, octets);
  const length = writeData(t, packet, at, start, octets, fin, now, true);
  armForNew(t, now);
  return length;
}

function sendProbe<P extends Path>(t: Tcb<P>, packet: Packet, at: number, now: Instant): number {
  const { probe, shared, snd } = t;
  t.probe = PROBE.none;
  switch (probe) {
    case PROBE.tail:
      return sendTailProbe(t, packet, at, now);
    case PROBE.window:
      return sendWindowProbe(t, packet, at, now);
    default:
      // An octet that was acknowledged long ago, without it (SHLD-12, RFC 9293 §3.8.4).
      shared.counters.keepAliveProbes += 1;
      return writeData(t, packet, at, add(snd.nxt, -1), 0, false, now, false);
  }
}

/** RFC 8985 §7.3: new data if there is, else the last segment again; once, and the congestion window aside. */
function sendTailProbe<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { flight, snd, shared } = t;
  if (flight === undefined || flight.count === 0) return 0;
  shared.counters.tailProbes += 1;
  const unsent = distance(t.sendEnd, snd.nxt);
  const usable = distance(add(snd.una, snd.wnd), snd.nxt);
  const octets = Math.min(unsent, usable, segmentRoom(t));
  let length: number;
  if (octets > 0) {
    t.tlpIsRetransmission = false;
    const fin = octets === unsent && t.finQueued && !t.finSent;
    length = sendText(t, packet, at, octets, fin, octets < unsent, now);
  } else {
    t.tlpIsRetransmission = true;
    length = sendAgain(t, flight, flight.count - 1, packet, at, now);
  }
  t.tlpEnd = snd.nxt;
  armRetransmission(t, now);
  return length;
}

/** MUST-35: what fits in the window if anything does, else an octet behind it, or an old number. */
function sendWindowProbe<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { snd, shared } = t;
  shared.counters.windowProbes += 1;
  const unsent = distance(t.sendEnd, snd.nxt);
  const usable = distance(add(snd.una, snd.wnd), snd.nxt);
  const octets = Math.min(unsent, usable, segmentRoom(t));
  if (octets > 0) return sendText(t, packet, at, octets, false, true, now);
  if (shared.config.windowProbe === 'octet' && unsent > 0 && t.flight === undefined) {
    return sendText(t, packet, at, 1, false, true, now);
  }
  return writeData(t, packet, at, add(snd.una, -1), 0, false, now, false);
}

function acknowledgment<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const length = writeData(t, packet, at, t.snd.nxt, 0, false, now, false);
  if (t.duplicatesDue > 0) {
    t.duplicatesDue -= 1;
    t.ackNow = true;
  }
  return length;
}

/** The octets of a segment in a connection: header, timestamps, blocks, data of the send buffer. */
function writeData<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  seq: Seq,
  octets: number,
  fin: boolean,
  now: Instant,
  isNew: boolean,
): number {
  const { snd, rcv } = t;
  let header = HEADER_LENGTH;
  if (t.timestamps) {
    header += writeTimestamps(packet, at + header, timestampNow(t, now), t.tsRecent);
  }
  const blocks = blocksToReport(t, header - HEADER_LENGTH);
  if (blocks > 0) header += writeBlocks(t, packet, at + header, blocks);
  const end = at + header + octets;
  if (octets > 0) {
    t.sendBuffer?.copyTo(packet, at + header, distance(seq, t.sendBase), octets);
  }
  const next = add(seq, octets);
  let flags: number = FLAG.ack;
  if (fin) flags |= FLAG.fin;
  // MUST-61: the last octet of what was written is pushed; so it is not held for ever (MUST-60).
  if (octets > 0 && !before(next, t.pushEnd)) flags |= FLAG.psh;
  // MUST-30, MUST-62: behind the last urgent octet, however many there are (MUST-31).
  let urgent = 0;
  if (after(snd.up, snd.una) && after(snd.up, seq)) {
    flags |= FLAG.urg;
    urgent = Math.min(distance(snd.up, seq), 0xffff);
  }
  if (t.ecnEcho) flags |= FLAG.ece;
  if (isNew && octets > 0 && t.ecnReduced) {
    flags |= FLAG.cwr;
    t.ecnReduced = false;
  }
  const window = windowField(t);
  write(
    packet,
    at,
    header,
    end,
    t.localPort,
    t.remotePort,
    seq,
    rcv.nxt,
    flags,
    window,
    urgent,
    t.path.addressSum,
  );
  leave(t, now, isNew && octets > 0 && t.ecn);
  if (octets > 0) restartIdle(t, now);
  return end - at;
}

/** RFC 2883 §4: what came twice is first; RFC 2018 §4: then what came last. */
function writeBlocks<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  blocks: number,
): number {
  const { reassembly } = t;
  const twice = t.dsackLeft === t.dsackRight ? 0 : 1;
  let edge = at + 4;
  if (twice === 1) {
    packet.view.setInt32(edge, t.dsackLeft);
    packet.view.setInt32(edge + 4, t.dsackRight);
    t.dsackLeft = t.dsackRight;
    edge += 8;
  }
  for (let i = 0; i < blocks - twice && reassembly !== undefined; i++) {
    packet.view.setInt32(edge, reassembly.left(i));
    packet.view.setInt32(edge + 4, reassembly.right(i));
    edge += 8;
  }
  return writeSackHead(packet, at, blocks);
}

/** Every segment acknowledges, all that came (MUST-58), so nothing of that is due any more. Its address stays (MUST-45). */
function leave<P extends Path>(t: Tcb<P>, now: Instant, ecnCapable: boolean): void {
  const { shared } = t;
  shared.counters.outSegs += 1;
  t.ackNow = false;
  t.ackAt = NEVER;
  t.lastSentAt = now;
  const { outgoing } = shared;
  shared.table.copyAddresses(t.slot, outgoing.addresses);
  outgoing.path = t.path;
  outgoing.trafficClass = ecnCapable ? t.options.trafficClass | ECT0 : t.options.trafficClass;
}
