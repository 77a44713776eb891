/** ARP on one interface: the resolver and the conflict detectors, and the frames between them and the link. */
import { asPacket, newPacket, type Packet } from '../../base/packet.ts';
import { earliest, type Instant } from '../../base/time.ts';
import { BROADCAST } from '../datalink/ethernet/address.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import type { ConflictEvent } from '../network/arp/conflict.ts';
import * as arp from '../network/arp/header.ts';
import { type Output, Resolver } from '../network/arp/resolver.ts';
import { isIpv4 } from '../network/ip/address.ts';
import { contains, type Ipv4Address, UNSPECIFIED } from '../network/ipv4/address.ts';
import { queueFrame } from './ethernet-output.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { Held, NeighbourLink } from './neighbour-link.ts';
import type { OwnAddress } from './own-addresses.ts';

/** What else must be done, by those who know how. */
export interface ArpOwner {
  /** Nobody has the address that `held` was to go to. */
  unreachable(held: Held, now: Instant): void;
  /** The claim of `own` made progress. */
  claim(own: OwnAddress, event: ConflictEvent, now: Instant): void;
}

const NOBODY = new Uint8Array(6);

export class ArpLink implements NeighbourLink<Ipv4Address> {
  readonly #machine: Machine;
  readonly #device: Interface;
  readonly #owner: ArpOwner;
  readonly #resolver: Resolver<Held>;
  readonly #packet = newPacket(arp.PACKET_LENGTH);

  constructor(machine: Machine, device: Interface, owner: ArpOwner) {
    this.#machine = machine;
    this.#device = device;
    this.#owner = owner;
    this.#resolver = new Resolver((address) => {
      const own = machine.addresses.findIpv4(address);
      return own !== undefined && own.interface === device && own.state !== 'tentative';
    });
  }

  lookup(target: Ipv4Address, now: Instant): Uint8Array | undefined {
    const hardware = this.#resolver.lookup(target, now);
    // A look at a stale entry may ask for a poll.
    if (hardware !== undefined) this.#drainResolver(now);
    return hardware;
  }

  send(target: Ipv4Address, held: Held, now: Instant): void {
    this.#resolver.send(target, held, now);
    this.#drainResolver(now);
  }

  confirm(target: Ipv4Address, now: Instant): void {
    this.#resolver.confirm(target, now);
  }

  doubt(target: Ipv4Address, now: Instant): void {
    this.#resolver.doubt(target, now);
  }

  /** An ARP packet at `at` … `end` − 1; others are ignored. */
  handleFrame(p: Packet, at: number, end: number, now: Instant): void {
    if (arp.validate(p, at, end) !== arp.FAULT.none) {
      this.#device.counters.inErrors += 1;
      return;
    }
    const packet: arp.ArpPacket = {
      operation: arp.operation(p, at),
      senderHardware: arp.senderHardware(p, at),
      senderProtocol: arp.senderProtocol(p, at),
      targetHardware: arp.targetHardware(p, at),
      targetProtocol: arp.targetProtocol(p, at),
    };
    this.#resolver.handlePacket(packet, now);
    this.#drainResolver(now);
    for (const own of this.#machine.addresses.of(this.#device)) {
      own.detector?.handlePacket(packet, now);
    }
    this.#drainDetectors(now);
    // A neighbour may have moved, and a way that is kept may have to be found anew.
    this.#machine.generation += 1;
  }

  pollTimeout(): Instant | undefined {
    let first = this.#resolver.pollTimeout();
    for (const { detector } of this.#machine.addresses.of(this.#device)) {
      first = earliest(first, detector?.pollTimeout());
    }
    return first;
  }

  handleTimeout(now: Instant): void {
    const due = this.#resolver.pollTimeout();
    if (due !== undefined && due <= now) {
      this.#resolver.handleTimeout(now);
      this.#drainResolver(now);
      this.#machine.generation += 1;
    }
    for (const { detector } of this.#machine.addresses.of(this.#device)) {
      detector?.handleTimeout(now);
    }
    this.#drainDetectors(now);
  }

  #drainResolver(now: Instant): void {
    for (let out = this.#resolver.pollOutput(); out; out = this.#resolver.pollOutput()) {
      this.#machine.timersMoved = true;
      this.#handleOutput(out, now);
    }
  }

  #handleOutput(out: Output<Held>, now: Instant): void {
    switch (out.kind) {
      case 'request':
        this.#transmit(out.hardware ?? BROADCAST, {
          operation: arp.OPERATION.request,
          senderHardware: this.#device.hardware,
          senderProtocol: this.#senderFor(out.target),
          targetHardware: NOBODY,
          targetProtocol: out.target,
        });
        break;
      case 'reply':
        this.#transmit(out.to.senderHardware, {
          operation: arp.OPERATION.reply,
          senderHardware: this.#device.hardware,
          senderProtocol: out.to.targetProtocol,
          targetHardware: out.to.senderHardware,
          targetProtocol: out.to.senderProtocol,
        });
        break;
      case 'deliver':
        deliver(this.#machine, this.#device, out.hardware, TYPE.ipv4, out.datagram);
        break;
      case 'unreachable':
        this.#owner.unreachable(out.datagram, now);
        break;
      case 'dropped':
        this.#machine.counters.ipv4.outDiscards += 1;
        break;
    }
  }

  #drainDetectors(now: Instant): void {
    for (const own of this.#machine.addresses.of(this.#device)) {
      const { detector } = own;
      if (detector === undefined) continue;
      for (let out = detector.pollOutput(); out; out = detector.pollOutput()) {
        this.#machine.timersMoved = true;
        this.#transmit(BROADCAST, out);
      }
      for (let event = detector.pollEvent(); event; event = detector.pollEvent()) {
        this.#owner.claim(own, event, now);
      }
    }
  }

  /** Our address on the target's network; another one if there is none. */
  #senderFor(target: Ipv4Address): Ipv4Address {
    let some: Ipv4Address = UNSPECIFIED;
    for (const { address, prefixLength, state } of this.#machine.addresses.of(this.#device)) {
      if (!isIpv4(address) || state === 'tentative') continue;
      if (contains({ address, length: prefixLength }, target)) return address;
      if (some === UNSPECIFIED) some = address;
    }
    return some;
  }

  #transmit(to: Uint8Array, packet: arp.ArpPacket): void {
    arp.write(this.#packet, 0, packet);
    const { control } = this.#machine;
    queueFrame(control, this.#device, to, TYPE.arp, this.#packet, 0, arp.PACKET_LENGTH);
  }
}

/** What waited for a neighbour leaves. */
export function deliver(
  machine: Machine,
  device: Interface,
  hardware: Uint8Array,
  type: number,
  held: Held,
): void {
  for (const piece of held.pieces) {
    queueFrame(machine.data, device, hardware, type, asPacket(piece), 0, piece.length);
  }
}
