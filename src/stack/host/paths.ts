/**
 * The paths of a host, one for each pair of addresses, and how each is found: route, next hop, neighbour,
 * path MTU. What was found is used for a second, or until the machine's generation says that it is
 * doubtful; so a segment costs two comparisons.
 *
 * Invariant: at most `PATHS_MAX` are kept here. One that was pushed out still serves who holds it.
 */
import { after, type Instant, seconds, since } from '../../base/time.ts';
import { BROADCAST } from '../datalink/ethernet/address.ts';
import {
  type IpAddress,
  isIpv4,
  isLoopback,
  isMulticast,
  isUnspecified,
  version,
  WORDS,
  writeWords,
} from '../network/ip/address.ts';
import { type Ipv4Address, LIMITED_BROADCAST, UNSPECIFIED } from '../network/ipv4/address.ts';
import { type Ipv6Address, isLinkLocal, multicastHardware } from '../network/ipv6/address.ts';
import { MTU_MIN as IPV6_MTU_MIN } from '../network/ipv6/header.ts';
import { key } from '../network/nd/address.ts';
import { PathMtuCache } from '../network/path-mtu/cache.ts';
import { ipv4MulticastHardware } from './groups.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { NeighbourLink } from './neighbour-link.ts';
import { HostPath } from './path.ts';
import type { Way } from './routes.ts';
import { chooseSource } from './source-address.ts';

const PATHS_MAX = 1 << 14;
/** How long a way is used before it is looked at again, so that neighbours are polled when they are stale. */
const FRESH = seconds(1);
/** RFC 4861 §7.3.1 wants to hear of progress, not of every segment. */
const CONFIRM_INTERVAL = seconds(1);
/** What BSD gives its loopback interface: in a slot of it a datagram is not too large to keep. */
export const LOOPBACK_MTU = 16384;
/** No router names less with good intentions; Linux's net.ipv4.route.min_pmtu. */
const IPV4_PATH_MTU_MIN = 552;

export interface Neighbours {
  ipv4(device: Interface): NeighbourLink<Ipv4Address>;
  ipv6(device: Interface): Ipv6Link;
}

export interface Ipv6Link extends NeighbourLink<Ipv6Address> {
  /** What routers and redirects told of the way to `destination`. */
  nextHop(destination: Ipv6Address, now: Instant): Ipv6Address | undefined;
}

export interface Hop {
  readonly interface: Interface;
  readonly nextHop: IpAddress;
}

export class Paths {
  readonly #machine: Machine;
  readonly #neighbours: Neighbours;
  readonly #paths = new Map<string, HostPath>();
  readonly #ipv4Mtu = new PathMtuCache<number>(IPV4_PATH_MTU_MIN);
  readonly #ipv6Mtu = new PathMtuCache<string>(IPV6_MTU_MIN);

  constructor(machine: Machine, neighbours: Neighbours) {
    this.#machine = machine;
    this.#neighbours = neighbours;
  }

  get size(): number {
    return this.#paths.size;
  }

