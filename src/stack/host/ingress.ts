/** The way up, whole: from a frame or a datagram of our own to who it is for. */
import type { Packet } from '../../base/packet.ts';
import { earliest, type Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import type { Tcp } from '../transport/tcp/tcp.ts';
import { Arrival } from './arrival.ts';
import { Demultiplexer } from './demultiplexer.ts';
import type { EchoSockets } from './echo-sockets.ts';
import { FrameReader } from './ethernet-input.ts';
import { Express } from './express.ts';
import type { Groups } from './groups.ts';
import { IcmpDispatch } from './icmp-dispatch.ts';
import { IcmpErrors } from './icmp-errors.ts';
import { IcmpInput } from './icmp-input.ts';
import { Icmpv6Input } from './icmpv6-input.ts';
import type { Interface } from './interface.ts';
import { Ipv4Forwarding } from './ipv4-forwarding.ts';
import { Ipv4Input } from './ipv4-input.ts';
import { Ipv6Forwarding } from './ipv6-forwarding.ts';
import { Ipv6Input } from './ipv6-input.ts';
import type { Links } from './links.ts';
import type { Machine } from './machine.ts';
import type { Held } from './neighbour-link.ts';
import type { Output } from './output.ts';
import type { HostPath } from './path.ts';
import type { Paths } from './paths.ts';
import type { UdpPorts } from './udp-ports.ts';

/** The parts of a host that take what arrives. */
export interface Uppers {
  readonly machine: Machine;
  readonly groups: Groups;
  readonly links: Links;
  readonly paths: Paths;
  readonly output: Output;
  readonly udp: UdpPorts;
  readonly echoes: EchoSockets;
  readonly tcp: Tcp<HostPath>;
}

export class Ingress {
  readonly #links: Links;
  /** Undefined: all go the ordinary way. */
  readonly #express: Express | undefined;
  readonly #reader = new FrameReader();
  readonly #errors: IcmpErrors;
  readonly #icmp: IcmpInput;
  readonly #icmpv6: Icmpv6Input;
  readonly #ipv4: Ipv4Input;
  readonly #ipv6: Ipv6Input;

  constructor({ machine, groups, links, paths, output, udp, echoes, tcp }: Uppers) {
    const arrival = new Arrival();
    const errors = new IcmpErrors(machine, paths, output);
    const dispatch = new IcmpDispatch(machine, paths, udp, echoes, tcp);
    const icmp = new IcmpInput(machine, paths, output, echoes, dispatch);
    const icmpv6 = new Icmpv6Input(machine, paths, output, echoes, dispatch, links);
    const upward = new Demultiplexer(arrival, errors, links, icmp, icmpv6, udp, tcp);
    const deliver = (protocol: number, now: Instant): boolean => upward.deliver(protocol, now);
    const forward4 = new Ipv4Forwarding(machine, paths, output, errors);
    const forward6 = new Ipv6Forwarding(machine, paths, output, errors, links);
    this.#ipv4 = new Ipv4Input(machine, paths, errors, forward4, groups, arrival, deliver);
    this.#ipv6 = new Ipv6Input(machine, errors, forward6, groups, arrival, deliver);
    if (machine.settings.express) this.#express = new Express(machine, tcp, this.#ipv4);
    this.#links = links;
    this.#errors = errors;
    this.#icmp = icmp;
    this.#icmpv6 = icmpv6;
  }

  handleFrame(device: Interface, packet: Packet, start: number, end: number, now: Instant): void {
    if (!device.up || this.#express?.handle(device, packet, start, end, now) === true) return;
    const reader = this.#reader;
    if (!reader.read(device, packet, start, end)) return;
    switch (reader.type) {
      case TYPE.ipv4:
        this.#ipv4.handle(device, packet, reader.at, reader.end, reader.toGroup, now);
        break;
      case TYPE.ipv6:
        if (!device.carriesIpv6) device.counters.inIgnored += 1;
        else this.#ipv6.handle(device, packet, reader.at, reader.end, reader.toGroup, now);
        break;
      case TYPE.arp:
        this.#links.ipv4(device).handleFrame(packet, reader.at, reader.end, now);
        break;
      default:
        device.counters.inIgnored += 1;
    }
  }

  /** A datagram from ourselves. */
  handleOwn(packet: Packet, at: number, end: number, now: Instant): void {
    const input = packet.view.getUint8(at) >>> 4 === 4 ? this.#ipv4 : this.#ipv6;
    input.handle(undefined, packet, at, end, false, now);
  }

  /** Nobody on the link has the address that it was to go to next. */
  handleUnresolved({ pieces, forwarded }: Held, now: Instant): void {
    const [first] = pieces;
    if (first === undefined) return;
    if (forwarded) this.#errors.hostUnreachable(first, now);
    else if ((first[0] as number) >>> 4 === 4) this.#icmp.handleUnresolved(first, now);
    else this.#icmpv6.handleUnresolved(first, now);
  }

  pollTimeout(): Instant | undefined {
    return earliest(this.#ipv4.pollTimeout(), this.#ipv6.pollTimeout());
  }

  handleTimeout(now: Instant): void {
    this.#ipv4.handleTimeout(now);
    this.#ipv6.handleTimeout(now);
  }
}
