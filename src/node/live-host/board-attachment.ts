/** A board as the network card of a host in real time: its MACRAW socket, at the end of whatever line. */
import { seededRng } from '../../base/random.ts';
import { BoardPort } from '../bench/board-port.ts';
import { BoardDevice, type FrameMac } from '../board-device.ts';
import { BoardStation } from '../board-station.ts';
import { emulate } from '../emulation.ts';
import type { FirmwareImage } from '../images.ts';
import { MockBench } from '../mock-bench.ts';
import { openLine } from '../open-line.ts';
import { stationAddress } from '../station-address.ts';
import type { Attachment } from './attachment.ts';

/** A board, and the card at the other end of its cable where that is ours too. */
export interface BoardBench {
  readonly board: Attachment;
  readonly neighbour?: Attachment;
}

/** @throws NetlabError of the port and the board */
export async function attachPort(port: string, seed: number): Promise<Attachment> {
  const own = new BoardPort(port);
  const station = await BoardStation.open({
    rng: seededRng(seed),
    connect: () => own.open(),
    release: () => own.release(),
  });
  return attach(port, station, addressOf(station, seed), () => station.close());
}

/** Emulated in this process; with a neighbour it is two boards and a cable between them. */
export async function attachEmulated(
  image: FirmwareImage,
  seed: number,
  withNeighbour: boolean,
): Promise<BoardBench> {
  const emulation = await emulate({
    image,
    boards: withNeighbour ? 2 : 1,
    wire: 'cable',
    place: { host: '127.0.0.1', tcp: 0 },
    seed,
  });
  const opened: BoardStation[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((station) => station.close()));
    emulation.close();
  };
  try {
    // The cable has a link when both ends are there to negotiate it.
    const stations = emulation.ports.map(async (port, i) => {
      const station = await BoardStation.open({
        rng: seededRng(seed + i),
        connect: () => openLine(port),
      });
      opened.push(station);
      return station;
    });
    const [own, other] = await Promise.all(stations);
    if (own === undefined) throw new Error('an emulation has a board');
    const board = attach(`emulated ${image.board}`, own, addressOf(own, seed), close);
    if (other === undefined) return { board };
    const address = addressOf(other, seed + 1);
    return { board, neighbour: attach('neighbour', other, address, async () => {}) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The firmware's twin behind a mocked port. The other end of its cable is always ours. */
export async function attachMock(seed: number): Promise<BoardBench> {
  const bench = new MockBench({ address: stationAddress(seededRng(seed)) });
  try {
    const station = await BoardStation.open({
      rng: seededRng(seed),
      connect: () => bench.connect(),
    });
    const close = async (): Promise<void> => {
      await station.close();
      bench.close();
    };
    const { address } = bench.station;
    return {
      board: attach('mock', station, addressOf(station, seed + 1), close),
      neighbour: attach('neighbour', bench.station, address, async () => {}),
    };
  } catch (error) {
    bench.close();
    throw error;
  }
}

/** The board's own; one without has another for each seed, lest two such boards meet on a link. */
const addressOf = ({ identity }: BoardStation, seed: number): Uint8Array =>
  identity.address ?? stationAddress(seededRng(seed));

const attach = (
  name: string,
  card: FrameMac,
  hardware: Uint8Array,
  close: () => Promise<void>,
): Attachment => ({ name, device: new BoardDevice(card), hardware, close });
