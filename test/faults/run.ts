/** lab03 on a board that faults happen to, with all that a run leaves. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lab } from '../../labs/lab03-ethernet/lab.ts';
import * as solution from '../../labs/lab03-ethernet/solution/ethernet.ts';
import { assert } from '../../src/base/errors.ts';
import { seededRng } from '../../src/base/random.ts';
import { type Cassette, decodeCassette } from '../../src/capture/cassette-reader.ts';
import { decodeCapture } from '../../src/capture/pcapng-reader.ts';
import type { GradedLearner } from '../../src/lab/learner.ts';
import { type RunEvent, runLab } from '../../src/lab/runner.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import type { PortWorld } from '../../src/node/bench/board-port.ts';
import { Recording } from '../../src/node/recording.ts';
import { runClock } from '../../src/node/run-clock.ts';
import { openEvidence, RUN_FILES, runId } from '../../src/node/store/runs.ts';
import { openPort } from '../../src/node/substrate-port.ts';
import { openReplay } from '../../src/node/substrate-replay.ts';

const SEED = 1;

export interface FaultyRun {
  readonly verdict: Verdict;
  /** As the capture has them, whole. */
  readonly packets: number;
  readonly cassette: Cassette;
}

export interface BoardToRunOn {
  readonly path: string;
  /** This machine without it. */
  readonly world?: PortWorld;
}

export interface RunOptions {
  /** Ids of checks. */
  readonly only: readonly string[];
  /** Called as each step begins, with its number in the whole run from 1 on. */
  readonly onStep?: (step: number) => void;
}

/** The code is the solution's, in this process: what it does is not what is tested. */
const learner: GradedLearner = {
  call: async (name, ...args) =>
    (solution as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args),
};

const grading = {
  lab,
  learner,
  code: { kind: 'solution', path: '' },
  seed: SEED,
  netlab: 'test',
  startedAt: '2026-01-01T00:00:00.000Z',
  clock: runClock,
} as const;

/** @throws NetlabError when the board cannot even be opened */
export async function runOn(board: BoardToRunOn, { only, onStep }: RunOptions): Promise<FaultyRun> {
  const root = mkdtempSync(join(tmpdir(), 'netlab-faults-'));
  const evidence = openEvidence(root, runId(grading.startedAt, lab.id, seededRng(SEED)));
  const recording = new Recording(evidence, 'test', { lab: lab.id, seed: SEED, netlab: 'test' });
  let steps = 0;
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'step-started') onStep?.(++steps);
  };
  try {
    const substrate = await openPort(
      { port: board.path, peer: 'loopback', ...(board.world && { world: board.world }) },
      { seed: SEED, fixtures: lab.fixtures },
      recording,
    );
    const verdict = await runLab({ ...grading, substrate, only, onEvent }).finally(() =>
      substrate.close(),
    );
    recording.end();
    const file = (name: string): Buffer => readFileSync(join(evidence.folder, name));
    const capture = decodeCapture(file(RUN_FILES.frames));
    const cassette = decodeCassette(file(RUN_FILES.cassette).toString());
    assert(capture.damage === undefined, 'the capture is whole');
    assert(cassette.damage === undefined, 'the cassette is whole');
    return { verdict, packets: capture.packets.length, cassette };
  } finally {
    evidence.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** The same run from what was recorded, with no board. */
export async function replayOf({ cassette, verdict }: FaultyRun): Promise<Verdict> {
  const { substrate } = verdict.exercised;
  const only = verdict.checks.map(({ id }) => id);
  const replay = await openReplay({
    ...{ cassette, lab: lab.id, seed: SEED, startedAt: grading.startedAt, code: grading.code },
    ...{ uses: [], substrate, outcomes: new Map(), unfinished: false },
  });
  return runLab({ ...grading, substrate: replay, only }).finally(() => replay.close());
}

/** Each check's outcome, with the code of what went wrong. */
export const outcomesOf = ({ checks }: Verdict): readonly string[] =>
  checks.map(({ id, verdict, failure, firstFailure }) =>
    [id, verdict, failure?.code ?? firstFailure?.code ?? ''].join(' ').trim(),
  );
