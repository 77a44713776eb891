/** About which datagrams an ICMP error may be sent, RFC 1122 §3.2.2, and what of them it quotes. */
import { type Ipv4Address, isMulticast, isUnicast } from '../ipv4/address.ts';
import { isError, PROTOCOL_ICMP } from './message.ts';

/** A datagram that went wrong, as far as it matters here. */
export interface Offender {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  /** Sent to a broadcast address of IP's, or in a frame to a group: what only the host can tell. */
  readonly broadcast: boolean;
  /** Its source is the broadcast address of one of our networks. */
  readonly fromBroadcast: boolean;
  /** In octets. */
  readonly fragmentOffset: number;
  readonly protocol: number;
  /** The first octet behind its header; undefined when there is none. */
  readonly firstOctet: number | undefined;
}

/** One error a datagram at most, never one about an error, never many for one: no storms. */
export function isReportable(d: Offender): boolean {
  if (!isUnicast(d.source) || d.fromBroadcast) return false;
  if (d.broadcast || isMulticast(d.destination)) return false;
  if (d.fragmentOffset !== 0) return false;
  return d.protocol !== PROTOCOL_ICMP || (d.firstOctet !== undefined && !isError(d.firstOctet));
}

/** An error has 576 octets at most (RFC 1812 §4.3.2.3), a header of 20 and one of 8 among them. */
const QUOTE_MAX = 576 - 20 - 8;

/** How many octets of a datagram of `length` an error quotes. */
export const quoteLength = (length: number): number => Math.min(length, QUOTE_MAX);
