/**
 * Hosts and routers joined by links, each link a network with an IPv4 and an IPv6 prefix of its own, and
 * the shortest ways between all of them as routes.
 *
 *   network n:  10.(n / 256).(n % 256).0/24   and   fd00:0:0:n::/64;   the k-th that joins it has .k and ::k
 *
 * A link too narrow for IPv6 has no IPv6.
 */
import { assert } from '../base/errors.ts';
import { Host, type HostOptions } from '../stack/host/host.ts';
import type { IpPrefix } from '../stack/network/ip/address.ts';
import { address, type Ipv4Address } from '../stack/network/ipv4/address.ts';
import type { Ipv6Address } from '../stack/network/ipv6/address.ts';
import { MTU_MIN as MTU_MIN_IPV6 } from '../stack/network/ipv6/header.ts';
import type { Link, LinkOptions } from './link.ts';
import type { End, Seat } from './seat.ts';
import type { Simulation } from './simulation.ts';
import { Switch } from './switch.ts';

export interface TopologyLink extends LinkOptions {
  /** Of both interfaces; 1500 unless told otherwise. */
  readonly mtu?: number;
}

/** The octets of a host's or router's options that a topology does not set itself. */
export type PlaceOptions = Omit<HostOptions, 'seed'>;

/** A host or router in a simulation. */
export interface Place {
  readonly name: string;
  readonly host: Host;
  readonly seat: Seat;
  /** Of its first interface. */
  readonly address: Ipv4Address;
  readonly address6: Ipv6Address;
}

interface Membership {
  readonly network: number;
  readonly interface: number;
  /** Which of the network's addresses is its own. */
  readonly member: number;
}

class Member implements Place {
  readonly name: string;
  readonly host: Host;
  readonly seat: Seat;
  readonly router: boolean;
  readonly memberships: Membership[] = [];

  constructor(name: string, host: Host, seat: Seat, router: boolean) {
    this.name = name;
    this.host = host;
    this.seat = seat;
    this.router = router;
  }

  get address(): Ipv4Address {
    return address4(this.#first.network, this.#first.member);
  }

  get address6(): Ipv6Address {
    return address6(this.#first.network, this.#first.member);
  }

  get #first(): Membership {
    const [first] = this.memberships;
    assert(first !== undefined, `${this.name} has no link`);
    return first;
  }
}

const address4 = (network: number, member: number): Ipv4Address =>
  address(0x0a00_0000 + network * 256 + member);

function address6(network: number, member: number): Ipv6Address {
  const octets = new Uint8Array(16);
  octets.set([0xfd, 0, 0, 0, 0, 0, network >> 8, network & 0xff]);
  octets[15] = member;
  return octets;
}

const prefix4 = (network: number, member: number): IpPrefix => ({
  address: address4(network, member),
  length: 24,
});

const prefix6 = (network: number, member: number): IpPrefix => ({
  address: address6(network, member),
  length: 64,
});

interface Network {
  readonly mtu: number;
  readonly members: Member[];
}

const hasIpv6 = ({ mtu }: Network): boolean => mtu >= MTU_MIN_IPV6;

const hardware = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, n >> 8, n & 0xff);

