/** The segments of the handshake. */
import type { Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import { fastOpenOption } from './fast-open-client.ts';
import { NONE } from './flight.ts';
import { synOptions, synWindow } from './handshake.ts';
import { FLAG, HEADER_LENGTH, OPTIONS_LENGTH_MAX, write } from './header.ts';
import type { Path } from './network.ts';
import { writeSyn } from './options.ts';
import { leave } from './segment-output.ts';
import { add, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { armRetransmission } from './timers.ts';

export function nextOfHandshake<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  if (t.sndNxt === t.sndIss) {
    t.flight ??= t.shared.flights.take();
    t.flight.push(t.sndIss, add(t.sndIss, 1), now);
    t.sndNxt = add(t.sndIss, 1);
    t.progressAt = now;
    return writeSynSegment(t, packet, at, now);
  }
  const lost = t.flight?.nextLost() ?? NONE;
  if (lost !== NONE && t.flight?.start(lost) === t.sndIss) {
    t.flight.retransmit(lost, now);
    t.shared.counters.retransSegs += 1;
    return writeSynSegment(t, packet, at, now);
  }
  return 0;
}

/** A SYN, and its data if a cookie is known (RFC 7413 §4.1.2). */
function writeSynSegment<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const { shared } = t;
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
    end += takeSynData(t, packet, end, now);
  }
  const window = synWindow(Math.max(t.options.receiveBuffer, t.rcvWnd));
  if (answer) t.rcvAcked = t.rcvNxt;
  else t.rcvEdge = add(t.rcvNxt, window);
  t.ackNow = false;
  write(
    packet,
    at,
    header,
    end,
    t.localPort,
    t.remotePort,
    t.sndIss,
    answer ? t.rcvNxt : (0 as Seq),
    flags,
    window,
    0,
    t.path.addressSum,
  );
  leave(t, now, false);
  armRetransmission(t, now);
  return end - at;
}

/**
 * No more than the segments that the server is known to take (RFC 7413 §4.1.3), with room for any options: some
 * middleboxes add to those of a SYN.
 */
function takeSynData<P extends Path>(t: Tcb<P>, packet: Packet, at: number, now: Instant): number {
  const { flight } = t;
  const room = (t.peerMss > 0 ? Math.min(t.mss, t.peerMss) : t.mss) - OPTIONS_LENGTH_MAX;
  const octets = Math.min(t.sendBuffer?.length ?? 0, room);
  if (octets <= 0 || flight === undefined) return 0;
  t.sendBuffer?.copyTo(packet, at, 0, octets);
  const start = t.sndNxt;
  t.sndNxt = add(start, octets);
  flight.push(start, t.sndNxt, now);
  t.octetsSent += octets;
  return octets;
}
