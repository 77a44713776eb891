/**
 * Reassembly of IPv4, RFC 791 p. 27: how its fragments are read and its wholes are made. What is gathered,
 * for how long and how much of it, is `../reassembly.ts`, with the state diagram and the policy.
 */
import type { Packet } from '../../../base/packet.ts';
import type { Instant } from '../../../base/time.ts';
import {
  Gatherer,
  REASSEMBLY,
  REASSEMBLY_LIMITS,
  type ReassemblyLimits,
  type ReassemblyOutcome,
  type Version,
} from '../reassembly.ts';
import { dscp, ecn, trafficClass } from './dscp.ts';
import * as ipv4 from './header.ts';

const PROTOCOL_TCP = 6;
/** The ports and the flags are in the first 16 octets: RFC 1858 §3.2.1 names it TMIN. */
const TCP_FIRST_MIN = 16;

const IPV4: Version = {
  wholeHead: (firstHead) => firstHead,
  lengthMax: () => ipv4.TOTAL_LENGTH_MAX,
  makeWhole: (whole, congestion) =>
    ipv4.makeWhole(whole, 0, trafficClass(dscp(ipv4.trafficClass(whole, 0)), congestion)),
  quoteMax: ipv4.RECEIVE_MIN, // An ICMP error quotes no more, RFC 1812 §4.3.2.3.
};

export class Reassembler {
  readonly #gatherer: Gatherer;

  constructor(limits: ReassemblyLimits = REASSEMBLY_LIMITS) {
    this.#gatherer = new Gatherer(IPV4, limits);
  }

  /** Octets that count towards the limits. */
  get held(): number {
    return this.#gatherer.held;
  }

  /**
   * Takes the fragment at `at` of `p`, which `validate` passed, and copies what it keeps. After
   * `REASSEMBLY.complete` the datagram is to be taken before the next fragment comes.
   */
  handleFragment(p: Packet, at: number, now: Instant): ReassemblyOutcome {
    const refusal = refusalAlone(p, at);
    if (refusal !== undefined) {
      this.handleTimeout(now);
      return refusal;
    }
    const fragment = {
      source: ipv4.source(p, at),
      // RFC 791 p. 28: source, destination, protocol and identification name a datagram.
      name: `${ipv4.destination(p, at)} ${ipv4.protocol(p, at)} ${ipv4.identification(p, at)}`,
      offset: ipv4.fragmentOffset(p, at),
      last: !ipv4.moreFragments(p, at),
      at,
      payload: at + ipv4.headerLength(p, at),
      end: at + ipv4.totalLength(p, at),
      congestion: ecn(ipv4.trafficClass(p, at)),
    };
    return this.#gatherer.handleFragment(fragment, p, now);
  }

  /** A datagram of which every octet came: header and payload, as if it had never been cut. */
  pollDatagram(): Uint8Array | undefined {
    return this.#gatherer.pollDatagram();
  }

  /**
   * The first fragment of a datagram that did not come together in time, as much as ICMP may quote in
   * its Time Exceeded (RFC 1122 §3.3.2). One whose first fragment is missing is not told of.
   */
  pollTimedOut(): Uint8Array | undefined {
    return this.#gatherer.pollTimedOut();
  }

  pollTimeout(): Instant | undefined {
    return this.#gatherer.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#gatherer.handleTimeout(now);
  }
}

/** What is wrong with a fragment whatever else comes. */
function refusalAlone(p: Packet, at: number): ReassemblyOutcome | undefined {
  const header = ipv4.headerLength(p, at);
  const length = ipv4.totalLength(p, at) - header;
  const offset = ipv4.fragmentOffset(p, at);
  const more = ipv4.moreFragments(p, at);
  if (length === 0 || (more && length % ipv4.FRAGMENT_UNIT !== 0)) return REASSEMBLY.malformed;
  if (header + offset + length > ipv4.TOTAL_LENGTH_MAX) return REASSEMBLY.tooLong;
  if (ipv4.protocol(p, at) !== PROTOCOL_TCP) return undefined;
  const headCut = offset === 0 && more && length < TCP_FIRST_MIN;
  return headCut || offset === ipv4.FRAGMENT_UNIT ? REASSEMBLY.tiny : undefined;
}
