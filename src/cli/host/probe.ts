/** Probes of a path: datagrams that die on their way, and what routers and the end say of it. */
import { NetlabError } from '../../base/errors.ts';
import { type Duration, type Instant, since } from '../../base/time.ts';
import type { IcmpReport } from '../../stack/host/icmp-report.ts';
import type { Pinger } from '../../stack/host/sockets/pinger.ts';
import type { Sockets } from '../../stack/host/sockets/sockets.ts';
import type { UdpPort } from '../../stack/host/sockets/udp-port.ts';
import { type Cancellation, Pending, type Wait } from '../../stack/host/sockets/wait.ts';
import { format, type IpAddress } from '../../stack/network/ip/address.ts';

export interface ProbeAnswer {
  readonly from: string;
  readonly time_ms: number;
  /** `reached`: the target itself answered. */
  readonly kind: IcmpReport['kind'] | 'reached';
}

export interface Prober {
  /** Undefined: nothing came in time. */
  probe(ttl: number): Promise<ProbeAnswer | undefined>;
  close(): void;
}

export interface ProbeOptions {
  readonly remote: IpAddress;
  readonly timeout: Duration;
  readonly cancellation: Cancellation;
  /** Octets of data. */
  readonly size: number;
}

/** Undefined when the time passed; what else goes wrong is thrown. */
async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof NetlabError && error.code === 'timed-out') return undefined;
    throw error;
  }
}

/** ICMP echo; the end answers it. */
export class IcmpProber implements Prober {
  readonly #sockets: Sockets;
  readonly #pinger: Pinger;
  readonly #options: ProbeOptions;

  constructor(sockets: Sockets, options: ProbeOptions) {
    this.#sockets = sockets;
    this.#pinger = sockets.pinger(options.remote);
    this.#options = options;
  }

  async probe(ttl: number): Promise<ProbeAnswer | undefined> {
    const { timeout, cancellation, size: length } = this.#options;
    const sentAt = this.#sockets.now();
    try {
      const reply = await inTime(this.#pinger.ping({ ttl, length, timeout, cancellation }));
      if (reply === undefined) return undefined;
      return { from: format(reply.source), time_ms: reply.roundTrip / 1000, kind: 'reached' };
    } catch (error) {
      if (!(error instanceof NetlabError) || error.code !== 'unreachable') throw error;
      const { kind, from } = error.details;
      const time_ms = since(this.#sockets.now(), sentAt) / 1000;
      return { from: String(from), time_ms, kind: kind as IcmpReport['kind'] };
    }
  }

  close(): void {
    this.#pinger.close();
  }
}

interface Waiting {
  readonly sentAt: Instant;
  readonly pending: Pending<ProbeAnswer>;
}

const PORT_MAX = 0xffff;

/** UDP to ports that nobody is expected to have, another for each probe: that tells which was answered. */
export class UdpProber implements Prober {
  readonly #sockets: Sockets;
  readonly #port: UdpPort;
  readonly #options: ProbeOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #first: number;
  #next: number;

  constructor(sockets: Sockets, options: ProbeOptions, firstPort: number) {
    this.#sockets = sockets;
    this.#options = options;
    this.#port = sockets.udp();
    this.#first = firstPort;
    this.#next = firstPort;
    this.#hear();
  }

  async probe(ttl: number): Promise<ProbeAnswer | undefined> {
    const { remote, timeout, cancellation, size } = this.#options;
    const port = this.#next;
    this.#next = port === PORT_MAX ? this.#first : port + 1;
    const now = this.#sockets.now();
    const pending = new Pending<ProbeAnswer>(
      this.#sockets.deadlines,
      { timeout, cancellation },
      now,
    );
    this.#waiting.set(port, { sentAt: now, pending });
    try {
      this.#port.send(new Uint8Array(size), remote, port, { ttl });
      return await inTime(pending.promise);
    } finally {
      this.#waiting.delete(port);
    }
  }

  close(): void {
    this.#port.close();
  }

  #hear(): void {
    const { cancellation } = this.#options;
    const wait: Wait = { cancellation };
    const errors = async (): Promise<void> => {
      for (;;) {
        const { kind, from, destinationPort } = await this.#port.receiveError(wait);
        // The end is reached when it says that nobody has the port.
        this.#settle(destinationPort, from, kind === 'port' ? 'reached' : kind);
      }
    };
    const answers = async (): Promise<void> => {
      for (;;) {
        const { source, sourcePort } = await this.#port.receive(wait);
        this.#settle(sourcePort, source, 'reached');
      }
    };
    // Both end when the port is closed.
    errors().catch(() => {});
    answers().catch(() => {});
  }

  #settle(port: number, from: IpAddress, kind: ProbeAnswer['kind']): void {
    const waiting = this.#waiting.get(port);
    if (waiting === undefined) return;
    const time_ms = since(this.#sockets.now(), waiting.sentAt) / 1000;
    waiting.pending.resolve({ from: format(from), time_ms, kind });
  }
}
