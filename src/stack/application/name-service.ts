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
import { type Name, parse } from './dns/name.ts';
import type { ResourceRecord } from './dns/record.ts';
import { TYPE } from './dns/record.ts';
import { RESOLVER_DEFAULTS, Resolver, type ResolverEvent } from './dns/resolver.ts';

type Records = readonly ResourceRecord[];

/** Whom DNS servers are heard of from: a DHCP server, or the routers on an interface of that index. */
export type NameSource = 'dhcp' | number;

interface Advice {
  readonly servers: readonly IpAddress[];
  readonly search: readonly Name[];
}

/** A host asks no more of them, whoever names how many (RFC 8106 §5.3.1 wants three at least to be kept). */
const SERVERS_MAX = 6;

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
  readonly #advice = new Map<NameSource, Advice>();
  #servers: readonly IpAddress[];
  /** A person named servers: what the network says does not count. */
  readonly #isSet: boolean;

  constructor(sockets: Sockets, rng: Rng, servers: readonly IpAddress[]) {
    this.#sockets = sockets;
    this.#servers = servers;
    this.#isSet = servers.length > 0;
    this.#resolver = new Resolver({ ...RESOLVER_DEFAULTS, servers }, rng);
  }

  /** Whether there is anybody to ask. */
  get hasServers(): boolean {
    return this.#servers.length > 0;
  }

  /**
   * All that one source says from now on; nothing more when both are empty. What DHCP says goes before what
   * routers do (RFC 8106 §5.3.1). A search domain that is no name is left out.
   */
  advise(source: NameSource, servers: readonly IpAddress[], search: readonly string[] = []): void {
    if (this.#isSet) return;
    const names = search.map(parse).filter((name) => name !== undefined);
    this.#advice.set(source, { servers, search: names });
    const ranked = [...this.#advice].sort(([a], [b]) => rank(a) - rank(b)).map(([, one]) => one);
    this.#servers = ranked.flatMap((one) => one.servers).slice(0, SERVERS_MAX);
    const domains = [...new Set(ranked.flatMap((one) => one.search))];
    this.#resolver.configure(this.#servers, domains, this.#sockets.now());
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

  /**
   * All addresses of `text`, those of IPv6 first (RFC 8305 §4), for who tries one after the other.
   * @throws as `lookup` does when it has none of either version
   */
  async addressesOf(text: string, version?: 4 | 6, wait: Wait = {}): Promise<readonly IpAddress[]> {
    const types = version === 6 ? [TYPE.AAAA] : version === 4 ? [TYPE.A] : [TYPE.AAAA, TYPE.A];
    const asked = await Promise.allSettled(types.map((type) => this.lookup(text, type, wait)));
    const found = asked.flatMap((one) =>
      one.status === 'fulfilled' ? addressesIn(one.value) : [],
    );
    if (found.length > 0) return found;
    // Of two reasons the last one: that of IPv4, which most names have.
    const reason = asked.findLast((one) => one.status === 'rejected')?.reason;
    throw reason ?? unknown(text, 'no-data');
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

const rank = (source: NameSource): number => (source === 'dhcp' ? -1 : source);

const addressesIn = (records: Records): IpAddress[] =>
  records.flatMap(({ data }) => (data.kind === 'A' || data.kind === 'AAAA' ? [data.address] : []));

function addressIn(records: Records, text: string): IpAddress {
  const [first] = addressesIn(records);
  if (first === undefined) throw unknown(text, 'no-data');
  return first;
}

const unknown = (name: string, reason: string): NetlabError =>
  new NetlabError('name-unknown', EXIT.boardFault, `${name}: ${reason}`, { name, reason });
