/**
 * The thin layer of IP between the stack's TCP and the interpreter: one host with one address, and one peer
 * at the other end of a line on which no neighbour has to be found. The host of stack/host has a link below
 * it and a life of its own there; what is judged here is the transport.
 */
import { asPacket, newPacket, type Packet } from '../../base/packet.ts';
import { type Rng, seededRng } from '../../base/random.ts';
import type { Instant } from '../../base/time.ts';
import { kindOfIcmp, kindOfIcmpv6 } from '../../stack/host/icmp-report.ts';
import { type IpAddress, isIpv4, writeWords } from '../../stack/network/ip/address.ts';
import { PathMtuCache } from '../../stack/network/path-mtu/cache.ts';
import type { TcpConfig } from '../../stack/transport/tcp/config.ts';
import type { Path } from '../../stack/transport/tcp/network.ts';
import { Tcp } from '../../stack/transport/tcp/tcp.ts';
import * as udp from '../../stack/transport/udp/header.ts';
import type { SubjectConfig } from '../subject.ts';
import {
  addressSum,
  type Datagram,
  decodeDatagram,
  encodeIp,
  type IcmpMessage,
} from '../wire/datagram.ts';
import { decodeSegment, PROTOCOL_TCP } from '../wire/segment.ts';

const TIME_TO_LIVE = 64;
/** Below what a router may name: RFC 8201 §4, and for IPv4 what Linux takes. */
const PATH_MTU_MIN = { ipv4: 552, ipv6: 1280 } as const;
const IPV4_HEADER_LENGTH = 20;
const IPV6_HEADER_LENGTH = 40;
const SEGMENT_MAX = 0xffff;
const TCP_HEADER_LENGTH = 20;
const TCP_OPTIONS_LENGTH_MAX = 40;
const PEER = 'peer';

/** The one way there is. */
class OnlyPath implements Path {
  readonly addressSum: number;
  readonly headerLength: number;
  readonly linkMtu?: number | undefined;
  mtu: number;

  constructor(addressSum: number, headerLength: number, mtu: number) {
    this.addressSum = addressSum;
    this.headerLength = headerLength;
    this.linkMtu = mtu;
    this.mtu = mtu;
  }
}

/** Who takes datagrams of UDP, and hears of those that did not arrive. */
export interface UdpReceiver {
  handleDatagram(d: udp.Datagram): void;
  handleUnreachable(localPort: number, remotePort: number): void;
}

export class IpLine {
  readonly tcp: Tcp<OnlyPath>;
  readonly path: OnlyPath;
  /** Local and remote address, eight words. */
  readonly words = new Int32Array(8);
  /** TTL or hop limit of all that leaves. */
  timeToLive = TIME_TO_LIVE;
  /** The peer gave out a cookie (RFC 7413). */
  knowsCookie = false;
  /** The segment size that it named with it; 0: none. */
  cookieMss = 0;
  receiver: UdpReceiver | undefined;
  readonly #local: IpAddress;
  readonly #remote: IpAddress;
  readonly #linkMtu: number;
  readonly #pathMtu: PathMtuCache<string>;
  readonly #scratch: Packet = newPacket(SEGMENT_MAX);
  readonly #queue: Uint8Array[] = [];

  constructor(config: SubjectConfig, tcp: TcpConfig) {
    const rng: Rng = seededRng(config.seed);
    const overIpv4 = isIpv4(config.local);
    this.#local = config.local;
    this.#remote = config.remote;
    this.#linkMtu = config.mtu;
    this.#pathMtu = new PathMtuCache(overIpv4 ? PATH_MTU_MIN.ipv4 : PATH_MTU_MIN.ipv6);
    writeWords(config.local, this.words, 0);
    writeWords(config.remote, this.words, 4);
    const headerLength = overIpv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    const sum = addressSum(config.local, config.remote);
    this.path = new OnlyPath(sum, headerLength, config.mtu);
    const { path } = this;
    this.tcp = new Tcp(tcp, { pathTo: () => path, confirm: () => undefined }, rng);
  }

