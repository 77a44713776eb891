/**
 * The DHCP client, RFC 2131 §4.4.
 *
 *            start()                     offer                      ACK
 *   STOPPED ─────────▶ INIT ▶ SELECTING ──────▶ REQUESTING ─────────────────────▶ BOUND ◀──┐
 *      │                ▲                           │ NAK, or no answer in 60 s     │      │
 *      │ reboot()       ├───────────────────────────┘                               │ T1   │ ACK
 *      ▼                │ NAK, or no answer in 12 s                                 ▼      │
 *   REBOOTING ──────────┤   (with ACK: BOUND)                                    RENEWING ─┤
 *                       │ handleConflict(): DECLINE, and 10 s of waiting            │ T2   │
 *                       │ NAK                                                       ▼      │
 *                       └────────────────────────────────────────────────────── REBINDING ─┘
 *                         NAK, or the lease ends
 *
 * The first offer that will do is taken. Whether the address is free on the link is asked by the host with
 * ARP (RFC 5227), once the `bound` event has named it, and told with `handleConflict`.
 *
 * Invariants:
 *   (1) Of what arrives only that is looked at which is a reply with our transaction's ID, to our hardware
 *       address and, if it names a client, to our client identifier (RFC 6842 §3).
 *   (2) In REQUESTING and RENEWING only the server that was asked is heard; in all states an ACK for another
 *       address than the one that was asked for is no answer.
 *   (3) The address is used from `bound` until `lost`, never past the lease's end.
 *   (4) Whatever servers say, fewer messages leave than one a second: an answer that makes the client begin
 *       again a second time makes it wait as if there had been none.
 */
import { equal } from '../../../base/octets.ts';
import { fraction, type Rng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  NEVER,
  seconds,
  since,
} from '../../../base/time.ts';
import { type Ipv4Address, LIMITED_BROADCAST, UNSPECIFIED } from '../../network/ipv4/address.ts';
import { type ClientConfiguration, encodeClientMessage } from './client-message.ts';
import type { OutgoingDatagram } from './datagram.ts';
import { type Lease, leaseOf } from './lease.ts';
import { CLIENT_PORT, decode, type Message, OP, SERVER_PORT } from './message.ts';
import { addressIn, MESSAGE_TYPE, messageType, OPTION } from './options.ts';

// RFC 2131 §4.1, §4.4.5 and §3.1 (5).
const RETRANSMIT_FIRST = seconds(4);
const RETRANSMIT_MAX = seconds(64);
const RETRANSMIT_SPREAD = seconds(1);
const EXTEND_INTERVAL_MIN = seconds(60);
const DECLINE_WAIT = seconds(10);

/** 4 + 8 + 16 + 32 s, after which the server that made the offer is given up (§3.1 (4): "sixty seconds"). */
const REQUESTS_MAX = 4;
/** 4 + 8 s: a host that has come to another network shall not wait a minute to learn that. */
const REBOOTS_MAX = 2;

export type ClientState =
  | 'STOPPED'
  | 'INIT'
  | 'SELECTING'
  | 'REQUESTING'
  | 'REBOOTING'
  | 'BOUND'
  | 'RENEWING'
  | 'REBINDING';

export type ClientEvent =
  | { readonly kind: 'bound'; readonly lease: Lease }
  /** More time, and perhaps other parameters, for the same address. */
  | { readonly kind: 'renewed'; readonly lease: Lease }
  | {
      readonly kind: 'lost';
      readonly lease: Lease;
      readonly reason: 'refused' | 'expired' | 'conflict' | 'released';
    }
  /** No server answered so far; the client goes on. */
  | { readonly kind: 'unanswered'; readonly attempts: number };

export class Client {
  readonly #configuration: ClientConfiguration;
  readonly #rng: Rng;
  #state: ClientState = 'STOPPED';
  #xid = 0;
  #startedAt: Instant = NEVER;
  #secs = 0;
  #attempts = 0;
  /** How often in a row it had to begin again. */
  #failures = 0;
  #requestedAt: Instant = NEVER;
  /** The next message, or the end of the wait in INIT. */
  #due: Instant | undefined;
  /** The address that is wanted, and the server that offered it. */
  #wanted: Ipv4Address = UNSPECIFIED;
  #server: Ipv4Address = UNSPECIFIED;
  #lease: Lease | undefined;
  readonly #outbox: OutgoingDatagram[] = [];
  readonly #events: ClientEvent[] = [];

  constructor(configuration: ClientConfiguration, rng: Rng) {
    this.#configuration = configuration;
    this.#rng = rng;
  }

