/** A host of netlab's own while a command uses it: opened, configured, and closed whatever happens. */
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import { seededRng } from '../../base/random.ts';
import { after, type Duration, milliseconds, seconds } from '../../base/time.ts';
import { LiveHost, untilPassed } from '../../node/live-host/live-host.ts';
import { type Opened, openAttachments } from '../../node/live-host/open-attachments.ts';
import type { ClientEvent } from '../../stack/application/dhcp/client.ts';
import { DhcpConfiguration } from '../../stack/application/dhcp-configuration.ts';
import { NameService } from '../../stack/application/name-service.ts';
import type { HostEvent } from '../../stack/host/events.ts';
import { Cancellation } from '../../stack/host/sockets/wait.ts';
import {
  formatPrefix,
  type IpAddress,
  isIpv4,
  isLinkLocal,
  parse,
} from '../../stack/network/ip/address.ts';
import { everywhere } from './everywhere.ts';
import type { HostRequest } from './host-flags.ts';
import { startNeighbour } from './neighbour.ts';

/** DHCP takes four seconds when its first message is lost, and asking for an address up to seven. */
const READY = seconds(15);

/** Routers answer a solicitation in half a second (RFC 4861 §6.2.6); the second one leaves after four. */
const ADVICE = seconds(5);

/** For the server's hardware address to be asked for, and the lease to be given back to it. */
const FAREWELL = milliseconds(100);

export type SessionEvent = HostEvent | (ClientEvent & { readonly dhcp: true });

export interface Watcher {
  /** Hears of addresses, links and leases. */
  readonly onEvent?: (event: SessionEvent) => void;
}

export class HostSession {
  readonly live: LiveHost;
  readonly names: NameService;
  readonly request: HostRequest;
  /** Called off by Ctrl-C, and by the loss of what the host is attached by. */
  readonly cancellation = new Cancellation();
  #dhcp: DhcpConfiguration | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(live: LiveHost, request: HostRequest, watcher: Watcher) {
    this.live = live;
    this.request = request;
    const rng = seededRng(request.seed ^ 0x646e73);
    this.names = new NameService(live.sockets, rng, request.dns);
    live.onEvent((event) => {
      watcher.onEvent?.(event);
      this.#dhcp?.handleHostEvent(event);
      if (event.kind === 'dns') this.names.advise(event.interface, event.servers, event.domains);
      for (const look of this.#watchers) look();
    });
    this.#configure(watcher);
  }

