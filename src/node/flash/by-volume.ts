/** Flashing a board whose loader is a disk: bring the loader, copy a UF2 file, see the disk go. */
import { NetlabError } from '../../base/errors.ts';
import { after, milliseconds, seconds } from '../../base/time.ts';
import type { VolumeBoard } from '../../hardware/flash/chips.ts';
import { encodeUf2, UF2_BLOCK, UF2_PAYLOAD } from '../../hardware/flash/uf2.ts';
import {
  loaderKept,
  noLoaderVolume,
  volumeFailure,
  volumeUnmounted,
  whichBoard,
  wrongVolume,
} from './errors.ts';
import type { FlashEvent, Flashing } from './flash-request.ts';
import type { LoaderVolume, VolumeFile } from './flash-world.ts';

/** Restart, enumeration as a disk, and a desktop that mounts it. */
const TOUCHED = seconds(10);
/** For a person to find the button and the cable. */
const PRESSED = seconds(60);
/** A disk that a desktop will mount is mounted by then. */
const MOUNTING = seconds(4);
const GOING = seconds(10);
const LOOK = milliseconds(200);

/** The ROM takes what comes at once; between these the person sees how far it is. */
const CHUNK = 32 * UF2_BLOCK;
const FILE_NAME = 'NETLAB.UF2';

/**
 * Resolves when the loader has restarted the chip, which it does when it has all blocks of the file.
 * @throws NetlabError `loader-no-volume`, `volume-…`, `loader-kept`, `wrong-chip`, and of the port
 */
export async function flashByVolume(flashing: Flashing, board: VolumeBoard): Promise<void> {
  const volume = await enterLoader(flashing, board);
  flashing.tell({ kind: 'phase', phase: 'write', at: volume.path });
  await copy(encodeUf2(flashing.image.parts, board.family), volume, flashing);
  flashing.tell({ kind: 'phase', phase: 'restart', at: volume.path });
  await gone(volume, flashing);
}

async function enterLoader(flashing: Flashing, board: VolumeBoard): Promise<LoaderVolume> {
  const { world, tell, port, volume } = flashing;
  const before = await world.volumes();
  tell({ kind: 'phase', phase: 'enter', at: port ?? volume ?? board.board });
  const there = before.find(({ path }) => path === volume);
  if (there !== undefined) return there;
  const known = new Set(before.map(({ path }) => path));
  if (port !== undefined) {
    const waiting = await touched(port, before, flashing, board);
    if (waiting !== undefined) return waiting;
    const appeared = await appears(flashing, board, known, TOUCHED);
    if (appeared !== undefined) return appeared;
  }
  if (flashing.attended) {
    const { button, boardId: label } = board;
    tell({ kind: 'button', board: board.board, button, label });
    const appeared = await appears(flashing, board, known, PRESSED);
    if (appeared !== undefined) return appeared;
  }
  throw noLoaderVolume(board);
}

/** A board whose port is not there, while one waits in its loader, is that one: it was interrupted before. */
async function touched(
  port: string,
  volumes: readonly LoaderVolume[],
  { world }: Flashing,
  { boardId }: VolumeBoard,
): Promise<LoaderVolume | undefined> {
  try {
    await world.touch(port);
    return undefined;
  } catch (error) {
    const waiting = volumes.filter(({ info }) => info.boardId === boardId);
    const absent = error instanceof NetlabError && error.code === 'no-such-port';
    if (!absent || waiting.length === 0) throw error;
    if (waiting.length > 1) throw whichBoard(waiting.map(({ path }) => path));
    return waiting[0];
  }
}

/** The board's volume, when one that was not there before comes in time. */
async function appears(
  { world, signal }: Flashing,
  { boardId, chip }: VolumeBoard,
  known: ReadonlySet<string>,
  patience: typeof TOUCHED,
): Promise<LoaderVolume | undefined> {
  const begun = world.now();
  const deadline = after(begun, patience);
  let unmountedSince: typeof begun | undefined;
  while (world.now() < deadline) {
    signal.throwIfAborted();
    const fresh = (await world.volumes()).filter(({ path }) => !known.has(path));
    const ours = fresh.find(({ info }) => info.boardId === boardId);
    if (ours !== undefined) return ours;
    const [other] = fresh;
    if (other !== undefined) throw wrongVolume(chip, other.info.model, other.path);
    const remedy = await world.unmounted(boardId);
    unmountedSince = remedy === undefined ? undefined : (unmountedSince ?? world.now());
    if (remedy !== undefined && world.now() >= after(unmountedSince ?? begun, MOUNTING)) {
      throw volumeUnmounted(boardId, remedy);
    }
    await world.sleep(LOOK);
  }
  return undefined;
}

async function copy(file: Uint8Array, volume: LoaderVolume, flashing: Flashing): Promise<void> {
  const { signal, tell } = flashing;
  let target: VolumeFile | undefined;
  let written = 0;
  try {
    target = await volume.create(FILE_NAME);
    while (written < file.length) {
      signal.throwIfAborted();
      await target.write(file.subarray(written, written + CHUNK));
      written = Math.min(file.length, written + CHUNK);
      await target.sync();
      tell(progress(written, file));
    }
    await target.close();
  } catch (error) {
    await target?.close().catch(() => {});
    signal.throwIfAborted();
    // With its last block the loader restarts, and takes its disk away from under the file: whether it
    // had all blocks is seen by what it does next.
    if (written < file.length) throw volumeFailure(volume.path, error);
    tell(progress(written, file));
  }
}

const payload = (octets: number): number => (octets / UF2_BLOCK) * UF2_PAYLOAD;

const progress = (written: number, file: Uint8Array): FlashEvent => ({
  kind: 'progress',
  done: payload(written),
  total: payload(file.length),
});

async function gone({ path }: LoaderVolume, { world, signal }: Flashing): Promise<void> {
  const deadline = after(world.now(), GOING);
  while (world.now() < deadline) {
    signal.throwIfAborted();
    if (!(await world.volumes()).some((volume) => volume.path === path)) return;
    await world.sleep(LOOK);
  }
  throw loaderKept(path);
}
