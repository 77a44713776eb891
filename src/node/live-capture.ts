/** What a board's network card receives, as pcapng, while it comes. */
import { seededRng } from '../base/random.ts';
import { after, type Duration, type Instant, milliseconds, seconds, since } from '../base/time.ts';
import { encodeInterface, encodePacket, encodeSectionHeader } from '../capture/pcapng.ts';
import { Board } from '../hardware/board/board.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { freshSeed } from './chance.ts';
import { epochNow, monotonicNow } from './clock.ts';
import type { PacketSink } from './packet-sink.ts';

export interface LiveCaptureRequest {
  /** What a person calls the port. */
  readonly port: string;
  readonly open: () => Promise<Transport>;
  /** A sum of FILTER; 0 takes every frame. */
  readonly filter: number;
  /** Frames, at most. */
  readonly count?: number | undefined;
  readonly duration?: Duration | undefined;
  /** `netlab 0.1.0`. */
  readonly application: string;
  readonly sink: PacketSink;
  /** The board has answered, and takes frames from now on. */
  readonly onBegun?: () => void;
}

export interface LiveCounts {
  frames: number;
  octets: number;
  /** By the board, whose receive buffer was full; known at the end. */
  missed: number;
}

/** How long an end may go unnoticed. */
const TURN = milliseconds(200);
/** The clocks of board and host drift apart by some parts in a million. */
const SYNCHRONISE = seconds(30);

/**
 * Resolves when enough was captured, when `signal` says so, or when nobody takes the packets any more.
 * @param counts is kept up to date meanwhile
 * @throws NetlabError of the port, the board, or the file
 */
export async function liveCapture(
  request: LiveCaptureRequest,
  signal: AbortSignal,
  counts: LiveCounts,
): Promise<void> {
  const { sink, filter } = request;
  const board = await openBoard(await request.open());
  try {
    const before = await board.mac.counters(false);
    await describe(board, request);
    await board.mac.open(board.address, filter);
    request.onBegun?.();
    await receive(board, request, signal, counts);
    const { receive_buffer_full } = await board.mac.counters(false);
    counts.missed = receive_buffer_full - before.receive_buffer_full;
    await board.mac.close();
  } finally {
    await board.close().catch(() => {});
  }
  if (sink.trouble !== undefined) throw sink.trouble;
}

async function openBoard(transport: Transport): Promise<Board> {
  try {
    return await Board.open(transport, { rng: seededRng(freshSeed()) });
  } catch (error) {
    await transport.close();
    throw error;
  }
}

async function describe(
  board: Board,
  { sink, application, port }: LiveCaptureRequest,
): Promise<void> {
  const { link, speed } = await board.phy.read();
  const { board: kind, serial } = board.identity;
  sink.write(encodeSectionHeader(application));
  const description = `${kind} ${serial}`.trim();
  const rate = link ? { speed: speed * 1e6 } : {};
  sink.write(encodeInterface({ name: port, description, ...rate }));
}

async function receive(
  board: Board,
  { sink, count = Number.POSITIVE_INFINITY, duration }: LiveCaptureRequest,
  signal: AbortSignal,
  counts: LiveCounts,
): Promise<void> {
  const until = duration === undefined ? undefined : after(monotonicNow(), duration);
  let epoch = epochOf(board);
  let synchroniseAt = after(monotonicNow(), SYNCHRONISE);
  while (!signal.aborted && !sink.gone && counts.frames < count) {
    const now = monotonicNow();
    if (until !== undefined && now >= until) return;
    if (now >= synchroniseAt) {
      await board.clock();
      epoch = epochOf(board);
      synchroniseAt = after(now, SYNCHRONISE);
    }
    const left = until === undefined ? TURN : Math.min(TURN, since(until, now));
    const frame = await board.receive(left as Duration);
    if (frame === undefined) continue;
    counts.frames += 1;
    counts.octets += frame.octets.length;
    const at = (frame.at + epoch) as Instant;
    sink.write(
      encodePacket({ interface: 0, at, octets: frame.octets.slice(), direction: 'inbound' }),
    );
  }
}

/** From the board's clock to the time of day. */
const epochOf = (board: Board): Duration => since(epochNow(), board.now());
