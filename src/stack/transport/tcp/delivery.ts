/** Segment text, urgent data, the peer's FIN, and when all that is acknowledged (RFC 9293 §3.10.7.4, sixth to eighth). */
import { type Instant, after as later } from '../../../base/time.ts';
import { enterTimeWait, terminate } from './closing.ts';
import { FLAG } from './header.ts';
import type { Path } from './network.ts';
import { Reassembly } from './reassembly.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import type { Segment } from './segment.ts';
import { add, after, before, distance, type Seq } from './seq.ts';
import { refuse as refuseStranger } from './stranger.ts';
import type { Tcb } from './tcb.ts';

/** More tell the peer nothing: three begin its recovery. */
const DUPLICATES_MAX = 8;

/** The segment is in the window, and what lies behind it was cut off. */
export function deliver<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  if (!receivesText(t)) return;
  if (s.text > 0 && t.released) {
    // Nobody will read it (RFC 2525 §2.17, SHLD-3): the answer is that of a port where there is no connection,
    // with the very number that the peer awaits, which SND.NXT is not while data of ours is on its way.
    refuseStranger(t.shared, t.shared.table.addresses(t.slot), t.localPort, t.remotePort, s);
    terminate(t, 'aborted');
    return;
  }
  if (s.has(FLAG.urg)) noteUrgent(t, s);
  if (s.has(FLAG.fin) && t.finAt === undefined) t.finAt = add(s.seq, s.len - 1);
  if (before(s.seq, t.rcvNxt)) noteOverlap(t, s);
  if (s.text > 0) takeText(t, s, now);
  if (t.finAt !== undefined && t.finAt === t.rcvNxt) takeFin(t, now);
  else if (s.has(FLAG.fin)) acknowledgeNow(t);
}

/** ESTABLISHED, FIN-WAIT-1 and FIN-WAIT-2; in the others the peer's FIN has come, and nothing is behind it. */
const receivesText = <P extends Path>(t: Tcb<P>): boolean =>
  t.state === 'ESTABLISHED' ||
  t.state === 'FIN-WAIT-1' ||
  t.state === 'FIN-WAIT-2' ||
  (t.state === 'SYN-RECEIVED' && t.fastOpened);

function takeText<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  if (s.text > t.rcvMss) t.rcvMss = s.text;
  // Behind its own FIN the peer has nothing to say.
  const text = t.finAt === undefined ? s.text : Math.min(s.text, distance(t.finAt, s.seq));
  s.end = s.start + text;
  if (text <= 0) return;
  t.receiveBuffer ??= t.shared.receiveBuffers.take();
  const buffer = t.receiveBuffer;
  const limit = t.options.receiveBuffer + text;
  const offset = distance(s.seq, t.rcvNxt);
  if (offset > 0) {
    takeOutOfOrder(t, s, buffer, offset, limit);
    return;
  }
  buffer.write(s.packet, s.start, s.end, 0, limit);
  const { reassembly } = t;
  if (reassembly === undefined) {
    takeNext(t, buffer, text, now);
    return;
  }
  const reached = add(s.seq, text);
  noteHeld(t, reassembly, s.seq, reached);
  advance(t, buffer, distance(reassembly.fill(reached) ?? reached, t.rcvNxt));
  if (reassembly.isEmpty) t.reassembly = undefined;
  // RFC 5681 §4.2: at once when it fills a gap, or a part of one.
  acknowledgeNow(t);
  t.shared.notify(t);
}

/** The next octets in order, which lie in the buffer, and nothing behind them. */
export function takeNext<P extends Path>(
  t: Tcb<P>,
  buffer: ReceiveBuffer,
  octets: number,
  now: Instant,
): void {
  advance(t, buffer, octets);
  acknowledgeSoon(t, now);
  t.shared.notify(t);
}

function advance<P extends Path>(t: Tcb<P>, buffer: ReceiveBuffer, octets: number): void {
  buffer.advance(octets);
  t.octetsReceived += octets;
  t.rcvNxt = add(t.rcvNxt, octets);
}

function takeOutOfOrder<P extends Path>(
  t: Tcb<P>,
  s: Segment,
  buffer: ReceiveBuffer,
  offset: number,
  limit: number,
): void {
  t.shared.counters.outOfOrder += 1;
  t.reassembly ??= new Reassembly();
  const { reassembly } = t;
  const right = add(s.seq, s.text);
  noteHeld(t, reassembly, s.seq, right);
  if (reassembly.insert(s.seq, right)) buffer.write(s.packet, s.start, s.end, offset, limit);
  // RFC 5681 §4.2, MAY-13: at once, so that the sender learns of the gap.
  if (t.ackNow && !t.sack) t.duplicatesDue = Math.min(t.duplicatesDue + 1, DUPLICATES_MAX);
  acknowledgeNow(t);
}

