/**
 * The firmware's twin: what firmware/core does between a serial line and a W5500, without a board.
 *
 *             handleOctets            pollFrame
 *   the line ─────────────▶ ┌──────┐ ─────────▶ the cable
 *            ◀───────────── │ Twin │ ◀─────────
 *             pollOutput    └──────┘  receiveFrame, setCable
 *
 * Invariants:
 *   (1) Requests are carried out in order, and none before the answer to the last one has left.
 *   (2) Frames wait in the chip's receive buffer until the host has credit for them; what finds it full
 *       is lost and counted, as the chip loses it.
 *   (3) Without a session, or before MAC_OPEN, no frame is received.
 */
import { after, earliest, type Instant, milliseconds, START, since } from '../../base/time.ts';
import { Wire, type WireEnd } from '../../medium/wire.ts';
import { BoardSession } from '../control/board-session.ts';
import { PAYLOAD_MAX, VERSION } from '../control/frame.ts';
import { type BootReason, CAPABILITY, encodeIdentity, type Identity } from '../control/identity.ts';
import {
  decodeMessage,
  encodePhyState,
  encodeResponse,
  encodeTimed,
  MAC_FRAME_MIN,
  OP,
  type PhyState,
} from '../control/messages.ts';
import { Splitter } from '../control/splitter.ts';
import { STATISTIC, zeroed } from '../control/statistics.ts';
import { Chip, VERSIONR } from './chip.ts';
import { TwinLine } from './line.ts';
import { LineRate } from './line-rate.ts';
import { carryOut } from './operations.ts';

export interface TwinOptions {
  /** What it says of itself, where that is not `mock` with all it can do. */
  readonly identity?: Partial<Identity>;
  /** The protocol version that it says it speaks: another one stands for older or newer firmware. */
  readonly version?: number;
  /** DATA frames, and octets of their cost, that it can hold. */
  readonly window?: number;
  readonly capacity?: number;
  /** Microseconds that its clock has run at the instant 0. */
  readonly clock?: number;
  /** What its raw line is on; a jumper of its own without it. */
  readonly wire?: WireEnd;
  /** By how much the raw line's clock is fast: 0.02 is 2 %. */
  readonly clockError?: number;
}

const WINDOW = 32;
const CAPACITY = 16_384;
/** A restart follows the acknowledgement of its answer, or comes without it (§5). */
const RESTART_LATEST = milliseconds(100);

export class Twin {
  readonly #options: TwinOptions;
  readonly #identity: Identity;
  readonly #splitter = new Splitter();
  #statistics = zeroed(STATISTIC);
  #session: BoardSession;
  #chip: Chip;
  #boot: { readonly number: number; readonly reason: BootReason };
  #startedAt: Instant;
  readonly #rawLine: TwinLine | undefined;
  #line: LineRate;
  #restartAt: Instant | undefined;
  #response: Uint8Array | undefined; // Waits for room.
  #phyReported: PhyState | undefined; // While the host wants events.

  constructor(options: TwinOptions = {}) {
    this.#options = options;
    this.#identity = { ...IDENTITY, ...options.identity };
    this.#boot = this.#identity.boot ?? { number: 1, reason: 'power' };
    this.#startedAt = (START - (options.clock ?? 0)) as Instant;
    this.#line = new LineRate(this.#identity.lineRate?.present ?? 0);
    const { line } = this.#identity;
    const end = options.wire ?? new Wire({ seed: 1 }).attach();
    this.#rawLine = line && new TwinLine(line, end, options.clockError ?? 0);
    this.#chip = new Chip(this.#identity.chip ?? VERSIONR);
    this.#session = this.#newSession();
  }

  /** The rate of the board's end of the line in bit/s, 0 where it has none. */
  get lineRate(): number {
    return this.#line.rate;
  }

  /** The board has power: it says BOOT. */
  start(now: Instant): void {
    this.#session.boot(now);
  }

  /** The board begins anew, with nothing of what it had but its cable. */
  restart(reason: BootReason, now: Instant): void {
    const { cable, version } = this.#chip;
    this.#boot = { number: this.#boot.number + 1, reason };
    this.#startedAt = now;
    this.#statistics = zeroed(STATISTIC);
    this.#splitter.reset();
    this.#line = new LineRate(this.#identity.lineRate?.present ?? 0);
    this.#restartAt = undefined;
    this.#chip = new Chip(version);
    this.#chip.cable = cable;
    this.#session = this.#newSession();
    this.#forget(now);
    this.start(now);
  }

