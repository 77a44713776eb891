import { seededRng } from '../base/random.ts';
import type { Instant } from '../base/time.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { BoardStation } from './board-station.ts';
import { epochNow, monotonicNow } from './clock.ts';
import { MockBench } from './mock-bench.ts';
import type { Recording } from './recording.ts';
import { stationAddress } from './station-address.ts';
import { describeBoard } from './substrate-description.ts';

/** The firmware's twin on a mocked port: fast, and no proof of the firmware itself. */
export async function openMock(
  { seed }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const toDay = epochNow() - monotonicNow();
  const bench: MockBench = new MockBench({
    address: stationAddress(rng),
    tap: (frame, at, end) => {
      const direction = end === bench.boardEnd ? 'outbound' : 'inbound';
      recording.addFrame(frame, (at + toDay) as Instant, direction);
    },
  });
  let openings = 0;
  const board = await BoardStation.open({
    rng,
    connect: async () => {
      openings += 1;
      const source = openings === 1 ? 'board' : `board.${openings}`;
      return new RecordingTransport(await bench.connect(), recording.cassette, source);
    },
  });
  return {
    kind: 'mock',
    name: 'mock',
    description: describeBoard('mock', 'mock', board.identity, 'mock station'),
    fixtures: ['cable:peer'],
    board,
    peer: new RecordingStation(bench.station, recording.cassette),
    setStep: (label) => recording.setStep(label),
    recover: () => board.recover(),
    close: async () => {
      await board.close();
      bench.close();
    },
  };
}
