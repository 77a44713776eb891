/**
 * IPv6 on its way in: what is no packet or has no business here is dropped, what is for others is
 * forwarded, extension headers are passed and fragments put together, and the rest goes up by its protocol.
 */
import { asPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { isIpv4Words, sumOf, WORDS } from '../network/ip/address.ts';
import { isMulticast as isGroup } from '../network/ipv6/address.ts';
import {
  EXTENSION,
  FRAGMENT_HEADER_LENGTH,
  isProblem,
  offsetOf,
  PROBLEM,
  problemOf,
  protocolOf,
  type Walk,
  walk,
} from '../network/ipv6/extension.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { Reassembler, wholeOfAtomic } from '../network/ipv6/reassembly.ts';
import { isLinkLocal, isLoopback, isMulticast, isUnspecified } from '../network/ipv6/words.ts';
import { REASSEMBLY, type ReassemblyOutcome } from '../network/reassembly.ts';
import type { Arrival } from './arrival.ts';
import type { Groups } from './groups.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Interface } from './interface.ts';
import type { Deliver } from './ipv4-input.ts';
import type { Ipv6Forwarding } from './ipv6-forwarding.ts';
import type { Machine } from './machine.ts';

const { TYPE, PARAMETER_PROBLEM, TIME_EXCEEDED } = icmpv6;

/** RFC 7112 §5: the first fragment has not all headers. */
const INCOMPLETE_CHAIN = 3;
/** Where the fields lie that a Parameter Problem points to. */
const PAYLOAD_LENGTH_FIELD = 4;
const NEXT_HEADER_FIELD = 6;
const FRAGMENT_OFFSET_FIELD = 2;

export class Ipv6Input {
  readonly #machine: Machine;
  readonly #errors: IcmpErrors;
  readonly #forwarding: Ipv6Forwarding;
  readonly #groups: Groups;
  readonly #arrival: Arrival;
  readonly #deliver: Deliver;
  readonly #reassembler = new Reassembler();

  constructor(
    machine: Machine,
    errors: IcmpErrors,
    forwarding: Ipv6Forwarding,
    groups: Groups,
    arrival: Arrival,
    deliver: Deliver,
  ) {
    this.#machine = machine;
    this.#errors = errors;
    this.#forwarding = forwarding;
    this.#groups = groups;
    this.#arrival = arrival;
    this.#deliver = deliver;
  }

  /** A packet at `at` of a frame that came by `device`, from ourselves when it is undefined. */
  handle(
    device: Interface | undefined,
    p: Packet,
    at: number,
    end: number,
    toGroup: boolean,
    now: Instant,
  ): void {
    const counters = this.#machine.counters.ipv6;
    counters.inReceives += 1;
    if (ipv6.validate(p, at, end) !== ipv6.FAULT.none) {
      counters.inHdrErrors += 1;
      return;
    }
    this.#readWords(p, at);
    if (device !== undefined && !this.#isSourceSane()) {
      counters.inAddrErrors += 1;
      return;
    }
    if (this.#isForMany(device, p, at)) this.#rise(device, p, at, true, false, now);
    else if (this.#isForUs(device)) this.#rise(device, p, at, false, false, now);
    else if (device === undefined || toGroup || !this.#machine.settings.forwarding) {
      counters.inAddrErrors += 1;
    } else this.#forwarding.handle(device, p, at, this.#arrival.words, now);
  }

  pollTimeout(): Instant | undefined {
    return this.#reassembler.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    const due = this.#reassembler.pollTimeout();
    if (due === undefined || due > now) return;
    this.#reassembler.handleTimeout(now);
    this.#machine.counters.ipv6.reasmFails += 1;
    this.#reportTimedOut(now);
  }

  #readWords(p: Packet, at: number): void {
    const { words } = this.#arrival;
    for (let i = 0; i < WORDS; i++) {
      words[i] = p.view.getInt32(at + 24 + 4 * i);
      words[WORDS + i] = p.view.getInt32(at + 8 + 4 * i);
    }
  }

  #isForMany(device: Interface | undefined, p: Packet, at: number): boolean {
    if (p.view.getUint8(at + 24) !== 0xff) return false;
    const group = ipv6.destination(p, at);
    if (device !== undefined) return this.#groups.isMember(device, group);
    return this.#machine.interfaces.some((one) => this.#groups.isMember(one, group));
  }

  #isForUs(device: Interface | undefined): boolean {
    const { words } = this.#arrival;
    const own = this.#machine.addresses.find(words, 0);
    if (own === undefined) return device === undefined && isLoopback(words, 0);
    if (own.state === 'tentative') return false;
    // A link-local address is ours on its own link alone (RFC 4007 §9).
    return device === undefined || device === own.interface || !isLinkLocal(words, 0);
  }

  /** RFC 4291 §2.5 and §2.7, RFC 4007 §9, RFC 9293 MUST-63: who may have sent it. */
  #isSourceSane(): boolean {
    const { words } = this.#arrival;
    if (isMulticast(words, WORDS) || isLoopback(words, WORDS) || isLoopback(words, 0)) return false;
    // The form that IPv4 has in our tables is none on a wire.
    if (isIpv4Words(words, 0) || isIpv4Words(words, WORDS)) return false;
    if (isUnspecified(words, WORDS)) return isMulticast(words, 0);
    const own = this.#machine.addresses.find(words, WORDS);
    return own === undefined || own.state === 'tentative';
  }

  /** It is for us. `fragmented`: it was put together of fragments. */
  #rise(
    device: Interface | undefined,
    p: Packet,
    at: number,
    forMany: boolean,
    fragmented: boolean,
    now: Instant,
  ): void {
    const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    const found = walk(p, at, end);
    if (isProblem(found)) {
      this.#machine.counters.ipv6.inHdrErrors += 1;
      this.#reportProblem(p, at, found, forMany, now);
      return;
    }
    const protocol = protocolOf(found);
    if (protocol === EXTENSION.fragment) {
      // One within another is no packet of anybody's, and could be nested without end.
      if (fragmented) this.#machine.counters.ipv6.inHdrErrors += 1;
      else this.#gather(device, p, at, found, forMany, now);
      return;
    }
    if (protocol === EXTENSION.noNextHeader) return;
    this.#fill(device, p, at, end, found, forMany, fragmented);
    const counters = this.#machine.counters.ipv6;
    if (this.#deliver(protocol, now)) {
      counters.inDelivers += 1;
      return;
    }
    counters.inUnknownProtos += 1;
    const { nextHeader } = PARAMETER_PROBLEM;
    const pointer = nextHeaderField(p, at, offsetOf(found));
    this.#errors.ipv6(p, at, found, forMany, TYPE.parameterProblem, nextHeader, pointer, now);
  }

  #fill(
    device: Interface | undefined,
    p: Packet,
    at: number,
    end: number,
    found: Walk,
    forMany: boolean,
    fragmented: boolean,
  ): void {
    const arrival = this.#arrival;
    const { words } = arrival;
    arrival.version = 6;
    arrival.packet = p;
    arrival.at = at;
    arrival.payload = at + offsetOf(found);
    arrival.end = end;
    arrival.device = device;
    arrival.addressSum = sumOf(words, 0) + sumOf(words, WORDS);
    arrival.timeToLive = ipv6.hopLimit(p, at);
    arrival.trafficClass = ipv6.trafficClass(p, at);
    arrival.toGroup = forMany;
    arrival.fragmented = fragmented;
    arrival.walk = found;
  }

  #gather(
    device: Interface | undefined,
    p: Packet,
    at: number,
    found: Walk,
    forMany: boolean,
    now: Instant,
  ): void {
    const counters = this.#machine.counters.ipv6;
    const header = at + offsetOf(found);
    const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    if (header + FRAGMENT_HEADER_LENGTH > end) {
      counters.inHdrErrors += 1;
      return;
    }
    counters.reasmReqds += 1;
    let whole = wholeOfAtomic(p, at, header);
    if (whole === undefined) {
      const outcome = this.#reassembler.handleFragment(p, at, header, now);
      this.#machine.timersMoved = true;
      if (outcome > REASSEMBLY.duplicate) counters.reasmFails += 1;
      this.#reportRefusal(p, at, found, outcome, forMany, now);
      whole = this.#reassembler.pollDatagram();
      this.#reportTimedOut(now);
    }
    if (whole === undefined) return;
    counters.reasmOks += 1;
    this.#rise(device, asPacket(whole), 0, forMany, true, now);
  }

  /** RFC 8200 §4.5: which bad fragments their source is told of. */
  #reportRefusal(
    p: Packet,
    at: number,
    found: Walk,
    outcome: ReassemblyOutcome,
    forMany: boolean,
    now: Instant,
  ): void {
    const report = (code: number, pointer: number): void =>
      this.#errors.ipv6(p, at, found, forMany, TYPE.parameterProblem, code, pointer, now);
    const { field } = PARAMETER_PROBLEM;
    if (outcome === REASSEMBLY.malformed) report(field, PAYLOAD_LENGTH_FIELD);
    if (outcome === REASSEMBLY.tooLong) report(field, offsetOf(found) + FRAGMENT_OFFSET_FIELD);
    if (outcome === REASSEMBLY.tiny) report(INCOMPLETE_CHAIN, 0);
  }

  #reportProblem(p: Packet, at: number, found: Walk, forMany: boolean, now: Instant): void {
    const code = codeOf(problemOf(found), forMany);
    if (code === undefined) return;
    const pointer = offsetOf(found);
    this.#errors.ipv6(p, at, found, forMany, TYPE.parameterProblem, code, pointer, now);
  }

  #reportTimedOut(now: Instant): void {
    const { timeExceeded } = TYPE;
    const { inReassembly } = TIME_EXCEEDED;
    const reassembler = this.#reassembler;
    for (let first = reassembler.pollTimedOut(); first; first = reassembler.pollTimedOut()) {
      const p = asPacket(first);
      const found = walk(p, 0, first.length);
      const forMany = isGroup(ipv6.destination(p, 0));
      this.#errors.ipv6(p, 0, found, forMany, timeExceeded, inReassembly, 0, now);
    }
  }
}

/** The code of the Parameter Problem that a walk asks for; undefined: silence. */
function codeOf(problem: number, forMany: boolean): number | undefined {
  switch (problem) {
    case PROBLEM.field:
      return PARAMETER_PROBLEM.field;
    case PROBLEM.nextHeader:
      return PARAMETER_PROBLEM.nextHeader;
    case PROBLEM.optionReport:
      return PARAMETER_PROBLEM.option;
    case PROBLEM.optionReportUnicast:
      return forMany ? undefined : PARAMETER_PROBLEM.option;
    default:
      return undefined;
  }
}

/** Where the Next Header field lies, from the IPv6 header, that names what begins at `offset`. */
function nextHeaderField(p: Packet, at: number, offset: number): number {
  let field = NEXT_HEADER_FIELD;
  for (let here = ipv6.HEADER_LENGTH; here < offset; ) {
    field = here;
    here += (p.view.getUint8(at + here + 1) + 1) * 8;
  }
  return field;
}
