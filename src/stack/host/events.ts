/** What a host has to tell its owner. */
import type { IpPrefix } from '../network/ip/address.ts';
import type { Ipv6Address } from '../network/ipv6/address.ts';
import type { EchoSocket } from './echo-socket.ts';
import type { UdpSocket } from './udp-socket.ts';

export type HostEvent =
  /**
   * `added`: in use from now on, again if the link was away; `duplicate`: another has it; `lost`: another took
   * it, or its time is over. When another has the link-local address that is made of our hardware address, all
   * others of IPv6 are lost, and none is spoken before the link was away (RFC 4862 §5.4.5).
   */
  | {
      readonly kind: 'address';
      readonly change: 'added' | 'duplicate' | 'lost';
      readonly interface: number;
      readonly prefix: IpPrefix;
    }
  /** What routers advertise from now on, all of it (RFC 8106): nothing more when both are empty. */
  | {
      readonly kind: 'dns';
      readonly interface: number;
      readonly servers: readonly Ipv6Address[];
      readonly domains: readonly string[];
    }
  | { readonly kind: 'link'; readonly interface: number; readonly up: boolean };

/** An owner that never asks loses the oldest. */
const EVENTS_MAX = 256;

export class News {
  readonly #events: HostEvent[] = [];
  /** Each once until it is taken. */
  readonly #sockets = new Set<UdpSocket | EchoSocket>();

  tell(event: HostEvent): void {
    if (this.#events.length === EVENTS_MAX) this.#events.shift();
    this.#events.push(event);
  }

  /** Something waits in `socket`. */
  touch(socket: UdpSocket | EchoSocket): void {
    this.#sockets.add(socket);
  }

  forget(socket: UdpSocket | EchoSocket): void {
    this.#sockets.delete(socket);
  }

  poll(): HostEvent | UdpSocket | EchoSocket | undefined {
    if (this.#events.length > 0) return this.#events.shift();
    for (const socket of this.#sockets) {
      this.#sockets.delete(socket);
      return socket;
    }
    return undefined;
  }
}
