/** Writing files so that they are whole or not there. */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, fileError } from './file-error.ts';

/** What the store does to files: Node's own, or a disk that is full. */
export type Files = Pick<
  typeof fs,
  'closeSync' | 'fsyncSync' | 'mkdirSync' | 'openSync' | 'renameSync' | 'rmSync' | 'writeSync'
>;

/** A folder and those above it. Node's own recursive way never comes back where a file system takes none. */
export function makeFolder(path: string, files: Pick<Files, 'mkdirSync'> = fs): void {
  if (fs.existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above, files);
  files.mkdirSync(path);
}

/**
 * Writes `content` beside `path`, then puts it in its place: a reader finds the old file or the new one.
 * @throws NetlabError of `fileError`.
 */
export function writeWhole(path: string, content: string | Uint8Array, files: Files = fs): void {
  const draft = `${path}.${process.pid}.draft`;
  try {
    makeFolder(dirname(path), files);
    writeAll(draft, typeof content === 'string' ? Buffer.from(content) : content, files);
    files.renameSync(draft, path);
  } catch (error) {
    files.rmSync(draft, { force: true });
    throw fileError(error, path);
  }
}

function writeAll(path: string, octets: Uint8Array, files: Files): void {
  const descriptor = files.openSync(path, 'w');
  try {
    appendAll(descriptor, octets, files);
    files.fsyncSync(descriptor);
  } finally {
    files.closeSync(descriptor);
  }
}

/** One write may take less than it was given. */
export function appendAll(descriptor: number, octets: Uint8Array, files: Files): void {
  for (let done = 0; done < octets.length; ) {
    done += files.writeSync(descriptor, octets, done);
  }
}

/**
 * Writes a file that was not there; false, and nothing changed, when there is one.
 * @throws NetlabError of `fileError`.
 */
export function writeNew(path: string, content: Uint8Array): boolean {
  try {
    makeFolder(dirname(path));
    fs.writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw fileError(error, path);
  }
}

/** Undefined when there is none. @throws NetlabError of `fileError`. */
export function readIfThere(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw fileError(error, path);
  }
}
