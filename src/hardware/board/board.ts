/** A board on the other end of a transport: what it can do, as calls. */
import type { NetlabError } from '../../base/errors.ts';
import type { Rng } from '../../base/random.ts';
import { after, type Duration, type Instant, milliseconds, seconds } from '../../base/time.ts';
import type { ReceivedFrame } from '../../stack/datalink/link-device.ts';
import { decodeIdentity, type Identity } from '../control/identity.ts';
import {
  decodeCounters,
  decodeMessage,
  decodeUint64,
  encodeUint32,
  OP,
  RESET_KIND,
  RESPONSE,
} from '../control/messages.ts';
import { STATISTIC, type Statistics } from '../control/statistics.ts';
import { BoardClock } from './board-clock.ts';
import { boardClosed } from './errors.ts';
import { Line } from './line.ts';
import { Link } from './link.ts';
import { Mac } from './mac.ts';
import { Phy } from './phy.ts';
import { Requests } from './requests.ts';
import type { Deadlines, Transport } from './transport.ts';

export interface BoardOptions {
  readonly rng: Rng;
  readonly deadlines?: Partial<Deadlines>;
}

const DEADLINES: Deadlines = { open: seconds(2), request: seconds(5), silence: seconds(1) };

/** How long a board takes to restart and say BOOT, at most (§5: 100 ms, and its start). */
const RESTART = seconds(1);
/** §7: between the answer and the new rate; how long a sign of life at it may take, and how often to ask. */
const RATE_PAUSE = milliseconds(20);
const RATE_PROBE = milliseconds(60);
const RATE_PROBES = 4;

/** Locally administered; for a board that told no address of its own. */
const ADDRESS_UNKNOWN = Uint8Array.of(0x02, 0x4e, 0x4c, 0, 0, 1);
const NONE = new Uint8Array(0);

/**
 * Every call rejects with a NetlabError of errors.ts; once the session is over, all of them do with what
 * ended it. While nobody waits in a call, nothing is read: what came meanwhile is handled by the next.
 */
export class Board {
  readonly phy: Phy;
  readonly mac: Mac;
  readonly line: Line;
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #clock = new BoardClock();
  #identity: Identity;

