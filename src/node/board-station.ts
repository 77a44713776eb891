/** A board as a lab's station: brought up, its frames seen by the capture, and brought back after a fault. */
import { EXIT, NetlabError } from '../base/errors.ts';
import type { Rng } from '../base/random.ts';
import { after, type Duration, type Instant, milliseconds, seconds, since } from '../base/time.ts';
import { Board } from '../hardware/board/board.ts';
import { boardSilent } from '../hardware/board/errors.ts';
import type { Transport } from '../hardware/board/transport.ts';
import type { Identity } from '../hardware/control/identity.ts';
import type { SerialStation, Station } from '../lab/lab.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';
import { BoardLine } from './board-line.ts';
import { BoardSerial } from './board-serial.ts';

/** Sees each frame that the board sent or received, with the board's own time of it. */
export type StationTap = (
  frame: Uint8Array,
  at: Instant,
  direction: 'outbound' | 'inbound',
) => void;

export interface BoardStationOptions {
  /** Opens the line; called once more for each recovery. */
  readonly connect: () => Promise<Transport>;
  readonly rng: Rng;
  readonly tap?: StationTap;
  /** Whether there is a cable, so that a link is worth waiting for; there is unless said. */
  readonly cabled?: boolean;
  /** Called when the board is given up, or could not be had. */
  readonly release?: () => void;
}

/** Auto-negotiation takes up to two seconds on silicon. */
const LINK_UP = seconds(4);
/** A session that has ended says nothing more after that; nor more than this before. */
const QUIET = milliseconds(20);
const LEFTOVERS_MAX = 64;
/** Every frame, whoever it is for: what to take is the learner's business. */
const PROMISCUOUS = 0;

const HANGING = ['board-silent', 'board-foreign'];

export class BoardStation implements Station {
  readonly line: BoardLine = new BoardLine(() => this.board);
  readonly serial: SerialStation;
  private readonly options: BoardStationOptions;
  private board: Board;
  /** The line, while it is not the driver's. */
  private lent: Promise<Transport> | undefined;

  private constructor(options: BoardStationOptions, board: Board) {
    this.options = options;
    this.board = board;
    this.serial = new BoardSerial(
      () => this.lend(),
      () => this.now(),
    );
  }

  /** @throws NetlabError of the port or the board; `no-link` when the cable is out */
  static async open(options: BoardStationOptions): Promise<BoardStation> {
    try {
      return new BoardStation(options, await bringUp(options, await options.connect()));
    } catch (error) {
      options.release?.();
      throw error;
    }
  }

  get address(): Uint8Array {
    return this.board.address;
  }

  get identity(): Identity {
    return this.board.identity;
  }

  now(): Instant {
    return this.board.now();
  }

  async send(frame: Uint8Array): Promise<void> {
    const board = await this.own();
    const at = await board.mac.sendTimed(frame);
    this.options.tap?.(frame, at, 'outbound');
  }

  async receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    const board = await this.own();
    const frame = await board.receive(timeout);
    if (frame !== undefined) this.options.tap?.(frame.octets, frame.at, 'inbound');
    return frame;
  }

  /**
   * Opens everything anew. A board that says nothing, or nothing that makes sense, hangs: it is reset by the lines of
   * its port, where they lead to its reset pin. False when the board does not come back.
   */
  async recover(): Promise<boolean> {
    await this.board.close().catch(() => {});
    this.lent = undefined;
    for (const reset of [false, true]) {
      try {
        this.board = await bringUp(this.options, await this.options.connect(), reset);
        return true;
      } catch (error) {
        if (!(error instanceof NetlabError)) throw error;
        if (!HANGING.includes(error.code)) return false;
      }
    }
    return false;
  }

  private lend(): Promise<Transport> {
    this.lent ??= surrendered(this.board);
    return this.lent;
  }

  /** The board, which is the driver's again. */
  private async own(): Promise<Board> {
    if (this.lent !== undefined) {
      this.board = await bringUp(this.options, await this.lent);
      this.lent = undefined;
    }
    return this.board;
  }

  /** Never throws: what is closed may be broken. */
  async close(): Promise<void> {
    await this.board.close().catch(() => {});
    this.options.release?.();
  }
}

/** The board's line, once what the board still had to say to its driver is over. */
async function surrendered(board: Board): Promise<Transport> {
  const line = await board.surrender();
  for (let taken = 0; taken < LEFTOVERS_MAX; taken++) {
    if ((await line.read(after(line.now(), QUIET))).length === 0) break;
  }
  return line;
}

async function bringUp(
  { rng, cabled = true }: BoardStationOptions,
  transport: Transport,
  reset: boolean = false,
): Promise<Board> {
  let board: Board | undefined;
  try {
    if (reset && !(await transport.resetBoard())) throw boardSilent(transport.name);
    board = await Board.open(transport, { rng });
    await board.mac.open(board.address, PROMISCUOUS);
    if (cabled) await linkUp(board, transport);
    return board;
  } catch (error) {
    await (board ?? transport).close().catch(() => {});
    throw error;
  }
}

async function linkUp(board: Board, transport: Transport): Promise<void> {
  await board.phy.events(true);
  const deadline = after(transport.now(), LINK_UP);
  let up = (await board.phy.read()).link;
  while (!up) {
    const left = since(deadline, transport.now());
    const change = left > 0 ? await board.phy.nextChange(left) : undefined;
    if (change === undefined) {
      const port = transport.name;
      throw new NetlabError('no-link', EXIT.boardFault, `no link at ${port}`, { port });
    }
    up = change.link;
  }
}
