/** Forwarding of IPv6, RFC 8200 §3 and §5, RFC 4443. One copy, from the frame in to the frame out. */
import { newPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import {
  type Ipv6Address,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from '../network/ipv6/address.ts';
import { walk } from '../network/ipv6/extension.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { DATAGRAM_AT, queueFrame } from './ethernet-output.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { Output } from './output.ts';
import type { Paths } from './paths.ts';

const { TYPE: ICMP, UNREACHABLE, TIME_EXCEEDED } = icmpv6;

export class Ipv6Forwarding {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #errors: IcmpErrors;

  constructor(machine: Machine, paths: Paths, output: Output, errors: IcmpErrors) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
    this.#errors = errors;
  }

  /** The packet at `at` of `p` came in a frame for us alone, and is for another. */
  handle(p: Packet, at: number, now: Instant): void {
    const counters = this.#machine.counters.ipv6;
    const source = ipv6.source(p, at);
    const destination = ipv6.destination(p, at);
    if (isUnspecified(source) || isLocal(destination) || isMulticast(destination)) {
      counters.inAddrErrors += 1;
      return;
    }
    if (isLinkLocal(source)) {
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
    const nextHop = (route.gateway ?? destination) as Ipv6Address;
    this.#pass(route.interface, nextHop, p, at, now);
  }

  #pass(device: Interface, nextHop: Ipv6Address, p: Packet, at: number, now: Instant): void {
    const counters = this.#machine.counters.ipv6;
    const total = ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    if (total > device.mtu) {
      counters.fragFails += 1;
      this.#report(p, at, ICMP.packetTooBig, 0, device.mtu, now);
      return;
    }
    counters.forwDatagrams += 1;
    const hardware = this.#paths.hardwareOf(device, nextHop, nextHop, now);
    if (hardware === undefined) {
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

  #report(p: Packet, at: number, type: number, code: number, rest: number, now: Instant): void {
    const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    this.#errors.ipv6(p, at, walk(p, at, end), false, type, code, rest, now);
  }
}

const isLocal = (a: Ipv6Address): boolean => isLinkLocal(a) || isLoopback(a) || isUnspecified(a);