export class Topology {
  readonly simulation: Simulation;
  readonly #members: Member[] = [];
  readonly #networks: Network[] = [];
  #interfaces = 0;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  host(name: string, options: PlaceOptions = {}): Place {
    return this.#add(name, { ...options, forwarding: false });
  }

  router(name: string, options: PlaceOptions = {}): Place {
    return this.#add(name, { ...options, forwarding: true });
  }

  /** Joins two by a network of their own. */
  link(first: Place, second: Place, options: TopologyLink = {}): Link {
    const network = this.#addNetwork(options.mtu);
    const ends = [first, second].map((place) => this.#join(place, network));
    const [one, other] = ends;
    assert(one !== undefined && other !== undefined, 'a link has two ends');
    return this.simulation.connect(one, other, options);
  }

  /** Joins all by a switch: one network, a link for each. */
  segment(name: string, places: readonly Place[], options: TopologyLink = {}): Link[] {
    const network = this.#addNetwork(options.mtu);
    const seat = this.simulation.add(name, new Switch(places.length));
    return places.map((place, port) =>
      this.simulation.connect(this.#join(place, network), { seat, interface: port }, options),
    );
  }

  /** Gives all the routes that they need, when all links are made. */
  route(): this {
    for (const member of this.#members) this.#routesOf(member);
    return this;
  }

  #add(name: string, options: PlaceOptions & { forwarding: boolean }): Place {
    const host = new Host({ ...options, seed: this.simulation.newSeed() });
    const seat = this.simulation.add(name, host);
    const member = new Member(name, host, seat, options.forwarding);
    this.#members.push(member);
    return member;
  }

  #join(place: Place, network: number): End {
    assert(place instanceof Member, 'places are made here');
    const { host, seat } = place;
    const number = ++this.#interfaces;
    const name = `eth${place.memberships.length}`;
    const joined = this.#network(network);
    const index = host.addInterface({ name, hardware: hardware(number), mtu: joined.mtu });
    const member = joined.members.push(place);
    const { now } = this.simulation;
    host.addAddress(index, prefix4(network, member), now, { detect: false });
    if (hasIpv6(joined)) host.addAddress(index, prefix6(network, member), now, { detect: false });
    place.memberships.push({ network, interface: index, member });
    return { seat, interface: index };
  }

  /** To each network that it is not in, over the nearest router: breadth first, the older one of two as near. */
  #routesOf(member: Member): void {
    const seen = new Set(member.memberships.map((m) => m.network));
    const ways = member.memberships.flatMap((m) =>
      this.#routersOf(m.network, member).map((router) => ({ router, by: router, over: m })),
    );
    for (const { router, by, over } of ways) {
      for (const { network } of router.memberships) {
        if (seen.has(network)) continue;
        seen.add(network);
        this.#route(member, network, by, over);
        for (const next of this.#routersOf(network, router)) ways.push({ router: next, by, over });
      }
    }
  }

  #routersOf(network: number, except: Member): Member[] {
    return this.#network(network).members.filter((m) => m.router && m !== except);
  }

  #route(member: Member, network: number, by: Member, over: Membership): void {
    const gateway = by.memberships.find((m) => m.network === over.network);
    assert(gateway !== undefined, 'the first router is a neighbour');
    const { host } = member;
    const index = over.interface;
    const via4 = address4(over.network, gateway.member);
    host.addRoute(prefix4(network, 0), { gateway: via4, interface: index });
    if (!hasIpv6(this.#network(network)) || !hasIpv6(this.#network(over.network))) return;
    const via6 = address6(over.network, gateway.member);
    host.addRoute(prefix6(network, 0), { gateway: via6, interface: index });
  }

  #addNetwork(mtu = 1500): number {
    return this.#networks.push({ mtu, members: [] }) - 1;
  }

  #network(index: number): Network {
    const network = this.#networks[index];
    assert(network !== undefined, 'networks are made here');
    return network;
  }
}

export interface Line {
  readonly topology: Topology;
  readonly first: Place;
  readonly last: Place;
  readonly routers: readonly Place[];
  /** From the first to the last. */
  readonly links: readonly Link[];
}

/** Two hosts with routers between them, as many as one less than there are links. */
export function line(
  simulation: Simulation,
  links: readonly TopologyLink[],
  options: PlaceOptions = {},
): Line {
  const topology = new Topology(simulation);
  const first = topology.host('first', options);
  const routers = links.slice(1).map((_, i) => topology.router(`router ${i + 1}`));
  const last = topology.host('last', options);
  const places = [first, ...routers, last];
  const made = links.map((link, i) => {
    const [from, to] = [places[i], places[i + 1]];
    assert(from !== undefined && to !== undefined, 'there is one place more than there are links');
    return topology.link(from, to, link);
  });
  topology.route();
  return { topology, first, last, routers, links: made };
}

export interface Dumbbell {
  readonly topology: Topology;
  readonly pairs: readonly { readonly left: Place; readonly right: Place }[];
  /** From the left to the right. */
  readonly bottleneck: Link;
}

/** Pairs of hosts that share one link between two routers: `access` is each pair's link to the left one. */
export function dumbbell(
  simulation: Simulation,
  access: readonly TopologyLink[],
  bottleneck: TopologyLink,
  options: PlaceOptions = {},
): Dumbbell {
  const topology = new Topology(simulation);
  const [near, far] = [topology.router('left router'), topology.router('right router')];
  const shared = topology.link(near, far, bottleneck);
  const pairs = access.map((link, i) => {
    const left = topology.host(`left ${i + 1}`, options);
    const right = topology.host(`right ${i + 1}`, options);
    topology.link(left, near, link);
    topology.link(far, right);
    return { left, right };
  });
  topology.route();
  return { topology, pairs, bottleneck: shared };
}

/** Hosts at one switch. */
export function star(
  simulation: Simulation,
  hosts: number,
  link: TopologyLink = {},
  options: PlaceOptions = {},
): { topology: Topology; hosts: readonly Place[]; links: readonly Link[] } {
  const topology = new Topology(simulation);
  const places = Array.from({ length: hosts }, (_, i) => topology.host(`host ${i + 1}`, options));
  const links = topology.segment('switch', places, link);
  return { topology, hosts: places, links };
}
