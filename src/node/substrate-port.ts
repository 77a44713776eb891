import { type Rng, seededRng } from '../base/random.ts';
import type { Instant } from '../base/time.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { type Carrying, carried } from '../lab/carrying.ts';
import type { Fixture, Segment } from '../lab/lab.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { BoardPort, type PortWorld } from './bench/board-port.ts';
import type { BoardStation, StationTap } from './board-station.ts';
import { epochNow } from './clock.ts';
import { LoopbackBench } from './loopback-bench.ts';
import type { Recording } from './recording.ts';
import { segmentFixtures, segmentSource } from './segments.ts';
import { describeBoard } from './substrate-description.ts';
import { closeAll, openTracked, recoverAll } from './tracked-board.ts';
import { wired } from './wired-lines.ts';

/** A board's port, and what is at the other end of its cable. */
export interface CabledPort {
  readonly port: string;
  /** A second board's port, or `loopback`; nothing without it. */
  readonly peer?: string | undefined;
}

export interface PortChoice extends CabledPort {
  /** What else is plugged into the board, as the inventory says. */
  readonly fixtures?: readonly Fixture[];
  /** The other board on the raw line's wire. */
  readonly second?: string | undefined;
  /** The segments after the first, which is the board's own. */
  readonly segments?: readonly CabledPort[];
  /** Where ports are; this machine without it. */
  readonly world?: PortWorld;
}

/** @throws NetlabError of the ports and the boards; those that were opened before are closed */
export async function openPort(
  choice: PortChoice,
  { seed, carrying }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const bench = new PortBench(seededRng(seed), recording, choice.world);
  try {
    return await opened(choice, bench, carrying);
  } catch (error) {
    await closeAll(bench.boards);
    throw error;
  }
}

async function opened(
  choice: PortChoice,
  bench: PortBench,
  carrying: Carrying | undefined,
): Promise<Substrate> {
  const { recording, boards } = bench;
  const board = await bench.openBoard(choice, 0, carrying);
  const second =
    choice.second === undefined
      ? undefined
      : await bench.open(choice.second, 'second-board', { cabled: false });
  const first = await bench.openPeer(choice.peer, board, 0);
  const segments: Segment[] = [first];
  for (const [i, further] of (choice.segments ?? []).entries()) {
    const own = await bench.openBoard(further, i + 1);
    segments.push(await bench.openPeer(further.peer, own, i + 1));
  }
  return {
    kind: 'port',
    name: choice.port,
    description: describeBoard('port', choice.port, board.identity, choice.peer ?? '-'),
    fixtures: fixturesOf(choice),
    lines: wired(recording, board, second).lines,
    serial: board.serial,
    board: first.board,
    peer: first.peer,
    segments,
    setStep: (label) => recording.setStep(label),
    recover: () => recoverAll(boards),
    close: () => closeAll(boards),
  };
}

/** What other boards are needed for counts by what was opened, not by what was written down. */
const fixturesOf = ({ fixtures = [], peer, second, segments = [] }: PortChoice) => [
  'serial' as const,
  ...(peer === undefined ? [] : (['cable:peer'] as const)),
  ...(second === undefined ? [] : (['boards:2'] as const)),
  ...segmentFixtures(1 + segments.length),
  ...fixtures.filter((fixture) => !/^(cable|boards|segments):/.test(fixture)),
];

interface Opening {
  readonly tap?: StationTap;
  readonly carrying?: Carrying | undefined;
  /** Whether something is at the other end of its cable; it is unless said. */
  readonly cabled?: boolean;
}

/** The boards of one run, in the order in which they were opened. */
class PortBench {
  readonly boards: BoardStation[] = [];
  readonly recording: Recording;
  readonly #rng: Rng;
  readonly #world: PortWorld | undefined;

  constructor(rng: Rng, recording: Recording, world: PortWorld | undefined) {
    this.#rng = rng;
    this.recording = recording;
    this.#world = world;
  }

  /** A board behind a port that may go away and come back. */
  async open(name: string, source: string, opening: Opening = {}): Promise<BoardStation> {
    const { tap, carrying, cabled = true } = opening;
    const port = new BoardPort(name, this.#world);
    const board = await openTracked({
      source,
      rng: this.#rng,
      cabled,
      ...(tap === undefined ? {} : { tap }),
      connect: async (track) => {
        const line = await port.open();
        return carried(new RecordingTransport(line, this.recording.cassette, track), carrying);
      },
      release: () => port.release(),
    });
    this.boards.push(board);
    return board;
  }

  /** The board of a segment. */
  openBoard({ port, peer }: CabledPort, segment: number, carrying?: Carrying) {
    const tap = tapOf(this.recording, segment);
    const cabled = peer !== undefined;
    return this.open(port, segmentSource('board', segment), { tap, carrying, cabled });
  }

  /** Both ends as a lab is to see them: a loopback plug is shared. */
  async openPeer(
    wanted: string | undefined,
    board: BoardStation,
    segment: number,
  ): Promise<Segment> {
    if (wanted === undefined || wanted === 'loopback') return new LoopbackBench(board, this.#rng);
    const own = await this.open(wanted, segmentSource('peer-board', segment));
    const source = segmentSource('peer', segment);
    return { board, peer: new RecordingStation(own, this.recording.cassette, source) };
  }
}

/** Frames as a board under test saw them, with the time of day, for Wireshark. */
function tapOf(recording: Recording, segment: number): StationTap {
  let began: { readonly board: Instant; readonly day: Instant } | undefined;
  return (frame, at, direction) => {
    began ??= { board: at, day: epochNow() };
    const time = (began.day + (at - began.board)) as Instant;
    recording.addFrame(frame, time, direction, segment);
  };
}
