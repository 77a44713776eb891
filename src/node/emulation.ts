/** Emulated boards in real time, each behind a port that any program can open. */
import { createServer, type Socket } from 'node:net';
import { START } from '../base/time.ts';
import { type EmulatedBoard, World } from '../hardware/emulator/world.ts';
import { Cable } from '../medium/cable.ts';
import { Hub } from '../medium/hub.ts';
import { Loopback } from '../medium/loopback.ts';
import type { Medium } from '../medium/medium.ts';
import { emulatedKind, type FirmwareImage } from './images.ts';
import { formatPortName } from './port-name.ts';
import { openPty } from './pty.ts';
import { RealTime } from './real-time.ts';
import { listening } from './remote/listening.ts';

export type Wire = 'cable' | 'loopback' | 'none';

/** Where boards are found: a PTY each, or TCP ports from `tcp` on (0: the system's choice). */
export type Place = 'pty' | { readonly host: string; readonly tcp: number };

export interface EmulationRequest {
  readonly image: FirmwareImage;
  readonly boards: number;
  readonly wire: Wire;
  readonly place: Place;
  readonly seed: number;
}

export interface Emulation {
  /** What to give to `--on`, one a board: `/dev/pts/3`, `tcp://127.0.0.1:4000`. */
  readonly ports: readonly string[];
  close(): void;
}

/** One end of a board's serial line, outside. */
interface Port {
  readonly name: string;
  close(): void;
}

/** @throws NetlabError `no-pty`, `cannot-listen` */
export async function emulate(request: EmulationRequest): Promise<Emulation> {
  const { image, boards, wire, place, seed } = request;
  const medium = mediumFor(wire, boards);
  const world = new World({ medium, seed });
  const board = emulatedKind(image);
  const handles = Array.from({ length: boards }, (_, i) =>
    world.addBoard({ name: `board ${i + 1}`, board, image: image.octets }),
  );
  if (medium instanceof Cable && boards === 1 && wire === 'cable') medium.attach();
  if (medium instanceof Hub && wire === 'none') {
    for (let end = 0; end < boards; end++) medium.unplug(end, START);
  }
  const time = new RealTime(world);
  const ports: Port[] = [];
  const close = (): void => {
    time.stop();
    for (const port of ports) port.close();
  };
  try {
    for (const [i, handle] of handles.entries()) {
      ports.push(await openPort(handle, place, i, time));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { ports: ports.map(({ name }) => name), close };
}

function mediumFor(wire: Wire, boards: number): Medium {
  if (wire === 'loopback' && boards === 1) return new Loopback();
  if (wire === 'cable' && boards <= 2) return new Cable();
  return new Hub({ ports: boards, rate: 100 });
}

const openPort = (board: EmulatedBoard, place: Place, i: number, time: RealTime): Promise<Port> =>
  place === 'pty'
    ? behindPty(board, time)
    : behindTcp(board, place.host, portOf(place.tcp, i), time);

const portOf = (first: number, i: number): number => (first === 0 ? 0 : first + i);

async function behindPty(board: EmulatedBoard, time: RealTime): Promise<Port> {
  const pty = await openPty();
  board.onOutput = (octets) => pty.write(octets);
  pty.onData((octets) => {
    board.write(octets);
    time.kick();
  });
  // A PTY has no modem lines: the port counts as open from the start.
  board.setLineState(true, true);
  return { name: pty.path, close: () => pty.close() };
}

async function behindTcp(
  board: EmulatedBoard,
  host: string,
  port: number,
  time: RealTime,
): Promise<Port> {
  let user: Socket | undefined;
  board.onOutput = (octets) => user?.write(octets);
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    // A serial line has one user.
    if (user !== undefined) {
      socket.destroy();
      return;
    }
    user = socket;
    board.setLineState(true, true);
    time.kick();
    socket.on('data', (octets) => {
      board.write(octets);
      time.kick();
    });
    socket.on('close', () => {
      user = undefined;
      board.setLineState(false, false);
      time.kick();
    });
  });
  const at = await listening(server, host, port);
  return {
    name: formatPortName({ kind: 'tcp', ...at }),
    close: () => {
      user?.destroy();
      server.close();
    },
  };
}
