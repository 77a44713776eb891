/** The links of a host, each with the protocols that it needs to live on one: ARP, ND, IGMP, MLD. */
import { assert } from '../../base/errors.ts';
import { seededRng } from '../../base/random.ts';
import { earliest, type Instant } from '../../base/time.ts';
import { type IpAddress, isIpv4 } from '../network/ip/address.ts';
import { ArpLink, type ArpOwner } from './arp-link.ts';
import type { Arrival } from './arrival.ts';
import type { Groups } from './groups.ts';
import type { LinkProtocols } from './icmpv6-input.ts';
import { IgmpLink } from './igmp-link.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import { MldLink } from './mld-link.ts';
import { NdLink, type NdOwner } from './nd-link.ts';
import type { Neighbours } from './paths.ts';

interface Link {
  readonly device: Interface;
  readonly arp: ArpLink;
  readonly nd: NdLink;
  readonly igmp: IgmpLink;
  readonly mld: MldLink;
}

export class Links implements Neighbours, LinkProtocols {
  readonly #machine: Machine;
  readonly #groups: Groups;
  readonly #owner: ArpOwner & NdOwner;
  readonly #links: Link[] = [];

  constructor(machine: Machine, groups: Groups, owner: ArpOwner & NdOwner) {
    this.#machine = machine;
    this.#groups = groups;
    this.#owner = owner;
  }

  add(device: Interface): void {
    assert(device.index === this.#links.length, 'links and interfaces are numbered alike');
    const machine = this.#machine;
    // Each link has its own: what one draws another does not miss.
    const rng = seededRng(machine.rng.next());
    this.#links.push({
      device,
      arp: new ArpLink(machine, device, this.#owner),
      nd: new NdLink(machine, device, this.#owner, rng),
      igmp: new IgmpLink(machine, device, rng),
      mld: new MldLink(machine, device, rng),
    });
  }

  ipv4(device: Interface): ArpLink {
    return this.#of(device).arp;
  }

  ipv6(device: Interface): NdLink {
    return this.#of(device).nd;
  }

  /** Counts those who want the group. False when there are too many groups. */
  join(device: Interface, group: IpAddress, now: Instant): boolean {
    if (!this.#groups.join(device, group)) return true;
    const { igmp, mld } = this.#of(device);
    const joined = isIpv4(group) ? igmp.join(group, now) : mld.join(group, now);
    if (!joined) this.#groups.leave(device, group);
    return joined;
  }

  leave(device: Interface, group: IpAddress, now: Instant): void {
    if (!this.#groups.leave(device, group)) return;
    const { igmp, mld } = this.#of(device);
    if (isIpv4(group)) igmp.leave(group, now);
    else mld.leave(group, now);
  }

  handleLinkUp(device: Interface, now: Instant): void {
    const { igmp, mld, nd } = this.#of(device);
    igmp.refresh(now);
    mld.refresh(now);
    nd.handleLinkUp(now);
  }

  /** RFC 3590 §4: what was told before the link-local address was there nobody heeded. */
  handleLinkLocal(device: Interface, now: Instant): void {
    this.#of(device).mld.refresh(now);
  }

  igmp(device: Interface, arrival: Arrival, now: Instant): void {
    this.#of(device).igmp.handleMessage(arrival, now);
  }

  neighbours(device: Interface, arrival: Arrival, now: Instant): boolean {
    return this.#of(device).nd.handleMessage(arrival, now);
  }

  listeners(device: Interface, arrival: Arrival, now: Instant): boolean {
    return this.#of(device).mld.handleMessage(arrival, now);
  }

  pollTimeout(): Instant | undefined {
    let first: Instant | undefined;
    for (const { arp, nd, igmp, mld } of this.#links) {
      first = earliest(first, arp.pollTimeout(), nd.pollTimeout());
      first = earliest(first, igmp.pollTimeout(), mld.pollTimeout());
    }
    return first;
  }

  handleTimeout(now: Instant): void {
    for (const { arp, nd, igmp, mld } of this.#links) {
      arp.handleTimeout(now);
      nd.handleTimeout(now);
      igmp.handleTimeout(now);
      mld.handleTimeout(now);
    }
  }

  #of(device: Interface): Link {
    return this.#links[device.index] as Link;
  }
}
