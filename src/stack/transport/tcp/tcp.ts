/**
 * A host's TCP, RFC 9293: all its connections and listeners, and which of them a segment is for. Sans I/O:
 * the host hands in segments, errors and the time, and polls what is to be sent and what is new.
 *
 *               handleSegment                            pollSegment
 *   the host ─────────────────▶ table ─▶ arrival.ts …   ready ─▶ output.ts ─────────────▶ the host
 *                                 │                        ▲
 *                                 └─▶ listener.ts       timers ◀── handleTimeout
 *
 * Invariants:
 *   (1) A block is in the table if, and only if, its state is not CLOSED.
 *   (2) One with something to send is in the queue of those that are ready, once.
 *   (3) One with a time set is in the heap of timers, at that time or an earlier one.
 */
import { assert, UsageError } from '../../../base/errors.ts';
import type { Packet } from '../../../base/packet.ts';
import type { Rng } from '../../../base/random.ts';
import { type Instant, START } from '../../../base/time.ts';
import { arrive } from './arrival.ts';
import { terminate } from './closing.ts';
import {
  type ConnectionOptions,
  defaultListenOptions,
  defaultOptions,
  type ListenOptions,
  type TcpConfig,
} from './config.ts';
import { Connection, connectionOf } from './connection.ts';
import type { TcpCounters } from './counters.ts';
import { beginFastOpen } from './fast-open-client.ts';
import { prepare } from './handshake.ts';
import { destinationPort, FAULT, FLAG, sourcePort, validate } from './header.ts';
import { Listener, type ListenerHost } from './listener.ts';
import type { Network, Outgoing, Path, Unreachable } from './network.ts';
import { nextSegment } from './output.ts';
import { PortSelector } from './ports.ts';
import { takePredicted } from './prediction.ts';
import { Queue } from './queue.ts';
import { Segment } from './segment.ts';
import { after, before, seq } from './seq.ts';
import { Shared } from './shared.ts';
import { refuse, writeReply } from './stranger.ts';
import type { Tcb } from './tcb.ts';
import { NONE } from './timer-heap.ts';
import { expire } from './timers.ts';
import { isEarlier } from './timestamps.ts';

/** Segments of one connection before another has its turn: a large write does not starve the rest. */
const TURN = 16;

export class Tcp<P extends Path> implements ListenerHost<P> {
  readonly outgoing: Outgoing<P>;
  readonly counters: Readonly<TcpCounters>;
  readonly config: TcpConfig;
  readonly #shared: Shared<P, Tcb<P>>;
  readonly #ports: PortSelector;
  readonly #listeners = new Map<number, Listener<P>[]>();
  readonly #news = new Queue<Tcb<P> | Listener<P>>();
  readonly #segment = new Segment();
  #turn = 0;

  constructor(config: TcpConfig, network: Network<P>, rng: Rng) {
    this.config = config;
    this.#shared = new Shared(config, network, rng, (tcb) => this.#notify(tcb));
    this.#ports = new PortSelector(rng);
    this.outgoing = this.#shared.outgoing;
    this.counters = this.#shared.counters;
  }

  /** Connections in the table, those in TIME-WAIT among them. */
  get size(): number {
    return this.#shared.table.size;
  }

  /**
   * Active OPEN, from the local address that the caller gives (MUST-43). Port 0: one is chosen.
   * @throws UsageError `address-in-use`, `no-free-port`, `too-many-connections`
   */
  connect(
    path: P,
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    options: Partial<ConnectionOptions>,
    now: Instant,
  ): Connection<P> {
    const shared = this.#shared;
    if (shared.table.size >= shared.config.connectionsMax) {
      throw new UsageError('too-many-connections', 'no more connections fit', {
        most: shared.config.connectionsMax,
      });
    }
    const port = localPort === 0 ? this.#choosePort(addresses, remotePort) : localPort;
    if (!this.#isFree(addresses, port, remotePort, now)) {
      throw new UsageError('address-in-use', `port ${port} is in use for this peer`, { port });
    }
    const t = new Connection(
      shared,
      path,
      addresses,
      port,
      remotePort,
      Object.assign(defaultOptions(shared.config), options),
      now,
    );
    t.state = 'SYN-SENT';
    const offset = shared.timestampOffsets.next(addresses, 0, 0, START);
    prepare(t, seq(shared.isn.next(addresses, port, remotePort, now)), offset);
    const { fastOpenData } = t.options;
    if (fastOpenData !== undefined) beginFastOpen(t, addresses, fastOpenData, now);
    shared.counters.activeOpens += 1;
    shared.wake(t);
    return t;
  }

  /** What a peer is given to open fast with (RFC 7413 §4.1.2): its cookie is good at this end alone. */
  fastOpenCookie(addresses: Int32Array, now: Instant): Uint8Array {
    return this.#shared.fastOpenCookies.cookie(addresses, now);
  }

