/** A port that is listened on: half-open connections, and those that wait to be accepted. */
import type { Instant } from '../../../base/time.ts';
import { arrive } from './arrival.ts';
import { terminate } from './closing.ts';
import {
  type ConnectionOptions,
  type ListenOptions,
  optionsOfConnections,
  withChanges,
} from './config.ts';
import { type Connection, connectionOf } from './connection.ts';
import { FLAG } from './header.ts';
import type { Path } from './network.ts';
import { type Arrival, acceptCookie, acceptSyn, sendCookie } from './passive-open.ts';
import { Queue } from './queue.ts';
import type { Segment } from './segment.ts';
import type { Shared } from './shared.ts';
import { refuse } from './stranger.ts';
import type { Parent, Tcb } from './tcb.ts';

/** Cookies that were sent may come back for so long (syn-cookie.ts). */
const COOKIE_LIFETIME = 64_000_000;

/** What a listener needs of the host's TCP. */
export interface ListenerHost<P extends Path> {
  /** The listener has a connection to accept. */
  notifyListener(listener: Listener<P>): void;
  removeListener(listener: Listener<P>): void;
}

export class Listener<P extends Path> implements Parent<P> {
  /** Four words; undefined: all of the host's. */
  readonly local: Int32Array | undefined;
  readonly port: number;
  options: ListenOptions;
  #connectionOptions: ConnectionOptions;
  /** The owner's. */
  context: unknown;
  hasNews = false;
  readonly #shared: Shared<P, Tcb<P>>;
  readonly #host: ListenerHost<P>;
  readonly #halfOpen = new Set<Tcb<P>>();
  readonly #established = new Queue<Tcb<P>>();
  #cookiesAt = -COOKIE_LIFETIME;
  #closed = false;

  constructor(
    shared: Shared<P, Tcb<P>>,
    host: ListenerHost<P>,
    local: Int32Array | undefined,
    port: number,
    options: ListenOptions,
  ) {
    this.#shared = shared;
    this.#host = host;
    this.local = local;
    this.port = port;
    this.options = options;
    this.#connectionOptions = optionsOfConnections(shared.config, options);
  }

  /** For connections that begin from now on. */
  setOptions(changed: Partial<ListenOptions>): void {
    this.options = withChanges(this.options, changed);
    this.#connectionOptions = optionsOfConnections(this.#shared.config, this.options);
  }

  /** Connections that wait to be accepted. */
  get pending(): number {
    return this.#established.size;
  }

  accept(): Connection<P> | undefined {
    const tcb = this.#established.shift();
    if (tcb === undefined) return undefined;
    tcb.parent = undefined;
    // Octets may have come, or the peer gone, before it was anybody's.
    this.#shared.notify(tcb);
    return connectionOf(tcb);
  }

  /** Those that nobody accepted are reset. */
  close(now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#host.removeListener(this);
    for (const tcb of this.#halfOpen) terminate(tcb, 'aborted');
    for (let tcb = this.#established.shift(); tcb !== undefined; tcb = this.#established.shift()) {
      connectionOf(tcb).abort(now);
    }
  }

  /** A segment for the port that is no connection's, or one that may end `old` (passive-open.ts). */
  handleSegment(
    addresses: Int32Array,
    remotePort: number,
    s: Segment,
    old: Tcb<P> | undefined,
    now: Instant,
  ): void {
    if (s.has(FLAG.rst)) return;
    const arrival = {
      shared: this.#shared,
      parent: this,
      options: this.options,
      connectionOptions: this.#connectionOptions,
      addresses,
      localPort: this.port,
      remotePort,
      old,
    };
    if (s.has(FLAG.ack)) {
      const awaited = now - this.#cookiesAt < COOKIE_LIFETIME && !s.has(FLAG.syn);
      if (awaited && this.mayEstablish() && acceptCookie(arrival, s, now)) return;
      if (old === undefined) refuse(this.#shared, addresses, this.port, remotePort, s);
      else arrive(old, s, now);
      return;
    }
    if (s.has(FLAG.syn)) this.#handleSyn(arrival, s, now);
  }

  #handleSyn(arrival: Arrival<P>, s: Segment, now: Instant): void {
    const { addresses, remotePort } = arrival;
    const { synCookies, synBacklog } = this.#shared.config;
    const crowded = this.#halfOpen.size >= synBacklog;
    if (!this.mayEstablish() || (crowded && synCookies === 'off')) {
      this.#shared.counters.synDrops += 1;
    } else if (crowded || synCookies === 'always') {
      if (sendCookie(arrival, s, now)) this.#cookiesAt = now;
    } else if (acceptSyn(arrival, s, now)) {
      const tcb = this.#shared.table.find(addresses, this.port, remotePort);
      if (tcb !== undefined && !tcb.fastOpened) this.#halfOpen.add(tcb);
    }
  }

  mayEstablish(): boolean {
    return this.#established.size < this.options.backlog;
  }

  established(tcb: Tcb<P>): void {
    this.#halfOpen.delete(tcb);
    this.#established.push(tcb);
    this.#host.notifyListener(this);
  }

  failed(tcb: Tcb<P>): void {
    this.#halfOpen.delete(tcb);
  }
}
