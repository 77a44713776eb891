/**
 * A session as the board has it (docs/control-protocol.md §3).
 *
 *             OPEN                     OPEN with another nonce: a new session
 *   CLOSED ───────────▶ OPEN ─────────────────────┐
 *     ▲                  │  ▲                     │
 *     └─ CLOSE, T1 ──────┘  └─────────────────────┘
 *
 * Invariants:
 *   (1) An OPEN with the nonce of the present session changes nothing but answers again.
 *   (2) RESET answers frames of other sessions, at most once in 100 ms, and never a frame that only a
 *       board sends: two boards, or a looped line, do not talk each other hoarse.
 */
import { after, earliest, type Instant, milliseconds } from '../../base/time.ts';
import { Arq, costOf, WINDOW_MAX } from './arq.ts';
import { decodeFrame, type Frame, FrameEncoder, KIND, PAYLOAD_MAX, VERSION } from './frame.ts';
import { decodeOpen, encodeOpened } from './open.ts';
import type { Statistics } from './statistics.ts';

const RESET_INTERVAL = milliseconds(100);

export interface BoardSessionOptions {
  /** §6.1, encoded, as it is now. */
  readonly identity: () => Uint8Array;
  readonly window: number;
  readonly messageMax: number;
  /** Octets of cost that the board can hold. */
  readonly capacity: number;
  /** The version that it says it speaks: another one stands for older and newer firmware. */
  readonly version: number;
  readonly lineRate: number;
}

/** 'opened': whatever the last session left is to be forgotten. */
export type BoardEvent = 'opened' | 'closed';

interface Session {
  readonly session: number;
  readonly nonce: number;
  readonly arq: Arq;
  /** Credit that events leave for a response (§4). */
  readonly reserve: number;
}

export class BoardSession {
  readonly #options: BoardSessionOptions;
  readonly #statistics: Statistics;
  readonly #encoder: FrameEncoder;
  readonly #control: Uint8Array[] = []; // BOOT, OPENED and RESET: at most one of each kind a frame heard.
  readonly #events: BoardEvent[] = [];
  #current: Session | undefined;
  #lineRate: number;
  #resetFrom: Instant | undefined; // From then on a RESET may go out again.

  constructor(options: BoardSessionOptions, statistics: Statistics) {
    this.#options = options;
    this.#statistics = statistics;
    this.#encoder = new FrameEncoder(statistics);
    this.#lineRate = options.lineRate;
  }

  /** True when the host has acknowledged all that was sent, or there is none. */
  get idle(): boolean {
    return this.#current?.arq.idle ?? true;
  }

  /** The board has just started. */
  boot(now: Instant): void {
    this.#current = undefined;
    this.#control.length = 0;
    const identity = this.#options.identity();
    this.#control.push(this.#encoder.encode(KIND.BOOT, 0, 0, 0, 0, now, identity));
  }

  /** Sends a response. False: ask again after the next frame or timeout. */
  sendResponse(message: Uint8Array, now: Instant): boolean {
    return this.#current?.arq.send(message, now) ?? false;
  }

  /** Sends an event, as far as credit for a response is left. False: ask again later. */
  sendEvent(message: Uint8Array, now: Instant): boolean {
    const current = this.#current;
    if (current === undefined || !current.arq.canSend(message.length, current.reserve))
      return false;
    return current.arq.send(message, now);
  }

  consume(message: Uint8Array): void {
    this.#current?.arq.consume(message);
  }

  setLineRate(rate: number): void {
    this.#lineRate = rate;
    this.#current?.arq.setLineRate(rate);
  }

  /** What came between two delimiters. True when it was a frame. */
  handleEncoded(encoded: Uint8Array, now: Instant): boolean {
    const decoded = decodeFrame(encoded);
    if (!decoded.ok) {
      this.#statistics[decoded.error] += 1;
      this.#current?.arq.handleDamage(now);
      return false;
    }
    this.#statistics.frames_received += 1;
    this.#handleFrame(decoded.value, now);
    return true;
  }

  pollEvent(): BoardEvent | undefined {
    return this.#events.shift();
  }

  /** Whether `pollMessage` has one. */
  get hasMessage(): boolean {
    return this.#current?.arq.hasMessage ?? false;
  }

  pollMessage(): Uint8Array | undefined {
    return this.#current?.arq.pollMessage();
  }

  pollOutput(now: Instant): Uint8Array | undefined {
    return this.#control.shift() ?? this.#current?.arq.pollOutput(now);
  }

  pollTimeout(): Instant | undefined {
    return earliest(this.#current?.arq.pollTimeout());
  }

  handleTimeout(now: Instant): void {
    this.#current?.arq.handleTimeout(now);
    if (this.#current?.arq.failed) this.#close();
  }

  #handleFrame(frame: Frame, now: Instant): void {
    switch (frame.kind) {
      case KIND.OPENED:
      case KIND.RESET:
      case KIND.BOOT:
        return; // Only boards send these: the line is looped back.
      case KIND.OPEN:
        this.#handleOpen(frame, now);
        return;
    }
    if (this.#current?.session !== frame.session) this.#refuse(frame.session, now);
    else if (frame.kind === KIND.CLOSE) this.#close();
    else this.#current.arq.handleFrame(frame, now);
  }

  #handleOpen(frame: Frame, now: Instant): void {
    const open = decodeOpen(frame.payload);
    if (!open.ok || frame.session === 0) return;
    const { versionMin, versionMax, nonce, window, messageMax } = open.value;
    const { version, capacity } = this.#options;
    const meets = versionMin <= version && version <= versionMax && version === VERSION;
    const known = this.#current?.nonce === nonce && this.#current.session === frame.session;
    if (meets && !known && window >= 1) {
      const parameters = {
        session: frame.session,
        window: Math.min(window, this.#options.window, WINDOW_MAX),
        peerCredit: frame.credit,
        sendMax: Math.min(messageMax, this.#options.messageMax, PAYLOAD_MAX),
        capacity,
        receiveMax: this.#options.messageMax,
        lineRate: this.#lineRate,
      };
      const arq = new Arq(parameters, this.#encoder, this.#statistics);
      const reserve = costOf(parameters.sendMax);
      this.#current = { session: frame.session, nonce, arq, reserve };
      this.#events.push('opened');
    }
    const payload = encodeOpened({
      version,
      window: this.#options.window,
      messageMax: this.#options.messageMax,
      nonce,
      identity: this.#options.identity(),
    });
    this.#control.push(
      this.#encoder.encode(KIND.OPENED, frame.session, 0, 0, capacity, now, payload),
    );
  }

  #refuse(session: number, now: Instant): void {
    if (this.#resetFrom !== undefined && now < this.#resetFrom) return;
    this.#resetFrom = after(now, RESET_INTERVAL);
    this.#control.push(this.#encoder.encode(KIND.RESET, session, 0, 0, 0, now));
  }

  #close(): void {
    this.#current = undefined;
    this.#events.push('closed');
  }
}
