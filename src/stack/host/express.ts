/**
 * The short way up for what most frames are: the segment of a connection, whole, in a datagram without options, in
 * an untagged frame for this very station. What ethernet-input.ts, ipv4-input.ts, demultiplexer.ts and
 * Tcp.handleSegment ask one after the other of each frame is asked here at once, and nothing is written down on the
 * way. It is for speed alone: whatever is not taken here goes the ordinary way, which decides the same.
 *
 *   for us ─▶ IPv4, TCP, whole ─▶ header's sum ─▶ a connection ─▶ good addresses ─▶ segment's sum ─▶ arrival.ts
 *     └────────────┴──── no to any of them: the ordinary way, from the beginning ───────┘
 *
 * Invariants:
 *   (1) What is taken here the ordinary way would take, hand to the same connection, and count alike.
 *   (2) Of what is not taken nothing is changed or counted.
 */
import { fold, SUM_VALID, sumHeader } from '../../base/checksum.ts';
import type { Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import { HEADER_LENGTH as ETHERNET_LENGTH } from '../datalink/ethernet/header.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import { PROTOCOL_TCP, HEADER_LENGTH as TCP_LENGTH } from '../transport/tcp/header.ts';
import type { Tcp } from '../transport/tcp/tcp.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { HostPath } from './path.ts';

/** Of IPv4: whether what came by an interface from an address is for one of ours, and may be. */
export interface Welcome {
  isWelcome(device: Interface, source: Ipv4Address, destination: Ipv4Address): boolean;
}

const IPV4_LENGTH = ipv4.HEADER_LENGTH;
const LEAST = ETHERNET_LENGTH + IPV4_LENGTH + TCP_LENGTH;
/** Version 4, and a header of five words. */
const PLAIN = 0x45;
/** More fragments, and the offset. */
const FRAGMENT = 0x3fff;

export class Express {
  readonly #machine: Machine;
  readonly #tcp: Tcp<HostPath>;
  readonly #ipv4: Welcome;

  constructor(machine: Machine, tcp: Tcp<HostPath>, ipv4: Welcome) {
    this.#machine = machine;
    this.#tcp = tcp;
    this.#ipv4 = ipv4;
  }

  /** The frame at `start` … `end` − 1 came by `device`, which is up. False: it goes the ordinary way. */
  handle(device: Interface, p: Packet, start: number, end: number, now: Instant): boolean {
    const at = start + ETHERNET_LENGTH;
    if (end - start < LEAST || device.vlan !== undefined || !device.isNamed(p, start)) return false;
    const { view } = p;
    if (view.getUint16(at - 2) !== TYPE.ipv4) return false;
    const first = view.getInt32(at);
    const total = first & 0xffff;
    if (first >>> 24 !== PLAIN || total < IPV4_LENGTH + TCP_LENGTH || total > end - at)
      return false;
    if ((view.getInt32(at + 4) & FRAGMENT) !== 0) return false;
    if (ipv4.protocol(p, at) !== PROTOCOL_TCP) return false;
    const segment = at + IPV4_LENGTH;
    if (fold(sumHeader(p, at, segment)) !== SUM_VALID) return false;
    const source = view.getInt32(at + 12);
    const destination = view.getInt32(at + 16);
    // On the wire the sender's port is the first; here it is the remote one.
    const ports = view.getInt32(segment);
    const swapped = (ports << 16) | (ports >>> 16);
    const t = this.#tcp.connectionIpv4(destination, source, swapped);
    if (t === undefined) return false;
    if (!this.#isKnown(device, t.path, p, at)) return false;
    if (!this.#tcp.handleKnown(t, ipv4.trafficClass(p, at), p, segment, at + total, now))
      return false;
    const { counters } = device;
    counters.inFrames += 1;
    counters.inOctets += end - start;
    const { ipv4: datagrams } = this.#machine.counters;
    datagrams.inReceives += 1;
    datagrams.inDelivers += 1;
    return true;
  }

  /** The answer holds as long as nobody changes addresses or interfaces: `generation` tells. */
  #isKnown(device: Interface, path: HostPath, p: Packet, at: number): boolean {
    const { generation } = this.#machine;
    if (path.heardBy === device && path.heardIn === generation) return true;
    if (!this.#ipv4.isWelcome(device, ipv4.source(p, at), ipv4.destination(p, at))) return false;
    path.heardBy = device;
    path.heardIn = generation;
    return true;
  }
}
