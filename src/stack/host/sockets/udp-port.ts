/** A UDP port on promises. */
import { EXIT, NetlabError, UsageError } from '../../../base/errors.ts';
import type { IpAddress } from '../../network/ip/address.ts';
import type { IcmpReport } from '../icmp-report.ts';
import type { Outcome } from '../outcome.ts';
import type { UdpDatagram, UdpSendOptions, UdpSocket } from '../udp-socket.ts';
import type { Settling, SocketOwner } from './owner.ts';
import { Pending, type Wait } from './wait.ts';

export class UdpPort implements Settling {
  readonly #owner: SocketOwner;
  readonly #socket: UdpSocket;
  readonly #waiting: Pending<UdpDatagram>[] = [];
  readonly #waitingForErrors: Pending<IcmpReport>[] = [];

  constructor(owner: SocketOwner, socket: UdpSocket) {
    this.#owner = owner;
    this.#socket = socket;
    socket.context = this;
  }

  get port(): number {
    return this.#socket.port;
  }

  /**
   * Sends at once, or not at all: a datagram for which there is no room is dropped, as it may be anywhere.
   * @throws NetlabError no-route, too-big
   */
  send(octets: Uint8Array, address: IpAddress, port: number, options: UdpSendOptions = {}): void {
    const outcome = this.#socket.sendTo(octets, address, port, this.#owner.now(), options);
    this.#owner.wake();
    throwUnlessSent(outcome);
  }

  receive(wait: Wait = {}): Promise<UdpDatagram> {
    if (this.#socket.closed) throw new UsageError('closed', 'the port is closed');
    const pending = new Pending<UdpDatagram>(this.#owner.deadlines, wait, this.#owner.now());
    this.#waiting.push(pending);
    this.settle();
    return pending.promise;
  }

  /** The next ICMP error about a datagram that was sent from here. */
  receiveError(wait: Wait = {}): Promise<IcmpReport> {
    if (this.#socket.closed) throw new UsageError('closed', 'the port is closed');
    const pending = new Pending<IcmpReport>(this.#owner.deadlines, wait, this.#owner.now());
    this.#waitingForErrors.push(pending);
    this.settle();
    return pending.promise;
  }

  close(): void {
    this.#socket.close();
    const error = new NetlabError('closed', EXIT.interrupted, 'the port was closed');
    for (const pending of this.#waiting.splice(0)) pending.reject(error);
    for (const pending of this.#waitingForErrors.splice(0)) pending.reject(error);
  }

  settle(): void {
    serve(this.#waiting, () => this.#socket.receive());
    serve(this.#waitingForErrors, () => this.#socket.nextError());
  }
}

/** Gives those who wait, in their order, what `next` has. One that gave up takes nothing. */
export function serve<T>(waiting: Pending<T>[], next: () => T | undefined): void {
  for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
    if (!first.settled) {
      const one = next();
      if (one === undefined) return;
      first.resolve(one);
    }
    waiting.shift();
  }
}

/** @throws NetlabError no-route, too-big */
export function throwUnlessSent(outcome: Outcome): void {
  if (outcome === 'no-route') {
    throw new NetlabError('no-route', EXIT.boardFault, 'no route leads there');
  }
  if (outcome === 'too-big') {
    throw new NetlabError('too-big', EXIT.boardFault, 'the datagram is too long for its path');
  }
}
