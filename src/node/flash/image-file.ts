/** What is to be flashed: the image that came with netlab, or a file. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FlashBoard } from '../../hardware/flash/chips.ts';
import { readImage } from '../../hardware/flash/chips.ts';
import { type ChipImage, filled } from '../../hardware/flash/image.ts';
import { bundledBoards, loadImage } from '../images.ts';
import { fileError } from '../store/file-error.ts';
import { imageRefused, noImage } from './errors.ts';

export interface FlashImage {
  /** For people: a path, or `w5500-evb-pico 1.0.0`. */
  readonly name: string;
  readonly sha256: string;
  readonly parts: ChipImage;
  /** The loader is to erase all of the flash before: it can do that by itself. */
  readonly erase: boolean;
  /** What the firmware will say of itself; undefined for a file, of which nothing is known. */
  readonly firmware: { readonly version: string; readonly sourceHash: string } | undefined;
}

export interface ImageRequest {
  readonly path: string | undefined;
  /** Ones in all of the flash that the image does not have. */
  readonly erase: boolean;
}

/**
 * Checked against the manifest, or as far as a file tells, before anything is done to a board.
 * @throws NetlabError `flash-no-image`, `image-…`, `manifest-damaged`, `file-missing`
 */
export function flashImage(board: FlashBoard, { path, erase }: ImageRequest): FlashImage {
  const image = path === undefined ? bundled(board) : fromFile(path, board);
  if (!erase) return image;
  // Megabytes of ones would take minutes on the line.
  if (board.loader === 'esp') return { ...image, erase };
  const { base, size } = board.flash;
  return { ...image, parts: [filled(image.parts, base, size)] };
}

function bundled(board: FlashBoard): FlashImage {
  if (!bundledBoards().includes(board.board)) throw noImage(board.board);
  const { octets, version, sourceHash } = loadImage(board.board);
  const name = `${board.board} ${version}`;
  return { ...checked(octets, name, board), firmware: { version, sourceHash } };
}

function fromFile(path: string, board: FlashBoard): FlashImage {
  let octets: Uint8Array;
  try {
    octets = readFileSync(path);
  } catch (cause) {
    throw fileError(cause, path);
  }
  return { ...checked(octets, path, board), firmware: undefined };
}

function checked(file: Uint8Array, name: string, board: FlashBoard): Omit<FlashImage, 'firmware'> {
  const image = readImage(Uint8Array.from(file), board);
  if (!image.ok) throw imageRefused(name, image.error);
  const sha256 = createHash('sha256').update(file).digest('hex');
  return { name, sha256, parts: image.value, erase: false };
}
