/**
 * The labs that there are. A lab's module is loaded from beside netlab's own code (`dist/labs` in a
 * build, `labs` from sources); what a learner gets is always in the package's `labs`. In a folder of
 * other people's labs both are in one place.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from '../../base/errors.ts';
import type { Lab } from '../../lab/lab.ts';
import { nearest } from '../../lab/near.ts';
import { PACKAGE_ROOT } from '../package-root.ts';

export interface LabSource {
  readonly lab: Lab;
  /** Holds `starter/`, `solution/`, `mutants/` and the READMEs. */
  readonly folder: string;
  /** Holds the lab's module and its checks: the same folder, or their build. */
  readonly modules: string;
}

const here = fileURLToPath(import.meta.url);

const CONTENT = join(PACKAGE_ROOT, 'labs');
/** `src/node/store` is three folders below what holds `labs`, in a build and in the sources. */
const MODULES = join(dirname(here), '..', '..', '..', 'labs');

/**
 * All labs, in order. @throws UsageError `no-labs` when `folder` has none, `bad-lab` when a lab's module
 * does not export a lab.
 */
export async function listLabs(folder?: string): Promise<readonly LabSource[]> {
  const names = labNames(folder ?? CONTENT);
  if (names.length === 0) {
    const path = folder ?? CONTENT;
    throw new UsageError('no-labs', `there are no labs in ${path}`, { path });
  }
  return Promise.all(names.map((name) => loadLab(name, folder)));
}

/**
 * The lab called `lab03`, `lab03-ethernet`, `03` or `3`. Loads that lab alone.
 * @throws UsageError `unknown-lab` with the near name in its details, '' when none is near.
 */
export async function findLab(wanted: string, folder?: string): Promise<LabSource> {
  const names = labNames(folder ?? CONTENT);
  const id = /^\d{1,2}$/.test(wanted) ? `lab${wanted.padStart(2, '0')}` : wanted.toLowerCase();
  const name = names.find((candidate) => candidate === id || idOf(candidate) === id);
  if (name !== undefined) return loadLab(name, folder);
  const near = nearest(id, [...names.map(idOf), ...names]) ?? '';
  const message = `there is no lab ${wanted}${near === '' ? '' : `; did you mean ${near}?`}`;
  throw new UsageError('unknown-lab', message, { lab: wanted, near });
}

/** The folder names of the labs, in order, without loading one. */
export function labNames(folder: string = CONTENT): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^lab\d\d-/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

const idOf = (name: string): string => name.slice(0, 'lab00'.length);

async function loadLab(name: string, folder: string | undefined): Promise<LabSource> {
  const content = join(folder ?? CONTENT, name);
  const candidates = [`lab${extname(here)}`, 'lab.js'].map((file) =>
    join(folder ?? MODULES, name, file),
  );
  const file = candidates.find((candidate) => existsSync(candidate));
  const module = file === undefined ? undefined : await moduleAt(file, content);
  const lab = typeof module === 'object' && module !== null && 'lab' in module && module.lab;
  if (!isLab(lab)) {
    throw new UsageError('bad-lab', `${content} has no module that exports a lab`, {
      path: content,
    });
  }
  return { lab, folder: content, modules: join(folder ?? MODULES, name) };
}

/** @throws UsageError `lab-broken`, which is its author's to mend */
async function moduleAt(file: string, path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('lab-broken', `${path} cannot be loaded: ${reason}`, { path, reason });
  }
}

const isLab = (value: unknown): value is Lab =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'checks' in value &&
  Array.isArray(value.checks);
