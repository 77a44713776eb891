/** What could keep netlab from working on this machine. Each part looks at one thing and never throws. */
import { accessSync, constants, existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, type ExitCode, type NetlabError } from '../base/errors.ts';
import { listPorts } from './discovery.ts';
import { bundledBoards, loadImage } from './images.ts';
import { permissionRemedy } from './port-access.ts';

type Subject =
  | 'node'
  | 'serial'
  | 'ports'
  | 'permission'
  | 'images'
  | 'workspace'
  | 'terminal'
  | 'pty';

export interface Finding {
  readonly subject: Subject;
  /** `poor`: something is missing that one can do without. */
  readonly state: 'good' | 'poor' | 'bad';
  /** What was found, in no language: versions, paths, names. */
  readonly detail: string;
  /** The command that mends it. */
  readonly remedy?: string;
  /** What a command that needs it would end with. */
  readonly exitCode?: ExitCode;
}

/** @param folder where the workspace would be */
export async function diagnose(folder: string): Promise<readonly Finding[]> {
  return [
    node(),
    await serial(),
    await ports(),
    await permission(),
    images(),
    workspace(folder),
    terminal(),
    await pty(),
  ];
}

const OLDEST_NODE = [20, 19] as const;

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const detail = `${process.version}, ${process.platform} ${process.arch}`;
  if (fits) return { subject: 'node', state: 'good', detail };
  return { subject: 'node', state: 'bad', detail, remedy: 'nvm install 20', exitCode: EXIT.usage };
}

async function serial(): Promise<Finding> {
  try {
    await import('serialport');
    return { subject: 'serial', state: 'good', detail: '' };
  } catch (error) {
    const detail = (error as Error).message.split('\n')[0] ?? '';
    const mend = { remedy: 'npm rebuild @serialport/bindings-cpp', exitCode: EXIT.noBoard };
    return { subject: 'serial', state: 'bad', detail, ...mend };
  }
}

async function ports(): Promise<Finding> {
  const found = (await listPorts()).map(({ path, board }) => (board ? `${path} (${board})` : path));
  return { subject: 'ports', state: found.length > 0 ? 'good' : 'poor', detail: found.join(', ') };
}

async function permission(): Promise<Finding> {
  if (process.platform === 'win32') return { subject: 'permission', state: 'good', detail: '' };
  const closed = (await listPorts()).find(({ path }) => existsSync(path) && !mayOpen(path));
  if (closed === undefined) return { subject: 'permission', state: 'good', detail: '' };
  const remedy = permissionRemedy(closed.path);
  return {
    subject: 'permission',
    state: 'bad',
    detail: closed.path,
    remedy,
    exitCode: EXIT.noBoard,
  };
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function images(): Finding {
  const boards = bundledBoards();
  try {
    // Without a board to name, the manifest itself tells what is wrong with it.
    const images = (boards.length > 0 ? boards : ['w5500-evb-pico']).map((board) =>
      loadImage(board),
    );
    const detail = images.map(({ board, version }) => `${board} ${version}`).join(', ');
    return { subject: 'images', state: 'good', detail };
  } catch (error) {
    const { message, exitCode } = error as NetlabError;
    return { subject: 'images', state: 'bad', detail: message, remedy: 'npm ci', exitCode };
  }
}

function workspace(folder: string): Finding {
  try {
    rmdirSync(mkdtempSync(join(folder, '.netlab-')));
    return { subject: 'workspace', state: 'good', detail: folder };
  } catch (error) {
    const detail = `${folder}: ${(error as NodeJS.ErrnoException).code ?? ''}`;
    return { subject: 'workspace', state: 'bad', detail, remedy: 'cd ~', exitCode: EXIT.usage };
  }
}

function terminal(): Finding {
  const { isTTY, columns } = process.stdout;
  const { TERM = '' } = process.env;
  const detail = isTTY ? `${TERM} ${columns}` : '-';
  return { subject: 'terminal', state: 'good', detail };
}

async function pty(): Promise<Finding> {
  const { openPty } = await import('./pty.ts');
  try {
    const made = await openPty();
    made.close();
    return { subject: 'pty', state: 'good', detail: made.path };
  } catch (error) {
    const detail = (error as Error).message;
    return { subject: 'pty', state: 'poor', detail };
  }
}
