/** What an acceptable acknowledgment changes, RFC 9293 §3.10.7.4, "Fifth, check the ACK field". */
import { type Duration, type Instant, seconds } from '../../../base/time.ts';
import { challenge } from './challenge.ts';
import type { Flight } from './flight.ts';
import { effectiveMss } from './handshake.ts';
import { FLAG } from './header.ts';
import { minRtt as leastRtt, sample as sampleMinRtt } from './min-rtt.ts';
import type { Path } from './network.ts';
import { SACK_BLOCKS_MAX } from './options.ts';
import { type Reaction, react } from './recovery.ts';
import { expectedSamples, sample as sampleRtt } from './rtt.ts';
import type { Segment } from './segment.ts';
import { after, before, distance, type Seq } from './seq.ts';
import { type Tcb, TIMER } from './tcb.ts';
import { armRetransmission, restartProbes } from './timers.ts';
import { isEarlier, timestampAge, timestampNow } from './timestamps.ts';

/** How far back RACK's minimum round trip looks, Linux's tcp_min_rtt_wlen. */
const MIN_RTT_WINDOW = seconds(300);

/** SND.UNA < SEG.ACK =< SND.NXT */
export const isHalfOpenAcknowledged = <P extends Path>(t: Tcb<P>, ack: Seq): boolean =>
  after(ack, t.sndUna) && !after(ack, t.sndNxt);

/** One for all: nothing is made for an acknowledgment. */
const reaction: Reaction = {
  acked: 0,
  rtt: 0 as Duration,
  sackedBefore: 0,
  duplicatesBefore: 0,
  duplicate: false,
  dsack: false,
  spurious: false,
};

/** False: the segment is dropped here. */
export function acknowledge<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): boolean {
  const acked = distance(s.ack, t.sndUna);
  const unsent = after(s.ack, t.sndNxt);
  if (unsent || acked < -Math.max(t.sndMaxWnd, t.mss)) {
    // RFC 5961 §5.2: an acknowledgment from nowhere is challenged, and its data is not taken.
    if (!unsent || t.shared.config.challengeUnsent) challenge(t, now);
    return false;
  }
  const { flight } = t;
  if (acked < 0) {
    // It was overtaken, and yet may be the first to tell of a block (RFC 6675 §5, Update()).
    if (flight !== undefined && t.sack && s.options.sackBlocks > 0)
      update(t, s, flight, 0, false, now);
    return true;
  }
  const wnd = s.has(FLAG.syn) ? s.wnd : s.wnd << t.sndShift;
  const windowChanged = updateWindow(t, s.seq, s.ack, wnd);
  t.more = false;
  if (flight === undefined) {
    restartProbes(t, now);
    return true;
  }
  const duplicate =
    acked === 0 && s.text === 0 && !windowChanged && !s.has(FLAG.fin) && !s.has(FLAG.syn);
  update(t, s, flight, acked, duplicate, now);
  return true;
}

/** What is in flight after it, and what follows from that. */
function update<P extends Path>(
  t: Tcb<P>,
  s: Segment,
  flight: Flight,
  acked: number,
  duplicate: boolean,
  now: Instant,
): void {
  flight.begin();
  reaction.sackedBefore = flight.sacked;
  reaction.duplicatesBefore = t.duplicateAcks;
  // Our SYN is no data: the window does not grow by it.
  reaction.acked = t.sndUna === t.sndIss ? acked - 1 : acked;
  reaction.duplicate = duplicate;
  if (acked > 0) advance(t, s, flight, acked, now);
  reaction.dsack = s.options.sackBlocks > 0 && t.sack && readSacks(t, s, flight, now);
  t.segmentsDelivered += flight.deliveredSegments;
  reaction.rtt = measure(t, s, flight, acked, now);
  reaction.spurious = acked > 0 && isBeforeRetransmission(t, s);
  react(t, s, flight, reaction, now);
  if (flight.count === 0) {
    t.flight = t.shared.flights.give(flight);
  }
  if (acked > 0 || flight.delivered > 0 || !isWaiting(t)) armRetransmission(t, now);
  t.shared.wake(t);
}

/** RFC 6298 §5.3: what delivers nothing does not put the timer off, or a peer that goes on sending would for ever. */
const isWaiting = <P extends Path>({ rtxKind }: Tcb<P>): boolean =>
  rtxKind === TIMER.retransmission || rtxKind === TIMER.tailProbe;

/** MUST: only from a segment that is not older than the one that last did it. True when it changed. */
export function updateWindow<P extends Path>(t: Tcb<P>, seq: Seq, ack: Seq, wnd: number): boolean {
  const stale = before(seq, t.sndWl1) || (seq === t.sndWl1 && before(ack, t.sndWl2));
  if (stale) return false;
  t.sndWl1 = seq;
  t.sndWl2 = ack;
  if (wnd === t.sndWnd) return false;
  t.sndWnd = wnd;
  if (wnd > t.sndMaxWnd) t.sndMaxWnd = wnd;
  return true;
}

