/** The scripts that are meant by what was given: files as they are, and all `*.pkt` below folders. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { errnoOf } from '../../node/store/file-error.ts';

/** @throws NetlabError script-missing, no-scripts */
export function findScripts(paths: readonly string[]): readonly string[] {
  const files = paths.flatMap((path) => (isFolder(path) ? scriptsBelow(path) : [path]));
  if (files.length > 0) return files;
  const path = paths.join(', ');
  throw new NetlabError('no-scripts', EXIT.nothingToCheck, `no script below ${path}`, { path });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    const message = `there is no ${path}`;
    throw new NetlabError('script-missing', EXIT.usage, message, { path }, cause);
  }
}

const scriptsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pkt'))
    .sort()
    .map((name) => join(folder, name));

/** @throws NetlabError script-unreadable */
export function readScript(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const details = { path, reason: errnoOf(cause) };
    throw new NetlabError(
      'script-unreadable',
      EXIT.usage,
      `${path} cannot be read`,
      details,
      cause,
    );
  }
}
