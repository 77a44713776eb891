/**
 * A recorded run as a substrate: the boards' drivers speak to the cassette as they spoke to the line, and
 * the stations at the cables' other ends say what they said then. No board, no port.
 */
import { seededRng } from '../base/random.ts';
import { Playback } from '../capture/playback.ts';
import { ReplayStation } from '../capture/replay-station.ts';
import { ReplayTransport } from '../capture/replay-transport.ts';
import { type Carrying, carried } from '../lab/carrying.ts';
import type { Segment } from '../lab/lab.ts';
import type { Recorded } from '../lab/replay.ts';
import type { Substrate } from '../lab/substrate.ts';
import type { BoardStation } from './board-station.ts';
import { LoopbackBench } from './loopback-bench.ts';
import { segmentFixtures, segmentSource } from './segments.ts';
import { stationAddress } from './station-address.ts';
import { closeAll, openTracked, recoverAll } from './tracked-board.ts';
import { wired } from './wired-lines.ts';

/** How long a call may wait for those that the recording has before it. */
const PATIENCE_MS = 2000;
/** As many as there are fixtures for. */
const SEGMENTS_MAX = 4;

const patience = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());

/** @throws NetlabError `replay-diverged`, `cassette-damaged`, or what opening a board ended in then */
export async function openReplay(recorded: Recorded, carrying?: Carrying): Promise<Substrate> {
  const { cassette, seed, substrate } = recorded;
  // A board at a cable's other end is seen through its station: what its driver did is not done again.
  const entries = cassette.entries.filter(({ source }) => !PEER_BOARD.test(source));
  const sources = new Set(entries.map(({ source }) => source));
  const segmentOf = (i: number) => sources.has(segmentSource('board', i));
  const count = Math.max(
    1,
    Array.from({ length: SEGMENTS_MAX }, (_, i) => i).filter(segmentOf).length,
  );
  const rng = seededRng(seed);
  // The substrates with stations of their own draw their addresses first: the boards' sessions come after.
  for (let i = 0; i < count && substrate.kind !== 'port'; i++) stationAddress(rng);
  const playback = new Playback({ ...cassette, entries }, patience);
  const open = (source: string, cabled: boolean, through?: Carrying) =>
    openTracked({
      source,
      rng,
      cabled,
      connect: async (track) => carried(new ReplayTransport(playback, track), through),
    });
  const plugged = sources.has('peer') || substrate.peer === 'loopback';
  const boards: BoardStation[] = [];
  const segments: Segment[] = [];
  let second: BoardStation | undefined;
  for (let i = 0; i < count; i++) {
    const cabled = i > 0 || plugged || substrate.kind !== 'port';
    const board = await open(segmentSource('board', i), cabled, i === 0 ? carrying : undefined);
    boards.push(board);
    if (i === 0 && sources.has('second-board')) second = await open('second-board', false);
    const peer = segmentSource('peer', i);
    const heard = sources.has(peer);
    segments.push(
      heard ? { board, peer: new ReplayStation(playback, peer) } : new LoopbackBench(board, rng),
    );
  }
  const [board] = boards as [BoardStation];
  const [first] = segments as [Segment];
  const all = second === undefined ? boards : [...boards, second];
  const { lines, fixtures: onWire } = wired(undefined, board, second);
  const name = `replay of ${substrate.name}`;
  return {
    kind: 'replay',
    recordedOn: substrate.kind,
    name,
    description: { ...substrate, kind: 'replay', name },
    fixtures: [
      'serial',
      ...(plugged ? (['cable:peer'] as const) : []),
      ...segmentFixtures(count),
      ...onWire,
    ],
    serial: board.serial,
    lines,
    board: first.board,
    peer: first.peer,
    segments,
    setStep() {},
    recover: () => recoverAll(all),
    close: () => closeAll(all),
  };
}

const PEER_BOARD = /^(segment\d\.)?peer-board(\.\d+)?$/;
