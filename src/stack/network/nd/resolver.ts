/**
 * Address resolution and neighbour unreachability detection, RFC 4861 §7.2 and §7.3.
 *
 *             send()                      advertised, solicited
 *   (none) ──────────▶ INCOMPLETE ───────────────────────────────▶ REACHABLE ◀─ confirm(), or
 *     │ ▲                │ every RetransTimer a solicitation, 3        │         advertised, solicited,
 *     │ ├────────────────┤ then unreachable, lost                      │         from all below
 *     │ │                │ advertised, not solicited                   │ ReachableTime, or another
 *     │ │                ▼                                             │ hardware address is told
 *     └─┼─────────────▶ STALE ◀────────────────────────────────────────┘
 *       │ its hardware   │ lookup()
 *       │ address is told▼
 *       │              DELAY ── 5 s ──▶ PROBE
 *       └─────────────────────────────────┘ every RetransTimer a unicast solicitation, 3, then lost
 *
 * It has the commands of ARP's resolver, so that a host treats both alike. The host keeps from it what
 * `decode` refused; a redirect that `Destinations` refused; and what is about an address of ours that is
 * still tentative, which is for duplicate address detection.
 *
 * Invariants:
 *   (1) An INCOMPLETE entry holds `queue` datagrams at most, the latest (§7.2.2).
 *   (2) Solicitations for one address leave RetransTimer apart, save for one that the cache pushed out.
 *   (3) What nobody asked for makes no entry REACHABLE (§7.2.5), and no advertisement makes an entry.
 */
import { equal } from '../../../base/octets.ts';
import type { Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant, seconds } from '../../../base/time.ts';
import { isMulticast as isGroup } from '../../datalink/ethernet/address.ts';
import { type Ipv6Address, isMulticast, isUnspecified, sameAddress } from '../ipv6/address.ts';
import { ALL_NODES } from './address.ts';
import { type CacheLimits, type Complete, type Incomplete, NeighbourCache } from './cache.ts';
import type { Message, NeighbourAdvertisement } from './message.ts';
import { hardwareOf } from './options.ts';
import { Times } from './times.ts';

// RFC 4861 §10, by its names.
const MAX_MULTICAST_SOLICIT = 3;
const MAX_UNICAST_SOLICIT = 3;
const DELAY_FIRST_PROBE_TIME = seconds(5);

export interface ResolverLimits extends CacheLimits {
  /** Datagrams that wait for one address. */
  readonly queue: number;
}

export const RESOLVER_LIMITS: ResolverLimits = { entries: 512, incomplete: 64, queue: 3 };

export type NeighbourState = 'INCOMPLETE' | Complete['state'];

export type Output<Datagram> =
  /**
   * A neighbour solicitation with our hardware address: to the solicited-node group of `target`, or by
   * unicast to the one that had the address when `hardware` is there. From an address of ours, best the
   * source of the datagram that waits (§7.2.2).
   */
  | { readonly kind: 'request'; readonly target: Ipv6Address; readonly hardware?: Uint8Array }
  /**
   * A neighbour advertisement for our address `target`, with our hardware address and the override flag:
   * to one neighbour, through `send` like any datagram; or to all nodes, the solicited flag clear.
   */
  | {
      readonly kind: 'advertise';
      readonly target: Ipv6Address;
      readonly to: Ipv6Address;
      readonly solicited: boolean;
    }
  | { readonly kind: 'deliver'; readonly hardware: Uint8Array; readonly datagram: Datagram }
  /** Nobody answered: ICMPv6 unreachable, code address (§7.2.2). */
  | { readonly kind: 'unreachable'; readonly target: Ipv6Address; readonly datagram: Datagram }
  /** A later one took its place, or too many wait. */
  | { readonly kind: 'dropped'; readonly datagram: Datagram }
  /** To be told to `Destinations`: another next hop may be better (§7.3.3). */
  | { readonly kind: 'lost'; readonly target: Ipv6Address }
  /** The same, of a router that says to be none any more (§7.2.5). */
  | { readonly kind: 'no router'; readonly target: Ipv6Address };

export class Resolver<Datagram> {
  readonly #isOwn: (address: Ipv6Address) => boolean;
  readonly #queue: number;
  readonly #times: Times;
  readonly #cache: NeighbourCache<Datagram>;
  readonly #outbox: Output<Datagram>[] = [];

  /** `isOwn` tells which addresses are ours on this link, those that are tentative left out. */
  constructor(
    isOwn: (address: Ipv6Address) => boolean,
    rng: Rng,
    limits: ResolverLimits = RESOLVER_LIMITS,
  ) {
    this.#isOwn = isOwn;
    this.#queue = limits.queue;
    this.#times = new Times(rng);
    this.#cache = new NeighbourCache(limits, (datagram) => this.#drop(datagram));
  }

