/**
 * One machine built from the layers: it introduces the protocols to one another, and does no I/O.
 *
 *            TCP · UDP · echo
 *              ▲          │
 *              │          ▼
 *   ingress.ts ┼──────▶ output.ts ──┐ paths.ts: route, neighbour, path MTU
 *     ▲    ▲   forwarding, ICMP     │
 *     │    └──── loopback ──────────┤
 *     │    links.ts: ARP, ND, IGMP, MLD
 *     │                             ▼
 *   handleFrame                 pollFrame
 *
 * What leaves is polled in the order of its weight: control (ARP, ICMP), then datagrams that wait, then
 * TCP's segments, which are made the moment that they can leave.
 *
 * Invariants:
 *   (1) All that waits is bounded, and what finds no room is counted.
 *   (2) One call of `pollFrame` delivers at most `TURNS_MAX` datagrams from the host to itself.
 */
import { assert, EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import type { Packet } from '../../base/packet.ts';
import { seededRng } from '../../base/random.ts';
import { earliest, type Instant, START } from '../../base/time.ts';
import { ALL_SYSTEMS } from '../network/igmp/address.ts';
import {
  format,
  type IpAddress,
  type IpPrefix,
  isMulticast,
  toWords,
  version,
} from '../network/ip/address.ts';
import { ALL_NODES, ALL_ROUTERS } from '../network/nd/address.ts';
import type { RouterAdvertisement } from '../network/nd/message.ts';
import {
  type ConnectionOptions,
  configOf,
  type ListenOptions,
  type TcpConfig,
} from '../transport/tcp/config.ts';
import type { Connection } from '../transport/tcp/connection.ts';
import type { TcpCounters } from '../transport/tcp/counters.ts';
import type { Listener } from '../transport/tcp/listener.ts';
import { Tcp } from '../transport/tcp/tcp.ts';
import { Addressing, type AddressOptions } from './addressing.ts';
import type { HostCounters } from './counters.ts';
import type { Driven } from './driven.ts';
import type { EchoOptions, EchoSocket } from './echo-socket.ts';
import { EchoSockets } from './echo-sockets.ts';
import type { HostEvent } from './events.ts';
import { Groups } from './groups.ts';
import { Ingress } from './ingress.ts';
import { Interface, type InterfaceOptions } from './interface.ts';
import { Links } from './links.ts';
import { Machine } from './machine.ts';
import { type Frame, Output, PAYLOAD_AT } from './output.ts';
import type { HostPath } from './path.ts';
import { Paths } from './paths.ts';
import { networkOf } from './routes.ts';
import { assertPort, UdpPorts } from './udp-ports.ts';
import type { UdpOptions, UdpSocket } from './udp-socket.ts';

export interface HostOptions {
  /** Of all chance: the same seed and the same frames give the same octets. */
  readonly seed: number;
  /** Passes on what is for others: a router. */
  readonly forwarding?: boolean;
  /** TTL and hop limit (MUST-49 of RFC 9293); 64 unless told otherwise. */
  readonly timeToLive?: number;
  /** A router tells hosts on its own link of a better first hop; so unless told otherwise. */
  readonly sendRedirects?: boolean;
  /** Segments go a short way up where they can; so unless told otherwise, and but for time all is the same without. */
  readonly express?: boolean;
  readonly tcp?: Partial<TcpConfig>;
}

export interface ConnectOptions extends Partial<ConnectionOptions> {
  /** The address and port to connect from; chosen unless told. */
  readonly local?: IpAddress;
  readonly localPort?: number;
  readonly interface?: number;
}

export interface RouteOptions {
  readonly gateway?: IpAddress;
  /** Without it, that over which the gateway is on the link. */
  readonly interface?: number;
  /** Less is better; 1 unless told otherwise, 0 being that of what is on the link. */
  readonly metric?: number;
}

/** What `pollEvent` gives: an event, or who has something new. */
export type News = HostEvent | UdpSocket | EchoSocket | Connection<HostPath> | Listener<HostPath>;

/** A connection of the host with itself has two ends that may both have something to say, again and again. */
const TURNS_MAX = 64;

export class Host implements Driven {
  readonly #machine: Machine;
  readonly #addressing: Addressing;
  readonly #groups: Groups;
  readonly #links: Links;
  readonly #paths: Paths;
  readonly #output: Output;
  readonly #udp: UdpPorts;
  readonly #echoes: EchoSockets;
  readonly #tcp: Tcp<HostPath>;
  readonly #ingress: Ingress;
  readonly frame: Frame;
  /** More is to be done at once, and a call was long enough. */
  #unfinished = false;
  #slowTimeout: Instant | undefined;

  constructor(options: HostOptions) {
    const { forwarding = false, timeToLive = 64, sendRedirects = true, express = true } = options;
    const settings = { forwarding, timeToLive, sendRedirects, express };
    const machine = new Machine(settings, seededRng(options.seed));
    const groups = new Groups();
    const links = new Links(machine, groups, {
      unreachable: (held, now) => this.#ingress.handleUnresolved(held, now),
      claim: (own, event, now) => this.#addressing.handleClaim(own, event, now),
      address: (device, event, now) => this.#addressing.handleEvent(device, event, now),
    });
    const paths = new Paths(machine, links);
    const output = new Output(machine, paths, links);
    const udp = new UdpPorts(machine, paths, output);
    const echoes = new EchoSockets(machine, paths, output);
    const network = {
      pathTo: (words: Int32Array) => paths.between(words),
      confirm: (path: HostPath, now: Instant) => paths.confirm(path, now),
      doubt: (path: HostPath, now: Instant) => paths.doubt(path, now),
    };
    const tcp = new Tcp(configOf(options.tcp), network, seededRng(machine.rng.next()));
    this.#machine = machine;
    this.#groups = groups;
    this.#links = links;
    this.#addressing = new Addressing(machine, links);
    this.#paths = paths;
    this.#output = output;
    this.#udp = udp;
    this.#echoes = echoes;
    this.#tcp = tcp;
    this.#ingress = new Ingress({ machine, groups, links, paths, output, udp, echoes, tcp });
    this.frame = output.frame;
  }

  get counters(): HostCounters {
    return this.#machine.counters;
  }

  get tcpCounters(): Readonly<TcpCounters> {
    return this.#tcp.counters;
  }

  get interfaces(): readonly Interface[] {
    return this.#machine.interfaces;
  }

  /** Its index. Its link is up until `setLink` says otherwise. */
  addInterface(options: InterfaceOptions): number {
    const index = this.#machine.interfaces.length;
    const device = new Interface(index, options);
    this.#machine.interfaces.push(device);
    this.#links.add(device);
    this.#groups.join(device, ALL_SYSTEMS);
    this.#groups.join(device, ALL_NODES);
    return index;
  }

  setLink(interfaceIndex: number, up: boolean, now: Instant): void {
    const device = this.#interface(interfaceIndex);
    if (device.up === up) return;
    device.up = up;
    this.#machine.routes.handleLink();
    this.#machine.generation += 1;
    this.#machine.tell({ kind: 'link', interface: interfaceIndex, up });
    if (!up) return;
    this.#links.handleLinkUp(device, now);
    this.#addressing.handleLinkUp(device, now);
  }

  /** @throws UsageError unusable-address, address-in-use, no-such-interface */
  addAddress(
    interfaceIndex: number,
    prefix: IpPrefix,
    now: Instant,
    options: AddressOptions = {},
  ): void {
    this.#addressing.add(this.#interface(interfaceIndex), prefix, options, now);
  }

  /** False when the interface does not have it. */
  removeAddress(interfaceIndex: number, address: IpAddress, now: Instant): boolean {
    return this.#addressing.remove(this.#interface(interfaceIndex), address, now);
  }

  /** A link-local address, tested first; if `autoconfigure` also what routers advertise (RFC 4862). */
  startIpv6(interfaceIndex: number, now: Instant, { autoconfigure = true } = {}): void {
    this.#links.ipv6(this.#interface(interfaceIndex)).start(autoconfigure, now);
  }

  /** As a router: what the interface advertises from now on; undefined: nothing more. */
  advertise(
    interfaceIndex: number,
    advertisement: RouterAdvertisement | undefined,
    now: Instant,
  ): void {
    const device = this.#interface(interfaceIndex);
    if (!this.#groups.isMember(device, ALL_ROUTERS)) this.#links.join(device, ALL_ROUTERS, now);
    this.#links.ipv6(device).advertise(advertisement, now);
  }

  /** Addresses in use, those that are still being asked for left out. */
  addressesOf(interfaceIndex: number): readonly IpPrefix[] {
    return this.#machine.addresses
      .of(this.#interface(interfaceIndex))
      .filter(({ state }) => state !== 'tentative')
      .map(({ address, prefixLength: length }) => ({ address, length }) as IpPrefix);
  }

  /** Without an interface, that over which the gateway is on the link. @throws UsageError bad-route */
  addRoute(prefix: IpPrefix, options: RouteOptions): void {
    const { gateway, interface: index, metric = 1 } = options;
    const device =
      index === undefined
        ? gateway && this.#machine.routes.lookup(gateway)?.interface
        : this.#interface(index);
    const versions = gateway === undefined || version(gateway) === version(prefix.address);
    if (device === undefined || !versions) {
      throw new UsageError('bad-route', 'the gateway is on no link of this host');
    }
    const network = { address: networkOf(prefix), length: prefix.length } as IpPrefix;
    this.#machine.routes.add({ prefix: network, interface: device, gateway, metric });
    this.#machine.generation += 1;
  }

  /** All routes to `prefix`, or those over one interface. How many these were. */
  removeRoute(prefix: IpPrefix, interfaceIndex?: number): number {
    this.#machine.generation += 1;
    return this.#machine.routes.remove(
      prefix,
      (route) => interfaceIndex === undefined || route.interface.index === interfaceIndex,
    );
  }

  /** Each join wants a leave. @throws UsageError not-a-group, too-many-groups */
  join(interfaceIndex: number, group: IpAddress, now: Instant): void {
    if (!isMulticast(group)) throw new UsageError('not-a-group', 'that is no group');
    if (this.#links.join(this.#interface(interfaceIndex), group, now)) return;
    throw new UsageError('too-many-groups', 'the interface is in too many groups');
  }

  leave(interfaceIndex: number, group: IpAddress, now: Instant): void {
    this.#links.leave(this.#interface(interfaceIndex), group, now);
  }

  /**
   * Begins a TCP connection; what becomes of it `pollEvent` tells.
   * @throws NetlabError no-route; UsageError bad-address, bad-port, address-in-use, no-free-port,
   * too-many-connections
   */
  connect(
    remote: IpAddress,
    port: number,
    options: ConnectOptions,
    now: Instant,
  ): Connection<HostPath> {
    const { local, localPort = 0, interface: index, ...others } = options;
    assertPort(port, 1);
    assertPort(localPort, 0);
    const bound = index === undefined ? undefined : this.#interface(index);
    this.#machine.now = now;
    const details = { address: format(remote) };
    if (!this.#paths.isConnectable(remote)) {
      throw new UsageError('bad-address', `${details.address} is no one host`, details);
    }
    const path = this.#paths.to(remote, local, bound);
    if (path === undefined) {
      const message = `no route leads to ${details.address}`;
      throw new NetlabError('no-route', EXIT.boardFault, message, details);
    }
    return this.#tcp.connect(path, path.words, localPort, port, others, now);
  }

  /** `local` undefined: every address. @throws UsageError address-in-use, bad-port */
  listen(
    local: IpAddress | undefined,
    port: number,
    options: Partial<ListenOptions> = {},
  ): Listener<HostPath> {
    assertPort(port, 0);
    return this.#tcp.listen(local && toWords(local), port, options);
  }

  /** @throws UsageError address-in-use, no-free-port, bad-port */
  openUdp(local: IpAddress | undefined, port: number, options: UdpOptions = {}): UdpSocket {
    return this.#udp.open(local, port, options);
  }

  openEcho(remote: IpAddress, options: EchoOptions = {}): EchoSocket {
    return this.#echoes.open(remote, options);
  }

  /** What changed since it was last asked: a socket once, until it changes again. */
  pollEvent(): News | undefined {
    return this.#machine.news.poll() ?? this.#tcp.pollEvent();
  }

  handleFrame(
    interfaceIndex: number,
    packet: Packet,
    start: number,
    end: number,
    now: Instant,
  ): void {
    const device = this.#machine.interfaces[interfaceIndex];
    assert(device !== undefined, `there is no interface ${interfaceIndex}`);
    this.#machine.now = now;
    this.#ingress.handleFrame(device, packet, start, end, now);
  }

  pollFrame(now: Instant): boolean {
    const { control, data, loopback, interfaces } = this.#machine;
    this.#machine.now = now;
    this.#unfinished = false;
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const slot = control.poll() ?? data.poll();
      if (slot !== undefined) {
        const { frame } = this;
        frame.interface = slot.interface;
        frame.packet = slot.packet;
        frame.start = slot.start;
        frame.end = slot.end;
        return this.#counted(interfaces);
      }
      const own = loopback.poll();
      if (own !== undefined) {
        this.#ingress.handleOwn(own.packet, own.start, own.end, now);
      } else {
        const length = this.#tcp.pollSegment(this.#output.scratch, PAYLOAD_AT, now);
        if (length === 0) return false;
        if (this.#transmitSegment(length, now)) return this.#counted(interfaces);
      }
    }
    this.#unfinished = true;
    return false;
  }

  pollTimeout(): Instant | undefined {
    if (this.#unfinished) return START;
    return earliest(this.#tcp.pollTimeout(), this.#slow());
  }

  handleTimeout(now: Instant): void {
    this.#machine.now = now;
    const due = this.#tcp.pollTimeout();
    if (due !== undefined && due <= now) this.#tcp.handleTimeout(now);
    const slow = this.#slow();
    if (slow === undefined || slow > now) return;
    this.#machine.timersMoved = true;
    this.#ingress.handleTimeout(now);
    this.#links.handleTimeout(now);
  }

  /** When a machine other than TCP has something to do: looked for again only when one may have moved. */
  #slow(): Instant | undefined {
    if (!this.#machine.timersMoved) return this.#slowTimeout;
    this.#machine.timersMoved = false;
    this.#slowTimeout = earliest(this.#ingress.pollTimeout(), this.#links.pollTimeout());
    return this.#slowTimeout;
  }

  #counted(interfaces: readonly Interface[]): true {
    const { frame } = this;
    const { counters } = interfaces[frame.interface] as Interface;
    counters.outFrames += 1;
    counters.outOctets += frame.end - frame.start;
    return true;
  }

  /** True when `frame` is to be sent. */
  #transmitSegment(length: number, now: Instant): boolean {
    const { outgoing } = this.#tcp;
    const path = outgoing.path ?? this.#paths.answer(outgoing.addresses);
    if (path === undefined) return false;
    const { trafficClass } = outgoing;
    return this.#output.transmit(path, length, trafficClass, now);
  }

  #interface(index: number): Interface {
    const device = this.#machine.interfaces[index];
    if (device === undefined) {
      throw new UsageError('no-such-interface', `there is no interface ${index}`, { index });
    }
    return device;
  }
}
