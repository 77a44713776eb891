/** The learner's folder as a run sees it: their own source files, read once. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { LearnerCode } from '../../lab/learner.ts';
import { fileError } from './file-error.ts';

const FILES_MAX = 200;
const OCTETS_MAX = 2 ** 20;

/**
 * Reads `path`: a folder that holds `entry`, or a file, whose folder then is the module's.
 * @throws NetlabError `code-missing`, `code-is-link`, `code-too-large`, or those of `fileError`.
 */
export function readLearnerCode(path: string, entry: string): LearnerCode {
  const isFile = existsSync(path) && statSync(path).isFile();
  const folder = isFile ? dirname(path) : path;
  const name = isFile ? basename(path) : entry;
  if (!existsSync(join(folder, name))) {
    const missing = join(folder, name);
    throw new NetlabError('code-missing', EXIT.nothingToCheck, `there is no ${missing}`, {
      path: missing,
    });
  }
  const files = new Map<string, string>();
  try {
    gather(folder, '', files);
  } catch (error) {
    throw error instanceof NetlabError ? error : fileError(error, folder);
  }
  if (!files.has(name)) {
    const path = join(folder, name);
    throw new NetlabError('code-is-link', EXIT.usage, `${path} is no source file`, { path });
  }
  return { entry: name, files };
}

const isSource = (name: string): boolean =>
  /\.(m?ts|m?js)$/.test(name) && !/(\.d\.ts|\.test\.ts)$/.test(name);

/** In the order of names, so that equal folders give equal snapshots; links are not followed. */
function gather(folder: string, prefix: string, files: Map<string, string>): void {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) gather(folder, path, files);
    else if (entry.isFile() && isSource(entry.name)) {
      if (statSync(join(folder, path)).size > OCTETS_MAX) throw tooLarge(folder);
      files.set(path, readFileSync(join(folder, path), 'utf8'));
      refuseTooLarge(folder, files);
    }
  }
}

function refuseTooLarge(folder: string, files: ReadonlyMap<string, string>): void {
  let size = 0;
  for (const text of files.values()) size += text.length;
  if (files.size > FILES_MAX || size > OCTETS_MAX) throw tooLarge(folder);
}

function tooLarge(folder: string): NetlabError {
  const message = `${folder} holds more than ${FILES_MAX} source files or ${OCTETS_MAX} octets`;
  return new NetlabError('code-too-large', EXIT.usage, message, { path: folder });
}