  get size(): number {
    return this.#cache.size;
  }

  /** The interface's RetransTimer, which duplicate address detection uses too. */
  get retransmit(): Duration {
    return this.#times.retransmit;
  }

  /** The hardware address of `target` if it is known; not to be written to. The hot path. */
  lookup(target: Ipv6Address, now: Instant): Uint8Array | undefined {
    const entry = this.#cache.complete(target);
    if (entry === undefined) return undefined;
    entry.used = true;
    if (entry.state === 'STALE' || (entry.state === 'REACHABLE' && now >= entry.until)) {
      entry.state = 'DELAY';
      this.#cache.setDue(entry, after(now, DELAY_FIRST_PROBE_TIME));
    }
    return entry.hardware;
  }

  /** For those who watch. */
  stateOf(target: Ipv6Address, now: Instant): NeighbourState | undefined {
    const entry = this.#cache.complete(target);
    if (entry === undefined) return this.#cache.incomplete(target)?.state;
    return entry.state === 'REACHABLE' && now >= entry.until ? 'STALE' : entry.state;
  }

  /** Known, and not given up: what §6.3.6 calls reachable or probably reachable. */
  isReachable(target: Ipv6Address): boolean {
    return this.#cache.complete(target) !== undefined;
  }

  /** Sends `datagram` to `target`, now or when its hardware address is known. */
  send(target: Ipv6Address, datagram: Datagram, now: Instant): void {
    const hardware = this.lookup(target, now);
    if (hardware !== undefined) {
      this.#outbox.push({ kind: 'deliver', hardware, datagram });
      return;
    }
    const held = this.#cache.incomplete(target)?.held;
    if (held !== undefined) {
      held.push(datagram);
      if (held.length > this.#queue) this.#drop(held.shift() as Datagram);
      return;
    }
    const entry = this.#cache.addIncomplete(target, datagram, after(now, this.#times.retransmit));
    this.#outbox.push({ kind: 'request', target: entry.target });
  }

  /** A layer above knows that `target` takes what we send it, §7.3.1: it need not be probed. */
  confirm(target: Ipv6Address, now: Instant): void {
    const entry = this.#cache.complete(target);
    if (entry !== undefined) this.#becomeReachable(entry, now);
  }

  /** A layer above hears nothing of what it sends by way of `target`, RFC 1122 §3.3.1.4: it is probed if it is used. */
  doubt(target: Ipv6Address, now: Instant): void {
    const entry = this.#cache.complete(target);
    if (entry?.state === 'REACHABLE' && now < entry.until) this.#becomeStale(entry);
  }

  /** A message from `source`. */
  handleMessage(message: Message, source: Ipv6Address, now: Instant): void {
    if (message.kind === 'neighbour advertisement') {
      this.#handleAdvertisement(message, now);
      return;
    }
    if (message.kind === 'redirect') {
      // §8.3: what is not the destination itself must be a router.
      const hardware = hardwareOf(message.options, 'target link-layer address');
      const router = !sameAddress(message.target, message.destination);
      this.#learn(message.target, hardware, router ? true : undefined, now);
      return;
    }
    const hardware = hardwareOf(message.options, 'source link-layer address');
    switch (message.kind) {
      case 'neighbour solicitation':
        this.#learn(source, hardware, undefined, now);
        if (this.#isOwn(message.target)) this.#answer(message.target, source);
        break;
      case 'router solicitation': // §6.2.6
        this.#learn(source, hardware, false, now);
        break;
      case 'router advertisement': // §6.3.4
        this.#times.handleAdvertisement(message.retransTimer_ms, message.reachableTime_ms, now);
        this.#learn(source, hardware, true, now);
        break;
    }
  }

  handleTimeout(now: Instant): void {
    for (const entry of this.#cache.waiting) {
      if (entry.due > now) continue;
      if (entry.state === 'INCOMPLETE') this.#retry(entry, now);
      else if (entry.state === 'DELAY' || entry.sent < MAX_UNICAST_SOLICIT) this.#probe(entry, now);
      else {
        this.#cache.forget(entry);
        this.#outbox.push({ kind: 'lost', target: entry.target });
      }
    }
  }

  /** When `handleTimeout` next has something to do. */
  pollTimeout(): Instant | undefined {
    let first: Instant | undefined;
    for (const { due } of this.#cache.waiting) if (first === undefined || due < first) first = due;
    return first;
  }

  pollOutput(): Output<Datagram> | undefined {
    return this.#outbox.shift();
  }

  /** §7.2.5 */
  #handleAdvertisement(message: NeighbourAdvertisement, now: Instant): void {
    const { target, router, solicited } = message;
    const hardware = hardwareOf(message.options, 'target link-layer address');
    if (this.#isOwn(target) || (hardware !== undefined && isGroup(hardware))) return;
    const asked = this.#cache.incomplete(target);
    if (asked !== undefined) {
      if (hardware === undefined) return;
      const entry = this.#resolve(asked, hardware, router, now);
      if (solicited) this.#becomeReachable(entry, now);
      return;
    }
    const entry = this.#cache.complete(target);
    if (entry !== undefined) this.#update(entry, message, hardware, now);
  }

  /** §7.2.5, I and II: of an address that is known. */
  #update(
    entry: Complete,
    { router, solicited, override }: NeighbourAdvertisement,
    hardware: Uint8Array | undefined,
    now: Instant,
  ): void {
    const moved = hardware !== undefined && !equal(hardware, entry.hardware);
    if (moved && !override) {
      if (entry.state === 'REACHABLE') this.#becomeStale(entry);
      return;
    }
    if (moved) entry.hardware = hardware.slice();
    if (solicited) this.#becomeReachable(entry, now);
    else if (moved) this.#becomeStale(entry);
    if (entry.router && !router) this.#outbox.push({ kind: 'no router', target: entry.target });
    entry.router = router;
  }

  /** §7.2.3, §6.2.6, §6.3.4, §8.3: someone told a hardware address that nobody asked for. */
  #learn(
    target: Ipv6Address,
    hardware: Uint8Array | undefined,
    router: boolean | undefined,
    now: Instant,
  ): void {
    // A group is nobody, and our own address from elsewhere is a conflict.
    if (isUnspecified(target) || isMulticast(target) || this.#isOwn(target)) return;
    let entry = this.#cache.complete(target);
    if (hardware !== undefined && !isGroup(hardware)) {
      const asked = this.#cache.incomplete(target);
      if (asked !== undefined) entry = this.#resolve(asked, hardware, false, now);
      else if (entry === undefined) entry = this.#cache.addComplete(target, hardware, false, now);
      else if (!equal(hardware, entry.hardware)) {
        entry.hardware = hardware.slice();
        this.#becomeStale(entry);
      }
    }
    if (entry !== undefined && router !== undefined) entry.router = router;
  }

  /** Who has no address yet is answered through the group of all nodes (§7.2.4). */
  #answer(target: Ipv6Address, source: Ipv6Address): void {
    // A solicitation of our own that a hub gave back; or another says to be us, which is a conflict.
    if (this.#isOwn(source)) return;
    const solicited = !isUnspecified(source);
    const to = solicited ? source.slice() : ALL_NODES;
    this.#outbox.push({ kind: 'advertise', target: target.slice(), to, solicited });
  }

  #retry(entry: Incomplete<Datagram>, now: Instant): void {
    const { target } = entry;
    if (entry.sent < MAX_MULTICAST_SOLICIT) {
      entry.sent += 1;
      entry.due = after(now, this.#times.retransmit);
      this.#outbox.push({ kind: 'request', target });
      return;
    }
    this.#cache.forget(entry);
    for (const datagram of entry.held) this.#outbox.push({ kind: 'unreachable', target, datagram });
    this.#outbox.push({ kind: 'lost', target });
  }

  #probe(entry: Complete, now: Instant): void {
    entry.sent = entry.state === 'DELAY' ? 1 : entry.sent + 1;
    entry.state = 'PROBE';
    entry.due = after(now, this.#times.retransmit);
    this.#outbox.push({ kind: 'request', target: entry.target, hardware: entry.hardware });
  }

  #becomeReachable(entry: Complete, now: Instant): void {
    entry.until = after(now, this.#times.reachable);
    if (entry.state === 'REACHABLE') return;
    entry.state = 'REACHABLE';
    this.#cache.setDue(entry, undefined);
    this.#cache.renew(entry);
  }

  #becomeStale(entry: Complete): void {
    entry.state = 'STALE';
    this.#cache.setDue(entry, undefined);
  }

  /** The address that was asked for is known: what waits for it leaves. */
  #resolve(
    asked: Incomplete<Datagram>,
    hardware: Uint8Array,
    router: boolean,
    now: Instant,
  ): Complete {
    this.#cache.forget(asked);
    const entry = this.#cache.addComplete(asked.target, hardware, true, now);
    entry.router = router;
    for (const datagram of asked.held) {
      this.#outbox.push({ kind: 'deliver', hardware: entry.hardware, datagram });
    }
    return entry;
  }

  #drop(datagram: Datagram): void {
    this.#outbox.push({ kind: 'dropped', datagram });
  }
}
