/**
 * The peer of the stack's benchmarks: lwIP as Debian packages it (liblwip-dev, 2.1.3), in a process of its own.
 * With the options that the package was built with: MSS 1460, a window of 65535 octets at scale 1, a send buffer
 * as large; checksums made (while copying) and verified; no timestamps and no SACK. The program prints them.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface LwipTransfer {
  readonly octets: number;
  /** From the established connection until the last octet was read. */
  readonly seconds: number;
  /** Of these, what its process had: less on a machine that does other things as well. */
  readonly cpuSeconds: number;
}

export interface LwipConnections {
  readonly connections: number;
  /** Of memory that one end of an idle connection takes, all told. */
  readonly octetsEach: number;
  readonly controlBlock: number;
}

const SOURCE = join(process.cwd(), 'bench', 'lwip', 'transfer.c');
const INCLUDE = '/usr/include/lwip';
const BUILD_LIMIT_MS = 60_000;
const RUN_LIMIT_MS = 120_000;

const run = promisify(execFile);

/** Undefined, and why on stderr, when lwIP or a compiler is not installed. */
export const runLwip = (octets: number): Promise<LwipTransfer | undefined> =>
  runProgram(['bulk', String(octets)]) as Promise<LwipTransfer | undefined>;

/** Both ends of `count` connections (at most 50,000: one address has no more ports) are in the process. */
export const runLwipConnections = (count: number): Promise<LwipConnections | undefined> =>
  runProgram(['connections', String(count)]) as Promise<LwipConnections | undefined>;

async function runProgram(args: readonly string[]): Promise<unknown> {
  const path = await program();
  if (path === undefined) return undefined;
  const { stdout } = await run(path, args, { timeout: RUN_LIMIT_MS });
  return JSON.parse(stdout);
}

let built: Promise<string | undefined> | undefined;

/** Built once a process; the folder goes when the process does. */
function program(): Promise<string | undefined> {
  built ??= build();
  return built;
}

async function build(): Promise<string | undefined> {
  try {
    await access(INCLUDE);
  } catch {
    process.stderr.write('lwIP is not measured: apt-get install liblwip-dev\n');
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'netlab-lwip-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'transfer');
  const flags = ['-std=gnu11', '-O3', '-Wall', '-Wextra', '-Werror', `-I${INCLUDE}`];
  try {
    await run('gcc', [...flags, SOURCE, '-o', path, '-llwip'], { timeout: BUILD_LIMIT_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    process.stderr.write('lwIP is not measured: apt-get install gcc\n');
    return undefined;
  }
  return path;
}
