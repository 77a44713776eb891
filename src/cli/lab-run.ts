/** One graded run, whole: code, bench, checks, evidence, progress. */
import { writeFileSync } from 'node:fs';
import { NetlabError } from '../base/errors.ts';
import { seededRng } from '../base/random.ts';
import type { Lab } from '../lab/lab.ts';
import { recordRun } from '../lab/progress.ts';
import { junit } from '../lab/report/junit.ts';
import { type RunEvent, runLab } from '../lab/runner.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { type Language, transcript } from '../lab/transcript.ts';
import { encodeVerdict, type Verdict } from '../lab/verdict.ts';
import { freshSeed } from '../node/chance.ts';
import { timeOfDay } from '../node/clock.ts';
import { packageVersion } from '../node/package-root.ts';
import { Recording } from '../node/recording.ts';
import { runClock } from '../node/run-clock.ts';
import { openSandbox } from '../node/sandbox/sandbox.ts';
import { fileError } from '../node/store/file-error.ts';
import type { LabSource } from '../node/store/labs.ts';
import { loadProgress, saveProgress } from '../node/store/progress-file.ts';
import { type Evidence, openEvidence, RUN_FILES, recordsRoot, runId } from '../node/store/runs.ts';
import type { ChosenCode } from './lab-choice.ts';
import { stampOf } from './stamp.ts';

export interface LabRunRequest {
  readonly source: LabSource;
  readonly chosen: ChosenCode;
  readonly seed: number;
  readonly language: Language;
  /** Where `.netlab` is looked for. */
  readonly here: string;
  readonly signal: AbortSignal;
  /** A file for the verdict as JUnit has it. */
  readonly junit?: string | undefined;
  /** Ids of the checks to run; all without it. */
  readonly only?: readonly string[];
  /** The checks after one that did not pass are skipped. */
  readonly stopAtFirstFailure?: boolean;
  open(request: SubstrateRequest, recording: Recording): Promise<Substrate>;
  onEvent(event: RunEvent): void;
}

export interface LabRun {
  readonly verdict: Verdict;
  /** Absolute; it may not exist when there was `trouble`. */
  readonly evidence: string;
  /** Why the evidence is not whole. */
  readonly trouble: NetlabError | undefined;
}

/** @throws NetlabError of the bench when not even the first check could begin */
export async function runRecorded(request: LabRunRequest): Promise<LabRun> {
  const { source, chosen, seed, here } = request;
  const root = recordsRoot(here);
  const startedAt = timeOfDay();
  const evidence = openEvidence(root, runId(startedAt, source.lab.id, seededRng(freshSeed())));
  try {
    evidence.keepCode(chosen.code);
    const netlab = packageVersion();
    const recording = new Recording(evidence, netlab, { lab: source.lab.id, seed, netlab });
    const verdict = await gradeOn(request, recording, { netlab, startedAt });
    recording.end();
    keepVerdict(evidence, verdict, request);
    saveProgressOf(root, verdict, pointsOf(source.lab), evidence);
    return { verdict, evidence: evidence.folder, trouble: evidence.trouble };
  } finally {
    evidence.close();
  }
}

async function gradeOn(
  request: LabRunRequest,
  recording: Recording,
  about: { readonly netlab: string; readonly startedAt: string },
): Promise<Verdict> {
  const { source, chosen, seed, signal, only, stopAtFirstFailure = false, onEvent } = request;
  const { lab } = source;
  const substrate = await request.open({ seed, fixtures: lab.fixtures }, recording);
  const learner = openSandbox(chosen.code);
  try {
    return await runLab({
      lab,
      substrate,
      learner,
      code: chosen.origin,
      seed,
      ...about,
      clock: runClock,
      interrupt: signal,
      ...(only === undefined ? {} : { only }),
      stopAtFirstFailure,
      onEvent,
    });
  } finally {
    await learner.close();
    await substrate.close();
  }
}

function keepVerdict(evidence: Evidence, verdict: Verdict, request: LabRunRequest): void {
  evidence.write(RUN_FILES.verdict, encodeVerdict(verdict));
  evidence.write(RUN_FILES.transcript, transcript(verdict, request.language));
  const { junit: path } = request;
  if (path === undefined) return;
  try {
    writeFileSync(path, junit.write(verdict, request.language));
  } catch (error) {
    throw fileError(error, path);
  }
}

const pointsOf = (lab: Lab): number => lab.checks.reduce((sum, { points }) => sum + points, 0);

/** What cannot be saved costs the note of it, not the verdict. */
function saveProgressOf(
  root: string,
  verdict: Verdict,
  possible: number,
  evidence: Evidence,
): void {
  if (verdict.exercised.code.kind !== 'learner' || evidence.trouble !== undefined) return;
  try {
    const { progress } = loadProgress(root, stampOf(verdict.startedAt));
    saveProgress(root, recordRun(progress, verdict, possible));
  } catch (error) {
    if (!(error instanceof NetlabError)) throw error;
  }
}
