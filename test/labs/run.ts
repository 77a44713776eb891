import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lab } from '../../labs/lab03-ethernet/lab.ts';
import { seededRng } from '../../src/base/random.ts';
import type { LearnerCode } from '../../src/lab/learner.ts';
import { runLab } from '../../src/lab/runner.ts';
import type { Substrate, SubstrateRequest } from '../../src/lab/substrate.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { Recording } from '../../src/node/recording.ts';
import { runClock } from '../../src/node/run-clock.ts';
import { openSandbox } from '../../src/node/sandbox/sandbox.ts';
import { openEvidence, RUN_FILES, runId } from '../../src/node/store/runs.ts';

const LAB_FOLDER = new URL('../../labs/lab03-ethernet/', import.meta.url);

/** A file of the lab's, `solution/ethernet.ts`, as the learner's entry. */
export function codeOf(path: string): LearnerCode {
  const text = readFileSync(new URL(path, LAB_FOLDER), 'utf8');
  return { entry: lab.entry, files: new Map([[lab.entry, text]]) };
}

export interface GradedRun {
  readonly verdict: Verdict;
  readonly frames: Buffer;
}

/** lab03 whole, with evidence in a folder that is gone afterwards. */
export async function runLab03(
  code: LearnerCode,
  seed: number,
  open: (request: SubstrateRequest, recording: Recording) => Promise<Substrate>,
): Promise<GradedRun> {
  const root = mkdtempSync(join(tmpdir(), 'netlab-lab03-'));
  const startedAt = '2026-01-01T00:00:00.000Z';
  const evidence = openEvidence(root, runId(startedAt, lab.id, seededRng(seed)));
  const recording = new Recording(evidence, 'test', { lab: lab.id, seed, netlab: 'test' });
  const learner = openSandbox(code);
  try {
    const substrate = await open({ seed, fixtures: lab.fixtures }, recording);
    try {
      const verdict = await runLab({
        lab,
        substrate,
        learner,
        code: { kind: 'solution', path: '' },
        seed,
        netlab: 'test',
        startedAt,
        clock: runClock,
      });
      recording.end();
      return { verdict, frames: readFileSync(join(evidence.folder, RUN_FILES.frames)) };
    } finally {
      await substrate.close();
    }
  } finally {
    await learner.close();
    evidence.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** What a verdict says of each check, and nothing of when. */
export const outcomes = ({ checks }: Verdict) =>
  Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
