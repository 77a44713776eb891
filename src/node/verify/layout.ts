/** What lies in a lab's folder: everything that belongs there, nothing else, and not too much of it. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LabSource } from '../store/labs.ts';
import type { Report } from './finding.ts';

const FILES_MAX = 1000;
const OCTETS_MAX = 8 * 2 ** 20;
const DEPTH_MAX = 4;
const SOURCE = /\.m?[jt]s$/;
const FOLDERS = ['checks', 'starter', 'solution'];

/** False when there is so much that nobody should read it. */
export function verifyLayout({ lab, folder }: LabSource, report: Report): boolean {
  const needed = ['README.md', 'README.ko.md', `starter/${lab.entry}`, `solution/${lab.entry}`];
  for (const path of needed) if (!existsSync(join(folder, path))) report('absent', path);
  if (!existsSync(join(folder, 'mutants'))) report('absent', 'mutants');
  const bounds = { files: 0, octets: 0 };
  walk(folder, '', 0, bounds, report);
  const within = bounds.files <= FILES_MAX && bounds.octets <= OCTETS_MAX;
  if (!within) report('too-much', '.', { files: FILES_MAX, octets: OCTETS_MAX });
  return within;
}

function walk(
  root: string,
  prefix: string,
  depth: number,
  bounds: { files: number; octets: number },
  report: Report,
): void {
  for (const name of readdirSync(join(root, prefix)).sort()) {
    if (bounds.files > FILES_MAX) return;
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const stats = lstatSync(join(root, path));
    if (stats.isDirectory() && depth < DEPTH_MAX && belongs(`${path}/`)) {
      walk(root, path, depth + 1, bounds, report);
      continue;
    }
    bounds.files += 1;
    bounds.octets += stats.size;
    if (!stats.isFile() || !belongs(path)) report('stray', path);
  }
}

function belongs(path: string): boolean {
  const [first = '', ...rest] = path.split('/');
  if (first === 'mutants') return rest.length === 1 && /^$|^[^.].*\.diff$/.test(rest[0] ?? '');
  if (rest.length > 0) {
    const name = rest.at(-1) ?? '';
    return FOLDERS.includes(first) && !name.startsWith('.') && (name === '' || SOURCE.test(name));
  }
  return /^(lab\.(m?[jt]s|d\.ts)|README(\.ko)?\.md|lab\d\d[\w.-]*\.test\.ts)$/.test(first);
}
