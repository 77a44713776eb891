/** A UDP port as its user sees it: a bounded queue in, datagrams out, and the errors that ICMP tells of. */
import type { Instant } from '../../base/time.ts';
import type { IpAddress } from '../network/ip/address.ts';
import type { IcmpReport } from './icmp-report.ts';
import type { Outcome } from './outcome.ts';
import type { HostPath } from './path.ts';

export interface UdpOptions {
  /** Datagrams go and come by this interface alone. */
  readonly interface?: number;
  /** Octets of payload that wait for the reader, at most; 256 KiB unless told otherwise. */
  readonly receiveBuffer?: number;
  /** Others that say so too may have the same port: for groups. */
  readonly reuse?: boolean;
}

export interface UdpSendOptions {
  /** TTL or hop limit: 64 unless told otherwise, to a group 1 (RFC 1112 §6.1). */
  readonly ttl?: number;
  /** Too large a datagram is refused, and none is cut on the way. */
  readonly dontFragment?: boolean;
  readonly trafficClass?: number;
  readonly interface?: number;
}

export interface UdpDatagram {
  /** A copy, the reader's. */
  readonly octets: Uint8Array;
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  /** −1: from this host itself. */
  readonly interface: number;
  readonly ttl: number;
  readonly trafficClass: number;
}

/** Who has the ports, and sends for them. */
export interface UdpOwner {
  send(
    socket: UdpSocket,
    octets: Uint8Array,
    address: IpAddress,
    port: number,
    options: UdpSendOptions,
    now: Instant,
  ): Outcome;
  release(socket: UdpSocket): void;
}

const RECEIVE_BUFFER = 256 << 10;
/** What a datagram costs beside its octets, about: empty ones are not for nothing. */
const DATAGRAM_COST = 128;
const ERRORS_MAX = 16;

export class UdpSocket {
  /** Undefined: every address of the host. */
  readonly local: IpAddress | undefined;
  readonly localWords: Int32Array | undefined;
  readonly port: number;
  readonly options: UdpOptions;
  /** The owner's. */
  context: unknown;
  /** The path of the datagram before, which is most often that of the next. */
  path: HostPath | undefined;
  readonly #owner: UdpOwner;
  readonly #queue: UdpDatagram[] = [];
  #queued = 0;
  readonly #errors: IcmpReport[] = [];
  #closed = false;

  constructor(
    owner: UdpOwner,
    local: IpAddress | undefined,
    localWords: Int32Array | undefined,
    port: number,
    options: UdpOptions,
  ) {
    this.#owner = owner;
    this.local = local;
    this.localWords = localWords;
    this.port = port;
    this.options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Datagrams that wait to be received. */
  get pending(): number {
    return this.#queue.length;
  }

  /** @throws UsageError on a closed socket, and on a port or options that do not exist. */
  sendTo(
    octets: Uint8Array,
    address: IpAddress,
    port: number,
    now: Instant,
    options: UdpSendOptions = {},
  ): Outcome {
    return this.#owner.send(this, octets, address, port, options, now);
  }

  receive(): UdpDatagram | undefined {
    const datagram = this.#queue.shift();
    if (datagram !== undefined) this.#queued -= datagram.octets.length + DATAGRAM_COST;
    return datagram;
  }

  nextError(): IcmpReport | undefined {
    return this.#errors.shift();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    this.#owner.release(this);
  }

  /** For the owner. False: the queue is full. */
  enqueue(datagram: UdpDatagram): boolean {
    const cost = datagram.octets.length + DATAGRAM_COST;
    if (this.#queued + cost > (this.options.receiveBuffer ?? RECEIVE_BUFFER)) return false;
    this.#queued += cost;
    this.#queue.push(datagram);
    return true;
  }

  /** For the owner: the oldest of too many is forgotten. */
  enqueueError(report: IcmpReport): void {
    if (this.#errors.length === ERRORS_MAX) this.#errors.shift();
    this.#errors.push(report);
  }
}
