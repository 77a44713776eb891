/** The labs that came with netlab. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../base/errors.ts';
import type { Lab } from '../lab/lab.ts';
import { nearest } from '../lab/near.ts';
import { PACKAGE_ROOT, RUNS_FROM_SOURCE } from './package-root.ts';

const LABS = join(PACKAGE_ROOT, 'labs');
const MODULES = RUNS_FROM_SOURCE ? LABS : join(PACKAGE_ROOT, 'dist', 'labs');
const MODULE = RUNS_FROM_SOURCE ? 'lab.ts' : 'lab.js';

/** The lab's folder: starter, solution and mutants lie in it. */
export const labFolder = (lab: Lab): string => join(LABS, lab.name);

/** The folders' names, `lab03-ethernet`, in order. */
export function labNames(): readonly string[] {
  if (!existsSync(LABS)) return [];
  return readdirSync(LABS)
    .filter((name) => /^lab\d\d-/.test(name) && existsSync(join(MODULES, name, MODULE)))
    .sort();
}

export const allLabs = (): Promise<readonly Lab[]> => Promise.all(labNames().map(load));

/**
 * @param wanted `lab03`, `lab03-ethernet`, `03` or `3`
 * @throws UsageError `unknown-lab`
 */
export async function findLab(wanted: string): Promise<Lab> {
  const names = labNames();
  const id = wanted
    .toLowerCase()
    .replace(/^(?:lab)?(\d{1,2})$/, (_, n: string) => `lab${n.padStart(2, '0')}`);
  const name = names.find((candidate) => candidate === id || candidate.split('-')[0] === id);
  if (name !== undefined) return load(name);
  const ids = names.map((candidate) => candidate.split('-')[0] ?? candidate);
  const near = nearest(wanted, [...ids, ...names]) ?? '';
  throw new UsageError('unknown-lab', `there is no lab ${wanted}`, { lab: wanted, near });
}

async function load(name: string): Promise<Lab> {
  const module = await import(pathToFileURL(join(MODULES, name, MODULE)).href);
  return module.lab;
}
