/** Which board is meant: by its port, by its name, or because it is the only one. */
import { FLASH_BOARDS, type FlashBoard, flashBoard } from '../../hardware/flash/chips.ts';
import type { PortDescription } from '../discovery.ts';
import { cannotFlash, noBoard, unknownKind, whichBoard, wrongVolume } from './errors.ts';
import type { FlashWorld, LoaderVolume } from './flash-world.ts';

export interface Target {
  readonly board: FlashBoard;
  readonly port: string | undefined;
  readonly volume: string | undefined;
}

export interface TargetRequest {
  readonly board: string | undefined;
  readonly port: string | undefined;
  /** Somebody can press a button: then a board that is not to be seen yet may be meant. */
  readonly attended: boolean;
}

/** With no name and nothing plugged in: the board that netlab recommends. */
const LIKELIEST = 'w5500-evb-pico';
const NAMES = FLASH_BOARDS.map(({ board }) => board).join(', ');

/** @throws NetlabError `flash-no-board`, `flash-which-board`, `flash-unknown-kind`, `flash-unsupported` */
export async function findTarget(request: TargetRequest, world: FlashWorld): Promise<Target> {
  const wanted = request.board === undefined ? undefined : supported(request.board);
  if (request.port !== undefined) return atPort(request.port, wanted, world);
  const [volumes, ports] = [await world.volumes(), await world.ports()];
  const found = [
    ...volumes.flatMap((volume) => behindVolume(volume, wanted)),
    ...ports.flatMap((port) => behindPort(port, wanted)),
  ];
  const [first, second] = found;
  if (second !== undefined) throw whichBoard(found.map(({ port, volume }) => port ?? volume ?? ''));
  if (first !== undefined) return first;
  const unsupported = ports.find(({ certainty }) => certainty === 'board');
  if (wanted === undefined && unsupported?.board !== undefined) supported(unsupported.board);
  const stranger = volumes[0];
  if (stranger !== undefined && wanted?.loader === 'uf2') {
    throw wrongVolume(wanted.chip, stranger.info.model, stranger.path);
  }
  const board = wanted ?? flashBoard(LIKELIEST);
  // Only a loader that is a disk is seen to appear.
  if (board?.loader !== 'uf2' || !request.attended) throw noBoard(NAMES);
  return { board, port: undefined, volume: undefined };
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
  return { board, port, volume: undefined };
}

function behindVolume(volume: LoaderVolume, wanted: FlashBoard | undefined): readonly Target[] {
  const board = FLASH_BOARDS.find(
    (each) => each.loader === 'uf2' && each.boardId === volume.info.boardId,
  );
  if (board === undefined || (wanted !== undefined && board !== wanted)) return [];
  return [{ board, port: undefined, volume: volume.path }];
}

/** A serial adapter sits on many boards: it is one only for who says so. */
function behindPort(port: PortDescription, wanted: FlashBoard | undefined): readonly Target[] {
  const board = flashBoard(port.board ?? '');
  if (board === undefined || (wanted !== undefined && board !== wanted)) return [];
  if (wanted === undefined && port.certainty === 'adapter') return [];
  return [{ board, port: port.path, volume: undefined }];
}
