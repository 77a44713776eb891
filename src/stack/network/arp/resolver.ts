/**
 * ARP address resolution, RFC 826, as tightened by RFC 1122 §2.3.2.
 *
 *            send()                        ARP from it                60 s
 *   (none) ─────────▶ INCOMPLETE ───────────────────────▶ REACHABLE ───────▶ STALE
 *     ▲                 │ every second a request, 3         ▲                  │ lookup()
 *     ├─────────────────┘                                   │ ARP from it      ▼
 *     └─────────────────────────────────────────────────────┴─────────────── PROBE
 *                            every second a unicast request, 2
 *
 * A STALE address is used while it is polled, RFC 1122 §2.3.2.1 (2). Whoever sends ARP from an address on
 * the link is believed: RFC 826 knows no better, and `conflict.ts` guards our own addresses alone.
 *
 * Invariants:
 *   (1) An INCOMPLETE entry holds `queue` datagrams at most, the latest: RFC 1122 §2.3.2.2 wants one at
 *       least, RFC 4861 §7.2.2 for IPv6 a few.
 *   (2) Requests for one address leave at most once a second (§2.3.2.1), save for one that (3) pushed out.
 *   (3) There are at most `entries` entries, `incomplete` of them INCOMPLETE: who scans a network through
 *       us, or floods us with senders, pushes out his own, not the neighbours that we talk to.
 *   (4) `#waiting` has the entries with a deadline, and no others.
 */
import { after, type Duration, type Instant, seconds } from '../../../base/time.ts';
import { isMulticast } from '../../datalink/ethernet/address.ts';
import { type Ipv4Address, isUnicast } from '../ipv4/address.ts';
import { type ArpPacket, OPERATION } from './header.ts';

const REQUEST_INTERVAL = seconds(1);
const REQUESTS_MAX = 3;
const POLLS_MAX = 2;

export interface ResolverLimits {
  readonly entries: number;
  readonly incomplete: number;
  /** Datagrams that wait for one address. */
  readonly queue: number;
  /** How long an address is good after it was heard of: RFC 1122 §2.3.2.1 names a minute. */
  readonly reachable: Duration;
}

export const RESOLVER_LIMITS: ResolverLimits = {
  entries: 512,
  incomplete: 64,
  queue: 3,
  reachable: seconds(60),
};

interface Incomplete<Datagram> {
  readonly state: 'INCOMPLETE';
  readonly target: Ipv4Address;
  readonly held: Datagram[];
  requests: number;
  due: Instant;
}

interface Complete {
  /** STALE is not a state of its own: it is REACHABLE after `until`. */
  state: 'REACHABLE' | 'PROBE';
  readonly target: Ipv4Address;
  readonly hardware: Uint8Array;
  until: Instant;
  polls: number;
  due: Instant;
  /** We sent to it; an entry that only others made is the first to go. */
  used: boolean;
}

export type Output<Datagram> =
  /** To all, or to the one that had the address when `hardware` is there. */
  | { readonly kind: 'request'; readonly target: Ipv4Address; readonly hardware?: Uint8Array }
  | { readonly kind: 'reply'; readonly to: ArpPacket }
  | { readonly kind: 'deliver'; readonly hardware: Uint8Array; readonly datagram: Datagram }
  /** Nobody answered: RFC 1122 §2.4 wants that told to IP. */
  | { readonly kind: 'unreachable'; readonly target: Ipv4Address; readonly datagram: Datagram }
  /** A later one took its place, or too many wait. */
  | { readonly kind: 'dropped'; readonly datagram: Datagram };

export class Resolver<Datagram> {
  readonly #isOwn: (address: Ipv4Address) => boolean;
  readonly #limits: ResolverLimits;
  /** The one that was heard of longest ago comes first. */
  readonly #complete = new Map<Ipv4Address, Complete>();
  readonly #incomplete = new Map<Ipv4Address, Incomplete<Datagram>>();
  readonly #waiting = new Set<Complete | Incomplete<Datagram>>();
  readonly #outbox: Output<Datagram>[] = [];

  /** `isOwn` tells which protocol addresses are ours on this link. */
  constructor(isOwn: (address: Ipv4Address) => boolean, limits: ResolverLimits = RESOLVER_LIMITS) {
    this.#isOwn = isOwn;
    this.#limits = limits;
  }

  get size(): number {
    return this.#complete.size + this.#incomplete.size;
  }

  /** The hardware address of `target` if it is known; not to be written to. The hot path. */
  lookup(target: Ipv4Address, now: Instant): Uint8Array | undefined {
    const entry = this.#complete.get(target);
    if (entry === undefined) return undefined;
    entry.used = true;
    if (now >= entry.until && entry.state === 'REACHABLE') {
      entry.state = 'PROBE';
      this.#poll(entry, now);
    }
    return entry.hardware;
  }

