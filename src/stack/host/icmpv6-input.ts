/** ICMPv6 on its way in: echoes are answered; replies, errors and the link's own messages handed on. */
import { asPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { fromWords, WORDS, writeWords } from '../network/ip/address.ts';
import {
  EXTENSION,
  FRAGMENT_HEADER_LENGTH,
  fragmentNextHeader,
  fragmentOffset,
  isProblem,
  offsetOf,
  protocolOf,
  walk,
} from '../network/ipv6/extension.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { isListenerDiscovery } from '../network/mld/message.ts';
import { isNeighbourDiscovery } from '../network/nd/message.ts';
import type { Arrival } from './arrival.ts';
import type { EchoSockets } from './echo-sockets.ts';
import type { IcmpDispatch, Quoted } from './icmp-dispatch.ts';
import { kindOfIcmpv6 } from './icmp-report.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import { type Output, PAYLOAD_AT } from './output.ts';
import type { Paths } from './paths.ts';

/** The protocols of a link that have ICMPv6's messages. False: it is no message of theirs. */
export interface LinkProtocols {
  neighbours(device: Interface, arrival: Arrival, now: Instant): boolean;
  listeners(device: Interface, arrival: Arrival, now: Instant): boolean;
}

const { TYPE } = icmpv6;

export class Icmpv6Input {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #echoes: EchoSockets;
  readonly #dispatch: IcmpDispatch;
  readonly #links: LinkProtocols;

  constructor(
    machine: Machine,
    paths: Paths,
    output: Output,
    echoes: EchoSockets,
    dispatch: IcmpDispatch,
    links: LinkProtocols,
  ) {
    this.#machine = machine;
    this.#paths = paths;
    this.#output = output;
    this.#echoes = echoes;
    this.#dispatch = dispatch;
    this.#links = links;
  }

  handle(arrival: Arrival, now: Instant): void {
    const { packet, payload, end, addressSum } = arrival;
    const counters = this.#machine.counters.icmpv6;
    counters.inMsgs += 1;
    if (icmpv6.validate(packet, payload, end, addressSum) !== icmpv6.FAULT.none) {
      counters.inErrors += 1;
      return;
    }
    const type = icmpv6.type(packet, payload);
    if (type === TYPE.echoRequest) this.#answer(arrival, now);
    else if (type === TYPE.echoReply) this.#echoes.handleReply(arrival);
    else if (icmpv6.isError(type)) this.#handleError(arrival, type, now);
    else if (!this.#toLink(arrival, type, now)) counters.inErrors += 1;
  }

  /** Nobody on the link has the next hop's address: as if a router had said so (RFC 4861 §7.2.2). */
  handleUnresolved(datagram: Uint8Array, now: Instant): void {
    const p = asPacket(datagram);
    const quoted = readQuoted(p, 0, datagram.length);
    if (quoted === undefined) return;
    const from = ipv6.source(p, 0).slice();
    const { destinationUnreachable: type } = TYPE;
    const code = icmpv6.UNREACHABLE.address;
    this.#dispatch.handle({ kind: 'host', type, code, from, mtu: 0 }, quoted, now);
  }

  #toLink(arrival: Arrival, type: number, now: Instant): boolean {
    const { device, fragmented } = arrival;
    // Groups hear ourselves too, and unknown messages are ignored (RFC 4443 §2.4 (b)).
    if (device === undefined) return true;
    if (isNeighbourDiscovery(type)) {
      return !fragmented && this.#links.neighbours(device, arrival, now);
    }
    return isListenerDiscovery(type) ? this.#links.listeners(device, arrival, now) : true;
  }

  #handleError({ packet, payload, end, words }: Arrival, type: number, now: Instant): void {
    const code = icmpv6.code(packet, payload);
    const kind = kindOfIcmpv6(type, code);
    const quoted = readQuoted(packet, payload + icmpv6.HEADER_LENGTH, end);
    if (kind === undefined || quoted === undefined) return;
    const mtu = kind === 'too-big' ? icmpv6.rest(packet, payload) : 0;
    const from = fromWords(words, WORDS);
    this.#dispatch.handle({ kind, type, code, from, mtu }, quoted, now);
  }

  /** RFC 4443 §4.2: one to a group is answered too, from an address of ours. */
  #answer(arrival: Arrival, now: Instant): void {
    const { packet, payload, end, words, toGroup } = arrival;
    const remote = fromWords(words, WORDS);
    const local = toGroup ? undefined : fromWords(words, 0);
    const path = this.#paths.once(remote, local, arrival.device);
    if (path === undefined) return;
    const { scratch } = this.#output;
    const dataAt = payload + icmpv6.HEADER_LENGTH;
    scratch.octets.set(packet.octets.subarray(dataAt, end), PAYLOAD_AT + icmpv6.HEADER_LENGTH);
    const rest = icmpv6.rest(packet, payload);
    icmpv6.write(scratch, PAYLOAD_AT, end - dataAt, TYPE.echoReply, 0, rest, path.addressSum);
    this.#machine.counters.icmpv6.outMsgs += 1;
    this.#output.send(
      path,
      end - payload,
      icmpv6.PROTOCOL_ICMPV6,
      {
        timeToLive: undefined,
        trafficClass: arrival.trafficClass,
        dontFragment: false,
      },
      this.#machine.control,
      now,
    );
  }
}

/** The headers that an error quotes, which may be cut behind them. */
function readQuoted(p: Packet, at: number, end: number): Quoted | undefined {
  if (end - at < ipv6.HEADER_LENGTH || p.view.getUint8(at) >>> 4 !== 6) return undefined;
  const found = walk(p, at, end);
  if (isProblem(found)) return undefined;
  let protocol = protocolOf(found);
  let payload = at + offsetOf(found);
  if (protocol === EXTENSION.fragment) {
    // Of a later fragment no port is to be seen.
    if (payload + FRAGMENT_HEADER_LENGTH > end || fragmentOffset(p, payload) !== 0)
      return undefined;
    protocol = fragmentNextHeader(p, payload);
    payload += FRAGMENT_HEADER_LENGTH;
  }
  const words = new Int32Array(2 * WORDS);
  writeWords(ipv6.source(p, at), words, 0);
  writeWords(ipv6.destination(p, at), words, WORDS);
  const length = ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
  return { version: 6, words, protocol, packet: p, payload, end, length };
}
