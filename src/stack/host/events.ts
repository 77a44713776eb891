/** What a host has to tell its owner. */
import type { IpPrefix } from '../network/ip/address.ts';
import type { EchoSocket } from './echo-socket.ts';
import type { UdpSocket } from './udp-socket.ts';

export type HostEvent =
  /** `added`: in use from now on; `duplicate`: another has it; `lost`: another took it, or its time is over. */
  | {
      readonly kind: 'address';
      readonly change: 'added' | 'duplicate' | 'lost';
      readonly interface: number;
      readonly prefix: IpPrefix;
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
