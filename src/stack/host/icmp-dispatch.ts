/**
 * ICMP errors on their way in: to the socket or connection that sent what they quote. What quotes nothing
 * that we could have sent goes nowhere (RFC 5927 §4).
 */
import type { Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import * as icmp from '../network/icmp/message.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { fromWords, type IpAddress, WORDS } from '../network/ip/address.ts';
import { PROTOCOL_TCP } from '../transport/tcp/header.ts';
import type { Tcp } from '../transport/tcp/tcp.ts';
import { destinationPort, PROTOCOL_UDP, sourcePort } from '../transport/udp/header.ts';
import type { EchoSockets } from './echo-sockets.ts';
import type { IcmpReport } from './icmp-report.ts';
import type { Machine } from './machine.ts';
import type { HostPath } from './path.ts';
import type { Paths } from './paths.ts';
import type { UdpPorts } from './udp-ports.ts';

/** Ports, and of TCP the sequence number: the least that is quoted behind the header. */
const QUOTED_MIN = 8;

/** What was quoted, as far as its header tells. */
export interface Quoted {
  readonly version: 4 | 6;
  /** Of what we sent: ours, then whose it was for. */
  readonly words: Int32Array;
  readonly protocol: number;
  readonly packet: Packet;
  /** What followed the header, up to `end`. */
  readonly payload: number;
  readonly end: number;
  /** Of the whole datagram, by its header. */
  readonly length: number;
}

export interface IcmpError {
  readonly kind: IcmpReport['kind'];
  readonly type: number;
  readonly code: number;
  readonly from: IpAddress;
  readonly mtu: number;
}

export class IcmpDispatch {
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #udp: UdpPorts;
  readonly #echoes: EchoSockets;
  readonly #tcp: Tcp<HostPath>;

  constructor(
    machine: Machine,
    paths: Paths,
    udp: UdpPorts,
    echoes: EchoSockets,
    tcp: Tcp<HostPath>,
  ) {
    this.#machine = machine;
    this.#paths = paths;
    this.#udp = udp;
    this.#echoes = echoes;
    this.#tcp = tcp;
  }

  handle(error: IcmpError, quoted: Quoted, now: Instant): void {
    if (this.#dispatch(error, quoted, now)) return;
    const { counters } = this.#machine;
    (quoted.version === 4 ? counters.icmp : counters.icmpv6).inUnsolicited += 1;
  }

  #dispatch(error: IcmpError, quoted: Quoted, now: Instant): boolean {
    if (quoted.end - quoted.payload < QUOTED_MIN) return false;
    if (this.#machine.addresses.find(quoted.words, 0) === undefined) return false;
    switch (quoted.protocol) {
      case PROTOCOL_TCP:
        return this.#toTcp(error, quoted, now);
      case PROTOCOL_UDP: {
        const { packet, payload, words } = quoted;
        const report = this.#report(error, quoted, destinationPort(packet, payload), 0);
        const ours = this.#udp.handleError(words, sourcePort(packet, payload), report);
        if (ours) this.#narrow(error, quoted, now);
        return ours;
      }
      case icmp.PROTOCOL_ICMP:
      case icmpv6.PROTOCOL_ICMPV6: {
        const { packet, payload, words, version } = quoted;
        const report = this.#report(error, quoted, 0, icmp.sequenceNumber(packet, payload));
        const identifier = icmp.identifier(packet, payload);
        const ours = this.#echoes.handleError(version, words, identifier, report);
        if (ours) this.#narrow(error, quoted, now);
        return ours;
      }
      default:
        return false;
    }
  }

  #toTcp(error: IcmpError, quoted: Quoted, now: Instant): boolean {
    const { words, packet, payload } = quoted;
    const local = packet.view.getUint16(payload);
    const remote = packet.view.getUint16(payload + 2);
    const seq = packet.view.getUint32(payload + 4);
    if (error.kind !== 'too-big') {
      this.#tcp.handleUnreachable(words, local, remote, seq, error.kind, now);
      return true;
    }
    // RFC 5927 §7: who knows no number in flight narrows no path, which all connections of it share.
    if (!this.#tcp.isInFlight(words, local, remote, seq)) return false;
    const path = this.#narrow(error, quoted, now);
    if (path === undefined) return false;
    this.#tcp.handleTooBig(words, local, remote, seq, path.mtu, now);
    return true;
  }

  /** The path is narrower than it was believed to be. Undefined: we have no such path. */
  #narrow(error: IcmpError, { words, length }: Quoted, now: Instant): HostPath | undefined {
    if (error.kind !== 'too-big') return undefined;
    const path = this.#paths.known(words);
    if (path !== undefined) this.#paths.handleTooBig(path, error.mtu, length, now);
    return path;
  }

  #report(error: IcmpError, quoted: Quoted, port: number, sequence: number): IcmpReport {
    return {
      kind: error.kind,
      type: error.type,
      code: error.code,
      from: error.from,
      mtu: error.mtu,
      destination: fromWords(quoted.words, WORDS),
      destinationPort: port,
      sequence,
    };
  }
}
