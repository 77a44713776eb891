/**
 * A session as the host has it (docs/control-protocol.md §3).
 *
 *             open()                OPENED with our nonce
 *   CLOSED ───────────▶ OPENING ───────────────────────────▶ OPEN
 *     ▲                   │  OPEN every 250 ms               │  POLL after 250 ms of silence
 *     │                   │  and at a BOOT                   │
 *     └── 2 s, version ───┘                                  │
 *     └── close(), BOOT or RESET, 1 s of silence, T1 ────────┘
 *
 * Invariants:
 *   (1) Each way from OPENING or OPEN to CLOSED gives one `closed` event with its reason, save close().
 *   (2) Silence counts only while a POLL is unanswered: a host that was busy elsewhere for a minute
 *       finds its board alive.
 *   (3) Frames of another session change nothing.
 */
import { below, type Rng } from '../../base/random.ts';
import { after, type Duration, earliest, type Instant, milliseconds } from '../../base/time.ts';
import { Arq, WINDOW_MAX } from './arq.ts';
import { decodeFrame, type Frame, FrameEncoder, KIND, PAYLOAD_MAX, VERSION } from './frame.ts';
import { decodeIdentity, type Identity } from './identity.ts';
import { decodeOpened, encodeOpen } from './open.ts';
import { STATISTIC, zeroed } from './statistics.ts';

const OPEN_INTERVAL = milliseconds(250);
const POLL_INTERVAL = milliseconds(250);
/** Below it not even the responses of §5 fit. */
const MESSAGE_MIN = 64;

export interface HostSessionOptions {
  readonly rng: Rng;
  /** Octets of cost that the host can hold, at most 65535. */
  readonly capacity: number;
  readonly window?: number;
  /** bit/s; 0 where the line has no rate. */
  readonly lineRate: number;
  /** How long to try, and how much silence means that the board is lost. */
  readonly open: Duration;
  readonly silence: Duration;
}

type ClosedReason =
  /** Nobody answered OPEN. */
  | 'unanswered'
  /** The board speaks another version of this protocol. */
  | 'version'
  /** BOOT or RESET in the middle of the session. */
  | 'reset'
  | 'silence'
  /** T1 ran out N2 times. */
  | 'link-failed';

export type HostEvent =
  | { readonly kind: 'opened'; readonly identity: Identity }
  | {
      readonly kind: 'closed';
      readonly reason: ClosedReason;
      /** The version that the board has, and its identity, where it told them. */
      readonly version?: number;
      readonly identity?: Identity;
    };

type State =
  | { readonly name: 'CLOSED' }
  | {
      readonly name: 'OPENING';
      readonly session: number;
      readonly nonce: number;
      readonly until: Instant;
      openAt: Instant;
      /** Of the last BOOT: a board that never comes further than that resets again and again. */
      booted: Identity | undefined;
    }
  | {
      readonly name: 'OPEN';
      readonly session: number;
      readonly arq: Arq;
      heardAt: Instant;
      /** When the first POLL since then went out. */
      askedAt: Instant | undefined;
      pollAt: Instant;
    };

const CLOSED: State = { name: 'CLOSED' };

export class HostSession {
  readonly statistics = zeroed(STATISTIC);
  readonly #options: HostSessionOptions;
  readonly #encoder = new FrameEncoder(this.statistics);
  readonly #events: HostEvent[] = [];
  readonly #control: Uint8Array[] = []; // OPEN, CLOSE and POLL, to go out before anything else.
  #state: State = CLOSED;
  #lineRate: number;
  #sendMax = PAYLOAD_MAX;

  constructor(options: HostSessionOptions) {
    this.#options = options;
    this.#lineRate = options.lineRate;
  }

  get isOpen(): boolean {
    return this.#state.name === 'OPEN';
  }

  /** True when the board has acknowledged all that was sent. */
  get idle(): boolean {
    return this.#state.name !== 'OPEN' || this.#state.arq.idle;
  }

