/** A board as a lab's station: brought up, its frames seen by the capture, and brought back after a fault. */
import { EXIT, NetlabError } from '../base/errors.ts';
import type { Rng } from '../base/random.ts';
import { after, type Duration, type Instant, seconds, since } from '../base/time.ts';
import { Board } from '../hardware/board/board.ts';
import type { Transport } from '../hardware/board/transport.ts';
import type { Identity } from '../hardware/control/identity.ts';
import type { Station } from '../lab/lab.ts';
import type { ReceivedFrame } from '../stack/datalink/link-device.ts';

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
}

/** Auto-negotiation takes up to two seconds on silicon. */
const LINK_UP = seconds(4);
/** Every frame, whoever it is for: what to take is the learner's business. */
const PROMISCUOUS = 0;

export class BoardStation implements Station {
  private readonly options: BoardStationOptions;
  private board: Board;

  private constructor(options: BoardStationOptions, board: Board) {
    this.options = options;
    this.board = board;
  }

  /** @throws NetlabError of the port or the board; `no-link` when the cable is out */
  static async open(options: BoardStationOptions): Promise<BoardStation> {
    return new BoardStation(options, await bringUp(options));
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
    const at = await this.board.mac.sendTimed(frame);
    this.options.tap?.(frame, at, 'outbound');
  }

  async receive(timeout: Duration): Promise<ReceivedFrame | undefined> {
    const frame = await this.board.receive(timeout);
    if (frame !== undefined) this.options.tap?.(frame.octets, frame.at, 'inbound');
    return frame;
  }

  /** Opens everything anew. False when the board does not come back. */
  async recover(): Promise<boolean> {
    await this.board.close().catch(() => {});
    try {
      this.board = await bringUp(this.options);
      return true;
    } catch (error) {
      if (error instanceof NetlabError) return false;
      throw error;
    }
  }

  /** Never throws: what is closed may be broken. */
  async close(): Promise<void> {
    await this.board.close().catch(() => {});
  }
}

async function bringUp({ connect, rng }: BoardStationOptions): Promise<Board> {
  const transport = await connect();
  let board: Board | undefined;
  try {
    board = await Board.open(transport, { rng });
    await board.mac.open(board.address, PROMISCUOUS);
    await linkUp(board, transport);
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
