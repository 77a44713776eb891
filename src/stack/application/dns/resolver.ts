/**
 * The stub resolver, RFC 1034 §5.3.1, RFC 1123 §6.1.3: names to records by way of servers that recurse.
 *
 *   lookup() ──▶ the cache ── alias ──▶ the cache …
 *                  │    │ not known
 *                  │    ▼
 *                  │  an exchange ──▶ query out, response in ──┐  resolver and exchange: `exchange.ts`
 *                  │                                           │
 *                  ├◀──────────────────────────────────────────┘
 *                  ├── records ───────────────────────────────▶ event: resolved
 *                  └── none: the next name of the search list, at its end ──▶ event: failed
 *
 * Invariants:
 *   (1) Each look-up that `cancel` did not end gets one event, `resolved` or `failed`, in bounded time.
 *   (2) There is one exchange at most for a question: many with different IDs would make a guess easier
 *       for a forger (RFC 5452 §5).
 *   (3) There are at most `lookups` look-ups, and no more exchanges than look-ups. An exchange that nobody
 *       waits for is closed.
 */
import type { Rng } from '../../../base/random.ts';
import { type Instant, seconds } from '../../../base/time.ts';
import { sameAddress } from '../../network/ipv6/address.ts';
import { ALIASES_MAX, type Answer } from './answer.ts';
import { Cache } from './cache.ts';
import {
  candidates,
  literal,
  localhost,
  localRecord,
  reverse,
  type SearchRule,
} from './candidates.ts';
import {
  Exchange,
  type ExchangeRule,
  type Query,
  type ServerAddress,
  type Step,
} from './exchange.ts';
import { PORT } from './message.ts';
import { canonical, type Name, ROOT } from './name.ts';
import { CLASS, type ResourceRecord, TYPE } from './record.ts';

export interface ResolverConfiguration extends SearchRule, ExchangeRule {
  readonly servers: readonly ServerAddress[];
  /** How many look-ups may go on at once. */
  readonly lookups: number;
  readonly cacheEntries: number;
}

export const RESOLVER_DEFAULTS: Omit<ResolverConfiguration, 'servers'> = {
  search: [],
  ndots: 1,
  // RFC 1035 §4.2.1: two to five seconds. With one server a name that nobody answers takes 14 s to fail.
  timeout: seconds(2),
  rounds: 3,
  // What fits in a packet on all but a few paths (RFC 9715 §3.2).
  udpLength: 1232,
  lookups: 256,
  cacheEntries: 1024,
};

export type Failure =
  | 'no-such-name'
  /** The name exists, but has no record of this type. */
  | 'no-data'
  | 'server-failure'
  | 'timed-out'
  | 'alias-loop'
  /** What was asked for is no name. */
  | 'bad-name'
  | 'no-server'
  /** Too many look-ups go on. */
  | 'busy';

export type ResolverEvent =
  | {
      readonly kind: 'resolved';
      readonly lookup: number;
      /** Whose records they are, aliases followed. */
      readonly name: Name;
      readonly aliases: readonly Name[];
      readonly records: readonly ResourceRecord[];
    }
  | { readonly kind: 'failed'; readonly lookup: number; readonly reason: Failure };

export type ResolverOutput =
  | Query
  /** The exchange has ended: its port or connection is wanted no more. */
  | { readonly kind: 'close'; readonly exchange: number };

export interface ReceivedDatagram {
  readonly payload: Uint8Array;
  readonly source: ServerAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

interface Lookup {
  readonly number: number;
  readonly type: number;
  /** The names that are tried when this one has nothing. */
  readonly candidates: Name[];
  name: Name;
  aliases: Name[];
  /** One of the candidates exists. */
  exists: boolean;
}

interface Running {
  readonly exchange: Exchange;
  readonly waiting: Set<Lookup>;
}

type Settled =
  | { readonly kind: 'records'; readonly records: readonly ResourceRecord[] }
  | { readonly kind: 'no-data' | 'no-name' };

const keyOf = (name: Name, type: number): string => `${type} ${canonical(name)}`;

const sameServer = (a: ServerAddress, b: ServerAddress): boolean =>
  typeof a === 'number' || typeof b === 'number' ? a === b : sameAddress(a, b);

export class Resolver {
  readonly #configuration: ResolverConfiguration;
  readonly #rng: Rng;
  readonly #cache: Cache;
  /** The one that answered last comes first. */
  #servers: readonly ServerAddress[];
  #search: readonly Name[];
  #lookups = 0;
  #exchanges = 0;
  readonly #live = new Map<number, Lookup>();
  readonly #running = new Map<string, Running>();
  readonly #outbox: ResolverOutput[] = [];
  readonly #events: ResolverEvent[] = [];