  #choosePort(addresses: Int32Array, remotePort: number): number {
    const { table } = this.#shared;
    const port = this.#ports.select(
      addresses,
      remotePort,
      (p) => !this.#listeners.has(p) && table.find(addresses, p, remotePort) === undefined,
    );
    if (port === undefined)
      throw new UsageError('no-free-port', 'all ports to this peer are in use');
    return port;
  }

  /** A pair of sockets that rests in TIME-WAIT may be used anew when timestamps tell old from new (RFC 6191, SHLD-4). */
  #isFree(addresses: Int32Array, port: number, remotePort: number, now: Instant): boolean {
    const holder = this.#shared.table.find(addresses, port, remotePort);
    if (holder === undefined) return true;
    const old = holder.timestamps && now - holder.tsRecentAt > 1_000_000;
    if (holder.state !== 'TIME-WAIT' || !old) return false;
    terminate(holder, undefined);
    return true;
  }

  /**
   * Passive OPEN, MUST-41: several at once, each with a port or an address of its own; connections of the port
   * that are being made are no hindrance (MUST-42). `local` undefined: all addresses. Port 0: one is chosen.
   * @throws UsageError `address-in-use`
   */
  listen(
    local: Int32Array | undefined,
    port: number,
    options: Partial<ListenOptions>,
  ): Listener<P> {
    const chosen = port === 0 ? this.#chooseListeningPort() : port;
    const there = this.#listeners.get(chosen) ?? [];
    if (there.some((l) => sameLocal(l.local, local))) {
      throw new UsageError('address-in-use', `port ${chosen} is listened on`, { port: chosen });
    }
    const whole = Object.assign(defaultListenOptions(this.config), options);
    const listener = new Listener(this.#shared, this, local?.slice(), chosen, whole);
    // One for the very address is asked before one for all.
    const list = local === undefined ? [...there, listener] : [listener, ...there];
    this.#listeners.set(chosen, list);
    return listener;
  }

  #chooseListeningPort(): number {
    const port = this.#ports.select(new Int32Array(8), 0, (p) => !this.#listeners.has(p));
    if (port === undefined) throw new UsageError('no-free-port', 'all ports are listened on');
    return port;
  }

  removeListener(listener: Listener<P>): void {
    const left = (this.#listeners.get(listener.port) ?? []).filter((l) => l !== listener);
    if (left.length === 0) this.#listeners.delete(listener.port);
    else this.#listeners.set(listener.port, left);
  }

  /** SEGMENT ARRIVES. It lies at packet[at … end) and is not kept. */
  handleSegment(
    addresses: Int32Array,
    addressSum: number,
    trafficClass: number,
    packet: Packet,
    at: number,
    end: number,
    now: Instant,
  ): void {
    const shared = this.#shared;
    shared.counters.inSegs += 1;
    if (validate(packet, at, end, addressSum) !== FAULT.none) {
      shared.counters.inErrs += 1;
      return;
    }
    const localPort = destinationPort(packet, at);
    const remotePort = sourcePort(packet, at);
    const s = this.#segment;
    s.read(packet, at, end, trafficClass);
    const t = shared.table.find(addresses, localPort, remotePort);
    const isFree = t === undefined || (t.state === 'TIME-WAIT' && reopens(t, s));
    const listener = isFree ? this.#listenerFor(addresses, localPort) : undefined;
    if (t !== undefined && listener === undefined) {
      arrive(t, s, now);
      return;
    }
    if (listener !== undefined) listener.handleSegment(addresses, remotePort, s, t, now);
    else refuse(shared, addresses, localPort, remotePort, s);
  }

  /**
   * The connection between two IPv4 addresses, whose ports are in one word, the local one above; none in
   * TIME-WAIT, which a SYN may end.
   */
  connectionIpv4(local: number, remote: number, ports: number): Tcb<P> | undefined {
    const t = this.#shared.table.findIpv4(local, remote, ports);
    if (t === undefined) return undefined;
    this.#shared.fetched = t.fetch();
    return t.state === 'TIME-WAIT' ? undefined : t;
  }

  /** As `handleSegment`, for a segment of `t` that came by its path. False: it is damaged, and nothing was done. */
  handleKnown(
    t: Tcb<P>,
    trafficClass: number,
    packet: Packet,
    at: number,
    end: number,
    now: Instant,
  ): boolean {
    const { counters } = this.#shared;
    if (takePredicted(t, packet, at, end, now)) {
      counters.inSegs += 1;
      return true;
    }
    if (validate(packet, at, end, t.path.addressSum) !== FAULT.none) return false;
    counters.inSegs += 1;
    const s = this.#segment;
    s.read(packet, at, end, trafficClass);
    arrive(t, s, now);
    return true;
  }

  #listenerFor(addresses: Int32Array, port: number): Listener<P> | undefined {
    return this.#listeners
      .get(port)
      ?.find(({ local }) => local === undefined || sameLocal(local, addresses));
  }

  /**
   * A segment of ours did not arrive. MUST-54: it is for the connection that is quoted, and what is quoted must be in flight. Before the
   * connection is established it is given up; after, no ICMP error ends it (MUST-56, and against SHLD-26
   * RFC 5461 §3.2: errors are forged too easily): it is told if the connection dies by itself.
   */
  handleUnreachable(
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    quoted: number,
    kind: Unreachable,
    _now: Instant,
  ): void {
    const t = this.#quoted(addresses, localPort, remotePort, quoted);
    if (t === undefined) return;
    const hard = kind === 'port' || kind === 'protocol' || kind === 'prohibited';
    if (!t.isOpen && hard) terminate(t, kind === 'port' ? 'refused' : 'unreachable');
    else {
      t.softError = 'unreachable';
      this.#shared.notify(t);
    }
  }

  /** A segment was too large; the host has lowered the path's MTU if it believes it. */
  handleTooBig(
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    quoted: number,
    _mtu: number,
    _now: Instant,
  ): void {
    const t = this.#quoted(addresses, localPort, remotePort, quoted);
    if (t !== undefined) this.#shared.wake(t);
  }

  /**
   * Is the number in a segment that we sent between these ports and that is not acknowledged yet? Who forges
   * an ICMP error from outside has to guess that (RFC 5927 §4.1).
   */
  isInFlight(
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    quotedSequence: number,
  ): boolean {
    return this.#quoted(addresses, localPort, remotePort, quotedSequence) !== undefined;
  }

  #quoted(
    addresses: Int32Array,
    localPort: number,
    remotePort: number,
    quoted: number,
  ): Tcb<P> | undefined {
    const t = this.#shared.table.find(addresses, localPort, remotePort);
    if (t === undefined || t.state === 'TIME-WAIT') return undefined;
    const number = seq(quoted);
    return before(number, t.sndUna) || !before(number, t.sndNxt) ? undefined : t;
  }

  /** Writes the next segment at packet[at …); its length, 0 when there is none. `outgoing` has where it goes. */
  pollSegment(packet: Packet, at: number, now: Instant): number {
    const shared = this.#shared;
    const reply = shared.replies.shift();
    if (reply !== undefined) return writeReply(shared, reply, packet, at);
    for (let t = shared.ready.first; t !== undefined; t = shared.ready.first) {
      const length = nextSegment(t, packet, at, now);
      if (length > 0) {
        this.#turn += 1;
        if (this.#turn >= TURN) this.#yield(t);
        return length;
      }
      shared.ready.shift();
      t.isReady = false;
      this.#turn = 0;
    }
    return 0;
  }

  #yield(t: Tcb<P>): void {
    this.#turn = 0;
    this.#shared.ready.shift();
    this.#shared.ready.push(t);
  }

  /** When `handleTimeout` next has something to do, or a little before that. */
  pollTimeout(): Instant | undefined {
    this.#shared.settleTimers();
    return this.#shared.timers.firstAt;
  }

  handleTimeout(now: Instant): void {
    const shared = this.#shared;
    const { timers, table } = shared;
    shared.settleTimers();
    for (let slot = timers.due(now); slot !== NONE; slot = timers.due(now)) {
      const t = table.at(slot);
      assert(t !== undefined, 'a timer is of a connection in the table');
      expire(t, now);
      shared.schedule(t);
      shared.settleTimers();
    }
  }

  /** Somebody about whom something is new: each once, until something is new again. */
  pollEvent(): Connection<P> | Listener<P> | undefined {
    const one = this.#news.shift();
    if (one === undefined) return undefined;
    one.hasNews = false;
    return one instanceof Listener ? one : connectionOf(one);
  }

  notifyListener(listener: Listener<P>): void {
    if (listener.hasNews) return;
    listener.hasNews = true;
    this.#news.push(listener);
  }

  /** A connection that was not accepted yet is its listener's business. */
  #notify(tcb: Tcb<P>): void {
    if (tcb.hasNews || tcb.parent !== undefined) return;
    tcb.hasNews = true;
    this.#news.push(tcb);
  }
}

const sameLocal = (a: Int32Array | undefined, b: Int32Array | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  for (let i = 0; i < 4; i++) if (a[i] !== b[i]) return false;
  return true;
};

/**
 * A SYN that cannot be an old one ends TIME-WAIT: RFC 9293 §3.10.7.4 (MAY-2), RFC 6191. So does the answer to a SYN
 * cookie that such a SYN got: it does not acknowledge what the old connection sent last.
 */
function reopens<P extends Path>(t: Tcb<P>, s: Segment): boolean {
  if (s.has(FLAG.rst)) return false;
  if (s.has(FLAG.ack)) return !s.has(FLAG.syn) && s.ack !== t.sndNxt;
  if (!s.has(FLAG.syn)) return false;
  if (t.timestamps && s.options.timestamps) return isEarlier(t.tsRecent, s.options.tsval);
  return after(s.seq, t.rcvNxt);
}
