/** Many submissions graded side by side, against one run of the lab: wall time, on the same substrate. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { patched } from '../src/node/store/patch.ts';
import { type Benchmark, figure } from './figure.ts';

const ROOT = process.cwd();
const BIN = join(ROOT, 'bin', 'netlab.js');
const LAB = join(ROOT, 'labs', 'lab03-ethernet');
const SUBMISSIONS = 300;
const QUICK_SUBMISSIONS = 6;
const JOBS = 2;
const SINGLES = 5;
const ENTRY = 'ethernet.ts';

/** Handed in by turns: what passes, what fails at once, what a check must find. */
function submissions(): readonly string[] {
  const read = (path: string) => readFileSync(join(LAB, path), 'utf8');
  const solution = read(`solution/${ENTRY}`);
  const wrong = patched(new Map([[ENTRY, solution]]), read('mutants/pads-to-64.diff'));
  if (!wrong.ok) throw new Error(wrong.error);
  return [solution, read(`starter/${ENTRY}`), wrong.value.get(ENTRY) ?? ''];
}

export const benchmark: Benchmark = async (quick) => {
  const count = quick ? QUICK_SUBMISSIONS : SUBMISSIONS;
  const kinds = submissions();
  const folder = mkdtempSync(join(tmpdir(), 'netlab-bench-'));
  try {
    for (let i = 0; i < count; i++) {
      const own = join(folder, 'submissions', `s${String(i).padStart(3, '0')}`);
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, ENTRY), kinds[i % kinds.length] ?? '');
    }
    const single = ['run', 'lab03', '--on', 'emulated', '--seed', '1', '--json'];
    const singles = Array.from({ length: SINGLES }, () => timed(single, folder));
    const all = ['grade', 'submissions', '--lab', 'lab03', '--seed', '1', '--jobs', String(JOBS)];
    const each = timed([...all, '--json'], folder) / count;
    return [
      figure(`a submission of ${count}, ${JOBS} at once, emulated`, 'ms', [each], {
        target: '≤ 1 ×',
        peer: 'netlab run lab03',
        peerRuns: singles,
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** In milliseconds, from before the process began until after it ended. */
function timed(args: readonly string[], cwd: string): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`netlab ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}
