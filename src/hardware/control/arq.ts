/**
 * DATA frames in order, once, or not at all: a sliding window with credits and go-back-N
 * (docs/control-protocol.md §4). Host and board run the same machine, one for each session; SND.UNA,
 * SND.NXT and RCV.NXT are named after RFC 9293 §3.3.1 and count frames modulo 256.
 *
 *   sending    send() ─▶ held ─▶ pollOutput(): DATA ─▶ unacknowledged ─ ack ─▶ released
 *                                    ▲                    │
 *                                    └── NAK, T1 expired ─┘   N2 expiries in a row ─▶ failed
 *
 *   receiving  DATA ─┬─ seq = RCV.NXT ──────▶ taken ─▶ pollMessage() ─▶ consume(): credit again
 *                    ├─ one of the last 128 ─▶ dropped, ACK
 *                    └─ else, or damaged ────▶ dropped, NAK, once until something is taken or T1 passed
 *
 * Invariants:
 *   (1) SND.UNA ≤ next to transmit ≤ SND.NXT ≤ next number to give, and the last is at most `window`
 *       beyond SND.UNA (all modulo 256).
 *   (2) The costs of all that is held never exceed the credit last received, counted from its ack on.
 *   (3) The costs of all that was taken and not consumed never exceed `capacity`.
 *   (4) Messages leave `pollMessage` in the order of the peer's `send`, each once.
 *   (5) T1 runs exactly while something that was transmitted is unacknowledged.
 *   (6) Without a release, at most N2 − 1 retransmissions follow, then `failed` is true for good.
 *
 * A frame is made when the line takes it, so `pollOutput` is told the time, and the ack and the credit on
 * the line are the newest. A message of 64 octets costs 6 µs of processor time in all (sending, encoding,
 * splitting, decoding, receiving and its share of an ACK): the message is held, not copied, going out, and
 * copied once, by the decoder, coming in.
 */
import { assert } from '../../base/errors.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  microseconds,
  milliseconds,
} from '../../base/time.ts';
import { type Frame, type FrameEncoder, KIND, type Kind } from './frame.ts';
import type { Statistics } from './statistics.ts';

export const WINDOW_MAX = 64;
/** The receiver's bookkeeping for one message, in octets of credit. */
const OVERHEAD = 8;
const T1_FIRST = milliseconds(200);
/** What may already be on its way in the line's buffers when T1 starts, in octets. */
const T1_ALLOWANCE = 8192;
const T2 = milliseconds(2);
const N2 = 10;
const BACKOFF_MAX = 8;

/** What a message takes of the credit. */
export const costOf = (length: number): number => length + OVERHEAD;

/** How far `to` lies beyond `from`. */
const distance = (from: number, to: number): number => (to - from) & 0xff;

export interface ArqParameters {
  readonly session: number;
  /** DATA frames that may be unacknowledged: the lesser of what both sides said, 1 … 64. */
  readonly window: number;
  /** The peer's first credit, and the longest message that it takes. */
  readonly peerCredit: number;
  readonly sendMax: number;
  /** Octets of cost that this side can hold, and the longest message that it takes. */
  readonly capacity: number;
  readonly receiveMax: number;
  /** bit/s; 0 where the line has no rate. */
  readonly lineRate: number;
}

export class Arq {
  readonly #encoder: FrameEncoder;
  readonly #statistics: Statistics;
  readonly #parameters: ArqParameters;
  #lineRate: number;

  #una = 0;
  #next = 0; // To be transmitted next: behind SND.NXT while resending.
  #nxt = 0;
  #end = 0; // The number that `send` gives next.
  /** By number modulo its length. The window is no longer than that. */
  readonly #held: (Uint8Array | undefined)[] = new Array(WINDOW_MAX).fill(undefined);
  /** Sums of costs since the session began: released, held or released, and granted. */
  #released = 0;
  #given = 0;
  #edge: number;
  #t1At: Instant | undefined;
  #backoff = 1;
  #expiries = 0;
  #failed = false;
  #askAt: Instant | undefined; // When a sender without credit asks for it.
  #asks = false;

  #rcvNxt = 0;
  readonly #inbox: Uint8Array[] = [];
  /** Sums of costs since the session began. */
  #taken = 0;
  #consumed = 0;
  #advertised: number; // The credit in the last frame sent.
  #framesSinceAck = 0;
  #costSinceAck = 0;
  #acks = false;
  #answers = false; // A POLL wants its ACK, whatever else goes out.
  #ackAt: Instant | undefined;
  #naks = false;
  #nakUntil: Instant | undefined; // Until then no further NAK goes out.

