/**
 * The firmware images that came with netlab, each octet checked against the manifest before it runs or is
 * flashed: an altered image would give verdicts that nobody can trust.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, NetlabError, UsageError } from '../base/errors.ts';
import { canEmulate, type EmulatedKind } from '../hardware/emulator/machine.ts';
import { PACKAGE_ROOT } from './package-root.ts';

export interface FirmwareImage {
  readonly board: string;
  /** The firmware's version. */
  readonly version: string;
  /** Hex of the SHA-256 over the firmware's sources, as the board's identity begins. */
  readonly sourceHash: string;
  readonly octets: Uint8Array;
}

/** One file of the manifest that `node firmware/build.mjs --install` writes. */
interface ManifestEntry {
  readonly board: string;
  /** `bin`: the flash as it is from its first octet on. Others are for flashing. */
  readonly format: string;
  /** The firmware's. */
  readonly version: string;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly sourceHash: string;
}

const IMAGES = join(PACKAGE_ROOT, 'firmware', 'images');

/** @throws NetlabError `manifest-damaged`, `image-missing`, `image-altered`; UsageError `unknown-board` */
export function loadImage(board: string, folder: string = IMAGES): FirmwareImage {
  const entries = readManifest(folder);
  const entry = entries.find((candidate) => candidate.board === board);
  if (entry === undefined) {
    const boards = entries.map((candidate) => candidate.board).join(', ');
    throw new UsageError('unknown-board', `there is no image for ${board}`, { board, boards });
  }
  const path = join(folder, entry.file);
  const octets = readImage(path, board);
  const flaw = flawOf(octets, entry);
  if (flaw !== undefined) {
    const details = { board, path, reason: flaw };
    throw new NetlabError('image-altered', EXIT.flashFailed, `${path}: ${flaw}`, details);
  }
  return { board, version: entry.version, sourceHash: entry.sourceHash, octets };
}

/**
 * The image's board as the emulator knows it.
 *
 * @throws UsageError `unknown-board`
 */
export function emulatedKind({ board }: FirmwareImage): EmulatedKind {
  if (canEmulate(board)) return board;
  const boards = bundledBoards().filter(canEmulate).join(', ');
  throw new UsageError('unknown-board', `${board} cannot be emulated`, { board, boards });
}

/** The boards that there are images for; none when the manifest cannot be read. */
export function bundledBoards(folder: string = IMAGES): readonly string[] {
  try {
    return readManifest(folder).map(({ board }) => board);
  } catch {
    return [];
  }
}

function flawOf(octets: Uint8Array, entry: ManifestEntry): string | undefined {
  if (octets.length !== entry.size) return `${octets.length} octets instead of ${entry.size}`;
  const digest = createHash('sha256').update(octets).digest('hex');
  return digest === entry.sha256 ? undefined : `SHA-256 ${digest} instead of ${entry.sha256}`;
}

function readImage(path: string, board: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const message = `cannot read ${path}`;
    throw new NetlabError('image-missing', EXIT.flashFailed, message, { board, path }, cause);
  }
}

function readManifest(folder: string): readonly ManifestEntry[] {
  const path = join(folder, 'manifest.json');
  const damaged = (reason: string, cause?: unknown): NetlabError =>
    new NetlabError(
      'manifest-damaged',
      EXIT.flashFailed,
      `${path}: ${reason}`,
      { path, reason },
      cause,
    );
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
  const images = (document as { images?: unknown } | null)?.images;
  if (!Array.isArray(images)) throw damaged('it has no list of images');
  if (!images.every(isEntry)) throw damaged('an entry lacks a field');
  return images.filter(({ format }) => format === 'bin');
}

function isEntry(entry: unknown): entry is ManifestEntry {
  const { board, format, version, file, size, sha256, sourceHash } = (entry ?? {}) as Record<
    string,
    unknown
  >;
  const texts = [board, format, version, file, sha256, sourceHash];
  // A name with a folder in it could point anywhere.
  return (
    texts.every((text) => typeof text === 'string') &&
    Number.isInteger(size) &&
    !/[/\\]/.test(String(file))
  );
}
