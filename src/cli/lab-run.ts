/** One graded run, whole: code, bench, checks, evidence, progress. */
import { NetlabError } from '../base/errors.ts';
import { seededRng } from '../base/random.ts';
import type { Lab } from '../lab/lab.ts';
import { recordRun } from '../lab/progress.ts';
import type { RunEvent } from '../lab/runner.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import { type Language, transcript } from '../lab/transcript.ts';
import { encodeVerdict, type Verdict } from '../lab/verdict.ts';
import { freshSeed } from '../node/chance.ts';
import { timeOfDay } from '../node/clock.ts';
import { gradeRun } from '../node/grade-run.ts';
import { packageVersion } from '../node/package-root.ts';
import { Recording } from '../node/recording.ts';
import { type ReportFile, ReportFiles } from '../node/report-files.ts';
import { wholeOf } from '../node/store/earlier-labs.ts';
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
  /** Files for other programs, whole at any time. */
  readonly reports: readonly ReportFile[];
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
  const { source, chosen, seed, here, onEvent } = request;
  const { lab } = source;
  const root = recordsRoot(here);
  const startedAt = timeOfDay();
  const evidence = openEvidence(root, runId(startedAt, lab.id, seededRng(freshSeed())));
  try {
    evidence.keepCode(wholeOf(chosen.code, chosen.modules));
    const netlab = packageVersion();
    const reports = new ReportFiles(request.reports, request.language);
    const recording = new Recording(evidence, netlab, { lab: lab.id, seed, netlab });
    const verdict = await gradeRun({
      lab,
      code: chosen.code,
      origin: chosen.origin,
      modules: chosen.modules,
      seed,
      startedAt,
      interrupt: request.signal,
      only: request.only,
      stopAtFirstFailure: request.stopAtFirstFailure ?? false,
      open: (bench) => request.open(bench, recording),
      onEvent: (event) => {
        reports.handleEvent(event);
        if (event.kind === 'picture') evidence.write(event.picture.file, event.svg);
        onEvent(event);
      },
    });
    recording.end();
    keepVerdict(evidence, verdict, request);
    saveProgressOf(root, verdict, pointsOf(lab), evidence);
    return { verdict, evidence: evidence.folder, trouble: evidence.trouble };
  } finally {
    evidence.close();
  }
}

function keepVerdict(evidence: Evidence, verdict: Verdict, request: LabRunRequest): void {
  evidence.write(RUN_FILES.verdict, encodeVerdict(verdict));
  evidence.write(RUN_FILES.transcript, transcript(verdict, request.language));
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
