/** Multicast listener discovery on one interface: the machine, and the packets between it and the link. */
import { newPacket, type Packet } from '../../base/packet.ts';
import type { Rng } from '../../base/random.ts';
import type { Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import { isIpv4 } from '../network/ip/address.ts';
import {
  type Ipv6Address,
  isLinkLocal,
  multicastHardware,
  UNSPECIFIED,
} from '../network/ipv6/address.ts';
import { EXTENSION } from '../network/ipv6/extension.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { Membership } from '../network/membership/machine.ts';
import * as mld from '../network/mld/message.ts';
import { MLD } from '../network/mld/parameters.ts';
import type { Arrival } from './arrival.ts';
import { queueFrame } from './ethernet-output.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';

/** RFC 2711 §2.1. */
const ROUTER_ALERT = 5;
/** A hop-by-hop header with that option, value 0 for MLD, and two octets of padding. */
const HOP_BY_HOP = Uint8Array.of(icmpv6.PROTOCOL_ICMPV6, 0, ROUTER_ALERT, 2, 0, 0, 1, 0);

export class MldLink {
  readonly #machine: Machine;
  readonly #device: Interface;
  readonly #membership: Membership<Ipv6Address>;

  constructor(machine: Machine, device: Interface, rng: Rng) {
    this.#machine = machine;
    this.#device = device;
    this.#membership = new Membership<Ipv6Address>(MLD, rng);
  }

  /** False when there are too many groups. */
  join(group: Ipv6Address, now: Instant): boolean {
    const joined = this.#membership.join(group, now);
    this.#drain();
    return joined;
  }

  leave(group: Ipv6Address, now: Instant): void {
    this.#membership.leave(group, now);
    this.#drain();
  }

  refresh(now: Instant): void {
    this.#membership.refresh(now);
    this.#drain();
  }

  /** A message whose checksum held. False: it is none. */
  handleMessage({ packet, at, payload, end, timeToLive }: Arrival, now: Instant): boolean {
    const message = mld.decode(packet.octets.subarray(payload, end), {
      hopLimit: timeToLive,
      source: ipv6.source(packet, at),
      routerAlert: hasRouterAlert(packet, at),
    });
    if (!message.ok) return false;
    const { value } = message;
    if (value.kind === 'query') this.#membership.handleQuery(value, now);
    if (value.kind === 'group report') this.#membership.handleGroupReport(value.group);
    this.#drain();
    return true;
  }

  pollTimeout(): Instant | undefined {
    return this.#membership.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#membership.handleTimeout(now);
    this.#drain();
  }

  #drain(): void {
    this.#machine.timersMoved = true;
    for (let out = this.#membership.pollOutput(); out; out = this.#membership.pollOutput()) {
      if (out.kind === 'group report') this.#transmit({ ...out, form: 'plain' });
      else this.#transmit(out);
    }
  }

  #transmit(message: mld.Message): void {
    const body = mld.encode(message);
    const destination = mld.destinationOf(message);
    const at = ipv6.HEADER_LENGTH + HOP_BY_HOP.length;
    const p = newPacket(at + body.length);
    p.octets.set(HOP_BY_HOP, ipv6.HEADER_LENGTH);
    p.octets.set(body, at);
    const { hopByHop } = EXTENSION;
    const length = HOP_BY_HOP.length + body.length;
    ipv6.write(p, 0, length, 0, 0, hopByHop, mld.HOP_LIMIT, this.#source(), destination);
    icmpv6.writeChecksum(p, at, p.octets.length, ipv6.addressSum(p, 0));
    if (!this.#device.carriesIpv6) return;
    this.#machine.counters.icmpv6.outMsgs += 1;
    const { control } = this.#machine;
    const hardware = multicastHardware(destination);
    queueFrame(control, this.#device, hardware, TYPE.ipv6, p, 0, p.octets.length);
  }

  /** RFC 3590 §4: :: while there is no link-local address. */
  #source(): Ipv6Address {
    for (const { address, state } of this.#machine.addresses.of(this.#device)) {
      if (!isIpv4(address) && isLinkLocal(address) && state !== 'tentative') return address;
    }
    return UNSPECIFIED;
  }
}

/** In a hop-by-hop header, in which a walk found nothing wrong. */
function hasRouterAlert(p: Packet, at: number): boolean {
  if (ipv6.nextHeader(p, at) !== EXTENSION.hopByHop) return false;
  const header = at + ipv6.HEADER_LENGTH;
  const end = header + (p.view.getUint8(header + 1) + 1) * 8;
  for (let option = header + 2; option < end; ) {
    const type = p.view.getUint8(option);
    if (type === ROUTER_ALERT) return true;
    option += type === 0 ? 1 : 2 + p.view.getUint8(option + 1);
  }
  return false;
}