  #configure(watcher: Watcher): void {
    const { live, request } = this;
    const { host, sockets } = live;
    const now = sockets.now();
    const { detect, slaac } = request;
    for (const { index } of host.interfaces) if (slaac) host.startIpv6(index, now);
    for (const { prefix, interface: index } of request.addresses) {
      host.addAddress(index, prefix, now, { detect });
    }
    for (const { address, interface: index } of request.gateways) {
      host.addRoute(everywhere(address), { gateway: address, interface: index });
    }
    if (!request.dhcp) return;
    this.#dhcp = new DhcpConfiguration(host, sockets, seededRng(request.seed ^ 0x64686370), {
      interface: 0,
      detect,
      onEvent: (event) => {
        if (event.kind === 'bound') {
          const { domainNameServers, domainSearch } = event.lease;
          this.names.advise('dhcp', domainNameServers, domainSearch);
        }
        watcher.onEvent?.({ ...event, dhcp: true });
        for (const look of this.#watchers) look();
      },
    });
    this.#dhcp.start();
  }

  /** The address that `target` is or has. @throws UsageError no-dns; NetlabError no-address, name-unknown */
  async resolve(target: string, version?: 4 | 6): Promise<IpAddress> {
    const literal = parse(target);
    if (literal !== undefined) return literal;
    await this.#serversFor(target);
    return this.names.addressOf(target, version, { cancellation: this.cancellation });
  }

  /** All addresses of `target` that the host can reach, the best liked first. @throws as `resolve` */
  async resolveAll(target: string, version?: 4 | 6): Promise<readonly IpAddress[]> {
    const literal = parse(target);
    if (literal !== undefined) return [literal];
    await this.#serversFor(target);
    const { cancellation } = this;
    const found = await this.names.addressesOf(target, version, { cancellation });
    const suited = found.filter((remote) => this.#canReach(remote));
    return suited.length > 0 ? suited : found;
  }

  /** Until somebody is there to be asked for a name: DHCP or a router may name one. */
  async #serversFor(target: string): Promise<void> {
    const { slaac } = this.request;
    const mayCome = slaac || this.#dhcp !== undefined;
    if (this.names.hasServers || mayCome) await this.ready();
    try {
      if (mayCome) await this.#until(() => this.names.hasServers, ADVICE);
    } catch (error) {
      if (!(error instanceof NetlabError) || error.code !== 'no-address') throw error;
    }
    if (this.names.hasServers) return;
    throw new UsageError('no-dns', `no DNS server is known for ${target}`, { name: target });
  }

  /** Until there is an address from which `remote` can be reached. @throws NetlabError no-address */
  ready(remote?: IpAddress): Promise<void> {
    return this.#until(() => this.#canReach(remote), READY);
  }

  #canReach(remote: IpAddress | undefined): boolean {
    return this.live.host.interfaces.some(({ index }) => this.#suits(index, remote));
  }

  #suits(index: number, remote: IpAddress | undefined): boolean {
    return this.live.host.addressesOf(index).some(({ address }) => {
      if (remote === undefined) return isIpv4(address) || !isLinkLocal(address);
      if (isIpv4(remote) !== isIpv4(address)) return false;
      return isIpv4(address) || isLinkLocal(remote) || !isLinkLocal(address);
    });
  }

  /** Looks at each event again whether it is so. @throws NetlabError no-address */
  async #until(ready: () => boolean, limit: Duration): Promise<void> {
    if (ready()) return;
    const { sockets } = this.live;
    const { promise, resolve, reject } = deferred();
    const expiring = {
      expire: () => {
        sockets.deadlines.clear(expiring);
        const waited_s = limit / seconds(1);
        reject(
          new NetlabError('no-address', EXIT.timeout, 'no address came in time', { waited_s }),
        );
      },
    };
    const look = (): void => {
      if (ready()) resolve();
    };
    const stop = (): void => reject(new NetlabError('cancelled', EXIT.interrupted, 'called off'));
    this.#watchers.add(look);
    this.cancellation.add(stop);
    sockets.deadlines.set(expiring, after(sockets.now(), limit));
    try {
      await promise;
    } finally {
      this.#watchers.delete(look);
      this.cancellation.delete(stop);
      sockets.deadlines.clear(expiring);
    }
  }

  /** One of the host's, for people. */
  addresses(): string[] {
    const { host } = this.live;
    return host.interfaces.flatMap(({ index }) => host.addressesOf(index).map(formatPrefix));
  }

  async close(): Promise<void> {
    this.cancellation.cancel();
    if (this.#dhcp !== undefined) {
      this.#dhcp.close();
      await untilPassed(FAREWELL);
    }
    await this.live.close();
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (e: Error) => void } {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((a, b) => {
    resolve = a;
    reject = b;
  });
  return { promise, resolve, reject };
}

export interface SessionOptions extends Watcher {
  /** For the capture: `netlab 0.1.0`. */
  readonly application: string;
}

/**
 * Opens the host that is asked for, lets `work` use it, and gives all up again. When the signal comes or what
 * the host is attached by is lost, all that waits on the host's sockets is called off.
 */
export async function withHost<T>(
  request: HostRequest,
  options: SessionOptions,
  signal: AbortSignal,
  work: (session: HostSession) => Promise<T>,
): Promise<T> {
  const opened = await openAttachments({
    ...request,
    withNeighbour: request.neighbour !== undefined,
  });
  const neighbour = startNeighbour(opened.neighbour, request);
  let session: HostSession | undefined;
  try {
    session = begin(opened, request, options);
    const { cancellation, live } = session;
    const stop = (): void => cancellation.cancel();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return await Promise.race([work(session), live.lost]);
  } finally {
    // The neighbour first: it lives on what goes with the board.
    await neighbour?.close();
    await session?.close();
    if (session === undefined) await giveUp(opened);
  }
}

function begin(opened: Opened, request: HostRequest, options: SessionOptions): HostSession {
  const { seed, forwarding, mtu, impairments, capture } = request;
  const live = new LiveHost(opened.attachments, {
    seed,
    forwarding,
    mtu,
    ...(impairments === undefined ? {} : { impairments }),
    ...(capture === undefined
      ? {}
      : { capture: { path: capture, application: options.application } }),
  });
  const session = new HostSession(live, request, options);
  live.start();
  return session;
}

async function giveUp({ attachments }: Opened): Promise<void> {
  await Promise.all(attachments.map((attachment) => attachment.close()));
}
