/**
 * The way down: from a payload to datagrams, and from these into frames, back to ourselves, or to where
 * they wait for a neighbour. A payload lies at `PAYLOAD_AT` of `scratch`, the one buffer in which the host
 * builds what it sends, and the headers are written in front of it.
 */
import { newLastingPacket, newPacket, type Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import { isIpv4, isMulticast } from '../network/ip/address.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4Fragment from '../network/ipv4/fragment.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import type { Ipv6Address } from '../network/ipv6/address.ts';
import * as ipv6Fragment from '../network/ipv6/fragment.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { PROTOCOL_TCP } from '../transport/tcp/header.ts';
import type { IpCounters } from './counters.ts';
import { DATAGRAM_AT, pad, queueFrame, writeFrameHeader } from './ethernet-output.ts';
import type { FrameQueue } from './frame-queue.ts';
import { FRONT_LENGTH, Front } from './front.ts';
import type { Interface } from './interface.ts';
import type { Machine } from './machine.ts';
import type { Outcome, SendOptions } from './outcome.ts';
import type { HostPath } from './path.ts';
import type { Neighbours, Paths } from './paths.ts';

/** Room for the longest headers in front, and a multiple of four from each place where one may begin. */
export const PAYLOAD_AT = 128;

/** A frame for the driver, whose octets are good until the next call. */
export interface Frame {
  interface: number;
  packet: Packet;
  start: number;
  end: number;
}

export class Output {
  readonly scratch = newLastingPacket(PAYLOAD_AT + ipv6.HEADER_LENGTH + ipv6.PAYLOAD_LENGTH_MAX);
  /** What `transmit` made. */
  readonly frame: Frame = { interface: 0, packet: this.scratch, start: 0, end: 0 };
  readonly #machine: Machine;
  readonly #paths: Paths;
  readonly #neighbours: Neighbours;
  #fragment = newPacket(0);

  constructor(machine: Machine, paths: Paths, neighbours: Neighbours) {
    this.#machine = machine;
    this.#paths = paths;
    this.#neighbours = neighbours;
  }

  /** Sends the payload of `length` octets in `scratch`, in fragments where it must be and may. */
  send(
    path: HostPath,
    length: number,
    protocol: number,
    options: SendOptions,
    queue: FrameQueue,
    now: Instant,
  ): Outcome {
    this.#paths.use(path, now);
    const counters = this.#counters(path);
    counters.outRequests += 1;
    if (path.way === 'none') {
      counters.outNoRoutes += 1;
      return 'no-route';
    }
    const total = path.headerLength + length;
    const fits = total <= path.mtu;
    if (total > lengthMax(path) || (!fits && options.dontFragment)) {
      counters.fragFails += 1;
      return 'too-big';
    }
    const at = PAYLOAD_AT - path.headerLength;
    const { timeToLive = path.timeToLive, trafficClass, dontFragment } = options;
    this.#writeHeader(path, at, length, protocol, timeToLive, trafficClass, dontFragment);
    if (isMulticast(path.remote)) this.loop(this.scratch, at, PAYLOAD_AT + length);
    if (!fits) return this.#sendFragments(path, at, queue, now);
    return this.emit(path, this.scratch, at, PAYLOAD_AT + length, queue, now);
  }

  /**
   * As `send`, with `ipv4Options`, padded to a multiple of four octets, in the header; never in fragments
   * of our own, for it is what answers a datagram that came in one piece.
   */
  sendWithOptions(
    path: HostPath,
    ipv4Options: Uint8Array,
    length: number,
    protocol: number,
    options: SendOptions,
    now: Instant,
  ): Outcome {
    this.#paths.use(path, now);
    const at = PAYLOAD_AT - ipv4.HEADER_LENGTH - ipv4Options.length;
    this.#machine.counters.ipv4.outRequests += 1;
    if (PAYLOAD_AT + length - at > path.mtu) return 'too-big';
    this.scratch.octets.set(ipv4Options, at + ipv4.HEADER_LENGTH);
    const { timeToLive = path.timeToLive, trafficClass } = options;
    const optionsLength = ipv4Options.length;
    this.#writeIpv4(path, at, optionsLength, length, protocol, timeToLive, trafficClass, 0);
    const { control } = this.#machine;
    return this.emit(path, this.scratch, at, PAYLOAD_AT + length, control, now);
  }

  /**
   * The same for a segment of TCP's, which never is fragmented, with no copy on its way: true when `frame`
   * is to be sent at once, false when it goes another way or none.
   */
  transmit(path: HostPath, length: number, trafficClass: number, now: Instant): boolean {
    this.#paths.use(path, now);
    const at = PAYLOAD_AT - path.headerLength;
    const end = PAYLOAD_AT + length;
    const counters = this.#counters(path);
    counters.outRequests += 1;
    // The path may have become narrower since TCP looked at it.
    if (path.way === 'none' || end - at > path.mtu) {
      counters.outDiscards += 1;
      return false;
    }
    const { interface: device, hardware } = path;
    if (device === undefined || hardware === undefined) {
      this.#writeHeader(path, at, length, PROTOCOL_TCP, path.timeToLive, trafficClass, true);
      this.emit(path, this.scratch, at, end, this.#machine.data, now);
      return false;
    }
    if (!device.up) {
      device.counters.outDiscards += 1;
      return false;
    }
    const { frame, scratch } = this;
    frame.interface = device.index;
    frame.packet = scratch;
    frame.start = this.#writeFront(path, device, hardware, at, length, trafficClass);
    frame.end = pad(scratch, frame.start, end);
    return true;
  }

  /** The headers before a segment whose IP header is to lie at `at`. Where the frame begins. */
  #writeFront(
    path: HostPath,
    device: Interface,
    hardware: Uint8Array,
    at: number,
    length: number,
    trafficClass: number,
  ): number {
    const { scratch } = this;
    const { front } = path;
    if (front !== undefined) {
      const start = PAYLOAD_AT - FRONT_LENGTH;
      front.write(scratch, start, length, trafficClass, path.nextIdentification());
      return start;
    }
    this.#writeHeader(path, at, length, PROTOCOL_TCP, path.timeToLive, trafficClass, true);
    const isIpv4 = path.version === 4;
    const type = isIpv4 ? TYPE.ipv4 : TYPE.ipv6;
    const start = writeFrameHeader(device, scratch, at, hardware, type);
    if (isIpv4 && device.vlan === undefined && trafficClass === 0)
      path.front = new Front(scratch, start);
    return start;
  }

  /** The datagram at `at` … `end` − 1 of `p` goes where `path`, in use already, leads. */
  emit(
    path: HostPath,
    p: Packet,
    at: number,
    end: number,
    queue: FrameQueue,
    now: Instant,
  ): Outcome {
    const { interface: device, hardware } = path;
    if (path.way === 'loopback') return this.loop(p, at, end) ? 'sent' : 'full';
    if (device === undefined) return 'no-route';
    if (hardware === undefined) {
      this.hold(device, path.nextHop, { pieces: [p.octets.slice(at, end)], forwarded: false }, now);
      return 'sent';
    }
    const type = path.version === 4 ? TYPE.ipv4 : TYPE.ipv6;
    return queueFrame(queue, device, hardware, type, p, at, end) === undefined ? 'full' : 'sent';
  }

  /** To ourselves. */
  loop(p: Packet, at: number, end: number): boolean {
    const slot = this.#machine.loopback.open(DATAGRAM_AT + end - at);
    if (slot === undefined) return false;
    slot.packet.octets.set(p.octets.subarray(at, end), DATAGRAM_AT);
    slot.interface = -1;
    slot.start = DATAGRAM_AT;
    slot.end = DATAGRAM_AT + end - at;
    return true;
  }

  hold(
    device: Interface,
    nextHop: Ipv4Address | Ipv6Address,
    held: { readonly pieces: readonly Uint8Array[]; readonly forwarded: boolean },
    now: Instant,
  ): void {
    if (isIpv4(nextHop)) this.#neighbours.ipv4(device).send(nextHop, held, now);
    else this.#neighbours.ipv6(device).send(nextHop, held, now);
  }

  /** All fragments of the IPv4 datagram at `at` of `scratch`, each handed to `take` before the next. */
  cut(at: number, mtu: number, take: (p: Packet, at: number, end: number) => void): void {
    const whole = this.scratch;
    const payload = ipv4.totalLength(whole, at) - ipv4.headerLength(whole, at);
    const fragment = this.#fragmentOf(mtu);
    for (let done = 0; done < payload; ) {
      done += ipv4Fragment.writeFragment(whole, at, done, mtu, fragment, DATAGRAM_AT);
      this.#machine.counters.ipv4.fragCreates += 1;
      const end = DATAGRAM_AT + ipv4.totalLength(fragment, DATAGRAM_AT);
      take(fragment, DATAGRAM_AT, end);
    }
    this.#machine.counters.ipv4.fragOks += 1;
  }

  /** The same for the IPv6 packet at `at`, which goes by `path`. */
  #cut6(path: HostPath, at: number, take: (p: Packet, at: number, end: number) => void): void {
    const whole = this.scratch;
    const payload = ipv6.payloadLength(whole, at);
    const { counters } = this.#machine;
    const fragment = this.#fragmentOf(path.mtu);
    const identification = path.nextFragmentIdentification();
    const { writeFragment } = ipv6Fragment;
    for (let done = 0; done < payload; ) {
      done += writeFragment(whole, at, done, path.mtu, identification, fragment, DATAGRAM_AT);
      counters.ipv6.fragCreates += 1;
      const length = ipv6.HEADER_LENGTH + ipv6.payloadLength(fragment, DATAGRAM_AT);
      take(fragment, DATAGRAM_AT, DATAGRAM_AT + length);
    }
    counters.ipv6.fragOks += 1;
  }

  #fragmentOf(mtu: number): Packet {
    if (this.#fragment.octets.length < DATAGRAM_AT + mtu) {
      this.#fragment = newPacket(DATAGRAM_AT + mtu);
    }
    return this.#fragment;
  }

  #sendFragments(path: HostPath, at: number, queue: FrameQueue, now: Instant): Outcome {
    const cut = (take: (p: Packet, from: number, end: number) => void): void =>
      path.version === 4 ? this.cut(at, path.mtu, take) : this.#cut6(path, at, take);
    const { interface: device } = path;
    if (device !== undefined && path.hardware === undefined) {
      // A resolver keeps few things of what it was given: all fragments are one.
      const pieces: Uint8Array[] = [];
      cut((p, from, end) => pieces.push(p.octets.slice(from, end)));
      this.hold(device, path.nextHop, { pieces, forwarded: false }, now);
      return 'sent';
    }
    let outcome: Outcome = 'sent';
    cut((p, from, end) => {
      if (this.emit(path, p, from, end, queue, now) !== 'sent') outcome = 'full';
    });
    return outcome;
  }

  #writeHeader(
    path: HostPath,
    at: number,
    length: number,
    protocol: number,
    timeToLive: number,
    trafficClass: number,
    dontFragment: boolean,
  ): void {
    if (path.version === 4) {
      const flags = dontFragment ? ipv4.DONT_FRAGMENT : 0;
      this.#writeIpv4(path, at, 0, length, protocol, timeToLive, trafficClass, flags);
      return;
    }
    ipv6.write(
      this.scratch,
      at,
      length,
      trafficClass,
      path.flowLabel,
      protocol,
      timeToLive,
      path.local as Ipv6Address,
      path.remote as Ipv6Address,
    );
  }

  #writeIpv4(
    path: HostPath,
    at: number,
    optionsLength: number,
    length: number,
    protocol: number,
    timeToLive: number,
    trafficClass: number,
    flags: number,
  ): void {
    ipv4.write(
      this.scratch,
      at,
      optionsLength,
      length,
      trafficClass,
      path.nextIdentification(),
      flags,
      timeToLive,
      protocol,
      path.local as Ipv4Address,
      path.remote as Ipv4Address,
    );
  }

  #counters(path: HostPath): IpCounters {
    const { counters } = this.#machine;
    return path.version === 4 ? counters.ipv4 : counters.ipv6;
  }
}

/** Of a whole datagram, its header included: jumbograms are not ours. */
const lengthMax = (path: HostPath): number =>
  path.version === 4 ? ipv4.TOTAL_LENGTH_MAX : ipv6.HEADER_LENGTH + ipv6.PAYLOAD_LENGTH_MAX;