  /** A datagram that is not for us, or is damaged, is dropped, as a host does. */
  handleDatagram(octets: Uint8Array, now: Instant): void {
    const decoded = decodeDatagram(octets);
    if (!decoded.ok) return;
    const { transport: t } = decoded.value;
    switch (t.protocol) {
      case 'tcp':
        this.#handleSegment(octets, decoded.value, now);
        break;
      case 'udp':
        this.receiver?.handleDatagram(t);
        break;
      case 'icmp':
        this.#handleIcmp(t, now);
        break;
    }
  }

  #handleSegment(octets: Uint8Array, d: Datagram, now: Instant): void {
    const at = this.path.headerLength;
    const segment = octets.subarray(at);
    const packet = asPacket(segment.slice());
    const seen = decodeSegment(segment, this.path.addressSum);
    if (seen.ok && seen.value.flags.syn && seen.value.flags.ack) {
      const cookie = seen.value.options.find((o) => o.kind === 'fast-open');
      if (cookie?.kind === 'fast-open' && cookie.cookie.length > 0) {
        const mss = seen.value.options.find((o) => o.kind === 'mss');
        this.knowsCookie = true;
        this.cookieMss = mss?.kind === 'mss' ? mss.value : 0;
      }
    }
    const { addressSum: sum } = this.path;
    this.tcp.handleSegment(this.words, sum, d.trafficClass, packet, 0, segment.length, now);
  }

  #handleIcmp(message: IcmpMessage, now: Instant): void {
    const { type, code, rest, payload } = message;
    const overIpv4 = isIpv4(this.#local);
    const kind = overIpv4 ? kindOfIcmp(type, code) : kindOfIcmpv6(type, code);
    const header = this.path.headerLength;
    if (kind === undefined || payload.length < header + 8) return;
    const quoted = asPacket(payload.slice()).view;
    const protocol = quoted.getUint8(overIpv4 ? 9 : 6);
    const localPort = quoted.getUint16(header);
    const remotePort = quoted.getUint16(header + 2);
    if (kind === 'too-big') this.#narrow(overIpv4 ? rest & 0xffff : rest, payload.length, now);
    if (protocol === udp.PROTOCOL_UDP && kind === 'port') {
      this.receiver?.handleUnreachable(localPort, remotePort);
    }
    if (protocol !== PROTOCOL_TCP) return;
    const sequence = quoted.getUint32(header + 4);
    if (kind === 'too-big') {
      const { mtu } = this.path;
      this.tcp.handleTooBig(this.words, localPort, remotePort, sequence, mtu, now);
    } else {
      this.tcp.handleUnreachable(this.words, localPort, remotePort, sequence, kind, now);
    }
  }

  #narrow(mtu: number, length: number, now: Instant): void {
    this.#pathMtu.handleTooBig(PEER, mtu, length, this.#linkMtu, now);
    this.path.mtu = this.#pathMtu.lookup(PEER, this.#linkMtu, now);
  }

  /** How many octets go along with a SYN, if there is a cookie. */
  get fastOpenRoom(): number {
    const most = this.path.mtu - this.path.headerLength - TCP_HEADER_LENGTH;
    return (this.cookieMss > 0 ? Math.min(most, this.cookieMss) : most) - TCP_OPTIONS_LENGTH_MAX;
  }

  sendUdp(localPort: number, remotePort: number, payload: Uint8Array): void {
    const ports = { sourcePort: localPort, destinationPort: remotePort };
    const octets = udp.encode({ ...ports, payload }, this.path.addressSum);
    this.#queue.push(this.#datagram(udp.PROTOCOL_UDP, 0, octets));
  }

  pollDatagram(now: Instant): Uint8Array | undefined {
    const queued = this.#queue.shift();
    if (queued !== undefined) return queued;
    const length = this.tcp.pollSegment(this.#scratch, 0, now);
    if (length === 0) return undefined;
    const { trafficClass } = this.tcp.outgoing;
    return this.#datagram(PROTOCOL_TCP, trafficClass, this.#scratch.octets.slice(0, length));
  }

  #datagram(protocol: number, trafficClass: number, payload: Uint8Array): Uint8Array {
    const head = { trafficClass, timeToLive: this.timeToLive, flowLabel: 0 };
    return encodeIp({ source: this.#local, destination: this.#remote, ...head }, protocol, payload);
  }
}
