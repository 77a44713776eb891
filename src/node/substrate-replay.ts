/**
 * A recorded run as a substrate: the board's driver speaks to the cassette as it spoke to the line, and
 * the station at the cable's other end says what it said then. No board, no port.
 */
import { seededRng } from '../base/random.ts';
import { Playback } from '../capture/playback.ts';
import { ReplayStation } from '../capture/replay-station.ts';
import { ReplayTransport } from '../capture/replay-transport.ts';
import type { Recorded } from '../lab/replay.ts';
import type { Substrate } from '../lab/substrate.ts';
import { BoardStation } from './board-station.ts';
import { LoopbackBench } from './loopback-bench.ts';
import { stationAddress } from './station-address.ts';

/** How long a call may wait for those that the recording has before it. */
const PATIENCE_MS = 2000;

const patience = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());

/** @throws NetlabError `replay-diverged`, `cassette-damaged`, or what opening the board ended in then */
export async function openReplay(recorded: Recorded): Promise<Substrate> {
  const { cassette, seed, substrate } = recorded;
  const rng = seededRng(seed);
  // The substrates with a station of their own draw its address first: the board's session comes after.
  if (substrate.kind !== 'port') stationAddress(rng);
  const playback = new Playback(cassette, patience);
  let openings = 0;
  const board = await BoardStation.open({
    rng,
    connect: async () => {
      openings += 1;
      const source = openings === 1 ? 'board' : `board.${openings}`;
      return new ReplayTransport(playback, source);
    },
  });
  const hasPeer = cassette.entries.some(({ source }) => source === 'peer');
  const ends = hasPeer
    ? { board, peer: new ReplayStation(playback) }
    : new LoopbackBench(board, rng);
  const plugged = hasPeer || substrate.peer === 'loopback';
  return {
    kind: 'replay',
    recordedOn: substrate.kind,
    name: `replay of ${substrate.name}`,
    description: { ...substrate, kind: 'replay', name: `replay of ${substrate.name}` },
    fixtures: plugged ? ['cable:peer'] : [],
    board: ends.board,
    peer: ends.peer,
    setStep() {},
    recover: () => board.recover(),
    close: () => board.close(),
  };
}
