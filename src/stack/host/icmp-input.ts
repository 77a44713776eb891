/** ICMP on its way in: echoes are answered, replies and errors go to who waits for them. */
import { asPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import * as icmp from '../network/icmp/message.ts';
import { fromWords, type IpAddress, WORDS, writeWords } from '../network/ip/address.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import { find, OPTION, record } from '../network/ipv4/options.ts';
import type { Arrival } from './arrival.ts';
import type { EchoSockets } from './echo-sockets.ts';
import type { IcmpDispatch, Quoted } from './icmp-dispatch.ts';
import { kindOfIcmp } from './icmp-report.ts';
import { timestampOf } from './ipv4-forwarding.ts';
import type { Machine } from './machine.ts';
import { type Output, PAYLOAD_AT } from './output.ts';
import type { Paths } from './paths.ts';

export class IcmpInput {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #echoes: EchoSockets;
  readonly #dispatch: IcmpDispatch;

  constructor(
    machine: Machine,
    paths: Paths,
    output: Output,
    echoes: EchoSockets,
    dispatch: IcmpDispatch,
  ) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
    this.#echoes = echoes;
    this.#dispatch = dispatch;
  }

  handle(arrival: Arrival, now: Instant): void {
    const { packet, payload, end } = arrival;
    const counters = this.#machine.counters.icmp;
    counters.inMsgs += 1;
    if (icmp.validate(packet, payload, end) !== icmp.FAULT.none) {
      counters.inErrors += 1;
      return;
    }
    const type = icmp.type(packet, payload);
    if (type === icmp.TYPE.echo) this.#answer(arrival, now);
    else if (type === icmp.TYPE.echoReply) this.#echoes.handleReply(arrival);
    else if (icmp.isError(type)) this.#handleError(arrival, type, now);
  }

  /** Nobody on the link has the next hop's address: as if a router had said so (RFC 1122 §2.4). */
  handleUnresolved(datagram: Uint8Array, now: Instant): void {
    const p = asPacket(datagram);
    const from = ipv4.source(p, 0);
    const { destinationUnreachable: type } = icmp.TYPE;
    const code = icmp.UNREACHABLE.host;
    const quoted = readQuoted(p, 0, datagram.length);
    if (quoted === undefined) return;
    this.#dispatch.handle({ kind: 'host', type, code, from, mtu: 0 }, quoted, now);
  }

  #handleError(arrival: Arrival, type: number, now: Instant): void {
    const { packet, payload, end, words } = arrival;
    const code = icmp.code(packet, payload);
    // Redirects are not believed: who forges one takes a host's traffic (RFC 6274 §4.2.1.2).
    const kind = kindOfIcmp(type, code);
    const quoted = readQuoted(packet, payload + icmp.HEADER_LENGTH, end);
    if (kind === undefined || quoted === undefined) return;
    const mtu = kind === 'too-big' ? icmp.nextHopMtu(packet, payload) : 0;
    const from = fromWords(words, WORDS);
    this.#dispatch.handle({ kind, type, code, from, mtu }, quoted, now);
  }

  /** RFC 1122 §3.2.2.6. One to many is not answered: it is how a flood is made of a drop. */
  #answer(arrival: Arrival, now: Instant): void {
    const { packet, payload, end, words } = arrival;
    if (arrival.toGroup) return;
    const source = fromWords(words, 0);
    const path = this.#paths.once(fromWords(words, WORDS), source);
    if (path === undefined) return;
    const { scratch } = this.#output;
    const length = end - payload;
    scratch.octets.set(packet.octets.subarray(payload, end), PAYLOAD_AT);
    icmp.turnIntoReply(scratch, PAYLOAD_AT);
    this.#machine.counters.icmp.outMsgs += 1;
    const options = {
      timeToLive: undefined,
      trafficClass: arrival.trafficClass,
      dontFragment: false,
    };
    if (payload - arrival.at > ipv4.HEADER_LENGTH) {
      const reply = this.#optionsFor(arrival, source, now);
      this.#output.sendWithOptions(path, reply, length, icmp.PROTOCOL_ICMP, options, now);
      return;
    }
    const { control } = this.#machine;
    this.#output.send(path, length, icmp.PROTOCOL_ICMP, options, control, now);
  }

  /** Record route and timestamp come back, with ourselves in them; other options do not. */
  #optionsFor({ packet, at, payload }: Arrival, source: IpAddress, now: Instant): Uint8Array {
    const kept: number[] = [];
    const copy = asPacket(packet.octets.slice(at + ipv4.HEADER_LENGTH, payload));
    for (const type of [OPTION.recordRoute, OPTION.timestamp]) {
      const option = find(copy, 0, copy.octets.length, type);
      if (option < 0) continue;
      record(copy, option, source as Ipv4Address, timestampOf(now));
      kept.push(...copy.octets.subarray(option, option + (copy.octets[option + 1] as number)));
    }
    while (kept.length % 4 !== 0) kept.push(OPTION.endOfList);
    return Uint8Array.from(kept);
  }
}

/** The header that an error quotes, which may be cut behind its first octets. */
export function readQuoted(p: Packet, at: number, end: number): Quoted | undefined {
  if (end - at < ipv4.HEADER_LENGTH || p.view.getUint8(at) >>> 4 !== 4) return undefined;
  const header = ipv4.headerLength(p, at);
  // Of a later fragment no port is to be seen.
  if (header < ipv4.HEADER_LENGTH || ipv4.fragmentOffset(p, at) !== 0) return undefined;
  const words = new Int32Array(2 * WORDS);
  writeWords(ipv4.source(p, at), words, 0);
  writeWords(ipv4.destination(p, at), words, WORDS);
  return {
    version: 4,
    words,
    protocol: ipv4.protocol(p, at),
    packet: p,
    payload: at + header,
    end,
    length: ipv4.totalLength(p, at),
  };
}