  /** Octets from the host. */
  handleOctets(octets: Uint8Array, now: Instant): void {
    this.#splitter.handleOctets(octets, (encoded) => {
      if (this.#session.handleEncoded(encoded, now)) this.#line.handleFrame(now);
    });
    this.#work(now);
  }

  /** A frame from the cable, without FCS. */
  receiveFrame(frame: Uint8Array, now: Instant): void {
    if (frame.length < MAC_FRAME_MIN) return; // No such frame comes out of a chip.
    this.#chip.receive(frame, now);
    this.#work(now);
  }

  /** Whether the cable is in, with something at its other end. */
  setCable(plugged: boolean, now: Instant): void {
    this.#chip.cable = plugged;
    this.#work(now);
  }

  /** The next octets for the host. */
  pollOutput(now: Instant): Uint8Array | undefined {
    return this.#session.pollOutput(now);
  }

  /** The next frame that leaves on the cable. */
  pollFrame(): Uint8Array | undefined {
    return this.#chip.pollSent();
  }

  pollTimeout(): Instant | undefined {
    return earliest(
      this.#session.pollTimeout(),
      this.#restartAt,
      this.#line.pollTimeout(),
      this.#rawLine?.pollTimeout(),
    );
  }

  handleTimeout(now: Instant): void {
    if (this.#restartAt !== undefined && this.#restartAt <= now) {
      this.restart('asked', now);
      return;
    }
    this.#session.handleTimeout(now);
    const { rate } = this.#line;
    this.#line.handleTimeout(now);
    if (this.#line.rate !== rate) this.#rateChanged();
    this.#work(now);
  }

  #work(now: Instant): void {
    for (let event = this.#session.pollEvent(); event; event = this.#session.pollEvent()) {
      this.#forget(now);
      if (event === 'closed') this.#endSession();
    }
    this.#rawLine?.handleTimeout(now);
    while (this.#respond(now)) this.#request(now);
    if (this.#response !== undefined) return; // Responses go before events.
    if (this.#session.idle) {
      this.#line.handleAcknowledged(now);
      if (this.#restartAt !== undefined) this.#restartAt = now;
    }
    this.#reportPhy(now);
    this.#reportFrames(now);
    this.#reportLine(now);
  }

  #forget(now: Instant): void {
    this.#response = undefined;
    this.#phyReported = undefined;
    this.#chip.closeMac();
    this.#rawLine?.close(now);
  }

  /** True when no response waits and a request does. */
  #respond(now: Instant): boolean {
    if (this.#response !== undefined) {
      if (!this.#session.sendResponse(this.#response, now)) return false;
      this.#response = undefined;
    }
    return this.#session.hasMessage;
  }

  #request(now: Instant): void {
    const message = this.#session.pollMessage();
    if (message === undefined) return;
    this.#session.consume(message);
    const decoded = decodeMessage(message);
    if (!decoded.ok) {
      this.#statistics.requests_refused += 1;
      return;
    }
    const { op, tag, body } = decoded.value;
    const { status, result } = carryOut(op, body, {
      chip: this.#chip,
      line: this.#rawLine,
      now,
      statistics: this.#statistics,
      uptime: this.#uptime(now),
      identity: () => this.#encodeIdentity(),
      setPhyEvents: (on) => {
        this.#phyReported = on ? this.#chip.phy : undefined;
      },
      restart: () => {
        this.#restartAt = after(now, RESTART_LATEST);
      },
      changeRate: (rate) => this.#changeRate(rate),
    });
    if (tag !== 0) this.#response = encodeResponse(op, tag, status, result);
    else if (status !== 0) this.#statistics.requests_refused += 1;
  }

  #reportPhy(now: Instant): void {
    const before = this.#phyReported;
    if (before === undefined) return;
    const state = this.#chip.phy;
    const same =
      before.link === state.link &&
      before.speed === state.speed &&
      before.duplex === state.duplex &&
      before.mode === state.mode;
    if (same) return;
    const event = encodeTimed(OP.PHY_CHANGED, this.#uptime(now), encodePhyState(state));
    if (this.#session.sendEvent(event, now)) this.#phyReported = state;
  }

  #reportFrames(now: Instant): void {
    for (let next = this.#chip.peekReceived(); next; next = this.#chip.peekReceived()) {
      const event = encodeTimed(OP.MAC_RECEIVED, this.#uptime(next.at), next.octets);
      if (!this.#session.sendEvent(event, now)) return;
      this.#chip.takeReceived();
    }
  }

  #reportLine(now: Instant): void {
    const line = this.#rawLine;
    for (
      let event = line?.peekEvent(this.#startedAt);
      event;
      event = line?.peekEvent(this.#startedAt)
    ) {
      if (!this.#session.sendEvent(event, now)) return;
      line?.takeEvent();
    }
  }

  #changeRate(rate: number): boolean {
    if (this.#line.rate === 0) return true;
    if (rate < 1 || rate > (this.#identity.lineRate?.highest ?? 0)) return false;
    this.#line.request(rate);
    return true;
  }

  #endSession(): void {
    const { rate } = this.#line;
    this.#line.handleClosed();
    if (this.#line.rate !== rate) this.#rateChanged();
  }

  #rateChanged(): void {
    this.#splitter.reset();
    this.#session.setLineRate(this.#line.rate);
  }

  #uptime(now: Instant): Instant {
    return since(now, this.#startedAt) as number as Instant;
  }

  #encodeIdentity(): Uint8Array {
    const { lineRate } = this.#identity;
    return encodeIdentity({
      ...this.#identity,
      boot: this.#boot,
      chip: this.#chip.version,
      lineRate: { present: this.#line.rate, highest: lineRate?.highest ?? 0 },
    });
  }

  #newSession(): BoardSession {
    const options = {
      identity: () => this.#encodeIdentity(),
      window: this.#options.window ?? WINDOW,
      messageMax: PAYLOAD_MAX,
      capacity: this.#options.capacity ?? CAPACITY,
      version: this.#options.version ?? VERSION,
      lineRate: this.#line.rate,
    };
    return new BoardSession(options, this.#statistics);
  }
}

const IDENTITY: Identity = {
  board: 'mock',
  firmware: '1.0.0',
  sourceHash: undefined,
  boot: { number: 1, reason: 'power' },
  capabilities: CAPABILITY.phy | CAPABILITY.mac | CAPABILITY.line,
  serial: 'mock-1',
  chip: VERSIONR,
  lineRate: { present: 0, highest: 0 },
  address: Uint8Array.of(0x02, 0x4e, 0x4c, 0x00, 0x00, 0x02),
  line: {
    sendPin: 2,
    samplePin: 3,
    features: 31,
    lowestRate: 100,
    highestRate: 10_000_000,
    sendDepth: 32_768,
    sampleDepth: 32_768,
  },
};
