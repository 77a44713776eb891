/** The addresses of one network that a server gives away, and which of them comes next. */
import { assert } from '../../../base/errors.ts';
import {
  address,
  contains,
  directedBroadcast,
  format,
  type Ipv4Address,
  type Ipv4Prefix,
  network,
} from '../../network/ipv4/address.ts';
import type { Bindings } from './bindings.ts';
import type { Options } from './options.ts';

export interface Reservation {
  /** `clientKey` of the client. */
  readonly client: string;
  /** In the pool's network; it need not lie between `first` and `last`. */
  readonly address: Ipv4Address;
}

export interface PoolConfiguration {
  readonly network: Ipv4Prefix;
  readonly first: Ipv4Address;
  readonly last: Ipv4Address;
  readonly reservations?: readonly Reservation[];
  /** What clients are told besides: routers, name servers. The subnet mask need not be here. */
  readonly options: Options;
}

export class Pool {
  readonly network: Ipv4Prefix;
  readonly options: Options;
  readonly #first: Ipv4Address;
  readonly #last: Ipv4Address;
  readonly #owners = new Map<Ipv4Address, string>();
  readonly #reserved = new Map<string, Ipv4Address>();
  /** Never given: the server's own. */
  readonly #server: Ipv4Address;

  constructor(configuration: PoolConfiguration, server: Ipv4Address) {
    const { network: prefix, first, last, reservations = [] } = configuration;
    assert(first <= last, `the pool from ${format(first)} to ${format(last)} is empty`);
    for (const end of [first, last, ...reservations.map((r) => r.address)]) {
      assert(contains(prefix, end), `${format(end)} is not in its pool's network`);
    }
    this.network = prefix;
    this.options = configuration.options;
    this.#first = first;
    this.#last = last;
    this.#server = server;
    for (const reservation of reservations) {
      this.#owners.set(reservation.address, reservation.client);
      this.#reserved.set(reservation.client, reservation.address);
    }
  }

  /** May `client` have `wanted`, as far as the pool goes? */
  allows(wanted: Ipv4Address, client: string): boolean {
    const reserved = this.#reserved.get(client);
    if (reserved !== undefined) return wanted === reserved;
    return this.#isGivenAway(wanted) && !this.#owners.has(wanted);
  }

  /**
   * RFC 2131 §4.3.1: the address that is reserved or that the client has or had; the one that it would like;
   * one that nobody had yet, the lowest; the one that was given up longest ago.
   */
  choose(client: string, wanted: Ipv4Address, bindings: Bindings): Ipv4Address | undefined {
    const isFree = (a: Ipv4Address | undefined): boolean =>
      a !== undefined && this.allows(a, client) && !bindings.isTaken(a, client);
    const reserved = this.#reserved.get(client);
    if (reserved !== undefined) return isFree(reserved) ? reserved : undefined;
    const had = bindings.of(client, (a) => contains(this.network, a))?.address;
    for (const likely of [had, wanted]) if (isFree(likely)) return likely;
    return this.#fresh(client, bindings) ?? this.#forsaken(client, bindings);
  }

  /** What is passed over is bound, reserved or special: so the search ends soon, however large the pool. */
  #fresh(client: string, bindings: Bindings): Ipv4Address | undefined {
    for (let next: number = this.#first; next <= this.#last; next++) {
      const candidate = address(next);
      if (bindings.at(candidate) === undefined && this.allows(candidate, client)) return candidate;
    }
    return undefined;
  }

  #forsaken(client: string, bindings: Bindings): Ipv4Address | undefined {
    for (const { state, address: candidate } of bindings) {
      if (state === 'FREE' && this.allows(candidate, client)) return candidate;
    }
    return undefined;
  }

  #isGivenAway(a: Ipv4Address): boolean {
    const special =
      this.network.length <= 30 &&
      (a === network(this.network) || a === directedBroadcast(this.network));
    return a >= this.#first && a <= this.#last && a !== this.#server && !special;
  }
}
