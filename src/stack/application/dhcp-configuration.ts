/**
 * An interface of a host that gets its address, routes and name servers by DHCP: the client on the host's
 * sockets, and its leases put to use.
 *
 *   Client ──messages──▶ UDP port 68 of the interface
 *      │ bound ──▶ addAddress (asked for on the link first, if so wanted) ──▶ routes, onLease
 *      │ lost  ──▶ removeAddress, routes taken away
 *      └◀ duplicate: DECLINE
 */
import type { Rng } from '../../base/random.ts';
import type { HostEvent } from '../host/events.ts';
import type { Host } from '../host/host.ts';
import type { Sockets } from '../host/sockets/sockets.ts';
import type { UdpPort } from '../host/sockets/udp-port.ts';
import { Cancellation } from '../host/sockets/wait.ts';
import type { IpPrefix } from '../network/ip/address.ts';
import { UNSPECIFIED } from '../network/ipv4/address.ts';
import { Client, type ClientEvent } from './dhcp/client.ts';
import type { Lease } from './dhcp/lease.ts';
import { CLIENT_PORT } from './dhcp/message.ts';

export interface DhcpOptions {
  readonly interface: number;
  readonly hostName?: string;
  /** Ask the link before the address is used (RFC 2131 §4.4.1: SHOULD). */
  readonly detect: boolean;
  readonly onEvent: (event: ClientEvent) => void;
}

export class DhcpConfiguration {
  readonly #host: Host;
  readonly #sockets: Sockets;
  readonly #options: DhcpOptions;
  readonly #client: Client;
  readonly #port: UdpPort;
  readonly #cancellation = new Cancellation();
  #used: Lease | undefined;
  #routes: IpPrefix[] = [];

  /** @throws UsageError address-in-use */
  constructor(host: Host, sockets: Sockets, rng: Rng, options: DhcpOptions) {
    const hardware = host.interfaces[options.interface]?.hardware ?? new Uint8Array(6);
    const { hostName } = options;
    this.#host = host;
    this.#sockets = sockets;
    this.#options = options;
    this.#client = new Client({ hardware, ...(hostName === undefined ? {} : { hostName }) }, rng);
    this.#port = sockets.udp({ port: CLIENT_PORT, interface: options.interface });
    void this.#listen();
  }

  get lease(): Lease | undefined {
    return this.#used;
  }

  start(): void {
    this.#client.start(this.#sockets.now());
    this.#pump();
  }

  /** What the host says of its addresses: another may have ours. */
  handleHostEvent(event: HostEvent): void {
    if (event.kind !== 'address' || event.interface !== this.#options.interface) return;
    if (event.prefix.address !== this.#used?.address.address) return;
    if (event.change === 'added') this.#addRoutes(this.#used);
    else if (event.change === 'duplicate') this.#client.handleConflict(this.#sockets.now());
    this.#pump();
  }

  /** For the deadlines of the sockets. */
  expire(): void {
    this.#client.handleTimeout(this.#sockets.now());
    this.#pump();
  }

  /** Gives the address back. */
  close(): void {
    this.#client.release();
    this.#pump();
    this.#sockets.deadlines.clear(this);
    this.#cancellation.cancel();
    this.#port.close();
  }

  async #listen(): Promise<void> {
    const wait = { cancellation: this.#cancellation };
    while (!this.#cancellation.cancelled) {
      const datagram = await this.#port.receive(wait).catch(() => undefined);
      if (datagram === undefined) return;
      this.#client.handleMessage(datagram.octets, this.#sockets.now());
      this.#pump();
    }
  }

  #pump(): void {
    for (let out = this.#client.pollOutput(); out; out = this.#client.pollOutput()) this.#send(out);
    for (let event = this.#client.pollEvent(); event; event = this.#client.pollEvent()) {
      this.#apply(event);
      this.#options.onEvent(event);
    }
    const due = this.#client.pollTimeout();
    if (due === undefined) this.#sockets.deadlines.clear(this);
    else this.#sockets.deadlines.set(this, due);
  }

  #send(out: NonNullable<ReturnType<Client['pollOutput']>>): void {
    try {
      this.#port.send(out.payload, out.destination, out.destinationPort);
    } catch {
      // As if it were lost on the way: the client sends it again.
    }
  }

  #apply(event: ClientEvent): void {
    const now = this.#sockets.now();
    const { interface: index, detect } = this.#options;
    if (event.kind === 'bound') {
      this.#used = event.lease;
      this.#host.addAddress(index, event.lease.address, now, { detect });
    } else if (event.kind === 'lost') {
      this.#removeRoutes();
      this.#host.removeAddress(index, event.lease.address.address, now);
      this.#used = undefined;
    }
  }

  #addRoutes(lease: Lease): void {
    this.#removeRoutes();
    for (const { destination, router } of lease.routes) {
      const gateway = router === UNSPECIFIED ? {} : { gateway: router };
      this.#host.addRoute(destination, { ...gateway, interface: this.#options.interface });
      this.#routes.push(destination);
    }
  }

  #removeRoutes(): void {
    for (const prefix of this.#routes) this.#host.removeRoute(prefix, this.#options.interface);
    this.#routes = [];
  }
}