/** SND.UNA goes to SEG.ACK: what is acknowledged leaves the flight and the send buffer. */
function advance<P extends Path>(
  t: Tcb<P>,
  s: Segment,
  flight: Flight,
  acked: number,
  now: Instant,
): void {
  const { shared } = t;
  flight.acknowledge(s.ack, now, leastRtt(t));
  t.sndUna = s.ack;
  const buffer = t.sendBuffer;
  if (buffer !== undefined) {
    const octets = Math.min(Math.max(distance(s.ack, t.sendBase), 0), buffer.length);
    if (octets > 0) {
      buffer.consume(octets);
      t.sendBase = ((t.sendBase + octets) | 0) as Seq;
      t.octetsAcked += octets;
      shared.notify(t);
    }
    if (buffer.length === 0) t.sendBuffer = shared.sendBuffers.give(buffer);
  }
  if (before(t.sndUp, t.sndUna)) t.sndUp = t.sndUna;
  t.retries = 0;
  t.progressAt = now;
  t.softError = undefined;
  if (acked > 0) shared.network.confirm(t.path, now);
}

/**
 * RFC 6298 §3, RFC 7323 §4.1: from what was sent once, else from the echo of a timestamp; 0: no sample. What
 * answers a duplicate echoes a segment of long ago: a measure of nothing. A DSACK tells it; without one, that
 * some of what is acknowledged was sent again after the time that is echoed.
 */
function measure<P extends Path>(
  t: Tcb<P>,
  s: Segment,
  flight: Flight,
  acked: number,
  now: Instant,
): Duration {
  let rtt = -1;
  if (flight.measuredFrom >= 0) rtt = now - flight.measuredFrom;
  else if (acked > 0 && !reaction.dsack && t.timestamps && answersLast(t, s, flight)) {
    rtt = timestampAge(t, s.options.tsecr, now);
  }
  if (rtt < 0) return 0 as Duration;
  const samples = expectedSamples(t.flightSize + acked, effectiveMss(t));
  sampleRtt(t, rtt as Duration, samples, t.shared.rto);
  sampleMinRtt(t, rtt as Duration, now, MIN_RTT_WINDOW);
  return rtt as Duration;
}

const answersLast = <P extends Path>(t: Tcb<P>, s: Segment, { retransmittedAt }: Flight): boolean =>
  echoes(s) &&
  (retransmittedAt === 0 || !isEarlier(s.options.tsecr, timestampNow(t, retransmittedAt)));

const echoes = (s: Segment): boolean => s.options.timestamps && s.options.tsecr !== 0;

/**
 * Eifel (RFC 3522): the acknowledgment echoes a time before the first retransmission, so it is the original
 * that arrived.
 */
const isBeforeRetransmission = <P extends Path>(t: Tcb<P>, s: Segment): boolean =>
  t.timestamps &&
  t.retransmittedAt !== 0 &&
  echoes(s) &&
  isEarlier(s.options.tsecr, t.retransmittedAt);

/** Which blocks of a segment are looked at, those of lower numbers first. */
const order = new Int8Array(SACK_BLOCKS_MAX);

/** Marks what the peer has; true when the first block reports what came twice (RFC 2883 §4). */
function readSacks<P extends Path>(t: Tcb<P>, s: Segment, flight: Flight, now: Instant): boolean {
  const { options } = s;
  const twice = isDsack(s);
  if (twice) noteDsack(t, options.left(0), options.right(0));
  let blocks = 0;
  for (let i = twice ? 1 : 0; i < options.sackBlocks; i++) {
    const left = options.left(i);
    const right = options.right(i);
    // A block outside of what is in flight is old, or a lie (RFC 2018 §5.1, RFC 6675 §3).
    if (!before(left, right) || before(left, t.sndUna) || after(right, t.sndNxt)) continue;
    // In the order of the numbers: else two blocks of one acknowledgment look like reordering.
    let at = blocks++;
    for (; at > 0 && before(left, options.left(order[at - 1] as number)); at--) {
      order[at] = order[at - 1] as number;
    }
    order[at] = i;
  }
  const least = leastRtt(t);
  for (let k = 0; k < blocks; k++) {
    const i = order[k] as number;
    flight.acknowledgeSelectively(options.left(i), options.right(i), now, least);
  }
  return twice;
}

/** Below the acknowledgment, or inside the second block. */
function isDsack(s: Segment): boolean {
  const { options } = s;
  const left = options.left(0);
  const right = options.right(0);
  if (!before(left, right)) return false;
  if (!after(right, s.ack)) return true;
  return (
    options.sackBlocks > 1 && !before(left, options.left(1)) && !after(right, options.right(1))
  );
}

/** What was sent twice and came twice was not lost the first time: RFC 3708, RFC 8985 §6.2 step 4. */
function noteDsack<P extends Path>(t: Tcb<P>, left: Seq, right: Seq): void {
  if (t.undoMarker !== undefined && !before(left, t.undoMarker)) {
    t.undoOctets -= distance(right, left);
  }
  if (t.reorderingRound === undefined || !before(t.sndUna, t.reorderingRound)) {
    t.reorderingRound = t.sndNxt;
    t.reorderingMultiple = Math.min(t.reorderingMultiple + 1, 20);
    t.reorderingPersist = 16;
  }
}