  get state(): ClientState {
    return this.#state;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** Asks for an address; `wanted`, if there is one to be preferred. */
  start(now: Instant, wanted: Ipv4Address = UNSPECIFIED): void {
    this.stop();
    this.#wanted = wanted;
    this.#failures = 0;
    this.#initialise(now, (this.#configuration.startDelay ?? 0) * fraction(this.#rng));
  }

  /** Asks whether `held`, which it had before, is still its own (§3.2). */
  reboot(held: Ipv4Address, now: Instant): void {
    this.stop();
    this.#wanted = held;
    this.#failures = 0;
    this.#begin('REBOOTING', now);
  }

  /** Gives the address back. The message leaves from it: the host drops it when that is sent. */
  release(): void {
    const lease = this.#lease;
    if (lease !== undefined) {
      const { address, server } = lease;
      const message = { type: MESSAGE_TYPE.release, xid: this.#rng.next(), secs: 0, server };
      const payload = encodeClientMessage(this.#configuration, {
        ...message,
        own: address.address,
      });
      this.#output(payload, address.address, server);
      this.#lose('released');
    }
    this.stop();
  }

  /** Says nothing more to anybody; the address is as if it had never been had. */
  stop(): void {
    this.#state = 'STOPPED';
    this.#lease = undefined;
    this.#due = undefined;
  }

  /** Another has the address of our lease: it is declined, §3.1 (5). */
  handleConflict(now: Instant): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    const { address, server } = lease;
    const message = { type: MESSAGE_TYPE.decline, xid: this.#rng.next(), secs: 0, server };
    const payload = encodeClientMessage(this.#configuration, {
      ...message,
      wanted: address.address,
    });
    this.#output(payload, UNSPECIFIED, LIMITED_BROADCAST);
    this.#lose('conflict');
    this.#wanted = UNSPECIFIED;
    this.#initialise(now, DECLINE_WAIT);
  }

