/**
 * The DNS resolver on the sockets of a host: it has the ports, connections and timers that the resolver asks
 * for, and its answers are promises.
 *
 *   lookup ──▶ Resolver ──query──▶ a port or connection of its own ──▶ server
 *      ▲          ▲ │ close                    │
 *      └─event────┘ └──▶ closed                └── what comes, or that nothing can ──▶ Resolver
 */
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { Rng } from '../../base/random.ts';
import type { Sockets } from '../host/sockets/sockets.ts';
import { Cancellation, Pending, type Wait } from '../host/sockets/wait.ts';
import type { IpAddress } from '../network/ip/address.ts';
import type { Query } from './dns/exchange.ts';
import type { Name } from './dns/name.ts';
import type { ResourceRecord } from './dns/record.ts';
import { TYPE } from './dns/record.ts';
import { RESOLVER_DEFAULTS, Resolver, type ResolverEvent } from './dns/resolver.ts';

type Records = readonly ResourceRecord[];

interface LookUp {
  readonly text: string;
  readonly pending: Pending<Records>;
}

export class NameService {
  readonly #sockets: Sockets;
  readonly #resolver: Resolver;
  readonly #lookups = new Map<number, LookUp>();
  /** What calls off the port or connection of an exchange. */
  readonly #exchanges = new Map<number, Cancellation>();

  constructor(sockets: Sockets, rng: Rng, servers: readonly IpAddress[]) {
    this.#sockets = sockets;
    this.#resolver = new Resolver({ ...RESOLVER_DEFAULTS, servers }, rng);
  }

  /** What DHCP or a person says from now on. */
  configure(servers: readonly IpAddress[], search: readonly Name[] = []): void {
    this.#resolver.configure(servers, search, this.#sockets.now());
    this.#pump();
  }

  /** @throws NetlabError name-unknown, timed-out, cancelled */
  async lookup(text: string, type: number, wait: Wait = {}): Promise<Records> {
    const now = this.#sockets.now();
    const number = this.#resolver.lookup(text, type, now);
    const pending = new Pending<Records>(this.#sockets.deadlines, wait, now);
    this.#lookups.set(number, { text, pending });
    this.#pump();
    try {
      return await pending.promise;
    } finally {
      this.#lookups.delete(number);
      this.#resolver.cancel(number);
      this.#pump();
    }
  }

  /** The first address of `text`: of IPv4 if it has one, unless only the other version is wanted. */
  async addressOf(text: string, version?: 4 | 6, wait: Wait = {}): Promise<IpAddress> {
    if (version === 6) return addressIn(await this.lookup(text, TYPE.AAAA, wait), text);
    try {
      return addressIn(await this.lookup(text, TYPE.A, wait), text);
    } catch (error) {
      const { reason } = error instanceof NetlabError ? error.details : {};
      if (version === 4 || reason !== 'no-data') throw error;
      return addressIn(await this.lookup(text, TYPE.AAAA, wait), text);
    }
  }

  /** For the deadlines of the sockets. */
  expire(): void {
    this.#resolver.handleTimeout(this.#sockets.now());
    this.#pump();
  }

  #pump(): void {
    for (let out = this.#resolver.pollOutput(); out; out = this.#resolver.pollOutput()) {
      this.#exchanges.get(out.exchange)?.cancel();
      this.#exchanges.delete(out.exchange);
      if (out.kind === 'query') this.#ask(out);
    }
    for (let event = this.#resolver.pollEvent(); event; event = this.#resolver.pollEvent()) {
      this.#settle(event);
    }
    const due = this.#resolver.pollTimeout();
    if (due === undefined) this.#sockets.deadlines.clear(this);
    else this.#sockets.deadlines.set(this, due);
  }

  #settle(event: ResolverEvent): void {
    const lookup = this.#lookups.get(event.lookup);
    if (lookup === undefined) return;
    if (event.kind === 'resolved') lookup.pending.resolve(event.records);
    else lookup.pending.reject(unknown(lookup.text, event.reason));
  }

  #ask(query: Query): void {
    const cancellation = new Cancellation();
    this.#exchanges.set(query.exchange, cancellation);
    const asking =
      query.transport === 'udp'
        ? this.#askByUdp(query, cancellation)
        : this.#askByTcp(query, cancellation);
    asking.catch(() => {
      // Whatever kept it from being asked, the next server is.
      if (cancellation.cancelled) return;
      this.#resolver.handleFailure(query.exchange, this.#sockets.now());
      this.#pump();
    });
  }

  async #askByUdp(
    { sourcePort, server, serverPort, payload }: Query & { readonly transport: 'udp' },
    cancellation: Cancellation,
  ): Promise<void> {
    const port = this.#sockets.udp({ port: sourcePort });
    try {
      port.send(payload, server, serverPort);
      const refused = port.receiveError({ cancellation }).then(() => {
        throw new NetlabError('unreachable', EXIT.boardFault, 'the server is not there');
      });
      const answers = async (): Promise<void> => {
        for (;;) {
          const { octets, source, sourcePort: from } = await port.receive({ cancellation });
          const answer = { payload: octets, source, sourcePort: from, destinationPort: port.port };
          this.#resolver.handleDatagram(answer, this.#sockets.now());
          this.#pump();
        }
      };
      await Promise.race([answers(), refused]);
    } finally {
      port.close();
    }
  }

  async #askByTcp(
    { exchange, server, serverPort, payload }: Query & { readonly transport: 'tcp' },
    cancellation: Cancellation,
  ): Promise<void> {
    const socket = await this.#sockets.connect(server, serverPort, { cancellation });
    try {
      await socket.write(payload, { cancellation });
      for (;;) {
        const octets = await socket.read(undefined, { cancellation });
        if (octets === undefined) throw unknown('', 'server-failure');
        this.#resolver.handleStream(exchange, octets, this.#sockets.now());
        this.#pump();
      }
    } finally {
      socket.close();
    }
  }
}

function addressIn(records: Records, text: string): IpAddress {
  for (const { data } of records) {
    if (data.kind === 'A' || data.kind === 'AAAA') return data.address;
  }
  throw unknown(text, 'no-data');
}

const unknown = (name: string, reason: string): NetlabError =>
  new NetlabError('name-unknown', EXIT.boardFault, `${name}: ${reason}`, { name, reason });
