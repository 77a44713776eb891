/** Neighbour discovery and autoconfiguration on one interface, and the packets between them and the link. */
import { equal } from '../../base/octets.ts';
import { newPacket, type Packet } from '../../base/packet.ts';
import type { Rng } from '../../base/random.ts';
import { earliest, type Instant, START } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import { RateLimit } from '../network/icmp/rate-limit.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { type IpAddress, isIpv4 } from '../network/ip/address.ts';
import {
  type Ipv6Address,
  type Ipv6Prefix,
  interfaceIdentifier,
  isLinkLocal,
  multicastHardware,
  solicitedNode,
  UNSPECIFIED,
} from '../network/ipv6/address.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { ALL_NODES, ALL_ROUTERS } from '../network/nd/address.ts';
import { Destinations } from '../network/nd/destinations.ts';
import { DnsList } from '../network/nd/dns-list.ts';
import * as nd from '../network/nd/message.ts';
import { find, type Option } from '../network/nd/options.ts';
import { type Output, Resolver } from '../network/nd/resolver.ts';
import { RouterAdvertiser } from '../network/nd/router-advertiser.ts';
import { RouterSolicitor } from '../network/nd/router-solicitor.ts';
import { type AddressEvent, Autoconfiguration } from '../network/slaac/autoconfiguration.ts';
import { fromHardware } from '../network/slaac/identifier.ts';
import { deliver } from './arp-link.ts';
import type { Arrival } from './arrival.ts';
import { queueFrame } from './ethernet-output.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { Held, NeighbourLink } from './neighbour-link.ts';

/** Redirects that leave on one link, at once and in a second (§8.2 wants a limit). */
const REDIRECT_BURST = 16;
const REDIRECT_RATE = 100;
/** §4.5: the whole message, with its two options, is to fit in the least MTU. */
const REDIRECTED_MAX = ipv6.MTU_MIN - ipv6.HEADER_LENGTH - 40 - 8 - 8;

/** What else must be done, by those who know how. */
export interface NdOwner {
  unreachable(held: Held, now: Instant): void;
  /** An address of the interface changed its state. */
  address(device: Interface, event: AddressEvent, now: Instant): void;
}

export class NdLink implements NeighbourLink<Ipv6Address> {
  readonly #machine: Machine;
  readonly #device: Interface;
  readonly #owner: NdOwner;
  readonly #rng: Rng;
  readonly #resolver: Resolver<Held>;
  readonly #addresses: Autoconfiguration;
  readonly #destinations: Destinations;
  readonly #solicitor: RouterSolicitor;
  readonly #dns = new DnsList();
  readonly #redirects: RateLimit;
  #advertiser: RouterAdvertiser | undefined;
  /** Whether advertisements of routers are heeded. */
  #autoconfigures = false;
  #started = false;

  constructor(machine: Machine, device: Interface, owner: NdOwner, rng: Rng) {
    this.#machine = machine;
    this.#device = device;
    this.#owner = owner;
    this.#rng = rng;
    this.#resolver = new Resolver((address) => this.#isOwn(address), rng);
    const identifiers = fromHardware(device.hardware);
    this.#addresses = new Autoconfiguration(identifiers, () => this.#resolver.retransmit, rng);
    this.#destinations = new Destinations((neighbour) => this.#resolver.isReachable(neighbour));
    this.#solicitor = new RouterSolicitor(rng);
    this.#redirects = new RateLimit(REDIRECT_RATE, REDIRECT_BURST, rng, START);
  }

