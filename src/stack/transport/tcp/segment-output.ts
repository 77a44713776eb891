/** The octets of a connection's segments, SYNs apart, RFC 9293 §3.1. */
import type { Packet } from '../../../base/packet.ts';
import { type Instant, NEVER } from '../../../base/time.ts';
import { FLAG, HEADER_LENGTH, OPTIONS_LENGTH_MAX, write } from './header.ts';
import type { Path } from './network.ts';
import { SACK_BLOCKS_MAX, TIMESTAMPS_LENGTH, writeSackHead, writeTimestamps } from './options.ts';
import { add, after, before, distance, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { restartIdle } from './timers.ts';
import { timestampNow } from './timestamps.ts';
import { windowField } from './window.ts';

const ECT0 = 0b10;

/** What a segment carries now: less than Eff.snd.MSS while there are blocks to report. */
export function segmentRoom<P extends Path>(t: Tcb<P>): number {
  let options = t.timestamps ? TIMESTAMPS_LENGTH : 0;
  const blocks = blocksToReport(t, options);
  if (blocks > 0) options += 4 + 8 * blocks;
  return Math.max(t.mss - options, 1);
}

function blocksToReport<P extends Path>(t: Tcb<P>, taken: number): number {
  if (!t.sack) return 0;
  const twice = t.dsackLeft === t.dsackRight ? 0 : 1;
  if (twice === 0 && t.reassembly === undefined) return 0;
  const room = Math.floor((OPTIONS_LENGTH_MAX - taken - 4) / 8);
  return Math.min(twice + (t.reassembly?.blocks ?? 0), room, SACK_BLOCKS_MAX);
}

export function acknowledgment<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  now: Instant,
): number {
  const length = writeData(t, packet, at, t.sndNxt, 0, false, now, false);
  if (t.duplicatesDue > 0) {
    t.duplicatesDue -= 1;
    t.ackNow = true;
  }
  return length;
}

/** The octets of a segment in a connection: header, timestamps, blocks, data of the send buffer. */
export function writeData<P extends Path>(
  t: Tcb<P>,
  packet: Packet,
  at: number,
  seq: Seq,
  octets: number,
  fin: boolean,
  now: Instant,
  isNew: boolean,
): number {
  let header = HEADER_LENGTH;
  if (t.timestamps) {
    header += writeTimestamps(packet, at + header, timestampNow(t, now), t.tsRecent);
  }
  const blocks = blocksToReport(t, header - HEADER_LENGTH);
  if (blocks > 0) header += writeBlocks(t, packet, at + header, blocks);
  const end = at + header + octets;
  const payloadSum =
    octets > 0
      ? t.sendBuffer?.copyTo(packet, at + header, distance(seq, t.sendBase), octets)
      : undefined;
  const next = add(seq, octets);
  let flags: number = FLAG.ack;
  if (fin) flags |= FLAG.fin;
  // MUST-61: the last octet of what was written is pushed; so it is not held for ever (MUST-60).
  if (before(seq, t.pushEnd) && !before(next, t.pushEnd) && octets > 0) flags |= FLAG.psh;
  // MUST-30, MUST-62: behind the last urgent octet, however many there are (MUST-31).
  let urgent = 0;
  if (after(t.sndUp, t.sndUna) && after(t.sndUp, seq)) {
    flags |= FLAG.urg;
    urgent = Math.min(distance(t.sndUp, seq), 0xffff);
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
    t.rcvNxt,
    flags,
    window,
    urgent,
    t.path.addressSum,
    payloadSum,
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

/** Every segment acknowledges, all that came (MUST-58), so nothing of that is due any more. Its path stays (MUST-45). */
export function leave<P extends Path>(t: Tcb<P>, now: Instant, ecnCapable: boolean): void {
  const { shared } = t;
  shared.counters.outSegs += 1;
  t.ackNow = false;
  if (t.ackAt !== NEVER) {
    t.ackAt = NEVER;
    shared.schedule(t);
  }
  t.lastSentAt = now;
  const { outgoing } = shared;
  outgoing.path = t.path;
  outgoing.trafficClass = ecnCapable ? t.options.trafficClass | ECT0 : t.options.trafficClass;
}
