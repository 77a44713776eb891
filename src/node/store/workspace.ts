/**
 * The learner's own folder of a lab: `lab03-ethernet/` with the starter's files, the READMEs and a
 * tsconfig for the editor. What is there already is never overwritten.
 */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { Lab } from '../../lab/lab.ts';
import { fileError } from './file-error.ts';
import { writeNew, writeWhole } from './files.ts';
import type { LabSource } from './labs.ts';

export interface Workspace {
  /** Absolute. */
  readonly folder: string;
  /** Absolute path of the file to fill in. */
  readonly entry: string;
}

export interface StartedWorkspace extends Workspace {
  /** Paths relative to the folder. */
  readonly created: readonly string[];
  /** Were there already, and stayed as they were. */
  readonly kept: readonly string[];
}

/** For the editor alone: netlab strips types and checks none. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    // The DOM for the sake of console.log alone.
    lib: ['ES2023', 'DOM'],
    types: [],
    module: 'ESNext',
    moduleResolution: 'Bundler',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
  },
  include: ['**/*.ts'],
};

/**
 * `#lab02` for the editor: the learner's own module beside this folder, else the types of its starter.
 * @param folder of the workspace
 */
function tsconfigFor(folder: string, uses: readonly LabSource[]): string {
  const slashed = (path: string): string => path.replaceAll('\\', '/');
  const paths = uses.map(({ lab, folder: theirs }) => [
    `#${lab.id}`,
    [`../${lab.name}/${lab.entry}`, slashed(relative(folder, join(theirs, 'starter', lab.entry)))],
  ]);
  const { compilerOptions, include } = TSCONFIG;
  const own = paths.length === 0 ? {} : { paths: Object.fromEntries(paths) };
  return `${JSON.stringify({ compilerOptions: { ...compilerOptions, ...own }, include }, null, 2)}\n`;
}

/** What a workspace begins with, by relative path. */
function beginning(
  { folder }: LabSource,
  workspace: string,
  uses: readonly LabSource[],
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const starter = join(folder, 'starter');
  for (const entry of readdirSync(starter, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(starter.length + 1), readFileSync(path));
  }
  for (const name of readdirSync(folder)) {
    if (/^README.*\.md$/.test(name)) files.set(name, readFileSync(join(folder, name)));
  }
  files.set('tsconfig.json', Buffer.from(tsconfigFor(workspace, uses)));
  return files;
}

/**
 * Makes `parent`/labNN-name.
 * @param uses the labs that its code may import
 * @throws NetlabError of `fileError`.
 */
export function startWorkspace(
  source: LabSource,
  parent: string,
  uses: readonly LabSource[] = [],
): StartedWorkspace {
  const workspace = workspaceAt(source.lab, resolve(parent, source.lab.name));
  const created: string[] = [];
  const kept: string[] = [];
  for (const [path, content] of beginning(source, workspace.folder, uses)) {
    (writeNew(join(workspace.folder, path), content) ? created : kept).push(path);
  }
  return { ...workspace, created, kept };
}

/**
 * Puts the starter's files back, after copying the whole folder to `copy`, a folder beside it that has
 * `stamp` in its name. Files of the learner's own making stay.
 * @throws NetlabError of `fileError`; then nothing was changed.
 */
export function resetWorkspace(
  source: LabSource,
  workspace: Workspace,
  stamp: string,
  uses: readonly LabSource[] = [],
): { readonly copy: string; readonly restored: readonly string[] } {
  const copy = freeName(`${workspace.folder}.${stamp}`);
  try {
    cpSync(workspace.folder, copy, { recursive: true, errorOnExist: true, force: false });
  } catch (error) {
    throw fileError(error, copy);
  }
  const files = beginning(source, workspace.folder, uses);
  for (const [path, content] of files) writeWhole(join(workspace.folder, path), content);
  return { copy, restored: [...files.keys()] };
}

function freeName(path: string): string {
  let name = path;
  for (let i = 2; existsSync(name); i++) name = `${path}-${i}`;
  return name;
}

/**
 * The learner's folder of `lab`: `from` or a folder above it that is called labNN-name, or one so called
 * in `from` or in a folder above it. Undefined when there is none.
 */
export function findWorkspace(lab: Lab, from: string): Workspace | undefined {
  for (const folder of upward(from)) {
    for (const candidate of [folder, join(folder, lab.name)]) {
      const workspace = workspaceAt(lab, candidate);
      if (basename(candidate) === lab.name && existsSync(workspace.entry)) return workspace;
    }
  }
  return undefined;
}

/** @throws NetlabError `workspace-missing` (exit 3): `netlab start` makes one. */
export function requireWorkspace(lab: Lab, from: string): Workspace {
  const workspace = findWorkspace(lab, from);
  if (workspace !== undefined) return workspace;
  const message = `there is no ${lab.name} here or above; netlab start ${lab.id} makes one`;
  throw new NetlabError('workspace-missing', EXIT.nothingToCheck, message, {
    lab: lab.id,
    name: lab.name,
    path: resolve(from),
  });
}

/** The lab folder's name that `from` lies in, for commands that were given no lab. */
export function labOfFolder(from: string, names: readonly string[]): string | undefined {
  return upward(from)
    .map((folder) => basename(folder))
    .find((name) => names.includes(name));
}

/** Where a further lab's folder is made: beside that of the lab that `from` lies in, else in `from`. */
export function homeOfLabs(from: string, names: readonly string[]): string {
  const inside = upward(from).find((folder) => names.includes(basename(folder)));
  return inside === undefined ? resolve(from) : dirname(inside);
}

const workspaceAt = (lab: Lab, folder: string): Workspace => ({
  folder,
  entry: join(folder, lab.entry),
});

/** `from` and the folders above it, nearest first. */
export function upward(from: string): readonly string[] {
  const folders = [resolve(from)];
  for (;;) {
    const last = folders.at(-1) ?? '/';
    const parent = dirname(last);
    if (parent === last) return folders;
    folders.push(parent);
  }
}
