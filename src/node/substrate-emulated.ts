import { seededRng } from '../base/random.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { type EmulatedBoard, World } from '../hardware/emulator/world.ts';
import { type Carrying, carried } from '../lab/carrying.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { Cables } from '../medium/cables.ts';
import type { BoardStation } from './board-station.ts';
import { emulatedKind, type FirmwareImage } from './images.ts';
import type { Recording } from './recording.ts';
import { segmentFixtures, segmentSource, segmentsWanted } from './segments.ts';
import { stationAddress } from './station-address.ts';
import { describeBoard } from './substrate-description.ts';
import { closeAll, openTracked, recoverAll } from './tracked-board.ts';
import { layWire, wired } from './wired-lines.ts';

/**
 * Emulated boards in virtual time, a cable each, and a station at its other end; one board unless more are wanted.
 * Nothing in it depends on the machine: one seed gives one run, octet for octet.
 */
export async function openEmulated(
  image: FirmwareImage,
  { seed, carrying, fixtures, wire }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const wanted = segmentsWanted(fixtures);
  const addresses = Array.from({ length: wanted }, () => stationAddress(rng));
  const world = new World({ medium: new Cables(wanted), seed, breathe });
  const what = { board: emulatedKind(image), image: image.octets };
  const [end, secondEnd] = layWire(fixtures, seed, wire);
  // Each takes the next end of the cables: a board, then its station.
  const ends = addresses.map((address, i) => {
    const atWire = i === 0 && end && { wire: end, clockError: wire?.clockErrors?.[0] ?? 0 };
    const board = world.addBoard({ name: numbered('', i), ...what, ...atWire });
    return { board, station: world.addStation(numbered('emulated station', i), address) };
  });
  world.tap = (frame, at, port) => {
    recording.addFrame(frame, at, port % 2 === 0 ? 'outbound' : 'inbound', port >> 1);
  };
  const open = (emulated: EmulatedBoard, source: string, more: Opening = {}) =>
    openTracked({
      source,
      rng,
      cabled: more.cabled ?? true,
      connect: async (track, opening) => {
        if (opening > 1) emulated.reset('power');
        const line = new RecordingTransport(emulated.transport(), recording.cassette, track);
        return carried(line, more.carrying);
      },
    });
  const boards: BoardStation[] = [];
  let second: BoardStation | undefined;
  for (const [i, { board }] of ends.entries()) {
    boards.push(await open(board, segmentSource('board', i), i === 0 ? { carrying } : {}));
    if (i > 0 || secondEnd === undefined) continue;
    const clockError = wire?.clockErrors?.[1] ?? 0;
    const other = { name: 'on the wire', ...what, cabled: false, clockError, wire: secondEnd };
    second = await open(world.addBoard(other), 'second-board', { cabled: false });
  }
  const segments = ends.map(({ station }, i) => ({
    board: boards[i] as BoardStation,
    peer: new RecordingStation(station, recording.cassette, segmentSource('peer', i)),
  }));
  const [first] = segments as [(typeof segments)[0]];
  const all = second === undefined ? boards : [...boards, second];
  const { lines, fixtures: onWire } = wired(recording, first.board, second);
  const name = `emulated ${image.board}`;
  return {
    kind: 'emulated',
    name,
    description: describeBoard('emulated', name, first.board.identity, 'emulated station'),
    fixtures: ['serial', 'cable:peer', ...segmentFixtures(wanted), ...onWire],
    ...first,
    segments,
    serial: first.board.serial,
    lines,
    setStep: (label) => recording.setStep(label),
    recover: () => recoverAll(all),
    close: () => closeAll(all),
  };
}

interface Opening {
  /** Whether it has a cable; it has unless said. */
  readonly cabled?: boolean;
  readonly carrying?: Carrying | undefined;
}

const numbered = (name: string, i: number): string => (i === 0 ? name : `${name} ${i + 1}`.trim());

/** A turn for timers, ports and signals, now and then, while virtual time goes on. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
