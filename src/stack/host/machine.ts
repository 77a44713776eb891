/** What the parts of one host share: its state that belongs to none of them alone. */
import type { Rng } from '../../base/random.ts';
import { type Instant, START } from '../../base/time.ts';
import { noHostCounts } from './counters.ts';
import { type HostEvent, News } from './events.ts';
import { FrameQueue } from './frame-queue.ts';
import type { Interface } from './interface.ts';
import { OwnAddresses } from './own-addresses.ts';
import { Routes } from './routes.ts';

/** Frames that wait for the driver, who takes them all as soon as it can. */
const CONTROL_MAX = 256;
const DATA_MAX = 1024;
/** Datagrams to ourselves: they wait for nobody but us. */
const LOOPBACK_MAX = 256;

export interface Settings {
  /** Passes on datagrams that are for others: a router. */
  readonly forwarding: boolean;
  /** TTL and hop limit of what is sent; RFC 1700 recommends 64. */
  readonly timeToLive: number;
  /** A router tells a host on its own link of a better first hop (RFC 1812 §5.2.7.2). */
  readonly sendRedirects: boolean;
  /** Segments go the short way up where they can (express.ts). */
  readonly express: boolean;
}

export class Machine {
  readonly settings: Settings;
  readonly rng: Rng;
  readonly counters = noHostCounts();
  readonly interfaces: Interface[] = [];
  readonly addresses = new OwnAddresses();
  readonly routes = new Routes();
  /** ARP, neighbour discovery, ICMP: what keeps the network going leaves first. */
  readonly control = new FrameQueue(CONTROL_MAX);
  readonly data = new FrameQueue(DATA_MAX);
  /** Datagrams, no frames, from us to us. */
  readonly loopback = new FrameQueue(LOOPBACK_MAX);
  readonly news = new News();
  /** As the call says in which we are: for those deep in it that are not told. */
  now: Instant = START;
  /** Counts what makes cached ways doubtful: routes, addresses, links, neighbours. */
  generation = 0;
  /** A timer of a slow machine (neighbours, reassembly, addresses) may have moved. */
  timersMoved = true;

  constructor(settings: Settings, rng: Rng) {
    this.settings = settings;
    this.rng = rng;
  }

  tell(event: HostEvent): void {
    this.news.tell(event);
  }
}
