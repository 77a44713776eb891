/**
 * Address conflict detection, RFC 5227: is an IPv4 address free on this link, and ours while we use it?
 *
 *           0 … 1 s            3 probes, 1 … 2 s apart          2 s after the last
 *   WAITING ────────▶ PROBING ─────────────────────────────────▶ ANNOUNCING ── 2 s ──▶ DEFENDING
 *      │                 │                                           │   event: claimed   │
 *      └─────────────────┴── somebody has it or wants it             └────────────────────┤
 *                             │ event: conflict                      cannot be defended   │
 *                             ▼                                             event: lost   ▼
 *                           REFUSED                                                     REFUSED
 *
 * An address that is given untested is DEFENDING from the first.
 *
 * Invariants:
 *   (1) Nothing but probes, whose sender address is zero, leaves before `claimed` (§2.1.1).
 *   (2) After `refused` nothing leaves, and no more events come.
 *   (3) Of announcements made in defence one leaves in ten seconds at most (§2.4).
 */
import { equal } from '../../../base/octets.ts';
import { fraction, type Rng } from '../../../base/random.ts';
import { after, type Duration, type Instant, seconds } from '../../../base/time.ts';
import { type Ipv4Address, UNSPECIFIED } from '../ipv4/address.ts';
import { type ArpPacket, OPERATION } from './header.ts';

// RFC 5227 §1.1, by its names.
const PROBE_WAIT = seconds(1);
const PROBE_NUM = 3;
const PROBE_MIN = seconds(1);
const PROBE_MAX = seconds(2);
const ANNOUNCE_WAIT = seconds(2);
const ANNOUNCE_NUM = 2;
const ANNOUNCE_INTERVAL = seconds(2);
const MAX_CONFLICTS = 10;
const RATE_LIMIT_INTERVAL = seconds(60);
const DEFEND_INTERVAL = seconds(10);

/**
 * What to do when another uses our address, §2.4: (a) give it up; (b) defend it once in ten seconds and
 * give it up at the second conflict; (c) defend it whatever comes, as a router or server must.
 */
export type Defence = 'none' | 'once' | 'always';

export type ConflictState = 'WAITING' | 'PROBING' | 'ANNOUNCING' | 'DEFENDING' | 'REFUSED';

/** `lost` can still follow `claimed`; `conflict` comes in its place. */
export type ConflictEvent = 'claimed' | 'conflict' | 'lost';

export class ConflictDetector {
  readonly #address: Ipv4Address;
  readonly #hardware: Uint8Array;
  readonly #defence: Defence;
  readonly #rng: Rng;
  #state: ConflictState = 'WAITING';
  #sent = 0;
  #due: Instant | undefined;
  #defendedAt: Instant | undefined;
  readonly #outbox: ArpPacket[] = [];
  readonly #events: ConflictEvent[] = [];

  /**
   * Begins to claim `address` for the interface with `hardware`. `conflicts` is how many addresses it
   * tried in vain before: after ten it waits a minute for each (§2.1.1). `now` undefined: it is in use
   * already by the word of who gave it, and is only defended.
   */
  constructor(
    address: Ipv4Address,
    hardware: Uint8Array,
    defence: Defence,
    conflicts: number,
    rng: Rng,
    now: Instant | undefined,
  ) {
    this.#address = address;
    this.#hardware = hardware;
    this.#defence = defence;
    this.#rng = rng;
    if (now === undefined) {
      this.#state = 'DEFENDING';
      return;
    }
    const wait = between(0 as Duration, PROBE_WAIT, rng);
    const penalty = conflicts >= MAX_CONFLICTS ? RATE_LIMIT_INTERVAL : 0;
    this.#due = after(now, (wait + penalty) as Duration);
  }

  get state(): ConflictState {
    return this.#state;
  }

  /** Looks at an ARP packet that came from the link. */
  handlePacket(packet: ArpPacket, now: Instant): void {
    // What we sent ourselves may come back from a hub or a bridge.
    if (this.#state === 'REFUSED' || equal(packet.senderHardware, this.#hardware)) return;
    const uses = packet.senderProtocol === this.#address;
    if (this.#state === 'ANNOUNCING' || this.#state === 'DEFENDING') {
      if (uses) this.#defend(now);
      return;
    }
    // §2.1.1: another that probes for the address at this time has as good a claim as we.
    const probes =
      packet.operation === OPERATION.request &&
      packet.senderProtocol === UNSPECIFIED &&
      packet.targetProtocol === this.#address;
    if (uses || probes) this.#refuse('conflict');
  }

  /**
   * The link came up, and what is at its other end may be another: caches and switches there learn who has the address
   * (§3). One that is still being claimed is announced when it is.
   */
  announce(): void {
    if (this.#state === 'DEFENDING') this.#outbox.push(this.#request(this.#address));
  }

  handleTimeout(now: Instant): void {
    if (this.#due === undefined || now < this.#due) return;
    if (this.#state === 'WAITING' || this.#state === 'PROBING') this.#probe(now);
    else if (this.#state === 'ANNOUNCING') this.#announce(now);
  }

  pollTimeout(): Instant | undefined {
    return this.#due;
  }

  /** The next packet to broadcast. */
  pollOutput(): ArpPacket | undefined {
    return this.#outbox.shift();
  }

  pollEvent(): ConflictEvent | undefined {
    return this.#events.shift();
  }

  #probe(now: Instant): void {
    if (this.#sent === PROBE_NUM) {
      this.#state = 'ANNOUNCING';
      this.#sent = 0;
      this.#events.push('claimed');
      this.#announce(now);
      return;
    }
    this.#state = 'PROBING';
    this.#sent += 1;
    this.#outbox.push(this.#request(UNSPECIFIED));
    const last = this.#sent === PROBE_NUM;
    this.#due = after(now, last ? ANNOUNCE_WAIT : between(PROBE_MIN, PROBE_MAX, this.#rng));
  }

  /** §2.3. The address is in use from the first announcement on. */
  #announce(now: Instant): void {
    this.#sent += 1;
    this.#outbox.push(this.#request(this.#address));
    const last = this.#sent === ANNOUNCE_NUM;
    if (last) this.#state = 'DEFENDING';
    this.#due = last ? undefined : after(now, ANNOUNCE_INTERVAL);
  }

  #defend(now: Instant): void {
    const lately = this.#defendedAt !== undefined && now < after(this.#defendedAt, DEFEND_INTERVAL);
    if (this.#defence === 'none' || (this.#defence === 'once' && lately)) {
      this.#refuse('lost');
      return;
    }
    if (lately) return;
    this.#defendedAt = now;
    this.#outbox.push(this.#request(this.#address));
  }

  #refuse(event: 'conflict' | 'lost'): void {
    this.#state = 'REFUSED';
    this.#due = undefined;
    this.#outbox.length = 0;
    this.#events.push(event);
  }

  /** A probe when `sender` is zero, an announcement when it is the address (§1.1, §2.3). */
  #request(sender: Ipv4Address): ArpPacket {
    return {
      operation: OPERATION.request,
      senderHardware: this.#hardware,
      senderProtocol: sender,
      targetHardware: new Uint8Array(6),
      targetProtocol: this.#address,
    };
  }
}

const between = (least: Duration, most: Duration, rng: Rng): Duration =>
  Math.floor(least + fraction(rng) * (most - least)) as Duration;
