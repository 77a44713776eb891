/** What can go wrong while a board is flashed. */
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { FlashBoard } from '../../hardware/flash/chips.ts';
import type { ImageFlaw } from '../../hardware/flash/image.ts';
import type { LoaderFault } from '../../hardware/flash/loader.ts';

export const noBoard = (boards: string): NetlabError =>
  new NetlabError('flash-no-board', EXIT.noBoard, 'no board to flash was found', { boards });

export const whichBoard = (candidates: readonly string[]): NetlabError =>
  new NetlabError('flash-which-board', EXIT.usage, 'more than one board could be meant', {
    candidates: candidates.join(', '),
  });

export const unknownKind = (port: string, boards: string): NetlabError =>
  new NetlabError('flash-unknown-kind', EXIT.usage, `what board is on ${port} is not known`, {
    port,
    boards,
  });

export const cannotFlash = (board: string, boards: string): NetlabError =>
  new NetlabError('flash-unsupported', EXIT.usage, `${board} cannot be flashed`, { board, boards });

export const noImage = (board: string): NetlabError =>
  new NetlabError('flash-no-image', EXIT.usage, `there is no image for ${board}`, { board });

/** Only the RP2040's ROM has two loaders to choose from. */
export const noSuchWay = (board: string): NetlabError =>
  new NetlabError('flash-one-way', EXIT.usage, `${board} has one loader`, { board });

export const noLoaderDevice = ({ board, button }: VolumeNames): NetlabError =>
  new NetlabError('loader-no-device', EXIT.noBoard, `no ${board} in its loader on USB`, {
    board,
    button,
  });

export const noLoaderVolume = ({ board, boardId, button }: VolumeNames): NetlabError =>
  new NetlabError('loader-no-volume', EXIT.noBoard, `no volume ${boardId} appeared`, {
    board,
    label: boardId,
    button,
  });

interface VolumeNames {
  readonly board: string;
  readonly boardId: string;
  readonly button: string;
}

export const volumeUnmounted = (label: string, remedy: string): NetlabError =>
  new NetlabError('volume-unmounted', EXIT.noBoard, `${label} is there, but not mounted`, {
    label,
    remedy,
  });

const VOLUME_REFUSALS: Readonly<Record<string, 'volume-read-only' | 'volume-full'>> = {
  EROFS: 'volume-read-only',
  EACCES: 'volume-read-only',
  EPERM: 'volume-read-only',
  ENOSPC: 'volume-full',
};

/** @param cause the system's */
export function volumeFailure(path: string, cause: unknown): NetlabError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const refusal = VOLUME_REFUSALS[code] ?? 'volume-gone';
  const details = { path, reason: code || message };
  return new NetlabError(refusal, EXIT.flashFailed, `${path}: ${message}`, details, cause);
}

export const loaderKept = (path: string): NetlabError =>
  new NetlabError('loader-kept', EXIT.flashFailed, `the loader at ${path} did not restart`, {
    path,
  });

/** The port, or the volume, that the board was found at did not come back as a board. */
export const notBack = (board: string): NetlabError =>
  new NetlabError('flash-not-back', EXIT.flashFailed, `${board} did not come back`, { board });

export const digestDiffers = (port: string, expected: string, actual: string): NetlabError =>
  new NetlabError(
    'verify-digest',
    EXIT.flashFailed,
    `the firmware on ${port} is ${actual}, not ${expected}`,
    { port, expected, actual },
  );

export const imageRefused = (path: string, { code, details }: ImageFlaw): NetlabError =>
  new NetlabError(code, EXIT.flashFailed, `${path} is refused: ${code}`, { path, ...details });

export function loaderFailure(port: string, board: FlashBoard, fault: LoaderFault): NetlabError {
  const { code, ...rest } = fault;
  const details = { port, board: board.board, button: board.button, ...shown(rest) };
  const exitCode = code === 'loader-silent' ? EXIT.noBoard : EXIT.flashFailed;
  return new NetlabError(code, exitCode, `${port}: ${code}`, details);
}

/** Addresses and octets are read in hexadecimal. */
const shown = (fault: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fault).map(([name, value]) => [
      name,
      typeof value === 'number' ? `0x${value.toString(16)}` : value,
    ]),
  );

export const wrongVolume = (expected: string, found: string, path: string): NetlabError =>
  new NetlabError('wrong-chip', EXIT.flashFailed, `${path} is a ${found}, not a ${expected}`, {
    port: path,
    expected,
    found,
  });
