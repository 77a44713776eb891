/** Giving a host its addresses, and taking them away: with the claim before and the routes behind. */
import { UsageError } from '../../base/errors.ts';
import type { Instant } from '../../base/time.ts';
import { ConflictDetector, type ConflictEvent, type Defence } from '../network/arp/conflict.ts';
import {
  format,
  formatPrefix,
  type IpAddress,
  type IpPrefix,
  isIpv4,
  isIpv4Prefix,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from '../network/ip/address.ts';
import { type Ipv4Address, type Ipv4Prefix, isUnicast } from '../network/ipv4/address.ts';
import {
  fromInterfaceIdentifier,
  type Ipv6Prefix,
  interfaceIdentifier,
  solicitedNode,
} from '../network/ipv6/address.ts';
import type { AddressEvent } from '../network/slaac/autoconfiguration.ts';
import type { Interface } from './interface.ts';
import type { Links } from './links.ts';
import type { Machine } from './machine.ts';
import { type OwnAddress, ownAddress } from './own-addresses.ts';
import { networkOf, type Route } from './routes.ts';

export interface AddressOptions {
  /** Asks the link first whether another has it (RFC 5227, RFC 4862 §5.4); else it is used at once. */
  readonly detect?: boolean;
  /** What to do about another that takes it later (RFC 5227 §2.4); `once`, by a router `always`, unless told. */
  readonly defence?: Defence;
}

/** What is on the link is nearer than what a gateway leads to. */
const CONNECTED_METRIC = 0;

export class Addressing {
  readonly #machine: Machine;
  readonly #links: Links;
  /** The IPv6 addresses that were given by hand, and are tested or in use. */
  readonly #byHand = new Set<string>();

  constructor(machine: Machine, links: Links) {
    this.#machine = machine;
    this.#links = links;
  }

  /** @throws UsageError unusable-address, address-in-use */
  add(device: Interface, prefix: IpPrefix, options: AddressOptions, now: Instant): void {
    const { address } = prefix;
    const details = { address: formatPrefix(prefix) };
    if (!isAssignable(address)) {
      throw new UsageError('unusable-address', `${details.address} cannot be an address`, details);
    }
    if (this.#machine.addresses.findAddress(address) !== undefined) {
      throw new UsageError('address-in-use', `${details.address} is ours already`, details);
    }
    this.#machine.timersMoved = true;
    if (isIpv4Prefix(prefix)) this.#addIpv4(device, prefix, options, now);
    else this.#addIpv6(device, prefix, options.detect ?? false, now);
  }

  /** False when the interface does not have it. */
  remove(device: Interface, address: IpAddress, now: Instant): boolean {
    const own = this.#machine.addresses.findAddress(address);
    if (own === undefined || own.interface !== device) return false;
    this.#forget(own, now);
    if (!isIpv4(address)) this.#links.ipv6(device).remove(address, now);
    if (own.state !== 'tentative') this.#tell(own, 'lost');
    return true;
  }

  /**
   * The link came up, and may be another: what was asked for there is asked for again (RFC 5227 §2.1), what is used
   * unasked is told (RFC 5227 §3, RFC 9131).
   */
  handleLinkUp(device: Interface, now: Instant): void {
    for (const own of this.#machine.addresses.of(device)) {
      if (!own.detect) this.#announce(own);
      else if (isIpv4(own.address)) {
        this.#doubt(own);
        own.detector = this.#detector(own.address, own, now);
      }
    }
    this.#links.ipv4(device).handleTimeout(now);
    this.#machine.timersMoved = true;
  }

  #announce({ address, interface: device, detector }: OwnAddress): void {
    if (isIpv4(address)) detector?.announce();
    else if (!device.ipv6Disabled) this.#links.ipv6(device).announce(address);
  }

  /** What the conflict detection of an IPv4 address found. */
  handleClaim(own: OwnAddress, event: ConflictEvent, now: Instant): void {
    if (event === 'claimed') {
      own.state = 'preferred';
      this.#use(own);
      return;
    }
    this.#forget(own, now);
    this.#tell(own, event === 'lost' ? 'lost' : 'duplicate');
  }

  /** What the autoconfiguration of IPv6 addresses found. */
  handleEvent(device: Interface, { kind, prefix }: AddressEvent, now: Instant): void {
    const own = this.#machine.addresses.findAddress(prefix.address);
    if (kind === 'tentative') {
      if (own === undefined) this.#prepare(device, prefix, 'tentative', now);
      else if (own.detect) this.#doubt(own);
      return;
    }
    if (own === undefined) return;
    if (kind === 'preferred' || kind === 'deprecated') {
      const fresh = own.state === 'tentative';
      own.state = kind;
      if (fresh) this.#use(own);
      if (fresh && isLinkLocal(prefix.address)) this.#links.handleLinkLocal(device, now);
      return;
    }
    this.#end(own, kind === 'duplicate', now);
    if (device.ipv6Disabled) this.#removeIpv6(device, now);
  }

  #end(own: OwnAddress, duplicate: boolean, now: Instant): void {
    const { address, interface: device } = own;
    const byHand = this.#byHand.has(format(address));
    this.#forget(own, now);
    if (duplicate) {
      // Who gave it knows now, and may give it again.
      if (byHand && !isIpv4(address)) this.#links.ipv6(device).remove(address, now);
      this.#tell(own, 'duplicate');
    } else if (own.state !== 'tentative') this.#tell(own, 'lost');
  }

  #removeIpv6(device: Interface, now: Instant): void {
    for (const { address } of this.#machine.addresses.of(device)) {
      if (!isIpv4(address)) this.remove(device, address, now);
    }
  }

  #addIpv4(device: Interface, prefix: Ipv4Prefix, options: AddressOptions, now: Instant): void {
    const { address, length } = prefix;
    // RFC 5227 §2.4 (c) is for those on whom others depend.
    const usual = this.#machine.settings.forwarding ? 'always' : 'once';
    const { detect = false, defence = usual } = options;
    const own = ownAddress(address, length, device, detect ? 'tentative' : 'preferred');
    own.detect = detect;
    own.defence = defence;
    this.#machine.addresses.add(own);
    this.#machine.generation += 1;
    own.detector = this.#detector(address, own, detect ? now : undefined);
    if (!detect) this.#use(own);
  }

  #detector(
    address: Ipv4Address,
    { interface: device, defence }: OwnAddress,
    now: Instant | undefined,
  ): ConflictDetector {
    const { rng } = this.#machine;
    return new ConflictDetector(address, device.hardware, defence, 0, rng, now);
  }

  #addIpv6(device: Interface, prefix: Ipv6Prefix, detect: boolean, now: Instant): void {
    this.#byHand.add(format(prefix.address));
    if (detect) {
      this.#links.ipv6(device).add(prefix, now);
      return;
    }
    // RFC 4291 §2.1: an interface has a link-local address before any other.
    if (!isLinkLocal(prefix.address) && !this.#hasLinkLocal(device)) {
      const identifier = interfaceIdentifier(device.hardware);
      const address = fromInterfaceIdentifier(LINK_LOCAL, identifier);
      this.#use(this.#prepare(device, { address, length: 64 }, 'preferred', now));
    }
    this.#use(this.#prepare(device, prefix, 'preferred', now));
  }

  #hasLinkLocal(device: Interface): boolean {
    return this.#machine.addresses
      .of(device)
      .some(({ address }) => !isIpv4(address) && isLinkLocal(address));
  }

  /** Listened for from now on, whether it may be used already or not. */
  #prepare(
    device: Interface,
    prefix: Ipv6Prefix,
    state: 'tentative' | 'preferred',
    now: Instant,
  ): OwnAddress {
    const own = ownAddress(prefix.address, prefix.length, device, state);
    own.detect = state === 'tentative';
    own.connected = this.#byHand.has(format(prefix.address)) && !isLinkLocal(prefix.address);
    this.#machine.addresses.add(own);
    this.#links.join(device, solicitedNode(prefix.address), now);
    return own;
  }

  #forget(own: OwnAddress, now: Instant): void {
    const { interface: device, address } = own;
    this.#machine.addresses.remove(own);
    this.#machine.generation += 1;
    this.#machine.timersMoved = true;
    if (!isIpv4(address)) {
      this.#byHand.delete(format(address));
      this.#links.leave(device, solicitedNode(address), now);
    }
    this.#withdraw(own);
  }

  /** It is not used before it was asked for again. */
  #doubt(own: OwnAddress): void {
    this.#machine.generation += 1;
    this.#machine.timersMoved = true;
    this.#withdraw(own);
    own.state = 'tentative';
  }

  /** The route to its network goes with it, if no other address has that network. */
  #withdraw(own: OwnAddress): void {
    if (own.state === 'tentative' || !own.connected) return;
    const { interface: device } = own;
    const { prefix } = connected(own);
    const others = this.#machine.addresses.of(device).some((other) => {
      if (other === own || other.state === 'tentative' || !other.connected) return false;
      return formatPrefix(connected(other).prefix) === formatPrefix(prefix);
    });
    if (others) return;
    this.#machine.routes.remove(
      prefix,
      (route) => route.interface === device && isConnected(route),
    );
  }

  #use(own: OwnAddress): void {
    if (own.connected) this.#machine.routes.add(connected(own));
    this.#machine.generation += 1;
    this.#tell(own, 'added');
  }

  #tell(own: OwnAddress, change: 'added' | 'duplicate' | 'lost'): void {
    const prefix = { address: own.address, length: own.prefixLength } as IpPrefix;
    this.#machine.tell({ kind: 'address', change, interface: own.interface.index, prefix });
  }
}

const LINK_LOCAL = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

function isAssignable(address: IpAddress): boolean {
  if (isIpv4(address)) return isUnicast(address);
  return !isMulticast(address) && !isUnspecified(address) && !isLoopback(address);
}

function connected(own: OwnAddress): Route {
  const whole = { address: own.address, length: own.prefixLength } as IpPrefix;
  const prefix = { address: networkOf(whole), length: own.prefixLength } as IpPrefix;
  return { prefix, interface: own.interface, gateway: undefined, metric: CONNECTED_METRIC };
}

const isConnected = (route: Route): boolean =>
  route.gateway === undefined && route.metric === CONNECTED_METRIC;
