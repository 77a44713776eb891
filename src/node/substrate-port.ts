import { NetlabError } from '../base/errors.ts';
import { type Rng, seededRng } from '../base/random.ts';
import { type Instant, seconds } from '../base/time.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import type { Transport } from '../hardware/board/transport.ts';
import type { Station } from '../lab/lab.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { BoardStation, type StationTap } from './board-station.ts';
import { epochNow, monotonicNow } from './clock.ts';
import { LoopbackBench } from './loopback-bench.ts';
import { openLine } from './open-line.ts';
import type { Recording } from './recording.ts';
import { describeBoard } from './substrate-description.ts';

export interface PortChoice {
  readonly port: string;
  /** The other end of the cable: a second board's port, or `loopback`; nothing without it. */
  readonly peer?: string | undefined;
}

/** @throws NetlabError of the ports and the boards */
export async function openPort(
  choice: PortChoice,
  { seed }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const board = await openBoard(choice.port, 'board', rng, recording, tapOf(recording));
  let peer: Awaited<ReturnType<typeof openPeer>>;
  try {
    peer = await openPeer(choice.peer, board, rng, recording);
  } catch (error) {
    await board.close();
    throw error;
  }
  return {
    kind: 'port',
    name: choice.port,
    description: describeBoard('port', choice.port, board.identity, peer.name),
    fixtures: peer.plugged ? ['cable:peer'] : [],
    board: peer.board,
    peer: peer.station,
    setStep: (label) => recording.setStep(label),
    recover: async () => (await board.recover()) && ((await peer.own?.recover()) ?? true),
    close: async () => {
      await Promise.all([board.close(), peer.own?.close()]);
    },
  };
}

/** A board behind a port that may go away and come back when it is reset. */
function openBoard(
  port: string,
  source: string,
  rng: Rng,
  recording: Recording,
  tap?: StationTap,
): Promise<BoardStation> {
  let openings = 0;
  return BoardStation.open({
    rng,
    ...(tap === undefined ? {} : { tap }),
    connect: async () => {
      openings += 1;
      const line = openings === 1 ? await openLine(port) : await reopenLine(port);
      const name = openings === 1 ? source : `${source}.${openings}`;
      return new RecordingTransport(line, recording.cassette, name);
    },
  });
}

/** A board that was reset leaves the USB and comes back to it; whoever may open its port is settled a little later. */
const RETURN = seconds(3);
const RETRY_MS = 200;

async function reopenLine(port: string): Promise<Transport> {
  const deadline = monotonicNow() + RETURN;
  for (;;) {
    try {
      return await openLine(port);
    } catch (error) {
      if (monotonicNow() > deadline || !(error instanceof NetlabError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Frames as the board under test saw them, with the time of day, for Wireshark. */
function tapOf(recording: Recording): StationTap {
  let began: { readonly board: Instant; readonly day: Instant } | undefined;
  return (frame, at, direction) => {
    began ??= { board: at, day: epochNow() };
    recording.addFrame(frame, (began.day + (at - began.board)) as Instant, direction);
  };
}

interface Peer {
  readonly name: string;
  readonly plugged: boolean;
  readonly station: Station;
  /** The board as the lab is to see it: a loopback plug is shared. */
  readonly board: Station;
  readonly own?: BoardStation;
}

async function openPeer(
  wanted: string | undefined,
  board: BoardStation,
  rng: Rng,
  recording: Recording,
): Promise<Peer> {
  if (wanted === undefined || wanted === 'loopback') {
    const bench = new LoopbackBench(board, rng);
    const name = wanted ?? '-';
    return { name, plugged: wanted !== undefined, station: bench.peer, board: bench.board };
  }
  const own = await openBoard(wanted, 'peer-board', rng, recording);
  const station = new RecordingStation(own, recording.cassette);
  return { name: wanted, plugged: true, station, board, own };
}