  constructor(configuration: ResolverConfiguration, rng: Rng) {
    this.#configuration = configuration;
    this.#servers = configuration.servers;
    this.#search = configuration.search;
    this.#cache = new Cache(configuration.cacheEntries);
    this.#rng = rng;
  }

  get cached(): number {
    return this.#cache.size;
  }

  /** What DHCP or a person says from now on. Another network may know other names: all is asked anew. */
  configure(servers: readonly ServerAddress[], search: readonly Name[], now: Instant): void {
    this.#servers = servers;
    this.#search = search;
    this.#cache.clear();
    const lookups = [...this.#running.values()].flatMap(({ waiting }) => [...waiting]);
    for (const [key, { exchange }] of this.#running) this.#close(key, exchange);
    for (const lookup of lookups) this.#ask(lookup, now);
  }

  /**
   * Looks `text` up: a name, which the search list may make longer, or an address, which is its own answer,
   * and for PTR the address whose name is wanted. Gives the number that the event will have.
   */
  lookup(text: string, type: number, now: Instant): number {
    this.#lookups += 1;
    const number = this.#lookups;
    const given = literal(text);
    const asked = given !== undefined && type === TYPE.PTR ? reverse(given) : undefined;
    const rule = { search: this.#search, ndots: this.#configuration.ndots };
    const [name, ...more] = asked === undefined ? candidates(text, type, rule) : [asked];
    const lookup: Lookup = {
      number,
      type,
      candidates: more,
      name: name ?? ROOT,
      aliases: [],
      exists: false,
    };
    if (given !== undefined && asked === undefined) this.#settleLiteral(lookup, given);
    else if (name === undefined) this.#fail(lookup, 'bad-name');
    else if (this.#live.size >= this.#configuration.lookups) this.#fail(lookup, 'busy');
    else {
      this.#live.set(number, lookup);
      this.#advance(lookup, now);
    }
    return number;
  }

  /** Nobody waits for this look-up any more. */
  cancel(number: number): void {
    const lookup = this.#live.get(number);
    if (lookup === undefined) return;
    this.#live.delete(number);
    for (const [key, { exchange, waiting }] of this.#running) {
      if (!waiting.delete(lookup) || waiting.size > 0) continue;
      this.#close(key, exchange);
    }
  }

  handleDatagram(datagram: ReceivedDatagram, now: Instant): void {
    if (datagram.sourcePort !== PORT) return;
    for (const running of [...this.#running.values()]) {
      const { port, server } = running.exchange;
      if (port !== datagram.destinationPort || server === undefined) continue;
      if (!sameServer(server, datagram.source)) continue;
      this.#take(running, running.exchange.handleDatagram(datagram.payload, now), now);
    }
  }

  /** Octets that came on the connection of an exchange, in whatever pieces. */
  handleStream(exchange: number, octets: Uint8Array, now: Instant): void {
    const running = this.#find(exchange);
    if (running !== undefined) this.#take(running, running.exchange.handleStream(octets, now), now);
  }

  /** The query could not be sent, or its port or connection failed: the next server is asked. */
  handleFailure(exchange: number, now: Instant): void {
    const running = this.#find(exchange);
    if (running !== undefined) this.#take(running, running.exchange.next(now), now);
  }

  handleTimeout(now: Instant): void {
    for (const running of [...this.#running.values()]) {
      this.#take(running, running.exchange.handleTimeout(now), now);
    }
  }

  pollTimeout(): Instant | undefined {
    let first: Instant | undefined;
    for (const { exchange } of this.#running.values()) {
      if (first === undefined || exchange.due < first) first = exchange.due;
    }
    return first;
  }

  pollOutput(): ResolverOutput | undefined {
    return this.#outbox.shift();
  }

  pollEvent(): ResolverEvent | undefined {
    return this.#events.shift();
  }

  #find(exchange: number): Running | undefined {
    for (const running of this.#running.values()) {
      if (running.exchange.number === exchange) return running;
    }
    return undefined;
  }

  #settleLiteral(lookup: Lookup, data: NonNullable<ReturnType<typeof literal>>): void {
    const fits = data.kind !== 'unknown' && TYPE[data.kind] === lookup.type;
    if (fits) this.#resolve(lookup, [localRecord(lookup.name, data)]);
    else this.#fail(lookup, 'no-data');
  }

  /** Goes as far as what is known leads, and asks for the rest. */
  #advance(lookup: Lookup, now: Instant): void {
    for (;;) {
      const known = this.#known(lookup, now);
      if (known === undefined) break;
      if (known.kind === 'alias') {
        lookup.aliases.push(lookup.name);
        lookup.name = known.target;
        if (lookup.aliases.length <= ALIASES_MAX) continue;
        this.#fail(lookup, 'alias-loop');
        return;
      }
      if (this.#settle(lookup, known)) return;
    }
    this.#ask(lookup, now);
  }

  #known(lookup: Lookup, now: Instant): Settled | { kind: 'alias'; target: Name } | undefined {
    const { name, type } = lookup;
    const local = localhost(name, type);
    if (local !== undefined) return { kind: 'records', records: [localRecord(name, local)] };
    const known = this.#cache.lookup(name, type, now);
    if (known !== undefined) return known;
    const alias = this.#cache.lookup(name, TYPE.CNAME, now);
    const data = alias?.kind === 'records' ? alias.records[0]?.data : undefined;
    return data?.kind === 'CNAME' ? { kind: 'alias', target: data.target } : undefined;
  }

  /** True when the look-up has ended; else it has another name to try. */
  #settle(lookup: Lookup, settled: Settled): boolean {
    if (settled.kind === 'records') {
      this.#resolve(lookup, settled.records);
      return true;
    }
    lookup.exists ||= settled.kind === 'no-data';
    const next = lookup.candidates.shift();
    if (next === undefined) {
      this.#fail(lookup, lookup.exists ? 'no-data' : 'no-such-name');
      return true;
    }
    lookup.name = next;
    lookup.aliases = [];
    return false;
  }

  #resolve({ number, name, aliases }: Lookup, records: readonly ResourceRecord[]): void {
    this.#live.delete(number);
    this.#events.push({ kind: 'resolved', lookup: number, name, aliases, records });
  }

  #fail({ number }: Lookup, reason: Failure): void {
    this.#live.delete(number);
    this.#events.push({ kind: 'failed', lookup: number, reason });
  }

