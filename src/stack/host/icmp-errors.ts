/** The ICMP errors that leave: about which datagrams, how many, and what they quote. */
import { asPacket, type Packet } from '../../base/packet.ts';
import { type Instant, START } from '../../base/time.ts';
import * as icmp from '../network/icmp/message.ts';
import { RateLimit } from '../network/icmp/rate-limit.ts';
import { isReportable, quoteLength } from '../network/icmp/reportable.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import { isMulticast, isUnspecified } from '../network/ipv6/address.ts';
import { isProblem, offsetOf, protocolOf, type Walk, walk } from '../network/ipv6/extension.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import { type Output, PAYLOAD_AT } from './output.ts';
import type { Paths } from './paths.ts';

/** What Linux lets out (icmp_msgs_per_sec, icmp_msgs_burst). */
const RATE = 1000;
const BURST = 50;

/** RFC 1812 §4.3.2.5: an error has the precedence of internetwork control. */
const INTERNETWORK_CONTROL = 0xc0;

export class IcmpErrors {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #limit: RateLimit;

  constructor(machine: Machine, paths: Paths, output: Output) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
    this.#limit = new RateLimit(RATE, BURST, machine.rng, START);
  }

  /** About the IPv4 datagram at `at` of `p`; `toGroup`: it came in a frame for many, or for a broadcast. */
  ipv4(
    p: Packet,
    at: number,
    toGroup: boolean,
    type: number,
    code: number,
    rest: number,
    now: Instant,
  ): void {
    const counters = this.#machine.counters.icmp;
    if (!this.#mayReport4(p, at, toGroup) || !this.#limit.take(now)) {
      counters.outSuppressed += 1;
      return;
    }
    const own = this.#machine.addresses.findIpv4(ipv4.destination(p, at));
    const path = this.#paths.once(ipv4.source(p, at), own?.address);
    if (path === undefined) return;
    const quoted = quoteLength(ipv4.totalLength(p, at));
    const { scratch } = this.#output;
    scratch.octets.set(p.octets.subarray(at, at + quoted), PAYLOAD_AT + icmp.HEADER_LENGTH);
    icmp.write(scratch, PAYLOAD_AT, quoted, type, code, rest);
    counters.outMsgs += 1;
    this.#output.send(
      path,
      icmp.HEADER_LENGTH + quoted,
      icmp.PROTOCOL_ICMP,
      {
        timeToLive: undefined,
        trafficClass: INTERNETWORK_CONTROL,
        dontFragment: false,
      },
      this.#machine.control,
      now,
    );
  }

  /** About a forwarded datagram for which nobody answered at the last hop: RFC 1812 §3.3.2, RFC 4443 §3.1. */
  hostUnreachable(datagram: Uint8Array, now: Instant): void {
    if ((datagram[0] as number) >>> 4 === 6) {
      const p = asPacket(datagram);
      const found = walk(p, 0, datagram.length);
      const { destinationUnreachable: type } = icmpv6.TYPE;
      this.ipv6(p, 0, found, false, type, icmpv6.UNREACHABLE.address, 0, now);
      return;
    }
    const { destinationUnreachable } = icmp.TYPE;
    this.ipv4(asPacket(datagram), 0, false, destinationUnreachable, icmp.UNREACHABLE.host, 0, now);
  }

  /**
   * About the IPv6 packet at `at` of `p`, whose headers were walked as far as `found` says. Packet Too Big
   * and an option's Parameter Problem are told even to who sent to a group (RFC 4443 §2.4 (e.3)).
   */
  ipv6(
    p: Packet,
    at: number,
    found: Walk,
    toGroup: boolean,
    type: number,
    code: number,
    rest: number,
    now: Instant,
    device?: Interface,
  ): void {
    const counters = this.#machine.counters.icmpv6;
    const evenToGroup =
      type === icmpv6.TYPE.packetTooBig ||
      (type === icmpv6.TYPE.parameterProblem && code === icmpv6.PARAMETER_PROBLEM.option);
    const may = mayReport6(p, at, found) && (evenToGroup || !isToGroup(p, at, toGroup));
    if (!may || !this.#limit.take(now)) {
      counters.outSuppressed += 1;
      return;
    }
    const own = this.#machine.addresses.findAddress(ipv6.destination(p, at));
    const local = own?.state === 'tentative' ? undefined : own?.address;
    const path = this.#paths.once(ipv6.source(p, at).slice(), local, device);
    if (path === undefined) return;
    // Of one that waited in vain for its other fragments not all is kept.
    const kept = p.octets.length - at;
    const length = Math.min(kept, ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at));
    // RFC 4443 §2.4 (c): as much as fits in the least MTU.
    const room = ipv6.MTU_MIN - ipv6.HEADER_LENGTH - icmpv6.HEADER_LENGTH;
    const quoted = Math.min(length, room);
    const { scratch } = this.#output;
    scratch.octets.set(p.octets.subarray(at, at + quoted), PAYLOAD_AT + icmpv6.HEADER_LENGTH);
    icmpv6.write(scratch, PAYLOAD_AT, quoted, type, code, rest, path.addressSum);
    counters.outMsgs += 1;
    this.#output.send(
      path,
      icmpv6.HEADER_LENGTH + quoted,
      icmpv6.PROTOCOL_ICMPV6,
      { timeToLive: undefined, trafficClass: 0, dontFragment: true },
      this.#machine.control,
      now,
    );
  }

  #mayReport4(p: Packet, at: number, toGroup: boolean): boolean {
    const source = ipv4.source(p, at);
    const header = ipv4.headerLength(p, at);
    return isReportable({
      source,
      destination: ipv4.destination(p, at),
      broadcast: toGroup,
      fromBroadcast: this.#isBroadcast(source),
      fragmentOffset: ipv4.fragmentOffset(p, at),
      protocol: ipv4.protocol(p, at),
      firstOctet: ipv4.totalLength(p, at) > header ? p.view.getUint8(at + header) : undefined,
    });
  }

  #isBroadcast(address: Ipv4Address): boolean {
    return this.#machine.interfaces.some((device) => this.#paths.isBroadcast(device, address));
  }
}

/** RFC 4443 §2.4 (e.1), (e.2), (e.6). */
function mayReport6(p: Packet, at: number, found: Walk): boolean {
  const source = ipv6.source(p, at);
  if (isUnspecified(source) || isMulticast(source)) return false;
  if (isProblem(found) || protocolOf(found) !== icmpv6.PROTOCOL_ICMPV6) return true;
  const first = at + offsetOf(found);
  const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
  if (first >= Math.min(end, p.octets.length)) return false;
  const type = p.view.getUint8(first);
  // A redirect is no error by its number, but about it none is sent either.
  return !icmpv6.isError(type) && type !== REDIRECT;
}

const REDIRECT = 137;

const isToGroup = (p: Packet, at: number, toGroup: boolean): boolean =>
  toGroup || isMulticast(ipv6.destination(p, at));
