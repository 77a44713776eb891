import { seededRng } from '../base/random.ts';
import { RecordingStation } from '../capture/recording-station.ts';
import { RecordingTransport } from '../capture/recording-transport.ts';
import { World } from '../hardware/emulator/world.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { Cable } from '../medium/cable.ts';
import { BoardStation } from './board-station.ts';
import { emulatedKind, type FirmwareImage } from './images.ts';
import type { Recording } from './recording.ts';
import { stationAddress } from './station-address.ts';
import { describeBoard } from './substrate-description.ts';

/**
 * An emulated board in virtual time, a cable, and a station at its other end. Nothing in it depends on
 * the machine: one seed gives one run, octet for octet.
 */
export async function openEmulated(
  image: FirmwareImage,
  { seed }: SubstrateRequest,
  recording: Recording,
): Promise<Substrate> {
  const rng = seededRng(seed);
  const world = new World({ medium: new Cable(), seed, breathe });
  const emulated = world.addBoard({
    name: '',
    board: emulatedKind(image),
    image: image.octets,
  });
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
      return new RecordingTransport(emulated.transport(), recording.cassette, source);
    },
  });
  const name = `emulated ${image.board}`;
  return {
    kind: 'emulated',
    name,
    description: describeBoard('emulated', name, board.identity, station.name),
    fixtures: ['cable:peer'],
    board,
    peer: new RecordingStation(station, recording.cassette),
    setStep: (label) => recording.setStep(label),
    recover: () => board.recover(),
    close: () => board.close(),
  };
}

/** The first that is attached to the cable. */
const BOARD_END = 0;

/** A turn for timers, ports and signals, now and then, while virtual time goes on. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