  /** The longest message that both sides take, in octets. */
  get messageMax(): number {
    return this.#sendMax;
  }

  /** Starts a new session; the present one is forgotten, by the board too. */
  open(now: Instant): void {
    const { rng, open } = this.#options;
    const session = 1 + below(rng, 0xffff);
    const until = after(now, open);
    this.#state = {
      name: 'OPENING',
      session,
      nonce: rng.next(),
      until,
      openAt: now,
      booted: undefined,
    };
    this.handleTimeout(now);
  }

  /** Ends the session, with a CLOSE to the board if it is open. */
  close(now: Instant): void {
    this.#control.length = 0;
    if (this.#state.name === 'OPEN') this.#control.push(this.#state.arq.encode(KIND.CLOSE, now));
    this.#state = CLOSED;
  }

  /** Of at most `messageMax` octets, which must not change any more. False: ask again later. */
  send(message: Uint8Array, now: Instant): boolean {
    return this.#state.name === 'OPEN' && this.#state.arq.send(message, now);
  }

  /** Gives back the credit of a message from `pollMessage`. */
  consume(message: Uint8Array): void {
    if (this.#state.name === 'OPEN') this.#state.arq.consume(message);
  }

  /** Acknowledges all that came, at the next `pollOutput`. */
  acknowledge(): void {
    if (this.#state.name === 'OPEN') this.#state.arq.acknowledge();
  }

  /** Asks the board for a sign of life, as of now. */
  poll(now: Instant): void {
    if (this.#state.name === 'OPEN') this.#poll(this.#state, now, now);
  }

  setLineRate(rate: number): void {
    this.#lineRate = rate;
    if (this.#state.name === 'OPEN') this.#state.arq.setLineRate(rate);
  }

  /** What came between two delimiters. */
  handleEncoded(encoded: Uint8Array, now: Instant): void {
    const decoded = decodeFrame(encoded);
    if (!decoded.ok) {
      this.statistics[decoded.error] += 1;
      if (this.#state.name === 'OPEN') this.#state.arq.handleDamage(now);
      return;
    }
    this.statistics.frames_received += 1;
    const frame = decoded.value;
    if (this.#state.name === 'OPENING') this.#handleWhileOpening(this.#state, frame, now);
    else if (this.#state.name === 'OPEN') this.#handleWhileOpen(this.#state, frame, now);
  }

  pollEvent(): HostEvent | undefined {
    return this.#events.shift();
  }

  /** The next message, in order. Its credit comes back with `consume`. */
  pollMessage(): Uint8Array | undefined {
    return this.#state.name === 'OPEN' ? this.#state.arq.pollMessage() : undefined;
  }

  /** The octets of the next frame, delimiters included. */
  pollOutput(now: Instant): Uint8Array | undefined {
    const first = this.#control.shift();
    if (first !== undefined || this.#state.name !== 'OPEN') return first;
    return this.#state.arq.pollOutput(now);
  }

  pollTimeout(): Instant | undefined {
    const state = this.#state;
    if (state.name === 'CLOSED') return undefined;
    if (state.name === 'OPENING') return earliest(state.openAt, state.until);
    return earliest(state.arq.pollTimeout(), state.pollAt, this.#lostAt(state));
  }

  handleTimeout(now: Instant): void {
    if (this.#state.name === 'OPENING') this.#timeoutWhileOpening(this.#state, now);
    else if (this.#state.name === 'OPEN') this.#timeoutWhileOpen(this.#state, now);
  }

  #timeoutWhileOpening(state: State & { name: 'OPENING' }, now: Instant): void {
    if (state.until <= now) {
      const known = state.booted === undefined ? {} : { identity: state.booted };
      this.#end({ kind: 'closed', reason: 'unanswered', ...known });
    } else if (state.openAt <= now) {
      this.#sendOpen(state, now);
    }
  }

  #timeoutWhileOpen(state: State & { name: 'OPEN' }, now: Instant): void {
    state.arq.handleTimeout(now);
    const lostAt = this.#lostAt(state);
    if (state.arq.failed) this.#end({ kind: 'closed', reason: 'link-failed' });
    else if (lostAt !== undefined && lostAt <= now) {
      this.#end({ kind: 'closed', reason: 'silence' });
    } else if (state.pollAt <= now) {
      this.#poll(state, now, state.askedAt ?? now);
    }
  }

  #sendOpen(state: State & { name: 'OPENING' }, now: Instant): void {
    state.openAt = after(now, OPEN_INTERVAL);
    const { capacity, window = WINDOW_MAX } = this.#options;
    const payload = encodeOpen({
      versionMin: VERSION,
      versionMax: VERSION,
      window,
      messageMax: PAYLOAD_MAX,
      nonce: state.nonce,
    });
    this.#control.push(
      this.#encoder.encode(KIND.OPEN, state.session, 0, 0, capacity, now, payload),
    );
  }

  #poll(state: State & { name: 'OPEN' }, now: Instant, askedAt: Instant): void {
    state.askedAt = askedAt;
    state.pollAt = after(now, POLL_INTERVAL);
    this.#control.push(state.arq.encode(KIND.POLL, now));
  }

  #lostAt({ askedAt }: State & { name: 'OPEN' }): Instant | undefined {
    const grace = (this.#options.silence - POLL_INTERVAL) as Duration;
    return askedAt === undefined ? undefined : after(askedAt, grace);
  }

  #handleWhileOpening(state: State & { name: 'OPENING' }, frame: Frame, now: Instant): void {
    if (frame.kind === KIND.BOOT) {
      const identity = decodeIdentity(frame.payload);
      if (identity.ok) state.booted = identity.value;
      this.#sendOpen(state, now);
    }
    if (frame.kind !== KIND.OPENED || frame.session !== state.session) return;
    const opened = decodeOpened(frame.payload);
    if (!opened.ok || opened.value.nonce !== state.nonce) return;
    const { version, messageMax, window } = opened.value;
    const decoded = decodeIdentity(opened.value.identity);
    if (version !== VERSION) {
      const known = decoded.ok ? { identity: decoded.value } : {};
      this.#end({ kind: 'closed', reason: 'version', version, ...known });
      return;
    }
    if (!decoded.ok || window < 1 || messageMax < MESSAGE_MIN) return;
    this.#sendMax = Math.min(messageMax, PAYLOAD_MAX);
    const parameters = {
      session: state.session,
      window: Math.min(window, this.#options.window ?? WINDOW_MAX, WINDOW_MAX),
      peerCredit: frame.credit,
      sendMax: this.#sendMax,
      capacity: this.#options.capacity,
      receiveMax: PAYLOAD_MAX,
      lineRate: this.#lineRate,
    };
    this.#state = {
      name: 'OPEN',
      session: state.session,
      arq: new Arq(parameters, this.#encoder, this.statistics),
      heardAt: now,
      askedAt: undefined,
      pollAt: after(now, POLL_INTERVAL),
    };
    this.#control.length = 0; // An OPEN still waiting here would only be answered once more.
    this.#events.push({ kind: 'opened', identity: decoded.value });
  }

  #handleWhileOpen(state: State & { name: 'OPEN' }, frame: Frame, now: Instant): void {
    const ours = frame.session === state.session;
    if (frame.kind === KIND.BOOT || (frame.kind === KIND.RESET && ours)) {
      this.#end({ kind: 'closed', reason: 'reset' });
      return;
    }
    if (!ours) return;
    state.heardAt = now;
    state.askedAt = undefined;
    state.pollAt = after(now, POLL_INTERVAL);
    if (frame.kind !== KIND.OPENED && frame.kind !== KIND.OPEN && frame.kind !== KIND.CLOSE) {
      state.arq.handleFrame(frame, now);
    }
  }

  #end(event: HostEvent): void {
    this.#state = CLOSED;
    this.#control.length = 0;
    this.#events.push(event);
  }
}
