/**
 * The routes of a host: for each prefix those that lead there, the one of the least metric over an
 * interface that is up being in the table. So a lookup is the table's alone.
 */
import { asPacket } from '../../base/packet.ts';
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

interface Alternatives {
  readonly index: number;
  readonly octets: Uint8Array;
  readonly length: number;
  readonly table: RouteTable;
  routes: Route[];
}

export class Routes {
  readonly #ipv4 = new RouteTable(4);
  readonly #ipv6 = new RouteTable(16);
  readonly #byPrefix = new Map<string, Alternatives>();
  /** What the tables' numbers mean. */
  readonly #best: (Route | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#byPrefix.size;
  }

  lookup4(destination: Ipv4Address): Route | undefined {
    const index = this.#ipv4.lookup32(destination);
    return index === NO_ROUTE ? undefined : this.#best[index];
  }

  /** To the IPv6 address at `at` of `octets`. */
  lookup6(octets: DataView, at: number): Route | undefined {
    const index = this.#ipv6.lookup128(octets, at);
    return index === NO_ROUTE ? undefined : this.#best[index];
  }

  lookup(destination: IpAddress): Route | undefined {
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
    if (left.length === 0) {
      this.#byPrefix.delete(key);
      this.#free.push(alternatives.index);
    }
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
      index: this.#free.pop() ?? this.#best.push(undefined) - 1,
      octets: octetsOf(prefix.address),
      length: prefix.length,
      table: isIpv4Prefix(prefix) ? this.#ipv4 : this.#ipv6,
      routes: [],
    };
    this.#byPrefix.set(key, fresh);
    return fresh;
  }

  #choose({ index, octets, length, table, routes }: Alternatives): void {
    const best = routes.find((route) => route.interface.up);
    const before = this.#best[index];
    this.#best[index] = best;
    if (best !== undefined && before === undefined) table.insert(octets, length, index);
    if (best === undefined && before !== undefined) table.remove(octets, length);
  }
}

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
