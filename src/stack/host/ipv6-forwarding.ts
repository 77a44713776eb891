/** Forwarding of IPv6, RFC 8200 §3 and §5, RFC 4443. One copy, from the frame in to the frame out. */
import { newPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { WORDS } from '../network/ip/address.ts';
import { type Ipv6Address, isLinkLocal as isLinkLocalAddress } from '../network/ipv6/address.ts';
import { walk } from '../network/ipv6/extension.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { isLinkLocal, isLoopback, isMulticast, isUnspecified } from '../network/ipv6/words.ts';
import { DATAGRAM_AT, queueFrame } from './ethernet-output.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Interface } from './interface.ts';
import type { Links } from './links.ts';
import type { Machine } from './machine.ts';
import type { Output } from './output.ts';
import type { Paths } from './paths.ts';
import type { Way } from './routes.ts';

const { TYPE: ICMP, UNREACHABLE, TIME_EXCEEDED } = icmpv6;

export class Ipv6Forwarding {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #errors: IcmpErrors;
  readonly #links: Links;

  constructor(machine: Machine, paths: Paths, output: Output, errors: IcmpErrors, links: Links) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
    this.#errors = errors;
    this.#links = links;
  }

  /**
   * The packet at `at` of `p` came by `from`, in a frame for us alone, and is for another; `words` has its
   * destination and then its source.
   */
  handle(from: Interface, p: Packet, at: number, words: Int32Array, now: Instant): void {
    const counters = this.#machine.counters.ipv6;
    if (isUnspecified(words, WORDS) || isLocal(words, 0) || isMulticast(words, 0)) {
      counters.inAddrErrors += 1;
      return;
    }
    if (isLinkLocal(words, WORDS)) {
      counters.inAddrErrors += 1; // RFC 4291 §2.5.6, RFC 4443 §3.1.
      this.#report(p, at, ICMP.destinationUnreachable, UNREACHABLE.beyondScope, 0, now);
      return;
    }
    if (ipv6.hopLimit(p, at) <= 1) {
      counters.inHdrErrors += 1;
      this.#report(p, at, ICMP.timeExceeded, TIME_EXCEEDED.inTransit, 0, now);
      return;
    }
    const route = this.#machine.routes.lookup6(p.view, at + 24);
    if (route === undefined || !route.interface.carriesIpv6) {
      counters.inNoRoutes += 1;
      this.#report(p, at, ICMP.destinationUnreachable, UNREACHABLE.noRoute, 0, now);
      return;
    }
    if (route.interface === from) this.#redirect(p, at, route, now);
    this.#pass(route, p, at, now);
  }

  /** RFC 4861 §8.2: the source is a neighbour, who could have sent it to the next hop itself. */
  #redirect(p: Packet, at: number, route: Way, now: Instant): void {
    if (!this.#machine.settings.sendRedirects) return;
    const nextHop = nextHopOf(route, p, at);
    // A host knows routers by their link-local addresses, and would not believe another.
    if (route.gateway !== undefined && !isLinkLocalAddress(nextHop)) return;
    const back = this.#machine.routes.lookup6(p.view, at + 8);
    if (back?.interface !== route.interface || back.gateway !== undefined) return;
    this.#links.ipv6(route.interface).redirect(p, at, nextHop, now);
  }

  #pass(route: Way, p: Packet, at: number, now: Instant): void {
    const { interface: device } = route;
    const counters = this.#machine.counters.ipv6;
    const total = ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    if (total > device.ipv6Mtu) {
      counters.fragFails += 1;
      this.#report(p, at, ICMP.packetTooBig, 0, device.ipv6Mtu, now);
      return;
    }
    counters.forwDatagrams += 1;
    const hardware = this.#hardwareOf(route, p, at, now);
    if (hardware === undefined) {
      const nextHop = nextHopOf(route, p, at);
      const copy = newPacket(total);
      copy.octets.set(p.octets.subarray(at, at + total));
      ipv6.decrementHopLimit(copy, 0);
      this.#output.hold(device, nextHop, { pieces: [copy.octets], forwarded: true }, now);
      return;
    }
    const { data } = this.#machine;
    const slot = queueFrame(data, device, hardware, TYPE.ipv6, p, at, at + total);
    if (slot !== undefined) ipv6.decrementHopLimit(slot.packet, DATAGRAM_AT);
  }

  #hardwareOf(route: Way, p: Packet, at: number, now: Instant): Uint8Array | undefined {
    if (route.gateway !== undefined) return this.#paths.hardwareOfGateway(route, now);
    const nextHop = ipv6.destination(p, at);
    return this.#paths.hardwareOf(route.interface, nextHop, nextHop, now);
  }

  #report(p: Packet, at: number, type: number, code: number, rest: number, now: Instant): void {
    const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    this.#errors.ipv6(p, at, walk(p, at, end), false, type, code, rest, now);
  }
}

const isLocal = (words: Int32Array, at: number): boolean =>
  isLinkLocal(words, at) || isLoopback(words, at) || isUnspecified(words, at);

/** On the link it is the destination itself. */
const nextHopOf = (route: Way, p: Packet, at: number): Ipv6Address =>
  (route.gateway as Ipv6Address | undefined) ?? ipv6.destination(p, at);
