/** Which board is meant: by its port, by its name, or because it is the only one. */
import { FLASH_BOARDS, type FlashBoard, flashBoard } from '../../hardware/flash/chips.ts';
import type { PortDescription } from '../discovery.ts';
import { type Waiting, waitingIn } from './enter-loader.ts';
import { cannotFlash, noBoard, noSuchWay, unknownKind, whichBoard, wrongVolume } from './errors.ts';
import type { Via } from './flash-request.ts';
import type { FlashWorld, LoaderVolume } from './flash-world.ts';

export interface Target {
  readonly board: FlashBoard;
  readonly port: string | undefined;
  readonly volume: string | undefined;
  readonly device: string | undefined;
}

export interface TargetRequest {
  readonly board: string | undefined;
  readonly port: string | undefined;
  /** Somebody can press a button: then a board that is not to be seen yet may be meant. */
  readonly attended: boolean;
  readonly via: Via | undefined;
}

/** With no name and nothing plugged in: the board that netlab recommends. */
const LIKELIEST = 'w5500-evb-pico';
const NAMES = FLASH_BOARDS.map(({ board }) => board).join(', ');

/** @throws NetlabError `flash-no-board`, `flash-which-board`, `flash-unknown-kind`, `flash-unsupported`, `flash-one-way` */
export async function findTarget(request: TargetRequest, world: FlashWorld): Promise<Target> {
  const wanted = request.board === undefined ? undefined : supported(request.board);
  const target = await (request.port === undefined
    ? somewhere(request, wanted, world)
    : atPort(request.port, wanted, world));
  const { loader, board } = target.board;
  if (request.via !== undefined && loader !== 'uf2') throw noSuchWay(board);
  return target;
}

async function somewhere(
  { via, attended }: TargetRequest,
  wanted: FlashBoard | undefined,
  world: FlashWorld,
): Promise<Target> {
  const [waiting, ports] = [await waitingIn(world, via), await world.ports()];
  const found = [
    ...inLoader(waiting, wanted),
    ...ports.flatMap((port) => behindPort(port, wanted)),
  ];
  const [first, second] = found;
  if (second !== undefined) {
    throw whichBoard(found.map(({ port, volume, device }) => port ?? volume ?? device ?? ''));
  }
  if (first !== undefined) return first;
  const unsupported = ports.find(({ certainty }) => certainty === 'board');
  if (wanted === undefined && unsupported?.board !== undefined) supported(unsupported.board);
  const stranger = waiting.volumes[0];
  if (stranger !== undefined && wanted?.loader === 'uf2') {
    throw wrongVolume(wanted.chip, stranger.info.model, stranger.path);
  }
  const board = wanted ?? flashBoard(LIKELIEST);
  // Only a loader that is a disk or a USB device is seen to appear.
  if (board?.loader !== 'uf2' || !attended) throw noBoard(NAMES);
  return { board, port: undefined, volume: undefined, device: undefined };
}

function supported(name: string): FlashBoard {
  const board = flashBoard(name);
  if (board === undefined) throw cannotFlash(name, NAMES);
  return board;
}

async function atPort(
  port: string,
  wanted: FlashBoard | undefined,
  world: FlashWorld,
): Promise<Target> {
  const known = (await world.ports()).find(({ path }) => path === port)?.board;
  const board = wanted ?? (known === undefined ? undefined : supported(known));
  if (board === undefined) throw unknownKind(port, NAMES);
  return { board, port, volume: undefined, device: undefined };
}

/** A board in its loader is a USB device and, once it is mounted, a volume: with one of each they are one board. */
function inLoader(
  { devices, volumes }: Waiting,
  wanted: FlashBoard | undefined,
): readonly Target[] {
  const disks = volumes.flatMap((volume) => behindVolume(volume, wanted));
  const board = FLASH_BOARDS.find(({ loader }) => loader === 'uf2');
  if (board === undefined || (wanted !== undefined && board !== wanted)) return disks;
  if (devices.length < disks.length) return disks;
  const volume = devices.length === 1 ? disks[0]?.volume : undefined;
  return devices.map(({ path }) => ({ board, port: undefined, volume, device: path }));
}

function behindVolume(volume: LoaderVolume, wanted: FlashBoard | undefined): readonly Target[] {
  const board = FLASH_BOARDS.find(
    (each) => each.loader === 'uf2' && each.boardId === volume.info.boardId,
  );
  if (board === undefined || (wanted !== undefined && board !== wanted)) return [];
  return [{ board, port: undefined, volume: volume.path, device: undefined }];
}

/** A serial adapter sits on many boards: it is one only for who says so. */
function behindPort(port: PortDescription, wanted: FlashBoard | undefined): readonly Target[] {
  const board = flashBoard(port.board ?? '');
  if (board === undefined || (wanted !== undefined && board !== wanted)) return [];
  if (wanted === undefined && port.certainty === 'adapter') return [];
  return [{ board, port: port.path, volume: undefined, device: undefined }];
}