  /** A UDP payload that came to port 68. */
  handleMessage(payload: Uint8Array, now: Instant): void {
    const decoded = decode(payload);
    if (!decoded.ok || !this.#isForUs(decoded.value)) return;
    const message = decoded.value;
    const server = addressIn(message.options, OPTION.serverIdentifier);
    if (server === undefined) return;
    switch (messageType(message.options)) {
      case MESSAGE_TYPE.offer:
        if (this.#state === 'SELECTING') this.#handleOffer(message, server, now);
        break;
      case MESSAGE_TYPE.ack:
        this.#handleAck(message, server, now);
        break;
      case MESSAGE_TYPE.nak:
        this.#handleNak(server, now);
        break;
    }
  }

  handleTimeout(now: Instant): void {
    const due = this.pollTimeout();
    if (due === undefined || now < due) return;
    switch (this.#state) {
      case 'INIT':
        this.#begin('SELECTING', now);
        break;
      case 'SELECTING':
        this.#events.push({ kind: 'unanswered', attempts: this.#attempts });
        this.#transmit(now);
        break;
      case 'REQUESTING':
        this.#retry(REQUESTS_MAX, now);
        break;
      case 'REBOOTING':
        this.#retry(REBOOTS_MAX, now);
        break;
      case 'STOPPED':
        break;
      default:
        this.#extend(now);
    }
  }

  pollTimeout(): Instant | undefined {
    const lease = this.#lease;
    if (lease === undefined) return this.#due;
    const { renewAt, rebindAt, expiresAt } = lease;
    if (this.#state === 'BOUND') return renewAt === NEVER ? undefined : renewAt;
    return earliest(this.#due, this.#state === 'RENEWING' ? rebindAt : expiresAt);
  }

  pollOutput(): OutgoingDatagram | undefined {
    return this.#outbox.shift();
  }

  pollEvent(): ClientEvent | undefined {
    return this.#events.shift();
  }

  #isForUs(message: Message): boolean {
    const { hardware, clientIdentifier } = this.#configuration;
    if (this.#state === 'STOPPED' || this.#state === 'INIT' || this.#state === 'BOUND')
      return false;
    if (message.op !== OP.reply || message.xid !== this.#xid) return false;
    const echoed = message.options.get(OPTION.clientIdentifier);
    const other = echoed !== undefined && clientIdentifier !== undefined;
    return equal(message.chaddr, hardware) && !(other && !equal(echoed, clientIdentifier));
  }

  #handleOffer(message: Message, server: Ipv4Address, now: Instant): void {
    if (leaseOf(message, now) === undefined) return;
    this.#wanted = message.yiaddr;
    this.#server = server;
    this.#state = 'REQUESTING';
    this.#attempts = 0;
    this.#transmit(now);
  }

  #handleAck(message: Message, server: Ipv4Address, now: Instant): void {
    if (this.#state === 'SELECTING' || !this.#hears(server)) return;
    const lease = leaseOf(message, this.#requestedAt);
    if (lease === undefined || message.yiaddr !== this.#wanted || now >= lease.expiresAt) return;
    const kind = this.#lease === undefined ? 'bound' : 'renewed';
    this.#state = 'BOUND';
    this.#failures = 0;
    this.#lease = lease;
    this.#server = server;
    this.#due = undefined;
    this.#events.push({ kind, lease });
  }

  #handleNak(server: Ipv4Address, now: Instant): void {
    if (this.#state === 'SELECTING' || !this.#hears(server)) return;
    this.#lose('refused');
    this.#wanted = UNSPECIFIED;
    this.#restart(now);
  }

  /** The one server that was asked, or any when all were. */
  #hears(server: Ipv4Address): boolean {
    const one = this.#state === 'REQUESTING' || this.#state === 'RENEWING';
    return !one || server === this.#server;
  }

  #lose(reason: 'refused' | 'expired' | 'conflict' | 'released'): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    this.#lease = undefined;
    this.#events.push({ kind: 'lost', lease, reason });
  }

  /** Begins again: the first time at once, then the later the oftener. */
  #restart(now: Instant): void {
    const wait = this.#failures === 0 ? 0 : this.#backoff(this.#failures);
    this.#failures += 1;
    this.#initialise(now, wait);
  }

  #initialise(now: Instant, wait: number): void {
    this.#state = 'INIT';
    this.#due = after(now, Math.floor(wait) as Duration);
    if (this.#due <= now) this.#begin('SELECTING', now);
  }

  /** A new transaction. */
  #begin(state: 'SELECTING' | 'REBOOTING' | 'RENEWING' | 'REBINDING', now: Instant): void {
    this.#state = state;
    this.#xid = this.#rng.next();
    this.#startedAt = now;
    this.#attempts = 0;
    this.#transmit(now);
  }

  #retry(most: number, now: Instant): void {
    if (this.#attempts < most) this.#transmit(now);
    else this.#restart(now);
  }

  /** RENEWING and REBINDING, and the end of them, §4.4.5. */
  #extend(now: Instant): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    if (now >= lease.expiresAt) {
      this.#lose('expired');
      this.#restart(now);
    } else if (now >= lease.rebindAt && this.#state !== 'REBINDING') this.#begin('REBINDING', now);
    else if (this.#state === 'BOUND') this.#begin('RENEWING', now);
    else this.#transmit(now);
  }

  #transmit(now: Instant): void {
    const lease = this.#lease;
    this.#attempts += 1;
    // Where answers come late, the lease begins with the first request that they may be to. Requests to
    // extend one are so far apart that each is a transaction of its own.
    if (lease !== undefined) this.#xid = this.#rng.next();
    if (lease !== undefined || this.#attempts === 1) this.#requestedAt = now;
    this.#due = after(now, this.#interval(now));
    const { type, addresses } = this.#request();
    const message = { type, xid: this.#xid, secs: this.#secsAt(now), ...addresses };
    const renews = lease !== undefined && this.#state === 'RENEWING';
    this.#output(
      encodeClientMessage(this.#configuration, message),
      lease?.address.address ?? UNSPECIFIED,
      renews ? lease.server : LIMITED_BROADCAST,
    );
  }

  /** Table 5: what a message of this state has. */
  #request() {
    const wanted = this.#wanted;
    switch (this.#state) {
      case 'SELECTING':
        return { type: MESSAGE_TYPE.discover, addresses: { wanted } };
      case 'REQUESTING':
        return { type: MESSAGE_TYPE.request, addresses: { wanted, server: this.#server } };
      case 'REBOOTING':
        return { type: MESSAGE_TYPE.request, addresses: { wanted } };
      default:
        return { type: MESSAGE_TYPE.request, addresses: { own: wanted } };
    }
  }

  #secsAt(now: Instant): number {
    // §4.4.1: the request that takes an offer has the secs of the DISCOVER before it.
    if (this.#state === 'REQUESTING') return this.#secs;
    this.#secs = Math.min(Math.floor(since(now, this.#startedAt) / seconds(1)), 0xffff);
    return this.#secs;
  }

  #interval(now: Instant): Duration {
    const lease = this.#lease;
    if (lease === undefined) return this.#backoff(this.#attempts);
    const end = this.#state === 'RENEWING' ? lease.rebindAt : lease.expiresAt;
    return Math.max(Math.floor((end - now) / 2), EXTEND_INTERVAL_MIN) as Duration;
  }

  /** §4.1: four seconds, doubled each time up to 64, a second more or less. */
  #backoff(attempts: number): Duration {
    const middle = Math.min(RETRANSMIT_FIRST * 2 ** (attempts - 1), RETRANSMIT_MAX);
    return Math.floor(middle + (2 * fraction(this.#rng) - 1) * RETRANSMIT_SPREAD) as Duration;
  }

  #output(payload: Uint8Array, source: Ipv4Address, destination: Ipv4Address): void {
    this.#outbox.push({
      payload,
      source,
      sourcePort: CLIENT_PORT,
      destination,
      destinationPort: SERVER_PORT,
      broadcast: destination === LIMITED_BROADCAST,
    });
  }
}
