/** Puts boards that were found into the inventory. What people wrote there stays as it is. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assert } from '../../base/errors.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { writeWhole } from '../store/files.ts';
import { BENCH_FILE, findBench } from './inventory-file.ts';
import type { SurveyedBoard } from './survey.ts';

export interface WrittenInventory {
  readonly path: string;
  /** The names of the boards that were added. */
  readonly added: readonly string[];
}

/** Makes an empty one where none is. @throws UsageError of the inventory; NetlabError of the file */
export function startInventory(): void {
  const { NETLAB_BENCH } = process.env;
  const path = resolve(NETLAB_BENCH || BENCH_FILE);
  if (NETLAB_BENCH ? existsSync(path) : findBench() !== undefined) return;
  writeDocument(path, { $schema: schemaFor(dirname(path)), boards: {} });
}

/**
 * Adds every board that answered, or that its USB identity makes sure of, and that has no name yet.
 * @throws UsageError of the inventory; NetlabError of the file
 */
export function writeInventory(surveyed: readonly SurveyedBoard[]): WrittenInventory {
  const bench = findBench();
  assert(bench !== undefined, 'startInventory has made one');
  const document = JSON.parse(bench.text);
  const boards: Record<string, unknown> = document.boards;
  const added: string[] = [];
  for (const board of surveyed) {
    const kind = kindOf(board);
    if (board.name !== undefined || kind === undefined || board.port === undefined) continue;
    const name = freeName(kind, boards);
    boards[name] = { port: placeOf(board), kind };
    added.push(name);
  }
  if (added.length > 0) writeDocument(bench.path, document);
  return { path: bench.path, added };
}

const writeDocument = (path: string, document: unknown): void =>
  writeWhole(path, `${JSON.stringify(document, null, 2)}\n`);

/** By the way that a clone on another machine has too, where there is one. */
function schemaFor(folder: string): string {
  const schema = join('docs', 'bench.schema.json');
  for (let above = folder; ; above = dirname(above)) {
    const installed = join(above, 'node_modules', 'netlab');
    if (existsSync(installed) && realpathSync(installed) === realpathSync(PACKAGE_ROOT)) {
      const way = relative(folder, join(installed, schema)).split(sep).join('/');
      return way.startsWith('.') ? way : `./${way}`;
    }
    if (dirname(above) === above) return pathToFileURL(join(PACKAGE_ROOT, schema)).href;
  }
}

function kindOf({ identity, usb, state }: SurveyedBoard): string | undefined {
  if (identity !== undefined) return identity.board;
  const sure = usb?.certainty === 'ours' || usb?.certainty === 'board';
  return sure && state !== 'failed' ? usb.board : undefined;
}

function placeOf({ usb, port }: SurveyedBoard): Readonly<Record<string, unknown>> {
  if (usb?.serialNumber !== undefined) return { serialNumber: usb.serialNumber };
  return usb?.location === undefined ? { path: port } : { location: usb.location };
}

function freeName(kind: string, boards: Readonly<Record<string, unknown>>): string {
  const stem =
    kind
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 26) || 'board';
  for (let number = 1; ; number++) {
    const name = `${/^[a-z]/.test(stem) ? stem : `board-${stem}`}-${number}`;
    if (!(name in boards)) return name;
  }
}
