/** IGMP on one interface: the membership machine, and the datagrams between it and the link. */
import { newPacket } from '../../base/packet.ts';
import type { Rng } from '../../base/random.ts';
import type { Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import * as igmp from '../network/igmp/message.ts';
import { IGMP } from '../network/igmp/parameters.ts';
import { isIpv4 } from '../network/ip/address.ts';
import { type Ipv4Address, UNSPECIFIED } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import { find, OPTION } from '../network/ipv4/options.ts';
import { Membership } from '../network/membership/machine.ts';
import type { Arrival } from './arrival.ts';
import { queueFrame } from './ethernet-output.ts';
import { ipv4MulticastHardware } from './groups.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';

/** RFC 3376 §4: TTL 1, the precedence of internetwork control, and the router alert option. */
const TIME_TO_LIVE = 1;
const INTERNETWORK_CONTROL = 0xc0;
const ROUTER_ALERT = Uint8Array.of(OPTION.routerAlert, 4, 0, 0);

export class IgmpLink {
  readonly #machine: Machine;
  readonly #device: Interface;
  readonly #membership: Membership<Ipv4Address>;

  constructor(machine: Machine, device: Interface, rng: Rng) {
    this.#machine = machine;
    this.#device = device;
    this.#membership = new Membership<Ipv4Address>(IGMP, rng);
  }

  /** False when there are too many groups. */
  join(group: Ipv4Address, now: Instant): boolean {
    const joined = this.#membership.join(group, now);
    this.#drain();
    return joined;
  }

  leave(group: Ipv4Address, now: Instant): void {
    this.#membership.leave(group, now);
    this.#drain();
  }

  refresh(now: Instant): void {
    this.#membership.refresh(now);
    this.#drain();
  }

  handleMessage({ packet, at, payload, end }: Arrival, now: Instant): void {
    const alert = find(packet, at + ipv4.HEADER_LENGTH, payload, OPTION.routerAlert) >= 0;
    const message = igmp.decode(packet.octets.subarray(payload, end), alert);
    if (!message.ok) {
      this.#machine.counters.ipv4.inDiscards += 1;
      return;
    }
    const { value } = message;
    if (value.kind === 'query') this.#membership.handleQuery(value, now);
    if (value.kind === 'group report') this.#membership.handleGroupReport(value.group);
    this.#drain();
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
      this.#transmit(out);
    }
  }

  #transmit(message: igmp.Message): void {
    const body = igmp.encode(message);
    const destination = igmp.destinationOf(message);
    const header = ipv4.HEADER_LENGTH + ROUTER_ALERT.length;
    const p = newPacket(header + body.length);
    p.octets.set(ROUTER_ALERT, ipv4.HEADER_LENGTH);
    p.octets.set(body, header);
    ipv4.write(
      p,
      0,
      ROUTER_ALERT.length,
      body.length,
      INTERNETWORK_CONTROL,
      this.#machine.rng.next() & 0xffff,
      0,
      TIME_TO_LIVE,
      igmp.PROTOCOL_IGMP,
      this.#source(),
      destination,
    );
    const { control } = this.#machine;
    const hardware = ipv4MulticastHardware(destination);
    queueFrame(control, this.#device, hardware, TYPE.ipv4, p, 0, p.octets.length);
  }

  /** RFC 3376 §4.2.13: 0.0.0.0 while there is none. */
  #source(): Ipv4Address {
    for (const { address, state } of this.#machine.addresses.of(this.#device)) {
      if (isIpv4(address) && state !== 'tentative') return address;
    }
    return UNSPECIFIED;
  }
}
