/** The command line: how long its users wait, and how much they install. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Benchmark, figure } from './figure.ts';

const ROOT = process.cwd();
const BIN = join(ROOT, 'bin', 'netlab.js');
const RUNS = 15;
const LAB_RUNS = 3;
const MEGABYTE = 1e6;

export const benchmark: Benchmark = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-bench-'));
  try {
    const bare: number[] = [];
    const version: number[] = [];
    // Taken in turns, so that what else the machine does falls on both.
    for (let i = 0; i < RUNS; i++) {
      bare.push(timed(['-e', '0'], folder));
      version.push(timed([BIN, '--version'], folder));
    }
    const args = [BIN, 'run', 'lab03', '--on', 'emulated', '--seed', '1', '--json'];
    const lab = Array.from({ length: LAB_RUNS }, () => timed(args, folder) / 1000);
    return [
      figure('netlab --version', 'ms', version, {
        target: '≤ 3 ×',
        peer: 'node -e 0',
        peerRuns: bare,
      }),
      figure('netlab run lab03, all told', 's', lab, { target: '≤ 3' }),
      figure('installed size', 'MB', [installedSize() / MEGABYTE], { target: '≤ 40' }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** In milliseconds, from before the process began until after it ended. */
function timed(args: readonly string[], cwd: string): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

interface Manifest {
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The package itself and all that it needs to run, optional parts included, as they lie here. */
function installedSize(): number {
  const seen = new Set<string>();
  const own = readManifest(ROOT);
  let size = (own.files ?? []).reduce((sum, file) => sum + sizeOf(join(ROOT, file)), 0);
  const visit = (name: string, from: string): void => {
    const folder = locate(name, from);
    if (folder === undefined || seen.has(folder)) return;
    seen.add(folder);
    size += sizeOf(folder);
    for (const needed of needs(readManifest(folder))) visit(needed, folder);
  };
  for (const needed of needs(own)) visit(needed, ROOT);
  return size;
}

const needs = ({ dependencies = {}, optionalDependencies = {} }: Manifest): string[] =>
  Object.keys({ ...dependencies, ...optionalDependencies });

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** As Node looks for packages; undefined for an optional one of another platform. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(ROOT); folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

/** A nested package is counted here, as a part of the folder, and not again. */
function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
