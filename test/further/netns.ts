/**
 * Network namespaces of the Linux kernel for tests: a kernel's network stack that nobody else's interfaces,
 * addresses and traffic are in. Wants root and iproute2.
 *
 * What is left behind by a test that was killed goes with the next one: a namespace's name has the id of the
 * process that made it.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLONE_NEWNET = 0x40000000;
const COMMAND_LIMIT_MS = 30_000;
const HOOKS = new URL('./typescript-hooks.mjs', import.meta.url).href;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with what stdout has so far, once it matches; rejects when the process ends before. */
  shows(pattern: RegExp): Promise<string>;
}

const ip = (...args: readonly string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

let made = 0;
const open = new Set<Namespace>();

export class Namespace {
  readonly name: string;
  readonly #running = new Set<ChildProcess>();

  private constructor(name: string) {
    this.name = name;
  }

  static create(): Namespace {
    sweep();
    const namespace = new Namespace(`netlab-${process.pid}-${made++}`);
    ip('netns', 'add', namespace.name);
    if (open.size === 0) process.once('exit', closeAll);
    open.add(namespace);
    ip('-n', namespace.name, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /** `ip` in this namespace, at once. */
  ip(...args: readonly string[]): string {
    return ip('-n', this.name, ...args);
  }

  has(interfaceName: string): boolean {
    return this.ip('-o', 'link').includes(` ${interfaceName}: `);
  }

  /** The process is killed when it takes too long, and when the namespace is closed. */
  start(command: string, args: readonly string[] = [], options: SpawnOptions = {}): Running {
    const child = spawn('ip', ['netns', 'exec', this.name, command, ...args], {
      timeout: COMMAND_LIMIT_MS,
      killSignal: 'SIGKILL',
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    const running = watch(child);
    running.ended.finally(() => this.#running.delete(child)).catch(() => {});
    return running;
  }

  run(command: string, ...args: readonly string[]): Promise<Ended> {
    return this.start(command, args).ended;
  }

  /** A command while this thread does nothing else: its devices are not read meanwhile. */
  runBlocking(command: string, ...args: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, command, ...args], {
      encoding: 'utf8',
      timeout: COMMAND_LIMIT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /**
   * What this thread opens while `use` has not yet settled belongs to this namespace, and goes on to when it is
   * back in its own. Children that it starts meanwhile begin there too. One at a time.
   */
  async enter<T>(use: () => T | Promise<T>): Promise<T> {
    const setns = await loadSetns();
    const own = openSync('/proc/thread-self/ns/net', 'r');
    const other = openSync(`/run/netns/${this.name}`, 'r');
    try {
      moveTo(setns, other);
      return await use();
    } finally {
      moveTo(setns, own);
      closeSync(own);
      closeSync(other);
    }
  }

  close(): void {
    if (!open.delete(this)) return;
    for (const child of this.#running) child.kill('SIGKILL');
    remove(this.name);
    if (open.size === 0) process.removeListener('exit', closeAll);
  }
}

/** Arguments with which `node` runs a TypeScript file of ours. */
export function typescript(script: URL, ...args: readonly string[]): string[] {
  const register = `import { register } from 'node:module'; register(${JSON.stringify(HOOKS)});`;
  const loader = `data:text/javascript,${encodeURIComponent(register)}`;
  return ['--import', loader, fileURLToPath(script), ...args];
}

const closeAll = (): void => {
  for (const namespace of open) namespace.close();
};

/** With all that still runs in it: a namespace lives as long as a process of its own does. */
function remove(name: string): void {
  for (const pid of ip('netns', 'pids', name).split(/\s+/).map(Number)) {
    if (pid === 0 || pid === process.pid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  ip('netns', 'delete', name);
}

function sweep(): void {
  for (const [name, pid] of ip('netns', 'list').matchAll(/\bnetlab-(\d+)-\d+/g)) {
    if (!isAlive(Number(pid))) remove(name);
  }
}

function isAlive(pid: number): boolean {
  try {
    readFileSync(`/proc/${pid}/stat`);
    return true;
  } catch {
    return false;
  }
}

type Setns = (fd: number, type: number) => number;

async function loadSetns(): Promise<Setns> {
  const koffi = (await import('koffi')).default;
  return koffi.load('libc.so.6').func('int setns(int fd, int type)');
}

function moveTo(setns: Setns, namespace: number): void {
  if (setns(namespace, CLONE_NEWNET) !== 0) throw new Error('setns failed: root only');
}

function watch(child: ChildProcess): Running {
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const each of watchers) each();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const shows = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stdout)) return;
        watchers.delete(look);
        resolve(stdout);
      };
      watchers.add(look);
      look();
      ended.then(() => reject(new Error(`ended without ${pattern}: ${stdout}${stderr}`)), reject);
    });
  return { child, ended, shows };
}
