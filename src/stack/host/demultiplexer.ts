/** From IP to what it carries: by protocol to TCP, UDP, ICMP, IGMP; and what nobody takes is refused. */
import type { Instant } from '../../base/time.ts';
import * as icmp from '../network/icmp/message.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { PROTOCOL_IGMP } from '../network/igmp/message.ts';
import { PROTOCOL_TCP } from '../transport/tcp/header.ts';
import type { Tcp } from '../transport/tcp/tcp.ts';
import { PROTOCOL_UDP } from '../transport/udp/header.ts';
import type { Arrival } from './arrival.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { IcmpInput } from './icmp-input.ts';
import type { Icmpv6Input } from './icmpv6-input.ts';
import type { Links } from './links.ts';
import type { HostPath } from './path.ts';
import type { UdpPorts } from './udp-ports.ts';

export class Demultiplexer {
  readonly #arrival: Arrival;
  readonly #errors: IcmpErrors;
  readonly #links: Links;
  readonly #icmp: IcmpInput;
  readonly #icmpv6: Icmpv6Input;
  readonly #udp: UdpPorts;
  readonly #tcp: Tcp<HostPath>;

  constructor(
    arrival: Arrival,
    errors: IcmpErrors,
    links: Links,
    icmp: IcmpInput,
    icmpv6: Icmpv6Input,
    udp: UdpPorts,
    tcp: Tcp<HostPath>,
  ) {
    this.#arrival = arrival;
    this.#errors = errors;
    this.#links = links;
    this.#icmp = icmp;
    this.#icmpv6 = icmpv6;
    this.#udp = udp;
    this.#tcp = tcp;
  }

  /** What the arrival holds goes up. False: nobody speaks the protocol. */
  deliver(protocol: number, now: Instant): boolean {
    const arrival = this.#arrival;
    switch (protocol) {
      case PROTOCOL_TCP: {
        // RFC 9293 §3.9.2.3: a segment for many is dropped (MUST-57).
        if (arrival.toGroup) return true;
        const { words, addressSum, trafficClass, packet, payload, end } = arrival;
        this.#tcp.handleSegment(words, addressSum, trafficClass, packet, payload, end, now);
        return true;
      }
      case PROTOCOL_UDP:
        if (!this.#udp.handleDatagram(arrival)) this.#refusePort(now);
        return true;
      default:
        return arrival.version === 4
          ? this.#deliver4(protocol, now)
          : this.#deliver6(protocol, now);
    }
  }

  #deliver4(protocol: number, now: Instant): boolean {
    const arrival = this.#arrival;
    switch (protocol) {
      case icmp.PROTOCOL_ICMP:
        this.#icmp.handle(arrival, now);
        return true;
      case PROTOCOL_IGMP:
        // Groups hear ourselves too, but the protocol is the link's.
        if (arrival.device !== undefined) this.#links.igmp(arrival.device, arrival, now);
        return true;
      default:
        return false;
    }
  }

  #deliver6(protocol: number, now: Instant): boolean {
    if (protocol !== icmpv6.PROTOCOL_ICMPV6) return false;
    this.#icmpv6.handle(this.#arrival, now);
    return true;
  }

  #refusePort(now: Instant): void {
    const { packet, at, toGroup, version, walk, device } = this.#arrival;
    if (version === 4) {
      const { destinationUnreachable: type } = icmp.TYPE;
      this.#errors.ipv4(packet, at, toGroup, type, icmp.UNREACHABLE.port, 0, now);
      return;
    }
    const { destinationUnreachable: type } = icmpv6.TYPE;
    this.#errors.ipv6(packet, at, walk, toGroup, type, icmpv6.UNREACHABLE.port, 0, now, device);
  }
}