  /** Sends `datagram` to `target`, now or when its hardware address is known. */
  send(target: Ipv4Address, datagram: Datagram, now: Instant): void {
    const hardware = this.lookup(target, now);
    if (hardware !== undefined) {
      this.#outbox.push({ kind: 'deliver', hardware, datagram });
      return;
    }
    const entry = this.#incomplete.get(target);
    if (entry !== undefined) {
      entry.held.push(datagram);
      if (entry.held.length > this.#limits.queue) this.#drop(entry.held.splice(0, 1));
      return;
    }
    this.#makeRoom(this.#incomplete.size >= this.#limits.incomplete);
    const due = after(now, REQUEST_INTERVAL);
    const fresh: Incomplete<Datagram> = {
      state: 'INCOMPLETE',
      target,
      held: [datagram],
      requests: 1,
      due,
    };
    this.#incomplete.set(target, fresh);
    this.#waiting.add(fresh);
    this.#outbox.push({ kind: 'request', target });
  }

  /** A layer above knows that `target` answers, RFC 1122 §2.3.2.1 (4): it need not be polled. */
  confirm(target: Ipv4Address, now: Instant): void {
    const entry = this.#complete.get(target);
    if (entry !== undefined) this.#heard(entry.target, entry.hardware, entry.used, now);
  }

  /**
   * A layer above hears nothing of what it sends by way of `target`, RFC 1122 §3.3.1.4: it is polled at its next use.
   */
  doubt(target: Ipv4Address, now: Instant): void {
    const entry = this.#complete.get(target);
    if (entry !== undefined && now < entry.until) entry.until = now;
  }

  /** Packet reception as RFC 826 orders it: merge, and if we are the target learn, and answer. */
  handlePacket(packet: ArpPacket, now: Instant): void {
    const { senderProtocol: sender, senderHardware } = packet;
    if (isMulticast(senderHardware)) return; // RFC 1812 §3.3.2: nobody's address.
    const forUs = this.#isOwn(packet.targetProtocol);
    // A probe has no sender address yet (RFC 5227 §1.1), and our own address from elsewhere is a conflict.
    if (isUnicast(sender) && !this.#isOwn(sender)) {
      const known = this.#complete.get(sender);
      if (known !== undefined || this.#incomplete.has(sender) || forUs) {
        this.#heard(sender, senderHardware.slice(), known?.used ?? false, now);
      }
    }
    if (forUs && packet.operation === OPERATION.request && !this.#isOwn(sender)) {
      this.#outbox.push({ kind: 'reply', to: packet });
    }
  }

  handleTimeout(now: Instant): void {
    for (const entry of this.#waiting) {
      if (entry.due > now) continue;
      if (entry.state === 'INCOMPLETE') this.#retry(entry, now);
      else if (entry.polls < POLLS_MAX) this.#poll(entry, now);
      else {
        this.#waiting.delete(entry);
        this.#complete.delete(entry.target);
      }
    }
  }

  /** When `handleTimeout` next has something to do. */
  pollTimeout(): Instant | undefined {
    let first: Instant | undefined;
    for (const { due } of this.#waiting) if (first === undefined || due < first) first = due;
    return first;
  }

  pollOutput(): Output<Datagram> | undefined {
    return this.#outbox.shift();
  }

  #retry(entry: Incomplete<Datagram>, now: Instant): void {
    const { target } = entry;
    if (entry.requests < REQUESTS_MAX) {
      entry.requests += 1;
      entry.due = after(now, REQUEST_INTERVAL);
      this.#outbox.push({ kind: 'request', target });
      return;
    }
    this.#waiting.delete(entry);
    this.#incomplete.delete(target);
    for (const datagram of entry.held) this.#outbox.push({ kind: 'unreachable', target, datagram });
  }

  #poll(entry: Complete, now: Instant): void {
    entry.polls += 1;
    entry.due = after(now, REQUEST_INTERVAL);
    this.#waiting.add(entry);
    this.#outbox.push({ kind: 'request', target: entry.target, hardware: entry.hardware });
  }

  /** `target` was heard of at `hardware`, which is ours to keep. */
  #heard(target: Ipv4Address, hardware: Uint8Array, used: boolean, now: Instant): void {
    const before = this.#complete.get(target);
    if (before !== undefined) {
      this.#waiting.delete(before);
      this.#complete.delete(target);
    }
    const asked = this.#incomplete.get(target);
    if (asked !== undefined) {
      this.#waiting.delete(asked);
      this.#incomplete.delete(target);
      for (const datagram of asked.held) {
        this.#outbox.push({ kind: 'deliver', hardware, datagram });
      }
    }
    this.#makeRoom(false);
    const until = after(now, this.#limits.reachable);
    this.#complete.set(target, {
      state: 'REACHABLE',
      target,
      hardware,
      until,
      polls: 0,
      due: until,
      used: used || asked !== undefined,
    });
  }

  /** Makes room for one entry; when too many ask in vain already, among those. */
  #makeRoom(crowded: boolean): void {
    if (!crowded && this.size < this.#limits.entries) return;
    const victim = crowded ? undefined : this.#leastMissed();
    if (victim !== undefined) {
      this.#waiting.delete(victim);
      this.#complete.delete(victim.target);
      return;
    }
    for (const oldest of this.#incomplete.values()) {
      this.#waiting.delete(oldest);
      this.#incomplete.delete(oldest.target);
      this.#drop(oldest.held);
      return;
    }
  }

  #drop(datagrams: readonly Datagram[]): void {
    for (const datagram of datagrams) this.#outbox.push({ kind: 'dropped', datagram });
  }

  /** The entry heard of longest ago among those that we never used; if there are none, of all. */
  #leastMissed(): Complete | undefined {
    let oldest: Complete | undefined;
    for (const entry of this.#complete.values()) {
      if (!entry.used) return entry;
      oldest ??= entry;
    }
    return oldest;
  }
}
