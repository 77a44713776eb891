/** Segments that belong to no connection, RFC 9293 §3.10.7.1, and the answers that none keeps. */
import type { Packet } from '../../../base/packet.ts';
import { FLAG, HEADER_LENGTH, write } from './header.ts';
import type { Path } from './network.ts';
import { writeSyn, writeTimestamps } from './options.ts';
import type { Segment } from './segment.ts';
import type { Seq } from './seq.ts';
import type { Reply, Scheduled, Shared } from './shared.ts';

/** A RST that its sender finds acceptable; never for a RST. */
export function refuse<P extends Path, T extends Scheduled>(
  shared: Shared<P, T>,
  addresses: Int32Array,
  localPort: number,
  remotePort: number,
  s: Segment,
): void {
  if (s.has(FLAG.rst)) return;
  shared.counters.outRsts += 1;
  const acknowledges = s.has(FLAG.ack);
  shared.reply({
    addresses: addresses.slice(),
    path: undefined,
    localPort,
    remotePort,
    seq: acknowledges ? s.ack : (0 as Seq),
    ack: acknowledges ? (0 as Seq) : s.next,
    flags: acknowledges ? FLAG.rst : FLAG.rst | FLAG.ack,
    window: 0,
    trafficClass: 0,
    syn: undefined,
    timestamps: undefined,
  });
}

/** Writes `reply` at packet[at …); its length. */
export function writeReply<P extends Path, T extends Scheduled>(
  shared: Shared<P, T>,
  reply: Reply<P>,
  packet: Packet,
  at: number,
): number {
  let header = HEADER_LENGTH;
  const { syn, timestamps } = reply;
  if (syn !== undefined) header += writeSyn(packet, at + header, syn, shared.config.optionOrder);
  if (timestamps !== undefined) {
    header += writeTimestamps(packet, at + header, timestamps.tsval, timestamps.tsecr);
  }
  const { addresses } = reply;
  write(
    packet,
    at,
    header,
    at + header,
    reply.localPort,
    reply.remotePort,
    reply.seq,
    reply.ack,
    reply.flags,
    reply.window,
    0,
    reply.path?.addressSum ?? addressSum(addresses),
  );
  shared.counters.outSegs += 1;
  const { outgoing } = shared;
  outgoing.addresses.set(addresses);
  outgoing.path = reply.path;
  outgoing.trafficClass = reply.trafficClass;
  return header;
}

/** Of the words; the 0xffff of an IPv4 address is zero to a checksum, so that both forms come to the same. */
function addressSum(addresses: Int32Array): number {
  let total = 0;
  for (const word of addresses) total += (word >>> 16) + (word & 0xffff);
  return total;
}
