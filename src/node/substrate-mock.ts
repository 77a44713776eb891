import { type Rng, seededRng } from '../base/random.ts';
import type { Instant } from '../base/time.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { carried } from '../lab/carrying.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { BoardStation } from './board-station.ts';
import { epochNow, monotonicNow } from './clock.ts';
import { MockBench } from './mock-bench.ts';
import type { Recording } from './recording.ts';
import { stationAddress } from './station-address.ts';
import { describeBoard } from './substrate-description.ts';
import { layWire, wired } from './wired-lines.ts';

/** The firmware's twin on a mocked port: fast, and no proof of the firmware itself. */
export async function openMock(
  { seed, carrying, fixtures, wire }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const toDay = epochNow() - monotonicNow();
  const [end, secondEnd] = layWire(fixtures, seed, wire);
  const bench: MockBench = new MockBench({
    address: stationAddress(rng),
    ...(end && { wire: end }),
    clockError: wire?.clockErrors?.[0] ?? 0,
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
      const line = new RecordingTransport(await bench.connect(), recording.cassette, source);
      return carried(line, carrying);
    },
  });
  const secondBench =
    secondEnd &&
    new MockBench({
      address: new Uint8Array(6),
      wire: secondEnd,
      clockError: wire?.clockErrors?.[1] ?? 0,
    });
  const second = secondBench && (await openSecond(secondBench, rng, recording));
  const { lines, fixtures: onWire } = wired(recording, board, second);
  return {
    kind: 'mock',
    name: 'mock',
    description: describeBoard('mock', 'mock', board.identity, 'mock station'),
    fixtures: ['serial', 'cable:peer', ...onWire],
    board,
    serial: board.serial,
    lines,
    peer: new RecordingStation(bench.station, recording.cassette),
    setStep: (label) => recording.setStep(label),
    recover: async () => (await board.recover()) && ((await second?.recover()) ?? true),
    close: async () => {
      await Promise.all([board.close(), second?.close()]);
      bench.close();
      secondBench?.close();
    },
  };
}

/** A twin on the wire alone. */
function openSecond(bench: MockBench, rng: Rng, recording: Recording): Promise<BoardStation> {
  let connections = 0;
  return BoardStation.open({
    rng,
    cabled: false,
    connect: async () => {
      connections += 1;
      const source = connections === 1 ? 'second-board' : `second-board.${connections}`;
      return new RecordingTransport(await bench.connect(), recording.cassette, source);
    },
  });
}
