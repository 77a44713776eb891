/**
 * A recorded run as a substrate: the board's driver speaks to the cassette as it spoke to the line, and
 * the station at the cable's other end says what it said then. No board, no port.
 */
import { type Rng, seededRng } from '../base/random.ts';
import { Playback } from '../capture/playback.ts';
import { ReplayStation } from '../capture/replay-station.ts';
import { ReplayTransport } from '../capture/replay-transport.ts';
import { type Carrying, carried } from '../lab/carrying.ts';
import type { Recorded } from '../lab/replay.ts';
import type { Substrate } from '../lab/substrate.ts';
import { BoardStation } from './board-station.ts';
import { LoopbackBench } from './loopback-bench.ts';
import { stationAddress } from './station-address.ts';
import { wired } from './wired-lines.ts';

/** How long a call may wait for those that the recording has before it. */
const PATIENCE_MS = 2000;

const patience = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());

/** @throws NetlabError `replay-diverged`, `cassette-damaged`, or what opening the board ended in then */
export async function openReplay(recorded: Recorded, carrying?: Carrying): Promise<Substrate> {
  const { cassette, seed, substrate } = recorded;
  const rng = seededRng(seed);
  // The substrates with a station of their own draw its address first: the board's session comes after.
  if (substrate.kind !== 'port') stationAddress(rng);
  const playback = new Playback(cassette, patience);
  const hasPeer = cassette.entries.some(({ source }) => source === 'peer');
  const plugged = hasPeer || substrate.peer === 'loopback';
  let openings = 0;
  const board = await BoardStation.open({
    rng,
    cabled: plugged || substrate.kind !== 'port',
    connect: async () => {
      openings += 1;
      const source = openings === 1 ? 'board' : `board.${openings}`;
      return carried(new ReplayTransport(playback, source), carrying);
    },
  });
  const second = cassette.entries.some(({ source }) => source === 'second-board')
    ? await openSecond(playback, rng)
    : undefined;
  const { lines, fixtures: onWire } = wired(undefined, board, second);
  const ends = hasPeer
    ? { board, peer: new ReplayStation(playback) }
    : new LoopbackBench(board, rng);
  return {
    kind: 'replay',
    recordedOn: substrate.kind,
    name: `replay of ${substrate.name}`,
    description: { ...substrate, kind: 'replay', name: `replay of ${substrate.name}` },
    fixtures: ['serial', ...(plugged ? (['cable:peer'] as const) : []), ...onWire],
    serial: board.serial,
    lines,
    board: ends.board,
    peer: ends.peer,
    setStep() {},
    recover: async () => (await board.recover()) && ((await second?.recover()) ?? true),
    close: async () => {
      await Promise.all([board.close(), second?.close()]);
    },
  };
}

/** The board that was on the wire alone. */
function openSecond(playback: Playback, rng: Rng): Promise<BoardStation> {
  let connections = 0;
  return BoardStation.open({
    rng,
    cabled: false,
    connect: async () => {
      connections += 1;
      const source = connections === 1 ? 'second-board' : `second-board.${connections}`;
      return new ReplayTransport(playback, source);
    },
  });
}