  #ask(lookup: Lookup, now: Instant): void {
    const { name, type } = lookup;
    const key = keyOf(name, type);
    const asked = this.#running.get(key);
    if (asked !== undefined) {
      asked.waiting.add(lookup);
      return;
    }
    if (this.#servers.length === 0) {
      this.#fail(lookup, 'no-server');
      return;
    }
    this.#exchanges += 1;
    const question = { name, type, class: CLASS.IN };
    const exchange = new Exchange(
      this.#exchanges,
      question,
      this.#servers,
      this.#configuration,
      this.#rng,
    );
    const running = { exchange, waiting: new Set([lookup]) };
    this.#running.set(key, running);
    this.#take(running, exchange.next(now), now);
  }

  #take(running: Running, step: Step, now: Instant): void {
    if (step.kind === 'ignored') return;
    if (step.kind === 'query') {
      this.#outbox.push(step.query);
      return;
    }
    const { exchange, waiting } = running;
    const { name, type } = exchange.question;
    this.#close(keyOf(name, type), exchange);
    if (step.kind === 'failed') {
      for (const lookup of waiting) this.#fail(lookup, step.reason);
      return;
    }
    const { server } = exchange;
    const others = this.#servers.filter((other) => other !== server);
    if (server !== undefined && others.length < this.#servers.length) {
      this.#servers = [server, ...others];
    }
    this.#learn(step.answer, type, now);
    for (const lookup of waiting) this.#apply(lookup, step.answer, now);
  }

  #close(key: string, { number }: Exchange): void {
    this.#running.delete(key);
    this.#outbox.push({ kind: 'close', exchange: number });
  }

  #learn({ aliases, name, outcome }: Answer, type: number, now: Instant): void {
    for (const alias of aliases) this.#cache.storeRecords(alias.name, TYPE.CNAME, [alias], now);
    if (outcome.kind === 'records') this.#cache.storeRecords(name, type, outcome.records, now);
    if (outcome.kind === 'no-data' || outcome.kind === 'no-name') {
      this.#cache.storeNegative(name, type, outcome.kind, outcome.ttl, now);
    }
  }

  /** What the answer says holds for who waited for it, even if it is not to be kept. */
  #apply(lookup: Lookup, { aliases, name, outcome }: Answer, now: Instant): void {
    lookup.aliases.push(...aliases.map((alias) => alias.name));
    lookup.name = name;
    const looped = lookup.aliases.length > ALIASES_MAX;
    if (outcome.kind === 'failure' || looped) this.#fail(lookup, 'alias-loop');
    else if (outcome.kind === 'alias' || !this.#settle(lookup, outcome)) this.#advance(lookup, now);
  }
}
