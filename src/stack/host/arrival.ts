/** The datagram in hand, as the layers above IP see it: one object, filled again for each. */
import { newPacket, type Packet } from '../../base/packet.ts';
import { WORDS } from '../network/ip/address.ts';
import type { Walk } from '../network/ipv6/extension.ts';
import type { Interface } from './interface.ts';

export class Arrival {
  version: 4 | 6 = 4;
  packet: Packet = newPacket(0);
  /** The IP header. */
  at = 0;
  /** What it carries, behind options and extension headers, up to `end`. */
  payload = 0;
  end = 0;
  /** Undefined: from ourselves. */
  device: Interface | undefined;
  /** Local, then remote: destination, then source. */
  readonly words = new Int32Array(2 * WORDS);
  /** Of the pseudo-header. */
  addressSum = 0;
  timeToLive = 0;
  trafficClass = 0;
  /** To a group or to all: nobody answers with an error, and TCP not at all. */
  toGroup = false;
  /** It came in fragments: no place for neighbour discovery (RFC 6980 §5). */
  fragmented = false;
  /** Of IPv6: how far its headers were walked. */
  walk: Walk = 0;
}
