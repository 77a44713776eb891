/**
 * IPv4 on its way in: what is no datagram or has no business here is dropped, what is for others is
 * forwarded, fragments are put together, and the rest goes up by its protocol.
 *
 * The host is a weak one (RFC 1122 §3.3.4.2): any of its addresses is good on any of its interfaces.
 */
import { asPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import * as icmp from '../network/icmp/message.ts';
import { IPV4_MAPPED_WORD, WORDS } from '../network/ip/address.ts';
import {
  addressSum,
  type Ipv4Address,
  isLoopback,
  isMulticast,
  isReserved,
  isThisNetwork,
  isUnicast,
  LIMITED_BROADCAST,
  UNSPECIFIED,
} from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import { findFault, hasSourceRoute, NO_FAULT } from '../network/ipv4/options.ts';
import { Reassembler } from '../network/ipv4/reassembly.ts';
import { REASSEMBLY } from '../network/reassembly.ts';
import type { Arrival } from './arrival.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Interface } from './interface.ts';
import type { Ipv4Forwarding } from './ipv4-forwarding.ts';
import type { Machine } from './machine.ts';
import type { Paths } from './paths.ts';

/** Where datagrams for us go. False: nobody speaks that protocol. */
export type Deliver = (protocol: number, now: Instant) => boolean;

/** Whether a group was joined. */
export interface Membership {
  isMember(device: Interface, group: Ipv4Address): boolean;
}

export class Ipv4Input {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #errors: IcmpErrors;
  readonly #forwarding: Ipv4Forwarding;
  readonly #membership: Membership;
  readonly #arrival: Arrival;
  readonly #deliver: Deliver;
  readonly #reassembler = new Reassembler();

  constructor(
    machine: Machine,
    paths: Paths,
    errors: IcmpErrors,
    forwarding: Ipv4Forwarding,
    membership: Membership,
    arrival: Arrival,
    deliver: Deliver,
  ) {
    this.#machine = machine;
    this.#paths = paths;
    this.#errors = errors;
    this.#forwarding = forwarding;
    this.#membership = membership;
    this.#arrival = arrival;
    this.#deliver = deliver;
  }

  /** A datagram at `at` of a frame that came by `device`, from ourselves when it is undefined. */
  handle(
    device: Interface | undefined,
    p: Packet,
    at: number,
    end: number,
    toGroup: boolean,
    now: Instant,
  ): void {
    const counters = this.#machine.counters.ipv4;
    counters.inReceives += 1;
    if (ipv4.validate(p, at, end) !== ipv4.FAULT.none) {
      counters.inHdrErrors += 1;
      return;
    }
    if (!this.#isSourceSane(device, ipv4.source(p, at), ipv4.destination(p, at))) {
      counters.inAddrErrors += 1;
      return;
    }
    if (
      ipv4.headerLength(p, at) !== ipv4.HEADER_LENGTH &&
      !this.#optionsHold(p, at, toGroup, now)
    ) {
      return;
    }
    this.#route(device, p, at, toGroup, now);
  }

  /** What came by `device` from `source` is for an address of ours, and both may be. */
  isWelcome(device: Interface, source: Ipv4Address, destination: Ipv4Address): boolean {
    if (!this.#isSourceSane(device, source, destination)) return false;
    const own = this.#machine.addresses.findIpv4(destination);
    return own !== undefined && own.state !== 'tentative';
  }

  pollTimeout(): Instant | undefined {
    return this.#reassembler.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    const due = this.#reassembler.pollTimeout();
    if (due === undefined || due > now) return;
    this.#reassembler.handleTimeout(now);
    this.#machine.counters.ipv4.reasmFails += 1;
    this.#reportTimedOut(now);
  }

  #route(
    device: Interface | undefined,
    p: Packet,
    at: number,
    toGroup: boolean,
    now: Instant,
  ): void {
    const destination = ipv4.destination(p, at);
    const own = this.#machine.addresses.findIpv4(destination);
    if (own !== undefined && own.state !== 'tentative') {
      // RFC 1122 §3.3.6: in a frame for many there is no datagram for one.
      if (toGroup) this.#machine.counters.ipv4.inAddrErrors += 1;
      else this.#take(device, p, at, false, now);
      return;
    }
    if (this.#isForMany(device, destination)) {
      this.#take(device, p, at, true, now);
      return;
    }
    if (device === undefined && isLoopback(destination)) {
      this.#take(device, p, at, false, now);
      return;
    }
    if (device === undefined || toGroup || !this.#machine.settings.forwarding) {
      this.#machine.counters.ipv4.inAddrErrors += 1;
      return;
    }
    this.#forwarding.handle(device, p, at, now);
  }

  /** A broadcast, or a group that was joined. */
  #isForMany(device: Interface | undefined, destination: Ipv4Address): boolean {
    if (destination >>> 28 < 0xe && device === undefined) return false;
    if (!isMulticast(destination)) {
      return device !== undefined && this.#paths.isBroadcast(device, destination);
    }
    if (device !== undefined) return this.#membership.isMember(device, destination);
    return this.#machine.interfaces.some((one) => this.#membership.isMember(one, destination));
  }

  /** RFC 1122 §3.2.1.3, RFC 1812 §5.3.7, RFC 9293 MUST-63: who may have sent it. */
  #isSourceSane(
    device: Interface | undefined,
    source: Ipv4Address,
    destination: Ipv4Address,
  ): boolean {
    if (device === undefined) return true; // It is our own.
    if (isLoopback(destination)) return false;
    if (!isUnicast(source)) {
      // One that has no address yet speaks to all (RFC 2131 §4.1) or to a group of the link.
      const nameless = source === UNSPECIFIED;
      return nameless && (destination === LIMITED_BROADCAST || isMulticast(destination));
    }
    if (isThisNetwork(destination) || isReserved(destination)) return false;
    if (this.#paths.isBroadcast(device, source)) return false;
    // From ourselves, but not by the way that we send to ourselves: forged, or a loop.
    const own = this.#machine.addresses.findIpv4(source);
    return own === undefined || own.state === 'tentative';
  }

  /** RFC 1122 §3.2.1.8; source routes are refused, RFC 7126 §4.3. */
  #optionsHold(p: Packet, at: number, toGroup: boolean, now: Instant): boolean {
    const start = at + ipv4.HEADER_LENGTH;
    const end = at + ipv4.headerLength(p, at);
    const fault = findFault(p, start, end);
    if (fault === NO_FAULT && !hasSourceRoute(p, start, end)) return true;
    this.#machine.counters.ipv4.inHdrErrors += 1;
    if (fault === NO_FAULT) return false;
    const pointer = ((ipv4.HEADER_LENGTH + fault) << 24) >>> 0;
    const { parameterProblem } = icmp.TYPE;
    this.#errors.ipv4(p, at, toGroup, parameterProblem, 0, pointer, now);
    return false;
  }

  /** It is for us; a fragment waits for the others. */
  #take(
    device: Interface | undefined,
    p: Packet,
    at: number,
    forMany: boolean,
    now: Instant,
  ): void {
    if (!ipv4.isFragment(p, at)) {
      this.#rise(device, p, at, forMany, now);
      return;
    }
    const counters = this.#machine.counters.ipv4;
    counters.reasmReqds += 1;
    const outcome = this.#reassembler.handleFragment(p, at, now);
    this.#machine.timersMoved = true;
    if (outcome > REASSEMBLY.duplicate) counters.reasmFails += 1;
    const whole = this.#reassembler.pollDatagram();
    this.#reportTimedOut(now);
    if (whole === undefined) return;
    counters.reasmOks += 1;
    this.#rise(device, asPacket(whole), 0, forMany, now);
  }

  #rise(
    device: Interface | undefined,
    p: Packet,
    at: number,
    forMany: boolean,
    now: Instant,
  ): void {
    const arrival = this.#arrival;
    const { words } = arrival;
    const source = ipv4.source(p, at);
    const destination = ipv4.destination(p, at);
    words[0] = words[1] = words[WORDS] = words[WORDS + 1] = 0;
    words[2] = words[WORDS + 2] = IPV4_MAPPED_WORD;
    words[3] = destination;
    words[WORDS + 3] = source;
    arrival.version = 4;
    arrival.packet = p;
    arrival.at = at;
    arrival.payload = at + ipv4.headerLength(p, at);
    arrival.end = at + ipv4.totalLength(p, at);
    arrival.device = device;
    arrival.addressSum = addressSum(source, destination);
    arrival.timeToLive = ipv4.timeToLive(p, at);
    arrival.trafficClass = ipv4.trafficClass(p, at);
    arrival.toGroup = forMany;
    arrival.fragmented = false;
    const counters = this.#machine.counters.ipv4;
    if (this.#deliver(ipv4.protocol(p, at), now)) {
      counters.inDelivers += 1;
      return;
    }
    counters.inUnknownProtos += 1;
    const { destinationUnreachable } = icmp.TYPE;
    const { protocol } = icmp.UNREACHABLE;
    this.#errors.ipv4(p, at, forMany, destinationUnreachable, protocol, 0, now);
  }

  #reportTimedOut(now: Instant): void {
    const { timeExceeded } = icmp.TYPE;
    const { inReassembly } = icmp.TIME_EXCEEDED;
    for (
      let first = this.#reassembler.pollTimedOut();
      first;
      first = this.#reassembler.pollTimedOut()
    ) {
      const p = asPacket(first);
      const forMany = this.#machine.addresses.findIpv4(ipv4.destination(p, 0)) === undefined;
      this.#errors.ipv4(p, 0, forMany, timeExceeded, inReassembly, 0, now);
    }
  }
}