  constructor(parameters: ArqParameters, encoder: FrameEncoder, statistics: Statistics) {
    const { window, capacity } = parameters;
    assert(window >= 1 && window <= WINDOW_MAX, `a window of ${window} frames`);
    assert(capacity <= 0xffff, `a credit of ${capacity} octets does not fit in 16 bits`);
    this.#parameters = parameters;
    this.#encoder = encoder;
    this.#statistics = statistics;
    this.#lineRate = parameters.lineRate;
    this.#edge = parameters.peerCredit;
    this.#advertised = capacity;
  }

  /** True once the link has failed: N2 expiries of T1 and nothing released. */
  get failed(): boolean {
    return this.#failed;
  }

  /** True when the peer has acknowledged all that was sent. */
  get idle(): boolean {
    return this.#una === this.#end;
  }

  /** Whether `pollMessage` has one. */
  get hasMessage(): boolean {
    return this.#inbox.length > 0;
  }

  /** Whether `send` would take a message of `length` octets and still leave `reserve` of the credit. */
  canSend(length: number, reserve = 0): boolean {
    return (
      distance(this.#una, this.#end) < this.#parameters.window &&
      this.#given + costOf(length) + reserve <= this.#edge
    );
  }

  /**
   * Sends a message of at most `sendMax` octets. It is held until acknowledged and must not change till
   * then. False when window or credit have no room for it: ask again after the next frame or timeout.
   */
  send(message: Uint8Array, now: Instant): boolean {
    assert(message.length <= this.#parameters.sendMax, `a message of ${message.length} octets`);
    if (this.#failed) return false;
    if (!this.canSend(message.length)) {
      if (this.idle) this.#askAt ??= after(now, this.#t1());
      return false;
    }
    this.#askAt = undefined;
    this.#held[this.#end % WINDOW_MAX] = message;
    this.#end = (this.#end + 1) & 0xff;
    this.#given += costOf(message.length);
    return true;
  }

  /** Gives back the credit of a message from `pollMessage`: the room that it took is free again. */
  consume(message: Uint8Array): void {
    this.#consumed += costOf(message.length);
    assert(this.#consumed <= this.#taken, 'more was consumed than was taken');
    const whole = costOf(this.#parameters.receiveMax);
    if (this.#advertised < whole && this.#credit() >= whole) this.#acks = true;
  }

  /** The line's rate has changed: T1 follows it from its next start on. */
  setLineRate(rate: number): void {
    this.#lineRate = rate;
  }

  /** What is owed of an acknowledgement goes out at the next `pollOutput`, without waiting for T2. */
  acknowledge(): void {
    if (this.#ackAt !== undefined) this.#acks = true;
  }

  /** A frame of this session. */
  handleFrame(frame: Frame, now: Instant): void {
    const current = this.#handleAck(frame.ack, frame.credit, now);
    if (frame.kind === KIND.DATA) this.#handleData(frame, now);
    else if (frame.kind === KIND.NAK && current) this.#next = this.#una;
    else if (frame.kind === KIND.POLL) this.#answers = true;
  }

  /** Something came that was no frame: perhaps DATA is missing. */
  handleDamage(now: Instant): void {
    if (this.#nakUntil !== undefined && now < this.#nakUntil) return;
    this.#naks = true;
    this.#nakUntil = after(now, this.#t1());
  }

  /** The next message, in order. Its credit comes back with `consume`. */
  pollMessage(): Uint8Array | undefined {
    return this.#inbox.shift();
  }

  /** The octets of the next frame, delimiters included. */
  pollOutput(now: Instant): Uint8Array | undefined {
    if (this.#naks) return this.encode(KIND.NAK, now);
    if (this.#answers) return this.encode(KIND.ACK, now);
    if (this.#next !== this.#end) return this.#transmit(now);
    if (this.#asks) return this.encode(KIND.POLL, now);
    if (this.#acks) return this.encode(KIND.ACK, now);
    return undefined;
  }

  /** A frame of `kind`, without payload, with this session's numbers. */
  encode(kind: Kind, now: Instant): Uint8Array {
    if (kind === KIND.NAK) {
      this.#naks = false;
      this.#statistics.naks_sent += 1;
    } else if (kind === KIND.POLL) {
      this.#asks = false;
    } else if (kind === KIND.ACK) {
      this.#answers = false;
    }
    return this.#encode(kind, this.#nxt, now, undefined);
  }

  pollTimeout(): Instant | undefined {
    return earliest(this.#t1At, this.#ackAt, this.#askAt);
  }

  handleTimeout(now: Instant): void {
    if (this.#t1At !== undefined && this.#t1At <= now) this.#expire(now);
    if (this.#ackAt !== undefined && this.#ackAt <= now) {
      this.#ackAt = undefined;
      this.#acks = true;
    }
    if (this.#askAt !== undefined && this.#askAt <= now) {
      this.#asks = true;
      this.#askAt = after(now, this.#t1());
    }
  }

  /** False when `ack` lies outside SND.UNA … SND.NXT: then nothing in the frame counts for the sender. */
  #handleAck(ack: number, credit: number, now: Instant): boolean {
    const count = distance(this.#una, ack);
    if (count > distance(this.#una, this.#nxt)) return false;
    if (count > 0) this.#release(count, now);
    const edge = this.#released + credit;
    if (edge > this.#edge) {
      this.#edge = edge;
      this.#askAt = undefined;
    }
    return true;
  }

  #release(count: number, now: Instant): void {
    const resending = distance(this.#una, this.#next);
    for (let i = 0; i < count; i++) {
      const slot = this.#una % WINDOW_MAX;
      this.#released += costOf(this.#held[slot]?.length ?? 0);
      this.#held[slot] = undefined;
      this.#una = (this.#una + 1) & 0xff;
    }
    if (resending < count) this.#next = this.#una;
    this.#backoff = 1;
    this.#expiries = 0;
    this.#t1At = this.#una === this.#nxt ? undefined : after(now, this.#t1());
  }

  #handleData(frame: Frame, now: Instant): void {
    const ahead = distance(this.#rcvNxt, frame.seq);
    if (ahead >= 128) {
      this.#statistics.duplicates += 1;
      this.#acks = true;
      return;
    }
    const cost = costOf(frame.payload.length);
    if (ahead > 0 || cost > this.#credit()) {
      this.#statistics.gaps += 1;
      this.handleDamage(now);
      return;
    }
    this.#rcvNxt = (this.#rcvNxt + 1) & 0xff;
    this.#taken += cost;
    this.#inbox.push(frame.payload);
    this.#naks = false; // It was the next one, so what was damaged before it was no DATA.
    this.#nakUntil = undefined;
    this.#framesSinceAck += 1;
    this.#costSinceAck += cost;
    if (
      4 * this.#framesSinceAck >= this.#parameters.window ||
      2 * this.#costSinceAck >= this.#advertised
    ) {
      this.#acks = true;
    } else {
      this.#ackAt ??= after(now, T2);
    }
  }

  #transmit(now: Instant): Uint8Array {
    const seq = this.#next;
    this.#next = (seq + 1) & 0xff;
    if (seq === this.#nxt) this.#nxt = this.#next;
    else this.#statistics.data_resent += 1;
    this.#t1At ??= after(now, this.#t1());
    return this.#encode(KIND.DATA, seq, now, this.#held[seq % WINDOW_MAX]);
  }

  /** Any frame carries the ack, so whatever goes out settles what is owed of it. */
  #encode(kind: Kind, seq: number, now: Instant, payload: Uint8Array | undefined): Uint8Array {
    const credit = this.#credit();
    this.#advertised = credit;
    this.#framesSinceAck = 0;
    this.#costSinceAck = 0;
    this.#acks = false;
    this.#ackAt = undefined;
    const { session } = this.#parameters;
    return this.#encoder.encode(kind, session, seq, this.#rcvNxt, credit, now, payload);
  }

  #expire(now: Instant): void {
    this.#statistics.t1_expiries += 1;
    this.#expiries += 1;
    if (this.#expiries >= N2) {
      this.#failed = true;
      this.#t1At = undefined;
      return;
    }
    this.#next = this.#una;
    this.#backoff = Math.min(2 * this.#backoff, BACKOFF_MAX);
    this.#t1At = after(now, (this.#t1() * this.#backoff) as Duration);
  }

  #credit(): number {
    return this.#parameters.capacity - (this.#taken - this.#consumed);
  }

  #t1(): Duration {
    if (this.#lineRate === 0) return T1_FIRST;
    const octets = this.#given - this.#released + T1_ALLOWANCE;
    return (T1_FIRST + microseconds((10 * octets * 1e6) / this.#lineRate)) as Duration;
  }
}