  /** The interface gets its link-local address, and if `autoconfigure` what routers advertise. */
  start(autoconfigure: boolean, now: Instant): void {
    if (!this.#started) this.#addresses.start(now);
    this.#started = true;
    if (autoconfigure && !this.#autoconfigures) {
      this.#autoconfigures = true;
      this.#solicitor.start(now);
    }
    this.#drain(now);
  }

  /** The link came up again, and may be another: what the old one told does not hold for it. */
  handleLinkUp(now: Instant): void {
    this.#device.forgetAdvertised();
    this.#dns.clear();
    this.#addresses.restart(now);
    if (this.#autoconfigures) this.#solicitor.start(now);
    this.#drain(now);
  }

  /** An address given by hand, tested before it is used. */
  add(prefix: Ipv6Prefix, now: Instant): void {
    this.start(false, now);
    this.#addresses.add(prefix, now);
    this.#drain(now);
  }

  /** One that `add` or a router gave. */
  remove(address: Ipv6Address, now: Instant): void {
    this.#addresses.remove(address);
    this.#drain(now);
  }

  /** As a router: what is advertised from now on; undefined: nothing more. */
  advertise(advertisement: nd.RouterAdvertisement | undefined, now: Instant): void {
    if (advertisement === undefined) this.#advertiser?.stop(now);
    else if (this.#advertiser === undefined || this.#advertiser.state !== 'ADVERTISING') {
      this.#advertiser = new RouterAdvertiser(advertisement, this.#rng);
      this.#advertiser.start(now);
    } else this.#advertiser.update(advertisement, now);
    this.#drain(now);
  }

  /**
   * As a router: the source of the packet at `at` of `p`, who is on the link, is told that `target` is nearer
   * to where it goes (§8.2).
   */
  redirect(p: Packet, at: number, target: Ipv6Address, now: Instant): void {
    const from = this.#sourceFor(ALL_ROUTERS);
    // §4.5: from the link-local address, by which hosts know us as a router, or not at all.
    if (!isLinkLocal(from) || !this.#redirects.take(now)) return;
    const hardware = this.#resolver.lookup(target, now);
    const end = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(p, at);
    const quoted = p.octets.subarray(at, Math.min(end, at + REDIRECTED_MAX));
    const options: Option[] = [{ kind: 'redirected header', quoted }];
    if (hardware !== undefined) options.unshift({ kind: 'target link-layer address', hardware });
    const destination = ipv6.destination(p, at);
    const to = ipv6.source(p, at).slice();
    const redirect = this.#packet(from, to, { kind: 'redirect', target, destination, options });
    this.#toNeighbour(to, redirect, now);
    this.#drain(now);
  }

  /** Where what no route of ours covers goes, as routers and redirects told. */
  nextHop(destination: Ipv6Address, now: Instant): Ipv6Address | undefined {
    return this.#destinations.nextHop(destination, now);
  }

  lookup(target: Ipv6Address, now: Instant): Uint8Array | undefined {
    this.#machine.timersMoved = true; // A look at a stale entry starts its delay.
    return this.#resolver.lookup(target, now);
  }

  send(target: Ipv6Address, held: Held, now: Instant): void {
    this.#resolver.send(target, held, now);
    this.#drain(now);
  }

  confirm(target: Ipv6Address, now: Instant): void {
    this.#resolver.confirm(target, now);
    this.#machine.timersMoved = true;
  }

  doubt(target: Ipv6Address, now: Instant): void {
    this.#resolver.doubt(target, now);
  }

  /** A message of neighbour discovery whose checksum held; what came in fragments is none (RFC 6980 §5). */
  handleMessage({ packet, at, payload, end, timeToLive }: Arrival, now: Instant): boolean {
    const source = ipv6.source(packet, at);
    const destination = ipv6.destination(packet, at);
    const envelope = { hopLimit: timeToLive, source, destination };
    const message = nd.decode(packet.octets.subarray(payload, end), envelope);
    if (!message.ok) return false;
    this.#handle(message.value, source, now);
    this.#drain(now);
    this.#machine.generation += 1;
    return true;
  }

  pollTimeout(): Instant | undefined {
    return earliest(
      this.#resolver.pollTimeout(),
      this.#addresses.pollTimeout(),
      this.#destinations.pollTimeout(),
      this.#solicitor.pollTimeout(),
      this.#dns.pollTimeout(),
      this.#advertiser?.pollTimeout(),
    );
  }

  handleTimeout(now: Instant): void {
    const due = this.pollTimeout();
    if (due === undefined || due > now) return;
    this.#resolver.handleTimeout(now);
    this.#addresses.handleTimeout(now);
    this.#destinations.handleTimeout(now);
    this.#solicitor.handleTimeout(now);
    this.#dns.handleTimeout(now);
    this.#advertiser?.handleTimeout(now);
    this.#drain(now);
    this.#machine.generation += 1;
  }

  #isOwn(address: Ipv6Address): boolean {
    const own = this.#machine.addresses.findAddress(address);
    return own !== undefined && own.interface === this.#device && own.state !== 'tentative';
  }

  #handle(message: nd.Message, source: Ipv6Address, now: Instant): void {
    switch (message.kind) {
      case 'neighbour solicitation': {
        const nonce = find(message.options, 'nonce')?.nonce;
        if (this.#addresses.handleSolicitation(message.target, source, nonce, now)) return;
        break;
      }
      case 'neighbour advertisement':
        if (this.#addresses.handleAdvertisement(message.target, now)) return;
        break;
      case 'router advertisement':
        this.#handleAdvertisement(message, source, now);
        break;
      case 'router solicitation':
        this.#advertiser?.handleSolicitation(now);
        break;
      case 'redirect':
        // A router is told nothing by others (§8.2).
        if (this.#machine.settings.forwarding) return;
        if (!this.#destinations.handleRedirect(message, source, now)) return;
        break;
    }
    this.#resolver.handleMessage(message, source, now);
  }

  #handleAdvertisement(message: nd.RouterAdvertisement, source: Ipv6Address, now: Instant): void {
    if (!this.#autoconfigures) return;
    this.#solicitor.handleAdvertisement(message.lifetime_s);
    this.#destinations.handleAdvertisement(message, source, now);
    for (const option of message.options) {
      if (option.kind === 'prefix information') this.#addresses.handlePrefix(option, now);
    }
    this.#dns.handleOptions(message.options, now);
    this.#device.heed(message.currentHopLimit, find(message.options, 'mtu')?.mtu);
  }

  /** All that the machines have to say. */
  #drain(now: Instant): void {
    this.#machine.timersMoved = true;
    for (let out = this.#resolver.pollOutput(); out; out = this.#resolver.pollOutput()) {
      this.#handleOutput(out, now);
    }
    for (let out = this.#addresses.pollOutput(); out; out = this.#addresses.pollOutput()) {
      const { target } = out;
      const options: Option[] = [{ kind: 'nonce', nonce: out.nonce }];
      const message: nd.Message = { kind: 'neighbour solicitation', target, options };
      this.#multicast(UNSPECIFIED, solicitedNode(target), message);
    }
    for (let event = this.#addresses.pollEvent(); event; event = this.#addresses.pollEvent()) {
      // RFC 4862 §5.4.5: then there are two of the hardware address too, and nothing we say reaches us.
      if (event.kind === 'duplicate' && this.#isOfHardware(event.prefix.address)) {
        this.#device.ipv6Disabled = true;
      }
      this.#owner.address(this.#device, event, now);
    }
    const dns = this.#dns.pollEvent();
    if (dns !== undefined) {
      const { servers, domains } = dns;
      this.#machine.tell({ kind: 'dns', interface: this.#device.index, servers, domains });
    }
    for (
      let event = this.#destinations.pollEvent();
      event;
      event = this.#destinations.pollEvent()
    ) {
      if (event.kind === 'removed' && !this.#destinations.hasRouter) this.#solicitor.start(now);
    }
    this.#drainRouterMessages();
  }

  /** Is it the link-local address made of the hardware address, which should be ours alone? */
  #isOfHardware(address: Ipv6Address): boolean {
    const identifier = interfaceIdentifier(this.#device.hardware);
    return isLinkLocal(address) && equal(address.subarray(8), identifier);
  }

  #drainRouterMessages(): void {
    const own = this.#sourceFor(ALL_ROUTERS);
    while (this.#solicitor.pollOutput() !== undefined) {
      const options =
        own === UNSPECIFIED ? [] : [this.#hardwareOption('source link-layer address')];
      this.#multicast(own, ALL_ROUTERS, { kind: 'router solicitation', options });
    }
    const advertiser = this.#advertiser;
    for (let out = advertiser?.pollOutput(); out; out = advertiser?.pollOutput()) {
      // §4.2: from the link-local address, or not at all.
      if (!isLinkLocal(own)) continue;
      const options = [this.#hardwareOption('source link-layer address'), ...out.options];
      this.#multicast(own, ALL_NODES, { ...out, options });
    }
  }

  #handleOutput(out: Output<Held>, now: Instant): void {
    switch (out.kind) {
      case 'request':
        this.#solicit(out.target, out.hardware);
        break;
      case 'advertise':
        this.#advertise(out.target, out.to, out.solicited, now);
        break;
      case 'deliver':
        deliver(this.#machine, this.#device, out.hardware, TYPE.ipv6, out.datagram);
        break;
      case 'unreachable':
        this.#owner.unreachable(out.datagram, now);
        break;
      case 'dropped':
        this.#machine.counters.ipv6.outDiscards += 1;
        break;
      case 'lost':
        this.#destinations.handleLost(out.target);
        break;
      case 'no router':
        this.#destinations.handleNoRouter(out.target);
        break;
    }
  }

  #solicit(target: Ipv6Address, hardware: Uint8Array | undefined): void {
    const source = this.#sourceFor(target);
    const options = [this.#hardwareOption('source link-layer address')];
    const message: nd.Message = { kind: 'neighbour solicitation', target, options };
    if (hardware === undefined) this.#multicast(source, solicitedNode(target), message);
    else this.#transmit(hardware, this.#packet(source, target, message));
  }

  /** To all, unasked (RFC 4861 §7.2.6); without Override, should another have it (RFC 9131 §6.1.2). */
  announce(address: Ipv6Address): void {
    this.#multicast(address, ALL_NODES, this.#advertisement(address, false, false));
  }

  #advertisement(target: Ipv6Address, solicited: boolean, override: boolean): nd.Message {
    return {
      kind: 'neighbour advertisement',
      router: this.#machine.settings.forwarding,
      solicited,
      override,
      target,
      options: [this.#hardwareOption('target link-layer address')],
    };
  }

  #advertise(target: Ipv6Address, to: Ipv6Address, solicited: boolean, now: Instant): void {
    const message = this.#advertisement(target, solicited, true);
    if (!solicited) {
      this.#multicast(target, to, message);
      return;
    }
    this.#toNeighbour(to, this.#packet(target, to, message), now);
  }

  #toNeighbour(to: Ipv6Address, packet: Packet, now: Instant): void {
    const hardware = this.#resolver.lookup(to, now);
    if (hardware !== undefined) this.#transmit(hardware, packet);
    else this.#resolver.send(to, { pieces: [packet.octets], forwarded: false }, now);
  }

  /** An address in use of the same scope, else any; :: when there is none. */
  #sourceFor(target: IpAddress): Ipv6Address {
    let some: Ipv6Address = UNSPECIFIED;
    const local = !isIpv4(target) && (isLinkLocal(target) || target[0] === 0xff);
    for (const { address, state } of this.#machine.addresses.of(this.#device)) {
      if (isIpv4(address) || state === 'tentative') continue;
      if (isLinkLocal(address) === local) return address;
      some = address;
    }
    return some;
  }

  #hardwareOption(kind: 'source link-layer address' | 'target link-layer address'): Option {
    return { kind, hardware: this.#device.hardware };
  }

  #multicast(source: Ipv6Address, group: Ipv6Address, message: nd.Message): void {
    this.#transmit(multicastHardware(group), this.#packet(source, group, message));
  }

  #packet(source: Ipv6Address, destination: Ipv6Address, message: nd.Message): Packet {
    const body = nd.encode(message);
    const end = ipv6.HEADER_LENGTH + body.length;
    const p = newPacket(end);
    p.octets.set(body, ipv6.HEADER_LENGTH);
    ipv6.write(p, 0, body.length, 0, 0, icmpv6.PROTOCOL_ICMPV6, nd.HOP_LIMIT, source, destination);
    icmpv6.writeChecksum(p, ipv6.HEADER_LENGTH, end, ipv6.addressSum(p, 0));
    return p;
  }

  #transmit(hardware: Uint8Array, p: Packet): void {
    if (!this.#device.carriesIpv6) return;
    this.#machine.counters.icmpv6.outMsgs += 1;
    queueFrame(this.#machine.control, this.#device, hardware, TYPE.ipv6, p, 0, p.octets.length);
  }
}