/** What lies before RCV.NXT came twice. */
function noteOverlap<P extends Path>(t: Tcb<P>, s: Segment): void {
  noteRange(t, s.seq, t.rcvNxt);
  s.trimBefore(t.rcvNxt);
}

/** All of the segment came before: RFC 2883 tells the sender. */
export function noteDuplicate<P extends Path>(t: Tcb<P>, s: Segment): void {
  const right = add(s.seq, s.text);
  if (!after(right, t.rcvNxt)) noteRange(t, s.seq, right);
}

/** What lies behind RCV.NXT came twice: the first piece of it, if nothing else is to be told (RFC 2883 §4). */
function noteHeld<P extends Path>(t: Tcb<P>, reassembly: Reassembly, left: Seq, right: Seq): void {
  if (!t.sack || t.dsackLeft !== t.dsackRight) return;
  const twice = reassembly.held(left, right);
  if (twice !== undefined) noteRange(t, twice.left, twice.right);
}

function noteRange<P extends Path>(t: Tcb<P>, left: Seq, right: Seq): void {
  if (!t.sack) return;
  t.dsackLeft = left;
  t.dsackRight = right;
}

function takeFin<P extends Path>(t: Tcb<P>, now: Instant): void {
  t.rcvNxt = add(t.rcvNxt, 1);
  // RCV.NXT may not pass what was told: a FIN takes a number, and no room.
  if (before(t.rcvEdge, t.rcvNxt)) t.rcvEdge = t.rcvNxt;
  t.finReceived = true;
  t.reassembly = undefined;
  switch (t.state) {
    case 'ESTABLISHED':
    case 'SYN-RECEIVED':
      t.state = 'CLOSE-WAIT';
      if (mayDelayFinAck(t)) {
        delayAck(t, now);
        t.shared.notify(t);
        return;
      }
      break;
    case 'FIN-WAIT-1':
      // Had our FIN been acknowledged by this segment, the state were FIN-WAIT-2 by now.
      t.state = 'CLOSING';
      break;
    case 'FIN-WAIT-2':
      enterTimeWait(t, now);
      break;
    default:
  }
  acknowledgeNow(t);
  t.shared.notify(t);
}

/** Not where there was no data, of which an application would have something to say. */
const mayDelayFinAck = <P extends Path>(t: Tcb<P>): boolean =>
  t.shared.config.delayedFinAck &&
  t.octetsReceived > 0 &&
  !t.fastOpened &&
  !t.ackNow &&
  distance(t.rcvNxt, t.rcvAcked) <= t.rcvMss;

/** The urgent pointer tells where urgent data ends (RFC 9293 §3.8.5, RFC 6093 §4): new or more is told (MUST-32). */
function noteUrgent<P extends Path>(t: Tcb<P>, s: Segment): void {
  const up = add(s.seq, s.up);
  if (!after(up, t.rcvUp) || !after(up, t.rcvNxt)) return;
  t.rcvUp = up;
  t.shared.notify(t);
}

/** RFC 3168 §6.1.3: a mark is echoed until the sender says that it slowed down. */
export function noteMark<P extends Path>(t: Tcb<P>, s: Segment): void {
  if (s.has(FLAG.cwr)) t.ecnEcho = false;
  if (!s.isMarked || s.text === 0) return;
  if (!t.ecnEcho) acknowledgeNow(t);
  t.ecnEcho = true;
}

/** It leaves when the host polls, and has looked at all that came (MUST-59). */
export function acknowledgeNow<P extends Path>(t: Tcb<P>): void {
  t.ackNow = true;
  t.shared.wake(t);
}

/**
 * A delayed acknowledgment (RFC 9293 §3.8.6.3, SHLD-18): in less than half a second, and at once for more
 * than one full-sized segment (SHLD-19).
 */
function acknowledgeSoon<P extends Path>(t: Tcb<P>, now: Instant): void {
  if (t.quickAcks > 0 || isAwaited(t)) {
    if (t.quickAcks > 0) t.quickAcks -= 1;
    acknowledgeNow(t);
    return;
  }
  delayAck(t, now);
}

function delayAck<P extends Path>(t: Tcb<P>, now: Instant): void {
  const due = later(now, t.shared.config.delayedAck);
  if (due >= t.ackAt) return;
  t.ackAt = due;
  t.shared.schedule(t);
}

/** A sender whose window has few segments waits for each of them to be acknowledged. */
const NARROW = 24;

function isAwaited<P extends Path>(t: Tcb<P>): boolean {
  const { options } = t;
  if (distance(t.rcvNxt, t.rcvAcked) > t.rcvMss) return true;
  if (options.quickAck || t.shared.config.delayedAck === 0) return true;
  return options.receiveBuffer < NARROW * t.rcvMss;
}
