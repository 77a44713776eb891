/** Runs the built command line as its users do: a process of its own, in a folder of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished, vi } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/netlab.js', import.meta.url));
/**
 * Leases of one file's tests: not those of who runs them, nor those of other files, which ask at the same time for the
 * same boards that are not there.
 */
const STATE = mkdtempSync(join(tmpdir(), 'netlab-test-state-'));
afterAll(() => rmSync(STATE, { recursive: true, force: true }));
/** For a process, and for a test that runs several: guards against hanging, on machines of any speed. */
const DEADLINE_MS = 60_000;
vi.setConfig({ testTimeout: 3 * DEADLINE_MS });

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves with what stdout has so far, once it matches. */
  shows(pattern: RegExp): Promise<string>;
}

export interface Setting {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder for one test, removed after it. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function startNetlab(args: readonly string[], setting: Setting = {}): Running {
  const { PATH = '', HOME = '', SystemRoot = '' } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: setting.cwd ?? ownFolder(),
    // What the tests' own environment says about languages and colour is not what is tested.
    env: { PATH, HOME, SystemRoot, LC_ALL: 'C', NETLAB_STATE: STATE, ...setting.env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`netlab ${args.join(' ')} did not end\n${stdout}\n${stderr}`));
    }, DEADLINE_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
  const shows = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(stdout)) resolve(stdout);
      };
      child.stdout.on('data', look);
      ended.then(
        () => reject(new Error(`it ended without ${pattern}\n${stdout}\n${stderr}`)),
        reject,
      );
      look();
    });
  // A test that never looks at the end must not fail for an end that comes after it.
  ended.catch(() => {});
  return { child, ended, shows };
}

export const netlab = (args: readonly string[], setting?: Setting): Promise<Ended> =>
  startNetlab(args, setting).ended;

export interface FailureDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly exitCode: number;
    readonly details: Readonly<Record<string, unknown>>;
  };
}
