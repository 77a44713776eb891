/** From a save to what `netlab watch` shows of it, with a learner's file that fails its first check, and one that cannot be read. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Benchmark, figure } from './figure.ts';

const ROOT = process.cwd();
const BIN = join(ROOT, 'bin', 'netlab.js');
const SOLUTION = join(ROOT, 'labs', 'lab03-ethernet', 'solution', 'ethernet.ts');
const SAVES = 15;
const QUICK_SAVES = 3;
/** Nobody saves at once after a result came. */
const THINKING_MS = 1000;
const DEADLINE_MS = 60_000;
const WAITING = /Waiting for the next save/;

export const benchmark: Benchmark = async (quick) => {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-bench-'));
  const { status, stderr } = spawnSync(process.execPath, [BIN, 'start', 'lab03'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`netlab start ended with ${status}: ${stderr}`);
  const entry = join(folder, 'lab03-ethernet', 'ethernet.ts');
  const env = { ...process.env, LC_ALL: 'C', NO_COLOR: '1' };
  const child = spawn(process.execPath, [BIN, 'watch', 'lab03', '--seed', '1'], {
    cwd: folder,
    env,
  });
  try {
    await shown(child, WAITING);
    const starter = readFileSync(entry, 'utf8');
    const solution = readFileSync(SOLUTION, 'utf8');
    const [first, failing, unreadable]: number[][] = [[], [], []];
    for (let i = 0; i < (quick ? QUICK_SAVES : SAVES); i++) {
      first?.push(await save(child, entry, `${solution}// ${i}\n`, /./, WAITING));
      failing?.push(await save(child, entry, `${starter}// ${i}\n`, /FAIL/, WAITING));
      unreadable?.push(
        await save(child, entry, `${starter}let = ${i};\n`, /cannot be read/, WAITING),
      );
    }
    return [
      figure('from a save to the first output', 'ms', first ?? [], { target: '≤ 300' }),
      figure('from a save to the step that fails', 'ms', failing ?? [], { target: '≤ 300' }),
      figure('from a save to its syntax error', 'ms', unreadable ?? [], { target: '≤ 300' }),
    ];
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Milliseconds until `wanted` was shown; goes on when `then` was, too. */
async function save(
  child: ChildProcessWithoutNullStreams,
  path: string,
  text: string,
  wanted: RegExp,
  then: RegExp,
): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, THINKING_MS));
  const end = shown(child, then);
  const came = shown(child, wanted);
  const began = performance.now();
  writeFileSync(path, text);
  await came;
  const taken = performance.now() - began;
  await end;
  return taken;
}

function shown(child: ChildProcessWithoutNullStreams, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`no ${wanted} in: ${text}`)), DEADLINE_MS);
    const take = (chunk: Buffer): void => {
      text += chunk;
      if (!wanted.test(text)) return;
      clearTimeout(timer);
      child.stdout.off('data', take);
      resolve();
    };
    child.stdout.on('data', take);
  });
}
