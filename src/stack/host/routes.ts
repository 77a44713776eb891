/**
 * The routes of a host: for each prefix those that lead there, the one of the least metric over an
 * interface that is up being in the table. What the table has for a prefix is not its route but its way, of
 * which there are as many as gateways: a lookup among 100,000 routes then ends in the cache.
 */
import { asPacket } from '../../base/packet.ts';
import { type Instant, START } from '../../base/time.ts';
import {
  format,
  type IpAddress,
  type IpPrefix,
  isIpv4,
  isIpv4Prefix,
  octetsOf,
} from '../network/ip/address.ts';
import { type Ipv4Address, mask } from '../network/ipv4/address.ts';
import { NO_ROUTE, RouteTable } from '../network/route/table.ts';
import type { Interface } from './interface.ts';

export interface Route {
  readonly prefix: IpPrefix;
  readonly interface: Interface;
  /** Undefined: the destination itself is on the link. */
  readonly gateway: IpAddress | undefined;
  /** Less is better. */
  readonly metric: number;
}

/** Where routes lead: shared by all that have interface and gateway in common. */
export interface Way {
  readonly interface: Interface;
  /** Undefined: the destination itself is on the link. */
  readonly gateway: IpAddress | undefined;
  /** Of routes for all that no other covers. */
  readonly isDefault: boolean;
  /** What `Paths` found of the gateway, good while `generation` and `until` say so. */
  hardware: Uint8Array | undefined;
  generation: number;
  until: Instant;
}

interface Alternatives {
  /** What the table has for the prefix; `NO_ROUTE` while none of the routes is any good. */
  way: number;
  readonly octets: Uint8Array;
  readonly length: number;
  readonly table: RouteTable;
  routes: Route[];
}

export class Routes {
  readonly #ipv4 = new RouteTable(4);
  readonly #ipv6 = new RouteTable(16);
  readonly #byPrefix = new Map<string, Alternatives>();
  readonly #ways = new Ways();

  get size(): number {
    return this.#byPrefix.size;
  }

  lookup4(destination: Ipv4Address): Way | undefined {
    const index = this.#ipv4.lookup32(destination);
    return index === NO_ROUTE ? undefined : this.#ways.at(index);
  }

  /** To the IPv6 address at `at` of `octets`. */
  lookup6(octets: DataView, at: number): Way | undefined {
    const index = this.#ipv6.lookup128(octets, at);
    return index === NO_ROUTE ? undefined : this.#ways.at(index);
  }

  lookup(destination: IpAddress): Way | undefined {
    if (isIpv4(destination)) return this.lookup4(destination);
    return this.lookup6(asPacket(destination).view, 0);
  }

  /** A route takes the place of one to the same prefix over the same interface and gateway. */
  add(route: Route): void {
    const alternatives = this.#alternatives(route.prefix);
    const others = alternatives.routes.filter((other) => !sameWay(other, route));
    // The sort is stable: of equal metrics the older one stays first.
    alternatives.routes = [...others, route].sort((a, b) => a.metric - b.metric);
    this.#choose(alternatives);
  }

  /** Takes out the routes to `prefix` of which `matches` says so. How many these were. */
  remove(prefix: IpPrefix, matches: (route: Route) => boolean): number {
    const key = keyOf(prefix);
    const alternatives = this.#byPrefix.get(key);
    if (alternatives === undefined) return 0;
    const left = alternatives.routes.filter((route) => !matches(route));
    const removed = alternatives.routes.length - left.length;
    alternatives.routes = left;
    this.#choose(alternatives);
    if (left.length === 0) this.#byPrefix.delete(key);
    return removed;
  }

  /** A link went up or down: other routes may be the best now. */
  handleLink(): void {
    for (const alternatives of this.#byPrefix.values()) this.#choose(alternatives);
  }

  all(): readonly Route[] {
    return [...this.#byPrefix.values()].flatMap(({ routes }) => routes);
  }

  #alternatives(prefix: IpPrefix): Alternatives {
    const key = keyOf(prefix);
    const known = this.#byPrefix.get(key);
    if (known !== undefined) return known;
    const fresh: Alternatives = {
      way: NO_ROUTE,
      octets: octetsOf(prefix.address),
      length: prefix.length,
      table: isIpv4Prefix(prefix) ? this.#ipv4 : this.#ipv6,
      routes: [],
    };
    this.#byPrefix.set(key, fresh);
    return fresh;
  }

  #choose(alternatives: Alternatives): void {
    const { octets, length, table, routes, way: before } = alternatives;
    const best = routes.find((route) => route.interface.up);
    const way = best === undefined ? NO_ROUTE : this.#ways.take(best);
    if (way !== NO_ROUTE) table.insert(octets, length, way);
    else if (before !== NO_ROUTE) table.remove(octets, length);
    if (before !== NO_ROUTE) this.#ways.give(before);
    alternatives.way = way;
  }
}

/** The ways that routes lead, each kept as long as one does. */
class Ways {
  readonly #ways: (Way | undefined)[] = [];
  readonly #users: number[] = [];
  readonly #byName = new Map<string, number>();
  readonly #free: number[] = [];

  at(index: number): Way | undefined {
    return this.#ways[index];
  }

  take({ interface: device, gateway, prefix }: Route): number {
    const isDefault = prefix.length === 0;
    const name = wayName({ interface: device, gateway, isDefault });
    let index = this.#byName.get(name);
    if (index === undefined) {
      index = this.#free.pop() ?? this.#ways.length;
      const fresh = { hardware: undefined, generation: -1, until: START };
      this.#ways[index] = { interface: device, gateway, isDefault, ...fresh };
      this.#users[index] = 0;
      this.#byName.set(name, index);
    }
    this.#users[index] = (this.#users[index] as number) + 1;
    return index;
  }

  give(index: number): void {
    const users = (this.#users[index] as number) - 1;
    this.#users[index] = users;
    const way = this.#ways[index];
    if (users > 0 || way === undefined) return;
    this.#byName.delete(wayName(way));
    this.#ways[index] = undefined;
    this.#free.push(index);
  }
}

const wayName = ({
  interface: device,
  gateway,
  isDefault,
}: Pick<Way, 'interface' | 'gateway' | 'isDefault'>): string =>
  `${device.index} ${nameOf(gateway)} ${isDefault}`;

const sameWay = (a: Route, b: Route): boolean =>
  a.interface === b.interface && nameOf(a.gateway) === nameOf(b.gateway);

const nameOf = (gateway: IpAddress | undefined): string =>
  gateway === undefined ? '' : format(gateway);

const keyOf = (prefix: IpPrefix): string => `${format(networkOf(prefix))}/${prefix.length}`;

/** The prefix's own address, all its host bits zero. */
export function networkOf(prefix: IpPrefix): IpAddress {
  if (isIpv4Prefix(prefix)) return ((prefix.address & mask(prefix.length)) >>> 0) as Ipv4Address;
  return prefix.address.map((octet, i) => {
    const left = prefix.length - 8 * i;
    return left >= 8 ? octet : octet & (left <= 0 ? 0 : 0xff00 >>> left);
  });
}
