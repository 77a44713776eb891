/**
 * The sockets of a host on promises. It is driven in the host's place: the driver's calls pass through it, and
 * when the host has nothing more to send it settles the promises that can be, once for all that happened.
 *
 *   driver ──handleFrame…──▶ Sockets ──────▶ Host
 *                              │ ▲ pollEvent
 *                              ▼ │
 *               application: connect, listen, read, write …
 */
import { UsageError } from '../../../base/errors.ts';
import type { Packet } from '../../../base/packet.ts';
import { earliest, type Instant } from '../../../base/time.ts';
import type { IpAddress } from '../../network/ip/address.ts';
import type { ListenOptions } from '../../transport/tcp/config.ts';
import type { Driven } from '../driven.ts';
import type { EchoOptions } from '../echo-socket.ts';
import type { HostEvent } from '../events.ts';
import type { Host } from '../host.ts';
import type { UdpOptions } from '../udp-socket.ts';
import { isSettling, type SocketOwner } from './owner.ts';
import { Pinger, type PingOptions, type PingReply } from './pinger.ts';
import { Race, type TcpConnectOptions } from './race.ts';
import { TcpServer } from './tcp-server.ts';
import { TcpSocket } from './tcp-socket.ts';
import { UdpPort } from './udp-port.ts';
import { Deadlines } from './wait.ts';

/** Who drives the host. */
export interface SocketDriver {
  now(): Instant;
  /** There may be something to send: `pollFrame` wants to be called soon. */
  wake(): void;
}

export interface ServerOptions extends Partial<ListenOptions> {
  /** Undefined: every address of the host. */
  readonly local?: IpAddress;
}

export interface PortOptions extends UdpOptions {
  readonly local?: IpAddress;
  /** 0, as when it is not given: one is chosen. */
  readonly port?: number;
}

export class Sockets implements Driven, SocketOwner {
  readonly deadlines: Deadlines;
  readonly #host: Host;
  readonly #driver: SocketDriver;
  readonly #onEvent: ((event: HostEvent) => void) | undefined;

  /** `onEvent` hears of addresses and links, which are no socket's. */
  constructor(host: Host, driver: SocketDriver, onEvent?: (event: HostEvent) => void) {
    this.#host = host;
    this.#driver = driver;
    this.deadlines = new Deadlines(() => driver.wake());
    this.#onEvent = onEvent;
  }

  get frame(): Driven['frame'] {
    return this.#host.frame;
  }

  now(): Instant {
    return this.#driver.now();
  }

  wake(): void {
    this.#driver.wake();
  }

  /** @throws NetlabError no-route, connection-…, timed-out, cancelled; UsageError as `Host.connect` */
  async connect(
    remote: IpAddress,
    port: number,
    options: TcpConnectOptions = {},
  ): Promise<TcpSocket> {
    const { timeout, cancellation, ...others } = options;
    const connection = this.#host.connect(remote, port, others, this.now());
    this.wake();
    return await new TcpSocket(this, connection).connected({
      ...(timeout !== undefined && { timeout }),
      ...(cancellation !== undefined && { cancellation }),
    });
  }

  /**
   * As `connect`, to whichever of `addresses`, the best liked first, answers first: RFC 8305.
   * @throws UsageError no-addresses, and as `connect`
   */
  async connectFirst(
    addresses: readonly IpAddress[],
    port: number,
    options: TcpConnectOptions = {},
  ): Promise<TcpSocket> {
    if (addresses.length === 0)
      throw new UsageError('no-addresses', 'there is nobody to connect to');
    return await new Race(this, addresses, port, options).run();
  }

  /** @throws UsageError address-in-use, bad-port */
  listen(port: number, options: ServerOptions = {}): TcpServer {
    const { local, ...others } = options;
    return new TcpServer(this, this.#host.listen(local, port, others));
  }

  /** @throws UsageError address-in-use, no-free-port, bad-port */
  udp(options: PortOptions = {}): UdpPort {
    const { local, port = 0, ...others } = options;
    return new UdpPort(this, this.#host.openUdp(local, port, others));
  }

  /** For more than one echo. */
  pinger(remote: IpAddress, options: EchoOptions = {}): Pinger {
    return new Pinger(this, this.#host.openEcho(remote, options));
  }

  /** @throws NetlabError no-route, too-big, timed-out, cancelled, unreachable */
  async ping(remote: IpAddress, options: PingOptions & EchoOptions = {}): Promise<PingReply> {
    const pinger = this.pinger(remote, options);
    try {
      return await pinger.ping(options);
    } finally {
      pinger.close();
    }
  }

  /** Settles what can be settled. `pollFrame` does it; who drives the host itself has to. */
  dispatch(): void {
    for (let news = this.#host.pollEvent(); news; news = this.#host.pollEvent()) {
      if (!('context' in news)) this.#onEvent?.(news);
      else if (isSettling(news.context)) news.context.settle();
    }
  }

  handleFrame(
    interfaceIndex: number,
    packet: Packet,
    start: number,
    end: number,
    now: Instant,
  ): void {
    this.#host.handleFrame(interfaceIndex, packet, start, end, now);
  }

  pollFrame(now: Instant): boolean {
    if (this.#host.pollFrame(now)) return true;
    this.dispatch();
    // What waited to be written may have found room.
    return this.#host.pollFrame(now);
  }

  pollTimeout(): Instant | undefined {
    return earliest(this.#host.pollTimeout(), this.deadlines.pollTimeout());
  }

  handleTimeout(now: Instant): void {
    this.#host.handleTimeout(now);
    this.deadlines.handleTimeout(now);
  }
}
