/** The inventory's file: found, read, and written anew. */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, NetlabError, UsageError } from '../../base/errors.ts';
import {
  type BenchBoard,
  INVENTORY_MAX,
  type Inventory,
  parseInventory,
} from '../../lab/inventory.ts';
import { fileError } from '../store/file-error.ts';
import { readIfThere } from '../store/files.ts';

export const BENCH_FILE = 'netlab.bench.json';

export interface BenchFile extends Inventory {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/**
 * `--bench`, which is kept in `$NETLAB_BENCH`, else the nearest one in this folder or above it; undefined when
 * there is none.
 * @throws UsageError `bench-not-json`, `bench-unfit`, `bench-unknown-member`; NetlabError of the file
 */
export function findBench(from: string = process.cwd()): BenchFile | undefined {
  const { NETLAB_BENCH } = process.env;
  if (NETLAB_BENCH) {
    const path = resolve(from, NETLAB_BENCH);
    const bench = readBench(path);
    if (bench !== undefined) return bench;
    throw new NetlabError('bench-missing', EXIT.usage, `there is no ${path}`, { path });
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const bench = readBench(join(folder, BENCH_FILE));
    if (bench !== undefined || dirname(folder) === folder) return bench;
  }
}

/** Undefined when there is no such file. */
function readBench(path: string): BenchFile | undefined {
  const text = readBounded(path);
  if (text === undefined) return undefined;
  const parsed = parseInventory(text);
  if (parsed.ok) return { ...parsed.value, path, text };
  const { code, ...details } = parsed.error;
  throw new UsageError(BENCH_ERRORS[code], `${path}: ${code}`, { path, ...details });
}

const BENCH_ERRORS = {
  'not-json': 'bench-not-json',
  unfit: 'bench-unfit',
  'unknown-member': 'bench-unknown-member',
} as const;

function readBounded(path: string): string | undefined {
  try {
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (size === undefined) return undefined;
    // UTF-8 has up to four octets a character.
    if (size <= 4 * INVENTORY_MAX) return readIfThere(path);
  } catch (error) {
    throw fileError(error, path);
  }
  const reason = `> ${INVENTORY_MAX}`;
  throw new UsageError('bench-not-json', `${path}: ${reason}`, { path, reason });
}

export const boardNamed = (bench: BenchFile | undefined, name: string): BenchBoard | undefined =>
  bench?.boards.find((board) => board.name === name);
