/** Flashing a board whose loader is a disk: copy a UF2 file, see the disk go. */
import { after, milliseconds, seconds } from '../../base/time.ts';
import type { VolumeBoard } from '../../hardware/flash/chips.ts';
import { encodeUf2, UF2_BLOCK, UF2_PAYLOAD } from '../../hardware/flash/uf2.ts';
import { loaderKept, volumeFailure } from './errors.ts';
import type { FlashEvent, Flashing } from './flash-request.ts';
import type { LoaderVolume, VolumeFile } from './flash-world.ts';

const GOING = seconds(10);
const LOOK = milliseconds(200);

/** The ROM takes what comes at once; between these the person sees how far it is. */
const CHUNK = 32 * UF2_BLOCK;
const FILE_NAME = 'NETLAB.UF2';

/**
 * Resolves when the loader has restarted the chip, which it does when it has all blocks of the file.
 * @throws NetlabError `volume-…`, `loader-kept`
 */
export async function flashByVolume(
  flashing: Flashing,
  { family }: VolumeBoard,
  volume: LoaderVolume,
): Promise<void> {
  flashing.tell({ kind: 'phase', phase: 'write', at: volume.path });
  await copy(encodeUf2(flashing.image.parts, family), volume, flashing);
  flashing.tell({ kind: 'phase', phase: 'restart', at: volume.path });
  await gone(volume, flashing);
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
