/** What TCP needs of the host that it is in. The words of addresses: connection-table.ts. */
import type { Instant } from '../../../base/time.ts';

/** The way from one local to one remote address, made by the host, shared by all connections of the pair. */
export interface Path {
  /** What both addresses add to the sum over a pseudo-header, plain or folded. */
  readonly addressSum: number;
  /** Octets of an IP datagram that go in one piece. The host lowers and raises it as it learns. */
  readonly mtu: number;
  /** What arrives is limited by the interface, whatever is known of the way out; undefined: `mtu`. */
  readonly linkMtu?: number | undefined;
  /** Of the IP header: 20 or 40 octets. */
  readonly headerLength: number;
}

export interface Network<P extends Path> {
  /** The way back to where a SYN came from; undefined when there is none. */
  pathTo(addresses: Int32Array): P | undefined;
  /** New data was acknowledged: the neighbour on the way is reachable (RFC 4861 §7.3.1, RFC 1122 §2.3.2.1). */
  confirm(path: P, now: Instant): void;
  /** Retransmissions are in vain (MUST-20): that neighbour may be gone (RFC 1122 §3.3.1.4). */
  doubt?(path: P, now: Instant): void;
}

/** Where a segment goes that was polled. */
export interface Outgoing<P extends Path> {
  path: P | undefined;
  /** Local and remote address, eight words, of an answer to a stranger, which has no path. */
  readonly addresses: Int32Array;
  /** DSCP and ECN. */
  trafficClass: number;
}

/** Why a datagram that we sent did not arrive, as ICMP and ICMPv6 tell it. */
export type Unreachable =
  | 'net'
  | 'host'
  | 'protocol'
  | 'port'
  | 'prohibited'
  | 'time-exceeded'
  | 'parameter';
