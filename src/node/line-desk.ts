/** One board's raw line, for the command line: emulated, mocked, or at a port. */
import { seededRng } from '../base/random.ts';
import { Board } from '../hardware/board/board.ts';
import type { Transport } from '../hardware/board/transport.ts';
import { World } from '../hardware/emulator/world.ts';
import { Cable } from '../medium/cable.ts';
import { Wire, type WireFlaws } from '../medium/wire.ts';
import { emulatedKind, loadImage } from './images.ts';
import { MockBench } from './mock-bench.ts';
import { openLine } from './open-line.ts';

export interface LineDesk {
  readonly board: Board;
  /** `emulated w5500-evb-pico`, `/dev/ttyACM0`. */
  readonly name: string;
  close(): Promise<void>;
}

export interface LineDeskRequest {
  /** `emulated`, `mock`, or a port. */
  readonly on: string;
  readonly board: string;
  readonly seed: number;
  /** Of the jumper, where there is no real one. */
  readonly flaws: WireFlaws;
}

/** @throws NetlabError of the port, the board or the image */
export async function openLineDesk(request: LineDeskRequest): Promise<LineDesk> {
  const { transport, release } = await connect(request);
  try {
    const board = await Board.open(transport, { rng: seededRng(request.seed) });
    const close = async (): Promise<void> => {
      await board.close().catch(() => {});
      release();
    };
    return { board, name: transport.name, close };
  } catch (error) {
    await transport.close().catch(() => {});
    release();
    throw error;
  }
}

interface Connection {
  readonly transport: Transport;
  readonly release: () => void;
}

async function connect({ on, board, seed, flaws }: LineDeskRequest): Promise<Connection> {
  const jumper = () => new Wire({ ...flaws, seed }).attach();
  if (on === 'mock') {
    const bench = new MockBench({ address: new Uint8Array(6), wire: jumper() });
    return { transport: await bench.connect(), release: () => bench.close() };
  }
  if (on === 'emulated') {
    const image = loadImage(board);
    const world = new World({ medium: new Cable(), seed, breathe });
    const kind = emulatedKind(image);
    const emulated = world.addBoard({ name: '', board: kind, image: image.octets, wire: jumper() });
    return { transport: emulated.transport(), release: () => {} };
  }
  return { transport: await openLine(on), release: () => {} };
}

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
