import { seededRng } from '../base/random.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { World } from '../hardware/emulator/world.ts';
import { carried } from '../lab/carrying.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { Cable } from '../medium/cable.ts';
import { BoardStation } from './board-station.ts';
import { emulatedKind, type FirmwareImage } from './images.ts';
import type { Recording } from './recording.ts';
import { stationAddress } from './station-address.ts';
import { describeBoard } from './substrate-description.ts';
import { layWire, wired } from './wired-lines.ts';

/**
 * An emulated board in virtual time, a cable, and a station at its other end. Nothing in it depends on
 * the machine: one seed gives one run, octet for octet.
 */
export async function openEmulated(
  image: FirmwareImage,
  { seed, carrying, fixtures, wire }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const world = new World({ medium: new Cable(), seed, breathe });
  const kind = emulatedKind(image);
  const [end, secondEnd] = layWire(fixtures, seed, wire);
  const what = { board: kind, image: image.octets };
  const emulated = world.addBoard({ name: '', ...what, ...(end && { wire: end }) });
  const station = world.addStation('emulated station', stationAddress(rng));
  world.tap = (frame, at, port) => {
    recording.addFrame(frame, at, port === BOARD_END ? 'outbound' : 'inbound');
  };
  let openings = 0;
  const board = await BoardStation.open({
    rng,
    connect: async () => {
      openings += 1;
      if (openings > 1) emulated.reset('power');
      const source = openings === 1 ? 'board' : `board.${openings}`;
      const line = new RecordingTransport(emulated.transport(), recording.cassette, source);
      return carried(line, carrying);
    },
  });
  const second = secondEnd && (await openSecond());
  const { lines, fixtures: onWire } = wired(recording, board, second);
  const name = `emulated ${image.board}`;
  return {
    kind: 'emulated',
    name,
    description: describeBoard('emulated', name, board.identity, station.name),
    fixtures: ['serial', 'cable:peer', ...onWire],
    board,
    serial: board.serial,
    lines,
    peer: new RecordingStation(station, recording.cassette),
    setStep: (label) => recording.setStep(label),
    recover: async () => (await board.recover()) && ((await second?.recover()) ?? true),
    close: async () => {
      await Promise.all([board.close(), second?.close()]);
    },
  };

  /** A board on the wire alone. */
  function openSecond(): Promise<BoardStation> {
    const other = world.addBoard({
      name: '2',
      ...what,
      cabled: false,
      ...(secondEnd && { wire: secondEnd }),
    });
    let connections = 0;
    return BoardStation.open({
      rng,
      cabled: false,
      connect: async () => {
        connections += 1;
        if (connections > 1) other.reset('power');
        const source = connections === 1 ? 'second-board' : `second-board.${connections}`;
        return new RecordingTransport(other.transport(), recording.cassette, source);
      },
    });
  }
}

/** The first that is attached to the cable. */
const BOARD_END = 0;

/** A turn for timers, ports and signals, now and then, while virtual time goes on. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