  private constructor(transport: Transport, { rng, deadlines }: BoardOptions) {
    this.#link = new Link(transport, rng, { ...DEADLINES, ...deadlines }, this.#user());
    this.#requests = new Requests(this.#link);
    this.phy = new Phy(this.#link, this.#requests, this.#clock);
    this.mac = new Mac(this.#link, this.#requests, this.#clock);
    this.line = new Line(this.#link, this.#requests, () => this.#identity.line);
    this.#identity = EMPTY;
  }

  /**
   * Greets the board; the session of whoever was there before is over.
   * @throws NetlabError `board-silent`, `board-foreign`, `board-version`, `board-reset`, `port-lost`
   */
  static async open(transport: Transport, options: BoardOptions): Promise<Board> {
    const board = new Board(transport, options);
    await board.#greet();
    return board;
  }

  /** Who the board said it is when the session was opened. */
  get identity(): Identity {
    return this.#identity;
  }

  /** The board's own MAC address. */
  get address(): Uint8Array {
    return this.#identity.address ?? ADDRESS_UNKNOWN;
  }

  /** What the host's end of the line has counted. */
  get lineStatistics(): Readonly<Statistics> {
    return this.#link.statistics;
  }

  /** The board's clock, within half a round trip: received and sent times are on it. */
  now(): Instant {
    return this.#clock.now(this.#link.now());
  }

  /** Sends a frame, and resolves when the chip has reported it sent. */
  async send(frame: Uint8Array): Promise<void> {
    await this.mac.sendTimed(frame);
  }

  /** The next frame that came; undefined when none did within `timeout`. */
  receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    return this.mac.receive(timeout);
  }

  /** Keeps the session alive for `time` while there is nothing to ask. */
  async attend(time: Duration): Promise<void> {
    await this.#link.wait(() => undefined, after(this.#link.now(), time));
  }

  /** The same octets; at most `echoMax` of them. */
  echo(octets: Uint8Array): Promise<Uint8Array> {
    return this.#requests.ask('SYSTEM_ECHO', octets);
  }

  /** What fits into one echo: request and response each have to fit into a message. */
  get echoMax(): number {
    return this.#link.messageMax - 3;
  }

  /** Microseconds since the board started; `now()` follows it from here on. */
  async clock(): Promise<Instant> {
    const asked = this.#link.now();
    const time = await this.#requests.askFor('SYSTEM_CLOCK', NONE, decodeUint64);
    this.#clock.synchronise(time, asked, this.#link.now());
    return time as Instant;
  }

  /** Who the board is by now: its line rate may have changed. */
  async identify(): Promise<Identity> {
    this.#identity = await this.#requests.askFor('SYSTEM_IDENTIFY', NONE, decodeIdentity);
    return this.#identity;
  }

  /** What the board's end of the line has counted, then set to 0 if `clear`. */
  statistics(clear: boolean): Promise<Statistics> {
    return this.#requests.askFor('SYSTEM_STATISTICS', Uint8Array.of(clear ? 1 : 0), (octets) =>
      decodeCounters(STATISTIC, octets),
    );
  }

  /**
   * `restart` opens a new session with the restarted board; its MAC is closed, and what was queued is
   * gone. Where a restart takes the port away (USB) it ends in `port-lost`: open the port again.
   * `loader` ends this session, and the board waits for an image.
   */
  async reset(kind: keyof typeof RESET_KIND): Promise<void> {
    await this.#requests.ask('SYSTEM_RESET', Uint8Array.of(RESET_KIND[kind]));
    if (kind === 'loader') {
      await this.#link.settle();
      this.#link.close(boardClosed(this.#link.port));
      return;
    }
    try {
      await this.attend(RESTART);
    } catch (error) {
      if ((error as NetlabError).code !== 'board-reset') throw error;
    }
    await this.#greet();
  }

  /**
   * Changes the line's rate at both ends (§7). False when the board was not heard at the new rate: then
   * both ends are at the old one again. A line without a rate stays as it is.
   */
  async setLineRate(rate: number): Promise<boolean> {
    const old = this.#link.transport.lineRate();
    await this.#requests.ask('SYSTEM_LINE_RATE', encodeUint32(rate));
    if (old === 0) return true;
    await this.#link.settle();
    await this.attend(RATE_PAUSE);
    await this.#link.setLineRate(rate);
    for (let tries = 0; tries < RATE_PROBES; tries++) {
      if (await this.#link.probe(RATE_PROBE)) return true;
    }
    await this.#link.setLineRate(old);
    while (!(await this.#link.probe(RATE_PROBE))); // Until heard, or the session calls it lost.
    return false;
  }

  /**
   * Ends the session and hands its line over. Nothing is left of this board then: who wants the board back opens a new
   * one on the same line.
   */
  async surrender(): Promise<Transport> {
    const { transport, port } = this.#link;
    this.#link.close(boardClosed(port));
    await transport.drain();
    return transport;
  }

  /** Ends the session and closes the transport. */
  async close(): Promise<void> {
    const { transport, port } = this.#link;
    this.#link.close(boardClosed(port));
    await transport.drain().catch(() => undefined); // A port that has vanished is closed, too.
    await transport.close();
  }

  async #greet(): Promise<void> {
    this.#requests.reset();
    this.phy.reset();
    this.mac.reset();
    this.line.reset();
    this.#identity = await this.#link.open();
    await this.clock();
  }

  #user() {
    return {
      handleMessage: (message: Uint8Array) => this.#handleMessage(message),
      handleRoom: () => this.#requests.advance(),
    };
  }

  #handleMessage(octets: Uint8Array): void {
    const decoded = decodeMessage(octets);
    let kept = false;
    if (decoded.ok) {
      const { op, body } = decoded.value;
      if ((op & RESPONSE) !== 0)
        this.#requests.handleResponse({ ...decoded.value, op: op ^ RESPONSE });
      else if (op === OP.MAC_RECEIVED) kept = this.mac.handleReceived(body, octets);
      else if (op === OP.PHY_CHANGED) this.phy.handleChanged(body);
      else if (op === OP.LINE_SAMPLES) this.line.handleSamples(body);
      else if (op === OP.LINE_DONE) this.line.handleDone(body);
    }
    if (!kept) this.#link.consume(octets);
  }
}

const EMPTY: Identity = {
  board: '',
  firmware: '',
  sourceHash: undefined,
  boot: undefined,
  capabilities: 0,
  serial: '',
  chip: undefined,
  lineRate: undefined,
  address: undefined,
};
