/** `netlab flash`, from the search for a board to the greeting of its new firmware. */
import { NetlabError } from '../../base/errors.ts';
import type { FlashBoard } from '../../hardware/flash/chips.ts';
import { sizeOf } from '../../hardware/flash/image.ts';
import { flashByLine } from './by-line.ts';
import { flashByPicoboot } from './by-picoboot.ts';
import { flashByVolume } from './by-volume.ts';
import { enterLoader } from './enter-loader.ts';
import { noBoard } from './errors.ts';
import type { FlashEvent, Flashing, Via } from './flash-request.ts';
import type { FlashWorld } from './flash-world.ts';
import { checkFirmware, type Greeting, greet } from './greeting.ts';
import { flashImage } from './image-file.ts';
import { findTarget, type Target } from './target.ts';

export interface FlashRequest {
  readonly board: string | undefined;
  readonly port: string | undefined;
  readonly image: string | undefined;
  readonly erase: boolean;
  readonly attended: boolean;
  /** Of an RP2040 only. Undefined: by USB where that can be had, else by the volume. */
  readonly via: Via | undefined;
}

/**
 * `read-back`: each octet was read from the chip. `md5`: the chip told the MD5 of what it holds. `digest`:
 * the firmware runs and told the digest of the sources that the image was built from. `restart`: the loader
 * took every block and restarted the chip.
 */
type Verified = 'read-back' | 'md5' | 'digest' | 'restart';

export interface Flashed {
  readonly board: string;
  /** Where it was met; null where nothing that speaks netlab was. */
  readonly port: string | null;
  readonly loader: string;
  readonly image: { readonly name: string; readonly sha256: string; readonly octets: number };
  readonly verified: Verified;
  /** The version that it told of itself. */
  readonly firmware: string | null;
  readonly serial: string | null;
}

/** With other people's firmware nobody may answer, and that is no failure of flashing. */
const STRANGERS = [
  'flash-not-back',
  'board-silent',
  'board-foreign',
  'board-version',
  'no-such-port',
];

/** @throws NetlabError of target.ts, image-file.ts, enter-loader.ts, by-picoboot.ts, by-volume.ts, by-line.ts, greeting.ts */
export async function flash(
  request: FlashRequest,
  world: FlashWorld,
  signal: AbortSignal,
  tell: (event: FlashEvent) => void,
): Promise<Flashed> {
  const target = await findTarget(request, world);
  const lease = target.port === undefined ? undefined : await world.takeLease(target.port);
  try {
    return await flashTarget(target, request, world, signal, tell);
  } finally {
    lease?.release();
  }
}

async function flashTarget(
  target: Target,
  request: FlashRequest,
  world: FlashWorld,
  signal: AbortSignal,
  tell: (event: FlashEvent) => void,
): Promise<Flashed> {
  const { board } = target;
  const image = flashImage(board, { path: request.image, erase: request.erase });
  tell({ kind: 'image', board: board.board, image });
  const { attended, via } = request;
  const flashing: Flashing = { ...target, image, world, signal, tell, attended, via };
  const { before, loader } = await write(flashing);
  const met = await meet(flashing, before);
  if (met !== undefined && image.firmware !== undefined) checkFirmware(met, image.firmware);
  const { name, sha256, parts } = image;
  return {
    board: board.board,
    port: met?.port ?? null,
    loader,
    image: { name, sha256, octets: sizeOf(parts) },
    verified: verifiedBy(loader, met !== undefined && image.firmware !== undefined),
    firmware: met?.identity.firmware ?? null,
    serial: met?.identity.serial ?? null,
  };
}

type Loader = FlashBoard['loader'] | 'picoboot';

const verifiedBy = (loader: Loader, told: boolean): Verified => {
  if (loader === 'stk500' || loader === 'picoboot') return 'read-back';
  if (loader === 'esp') return 'md5';
  return told ? 'digest' : 'restart';
};

interface Written {
  readonly loader: Loader;
  /** The ports that were there when the board was not. */
  readonly before: ReadonlySet<string>;
}

async function write(flashing: Flashing): Promise<Written> {
  const { board, port, world } = flashing;
  if (board.loader !== 'uf2') {
    if (port === undefined) throw noBoard(board.board);
    await flashByLine(flashing, board, port);
    return { loader: board.loader, before: new Set() };
  }
  const paths = (await world.ports()).map(({ path }) => path);
  // Its own port went away for the loader, if it was there.
  const before = new Set(paths.filter((path) => path !== port));
  const entered = await enterLoader(flashing, board);
  if (entered.by === 'volume') {
    await flashByVolume(flashing, board, entered.volume);
    return { loader: 'uf2', before };
  }
  await flashByPicoboot(flashing, board, entered);
  return { loader: 'picoboot', before };
}

/** Undefined when a file was flashed whose program does not speak netlab. */
async function meet(
  flashing: Flashing,
  before: ReadonlySet<string>,
): Promise<Greeting | undefined> {
  try {
    return await greet(flashing, before);
  } catch (error) {
    const strange = error instanceof NetlabError && STRANGERS.includes(error.code);
    if (strange && flashing.image.firmware === undefined) return undefined;
    throw error;
  }
}
