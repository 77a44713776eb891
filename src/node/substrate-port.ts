import { type Rng, seededRng } from '../base/random.ts';
import type { Instant } from '../base/time.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { type Carrying, carried } from '../lab/carrying.ts';
import type { Fixture, Station } from '../lab/lab.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { BoardPort, type PortWorld } from './bench/board-port.ts';
import { BoardStation, type StationTap } from './board-station.ts';
import { epochNow } from './clock.ts';
import { LoopbackBench } from './loopback-bench.ts';
import type { Recording } from './recording.ts';
import { describeBoard } from './substrate-description.ts';
import { wired } from './wired-lines.ts';

export interface PortChoice {
  readonly port: string;
  /** The other end of the cable: a second board's port, or `loopback`; nothing without it. */
  readonly peer?: string | undefined;
  /** What else is plugged into the board, as the inventory says. */
  readonly fixtures?: readonly Fixture[];
  /** Where ports are; this machine without it. */
  readonly world?: PortWorld;
}

/** @throws NetlabError of the ports and the boards */
export async function openPort(
  choice: PortChoice,
  { seed, carrying }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const run: Run = { rng: seededRng(seed), recording, world: choice.world };
  const seen = { tap: tapOf(recording), carrying, cabled: choice.peer !== undefined };
  const board = await openBoard(choice.port, 'board', run, seen);
  let peer: Awaited<ReturnType<typeof openPeer>>;
  try {
    peer = await openPeer(choice.peer, board, run);
  } catch (error) {
    await board.close();
    throw error;
  }
  return {
    kind: 'port',
    name: choice.port,
    description: describeBoard('port', choice.port, board.identity, peer.name),
    fixtures: fixturesOf(choice, peer.plugged),
    lines: wired(recording, board, peer.own).lines,
    serial: board.serial,
    board: peer.board,
    peer: peer.station,
    setStep: (label) => recording.setStep(label),
    recover: async () => (await board.recover()) && ((await peer.own?.recover()) ?? true),
    close: async () => {
      await Promise.all([board.close(), peer.own?.close()]);
    },
  };
}

/** A cable counts by what was opened at its other end, not by what was written down. */
const fixturesOf = ({ fixtures = [] }: PortChoice, plugged: boolean): readonly Fixture[] => [
  'serial',
  ...(plugged ? (['cable:peer'] as const) : []),
  ...fixtures.filter((fixture) => fixture !== 'cable:peer'),
];

interface Run {
  readonly rng: Rng;
  readonly recording: Recording;
  readonly world: PortWorld | undefined;
}

/** Who sees what passes at the board under test. */
interface Seen {
  readonly tap?: StationTap;
  readonly carrying?: Carrying | undefined;
  /** Whether something was said to be at the other end of its cable. */
  readonly cabled?: boolean;
}

/** A board behind a port that may go away and come back. */
function openBoard(
  name: string,
  source: string,
  { rng, recording, world }: Run,
  { tap, carrying, cabled = true }: Seen = {},
): Promise<BoardStation> {
  const port = new BoardPort(name, world);
  let openings = 0;
  return BoardStation.open({
    rng,
    cabled,
    ...(tap === undefined ? {} : { tap }),
    connect: async () => {
      const line = await port.open();
      openings += 1;
      const track = openings === 1 ? source : `${source}.${openings}`;
      return carried(new RecordingTransport(line, recording.cassette, track), carrying);
    },
    release: () => port.release(),
  });
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

async function openPeer(wanted: string | undefined, board: BoardStation, run: Run): Promise<Peer> {
  if (wanted === undefined || wanted === 'loopback') {
    const bench = new LoopbackBench(board, run.rng);
    const name = wanted ?? '-';
    return { name, plugged: wanted !== undefined, station: bench.peer, board: bench.board };
  }
  const own = await openBoard(wanted, 'peer-board', run);
  const station = new RecordingStation(own, run.recording.cassette);
  return { name: wanted, plugged: true, station, board, own };
}
