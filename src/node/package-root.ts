/** Where netlab itself lies: the sources when its tests run, the installed package otherwise. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../base/errors.ts';

const here = fileURLToPath(import.meta.url);

/** The folder of netlab's package.json. */
export const PACKAGE_ROOT = findRoot(dirname(here));

/** As package.json has it. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  return String(manifest.version);
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    assert(dirname(folder) !== folder, 'netlab lies in a package');
  }
}
