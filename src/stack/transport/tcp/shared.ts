/** What the connections of one host share: settings, queues, timers, counters. */
import type { Rng } from '../../../base/random.ts';
import { type Duration, type Instant, NEVER } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';
import { ConnectionTable } from './connection-table.ts';
import { noCounts } from './counters.ts';
import { FastOpenCache, FastOpenCookies } from './fast-open.ts';
import { Flight } from './flight.ts';
import { IsnGenerator } from './isn.ts';
import type { Network, Outgoing, Path } from './network.ts';
import { NewReno } from './new-reno.ts';
import type { SynOptions } from './options.ts';
import { Pool } from './pool.ts';
import { Queue } from './queue.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { Rows } from './rows.ts';
import { RTO_LINUX, type RtoLimits } from './rtt.ts';
import { SendBuffer } from './send-buffer.ts';
import type { Seq } from './seq.ts';
import { SynCookies } from './syn-cookie.ts';
import { TimerHeap } from './timer-heap.ts';

/** Answers that wait to be polled. A flood that fills the queue gets no more of them. */
const REPLIES_MAX = 256;
const SECOND = 1_000_000;
/** RTO is so much more than SRTT at least, RFC 6298 §2.3. */
const GRANULARITY = 1000 as Duration;

/** A segment without a connection: a RST to a stranger, a SYN-ACK that is all in its cookie. */
export interface Reply<P extends Path> {
  readonly addresses: Int32Array;
  readonly path: P | undefined;
  readonly localPort: number;
  readonly remotePort: number;
  readonly seq: Seq;
  readonly ack: Seq;
  readonly flags: number;
  readonly window: number;
  readonly trafficClass: number;
  readonly syn: SynOptions | undefined;
  /** Timestamps of a RST for a connection that had them, RFC 7323 §3.2. */
  readonly timestamps: { readonly tsval: number; readonly tsecr: number } | undefined;
}

/** What is here of a connection's block: its times, and where it stands. */
export interface Scheduled {
  readonly slot: number;
  readonly dueAt: Instant;
  /** In the heap of timers. */
  isTimed: boolean;
  isReady: boolean;
}

export class Shared<P extends Path, T extends Scheduled> {
  readonly config: TcpConfig;
  readonly network: Network<P>;
  readonly rng: Rng;
  readonly rto: RtoLimits;
  readonly counters = noCounts();
  readonly table: ConnectionTable<T>;
  readonly rows = new Rows();
  readonly timers = new TimerHeap();
  readonly flights = new Pool(() => new Flight());
  readonly sendBuffers = new Pool(() => new SendBuffer());
  readonly receiveBuffers = new Pool(() => new ReceiveBuffer());
  /** What a SYN and what goes with it may be sent by. */
  readonly handshakeCongestion = new NewReno();
  readonly isn: IsnGenerator;
  /** Where each connection's clock of timestamps begins; its addresses alone decide it (RFC 7323 §5.4). */
  readonly timestampOffsets: IsnGenerator;
  readonly synCookies: SynCookies;
  readonly fastOpenCookies: FastOpenCookies;
  readonly fastOpenCache = new FastOpenCache();
  /** Connections that may have something to send. */
  readonly ready = new Queue<T>();
  readonly replies = new Queue<Reply<P>>();
  readonly outgoing: Outgoing<P> = {
    addresses: new Int32Array(8),
    path: undefined,
    trafficClass: 0,
  };
  /** What Tcb.fetch gave last: kept, or the engine would see that nobody needs it, and leave the reading out. */
  fetched = 0;
  /** Those in TIME-WAIT, the oldest first. */
  readonly timeWait = new Set<T>();
  /** Somebody wants to know that something changed. */
  readonly notify: (block: T) => void;
  #changed: T | undefined;
  #challengesFrom = -SECOND as Instant;
  #challengesLeft = 0;

  constructor(config: TcpConfig, network: Network<P>, rng: Rng, notify: (block: T) => void) {
    this.config = config;
    this.network = network;
    this.rng = rng;
    this.notify = notify;
    this.table = new ConnectionTable(rng, this.rows);
    this.isn = new IsnGenerator(rng);
    this.timestampOffsets = new IsnGenerator(rng);
    this.synCookies = new SynCookies(rng);
    this.fastOpenCookies = new FastOpenCookies(rng);
    const { rtoInitial: initial, rtoMin: min, rtoMax: max } = config;
    // A minimum below the RFC's second comes with the distance from SRTT that makes it safe.
    const granularity = min < RTO_LINUX.granularity * 2 ? RTO_LINUX.granularity : GRANULARITY;
    this.rto = { initial, min, max, granularity };
  }

  /** There may be something to send. */
  wake(block: T): void {
    if (block.isReady) return;
    block.isReady = true;
    this.ready.push(block);
  }

  /** Its times changed, and may do so again before anybody asks for them. */
  schedule(block: T): void {
    if (this.#changed === block) return;
    this.settleTimers();
    this.#changed = block;
  }

  /** The timers are as the connections have them. */
  settleTimers(): void {
    const block = this.#changed;
    if (block === undefined) return;
    this.#changed = undefined;
    // One that has ended is due for nothing.
    if (block.slot === 0) return;
    const { dueAt, isTimed } = block;
    block.isTimed = dueAt !== NEVER;
    if (isTimed || block.isTimed) this.timers.set(block.slot, dueAt);
  }

  /** May one more challenge ACK leave in this second (RFC 5961 §7)? */
  mayChallenge(now: Instant): boolean {
    if (now - this.#challengesFrom >= SECOND) {
      this.#challengesFrom = now;
      // Not the same number each second: who counts them learns what others sent (CVE-2016-5696).
      const half = this.config.challengeAcks >>> 1;
      this.#challengesLeft = half + (this.rng.next() % (half + 1));
    }
    if (this.#challengesLeft <= 0) return false;
    this.#challengesLeft -= 1;
    return true;
  }

  reply(reply: Reply<P>): void {
    if (this.replies.size < REPLIES_MAX) this.replies.push(reply);
  }
}