  /** The path between the addresses in `words`, local then remote; undefined when no route leads there. */
  between(words: Int32Array, bound?: Interface): HostPath | undefined {
    const id = `${bound?.index ?? ''}:${words.join()}`;
    const known = this.#paths.get(id);
    if (known !== undefined) return known;
    const path = this.#make(words, bound);
    if (path === undefined) return undefined;
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size < PATHS_MAX) break;
      this.#paths.delete(oldest);
    }
    this.#paths.set(id, path);
    return path;
  }

  /** The path to `remote`, from `local` or the address that suits best. */
  to(remote: IpAddress, local?: IpAddress, bound?: Interface): HostPath | undefined {
    const words = this.#wordsOf(remote, local, bound);
    return words && this.between(words, bound);
  }

  /**
   * As `to`, for one answer to whoever asks: the path is not kept, so that strangers do not push out the
   * paths of those with whom we speak.
   */
  once(remote: IpAddress, local?: IpAddress, device?: Interface): HostPath | undefined {
    // An address of one link alone is answered there.
    const bound = !isIpv4(remote) && isLinkLocal(remote) ? device : undefined;
    const words = this.#wordsOf(remote, local, bound);
    return words && this.answer(words, bound);
  }

  /** The path of an answer from the first address in `words` to the second; not kept either. */
  answer(words: Int32Array, bound?: Interface): HostPath | undefined {
    const known = this.#paths.get(`${bound?.index ?? ''}:${words.join()}`);
    return known ?? this.#make(words, bound);
  }

  /** Do we send, or did we lately, from one of these addresses to the other? */
  known(words: Int32Array): HostPath | undefined {
    const id = words.join();
    const path = this.#paths.get(`:${id}`);
    if (path !== undefined) return path;
    for (const { index } of this.#machine.interfaces) {
      const bound = this.#paths.get(`${index}:${id}`);
      if (bound !== undefined) return bound;
    }
    return undefined;
  }

  /** MUST-44 of RFC 9293: the local address that goes with `remote`, for who gives none. */
  sourceFor(remote: IpAddress, bound?: Interface): IpAddress | undefined {
    if (this.#isHere(remote)) return remote;
    const hop = this.hopTo(remote, bound);
    if (hop === undefined) return undefined;
    const chosen = chooseSource(this.#machine.addresses, hop.interface, remote, hop.nextHop);
    // Who has no address yet may ask all for one, RFC 2131 §4.1.
    return chosen ?? (remote === LIMITED_BROADCAST ? UNSPECIFIED : undefined);
  }

  /** Where a datagram to `remote`, which is not ours, goes first. */
  hopTo(remote: IpAddress, bound?: Interface): Hop | undefined {
    const route = this.#machine.routes.lookup(remote);
    if (isMulticast(remote) || remote === LIMITED_BROADCAST) {
      // No gateway passes it on: a route tells its interface, and a host of one link needs none.
      const device = bound ?? route?.interface ?? this.#machine.interfaces.find(({ up }) => up);
      return device?.up === true ? { interface: device, nextHop: remote } : undefined;
    }
    if (bound !== undefined) return this.#boundHopTo(remote, bound, route);
    // A route by hand is better than what routers say, and that than a default by hand.
    if (route !== undefined && !route.isDefault) return hopOf(route, remote);
    const told = isIpv4(remote) ? undefined : this.#toldHopTo(remote);
    return told ?? (route && hopOf(route, remote));
  }

  #boundHopTo(remote: IpAddress, bound: Interface, route: Way | undefined): Hop | undefined {
    if (!bound.up) return undefined;
    if (route?.interface === bound) return hopOf(route, remote);
    const told = isIpv4(remote)
      ? undefined
      : this.#neighbours.ipv6(bound).nextHop(remote, this.#machine.now);
    return { interface: bound, nextHop: told ?? remote };
  }

  #toldHopTo(remote: Ipv6Address): Hop | undefined {
    const linkLocal = isLinkLocal(remote);
    for (const device of this.#machine.interfaces) {
      if (!device.up) continue;
      // Which link's an address of one link is nobody said: the first that speaks IPv6.
      if (linkLocal && !this.#machine.addresses.of(device).some(isIpv6)) continue;
      const nextHop = this.#neighbours.ipv6(device).nextHop(remote, this.#machine.now);
      if (nextHop !== undefined) return { interface: device, nextHop };
    }
    return undefined;
  }

  /** Makes `path` fit for use now, if it is not. */
  use(path: HostPath, now: Instant): void {
    if (path.generation !== this.#machine.generation || now >= path.until) this.refresh(path, now);
  }

  refresh(path: HostPath, now: Instant): void {
    const { remote } = path;
    path.generation = this.#machine.generation;
    path.until = after(now, FRESH);
    path.hardware = undefined;
    path.front = undefined;
    path.interface = undefined;
    path.way = 'none';
    path.timeToLive = this.#machine.settings.timeToLive;
    if (!this.#isHere(path.local) && !isUnspecified(path.local)) return;
    if (this.#isHere(remote)) {
      path.way = 'loopback';
      path.mtu = LOOPBACK_MTU;
      return;
    }
    // RFC 1122 §3.2.1.3 (g): 127/8 is not seen outside, as a source either.
    const hop = isLoopback(path.local) ? undefined : this.hopTo(remote, path.bound);
    if (hop === undefined || (path.version === 6 && !hop.interface.carriesIpv6)) return;
    path.way = 'frame';
    path.interface = hop.interface;
    path.nextHop = hop.nextHop;
    const { mtu, ipv6Mtu, hopLimit } = hop.interface;
    path.mtu = this.#mtuTo(remote, path.version === 4 ? mtu : ipv6Mtu, now);
    if (path.version === 6) path.timeToLive = hopLimit ?? path.timeToLive;
    path.hardware = this.hardwareOf(hop.interface, remote, hop.nextHop, now);
    if (path.hardware === undefined) path.until = now;
  }

  /** Where the frame goes; undefined while the neighbour is not known. */
  hardwareOf(
    device: Interface,
    remote: IpAddress,
    nextHop: IpAddress,
    now: Instant,
  ): Uint8Array | undefined {
    if (isIpv4(nextHop)) {
      if (isMulticast(remote)) return ipv4MulticastHardware(nextHop);
      if (this.isBroadcast(device, nextHop)) return BROADCAST;
      return this.#neighbours.ipv4(device).lookup(nextHop, now);
    }
    if (isMulticast(remote)) return multicastHardware(nextHop);
    return this.#neighbours.ipv6(device).lookup(nextHop, now);
  }

  /** As `hardwareOf`, of a route's gateway, and kept as long as the way of a path. */
  hardwareOfGateway(way: Way, now: Instant): Uint8Array | undefined {
    const { generation } = this.#machine;
    if (way.generation === generation && now < way.until) return way.hardware;
    const { gateway, interface: device } = way;
    way.hardware = gateway && this.hardwareOf(device, gateway, gateway, now);
    way.generation = generation;
    way.until = way.hardware === undefined ? now : after(now, FRESH);
    return way.hardware;
  }

  isBroadcast(device: Interface, address: Ipv4Address): boolean {
    if (address === LIMITED_BROADCAST) return true;
    for (const { broadcast } of this.#machine.addresses.of(device)) {
      if (broadcast === address) return true;
    }
    return false;
  }

  /** May a connection be made to it? Not to many, and not to nobody (RFC 9293 §3.9.1.1, MUST-46). */
  isConnectable(remote: IpAddress): boolean {
    if (isMulticast(remote) || isUnspecified(remote)) return false;
    if (!isIpv4(remote)) return true;
    return !this.#machine.interfaces.some((device) => this.isBroadcast(device, remote));
  }

  /** The transport's word that what we send arrives. */
  confirm(path: HostPath, now: Instant): void {
    if (since(now, path.confirmed) < CONFIRM_INTERVAL) return;
    path.confirmed = now;
    const { interface: device, nextHop } = path;
    if (device === undefined) return;
    if (isIpv4(nextHop)) this.#neighbours.ipv4(device).confirm(nextHop, now);
    else this.#neighbours.ipv6(device).confirm(nextHop, now);
  }

  /** MUST-20 of RFC 9293: the transport's word that nothing comes back. The neighbour on the way is asked. */
  doubt({ interface: device, nextHop }: HostPath, now: Instant): void {
    if (device === undefined) return;
    if (isIpv4(nextHop)) this.#neighbours.ipv4(device).doubt(nextHop, now);
    else this.#neighbours.ipv6(device).doubt(nextHop, now);
  }

  /**
   * A router on `path` takes `mtu` octets, 0 when it did not say, and not `length`. True when that was news.
   */
  handleTooBig(path: HostPath, mtu: number, length: number, now: Instant): boolean {
    this.use(path, now);
    const firstHop = path.version === 4 ? path.interface?.mtu : path.interface?.ipv6Mtu;
    if (firstHop === undefined) return false;
    const { remote } = path;
    const lower = isIpv4(remote)
      ? this.#ipv4Mtu.handleTooBig(remote, mtu, length, firstHop, now)
      : this.#ipv6Mtu.handleTooBig(key(remote), mtu, length, firstHop, now);
    if (!lower) return false;
    this.#machine.generation += 1;
    this.refresh(path, now);
    return true;
  }

  #make(words: Int32Array, bound: Interface | undefined): HostPath | undefined {
    const chance = this.#machine.rng.next();
    const path = new HostPath(words.slice(0, 2 * WORDS), bound, LOOPBACK_MTU, chance);
    this.refresh(path, this.#machine.now);
    return path.way === 'none' ? undefined : path;
  }

  #wordsOf(remote: IpAddress, local?: IpAddress, bound?: Interface): Int32Array | undefined {
    const source = local ?? this.sourceFor(remote, bound);
    if (source === undefined || version(source) !== version(remote)) return undefined;
    const words = new Int32Array(2 * WORDS);
    writeWords(source, words, 0);
    writeWords(remote, words, WORDS);
    return words;
  }

  #mtuTo(remote: IpAddress, firstHop: number, now: Instant): number {
    return isIpv4(remote)
      ? this.#ipv4Mtu.lookup(remote, firstHop, now)
      : this.#ipv6Mtu.lookup(key(remote), firstHop, now);
  }

  #isHere(address: IpAddress): boolean {
    if (isLoopback(address)) return true;
    const own = this.#machine.addresses.findAddress(address);
    return own !== undefined && own.state !== 'tentative';
  }
}

const isIpv6 = ({ address }: { readonly address: IpAddress }): boolean => !isIpv4(address);

const hopOf = (route: Way, remote: IpAddress): Hop => ({
  interface: route.interface,
  nextHop: route.gateway ?? remote,
});
