import { seededRng } from '../base/random.ts';
import type { Instant } from '../base/time.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { type Carrying, carried } from '../lab/carrying.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import type { BoardStation } from './board-station.ts';
import { epochNow, monotonicNow } from './clock.ts';
import { MockBench } from './mock-bench.ts';
import type { Recording } from './recording.ts';
import { segmentFixtures, segmentSource, segmentsWanted } from './segments.ts';
import { stationAddress } from './station-address.ts';
import { describeBoard } from './substrate-description.ts';
import { closeAll, openTracked, recoverAll } from './tracked-board.ts';
import { layWire, wired } from './wired-lines.ts';

/** The firmware's twin on a mocked port, one a segment: fast, and no proof of the firmware itself. */
export async function openMock(
  { seed, carrying, fixtures, wire }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const wanted = segmentsWanted(fixtures);
  const [end, secondEnd] = layWire(fixtures, seed, wire);
  const benches = Array.from({ length: wanted }, () => stationAddress(rng)).map((address, i) => {
    const atWire = i === 0 && end && { wire: end, clockError: wire?.clockErrors?.[0] ?? 0 };
    return tappedBench(address, i, recording, atWire || {});
  });
  const open = (bench: MockBench, source: string, cabled = true, through?: Carrying) =>
    openTracked({
      ...{ source, rng, cabled },
      connect: async (track) =>
        carried(new RecordingTransport(await bench.connect(), recording.cassette, track), through),
    });
  const secondBench =
    secondEnd &&
    new MockBench({
      address: new Uint8Array(6),
      wire: secondEnd,
      clockError: wire?.clockErrors?.[1] ?? 0,
    });
  const boards: BoardStation[] = [];
  let second: BoardStation | undefined;
  for (const [i, bench] of benches.entries()) {
    boards.push(await open(bench, segmentSource('board', i), true, i === 0 ? carrying : undefined));
    if (i === 0 && secondBench) second = await open(secondBench, 'second-board', false);
  }
  const segments = benches.map(({ station }, i) => ({
    board: boards[i] as BoardStation,
    peer: new RecordingStation(station, recording.cassette, segmentSource('peer', i)),
  }));
  const [first] = segments as [(typeof segments)[0]];
  const all = second === undefined ? boards : [...boards, second];
  const { lines, fixtures: onWire } = wired(recording, first.board, second);
  return {
    kind: 'mock',
    name: 'mock',
    description: describeBoard('mock', 'mock', first.board.identity, 'mock station'),
    fixtures: ['serial', 'cable:peer', ...segmentFixtures(wanted), ...onWire],
    ...first,
    segments,
    serial: first.board.serial,
    lines,
    setStep: (label) => recording.setStep(label),
    recover: () => recoverAll(all),
    close: async () => {
      await closeAll(all);
      for (const bench of benches) bench.close();
      secondBench?.close();
    },
  };
}

/** Two boards never have one address: the last octet is the first twin's, counted on. */
const FURTHER = Uint8Array.of(0x02, 0x4e, 0x4c, 0, 0, 0);

/** The twin of segment `i` with its station; what passes on their cable is recorded. */
function tappedBench(
  address: Uint8Array,
  i: number,
  recording: Recording,
  atWire: Pick<ConstructorParameters<typeof MockBench>[0], 'wire' | 'clockError'>,
): MockBench {
  const toDay = epochNow() - monotonicNow();
  const bench: MockBench = new MockBench({
    address,
    ...atWire,
    ...(i > 0 && { identity: { serial: `mock-${i + 1}`, address: FURTHER.with(5, 2 + i) } }),
    tap: (frame, at, end) => {
      const direction = end === bench.boardEnd ? 'outbound' : 'inbound';
      recording.addFrame(frame, (at + toDay) as Instant, direction, i);
    },
  });
  return bench;
}
