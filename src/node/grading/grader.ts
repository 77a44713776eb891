/**
 * A process that grades submissions one after the other. No submission's code runs in it: each has a process of its own
 * (the sandbox), which is gone when its grade is there. What crashes this one costs one grade, and a new one is started.
 */
import { join } from 'node:path';
import { NetlabError } from '../../base/errors.ts';
import { seconds } from '../../base/time.ts';
import type { LearnerCode } from '../../lab/learner.ts';
import { formCalled } from '../../lab/report/forms.ts';
import { type Language, transcript } from '../../lab/transcript.ts';
import { encodeVerdict, type Verdict } from '../../lab/verdict.ts';
import { timeOfDay } from '../clock.ts';
import { gradeRun } from '../grade-run.ts';
import { openVirtual, type Virtual } from '../open-virtual.ts';
import { Recording } from '../recording.ts';
import { LearnerProcess } from '../sandbox/learner-process.ts';
import { hashOf } from '../store/code-hash.ts';
import { type EarlierModule, earlierModules } from '../store/earlier-labs.ts';
import { findLab, type LabSource } from '../store/labs.ts';
import { openFolder, RUN_FILES } from '../store/runs.ts';
import { errorGrade, type Grade, type GradeSettings, type GradingError, gradeOf } from './grade.ts';
import { readSubmission, type Submission } from './submissions.ts';

export interface GradeReport {
  /** As `formCalled` knows it. */
  readonly form: string;
  /** A file's name, with no folder. */
  readonly file: string;
}

export interface GraderSetup {
  readonly settings: GradeSettings;
  readonly labs: string | undefined;
  /** Where the evidence goes, a folder a submission. */
  readonly out: string;
  readonly language: Language;
  /** For one submission, in seconds; half of it is for one check. */
  readonly limit_s: number;
  /** The lab's points. */
  readonly possible: number;
  /** What else is written into each folder. */
  readonly reports: readonly GradeReport[];
}

export type GraderRequest =
  | { readonly kind: 'setup'; readonly setup: GraderSetup }
  | { readonly kind: 'grade'; readonly submission: Submission };

/**
 * The sandbox of the next submission: it starts while one is graded, holds no code until then, and ends with the one
 * that it was for.
 */
let spare = new LearnerProcess();

interface Ready {
  readonly setup: GraderSetup;
  readonly source: LabSource;
  readonly modules: readonly EarlierModule[];
}

async function prepare(setup: GraderSetup): Promise<Ready> {
  const source = await findLab(setup.settings.lab, setup.labs);
  const choice = { kind: 'path', from: '', progress: {}, reference: [], labs: setup.labs } as const;
  return { setup, source, modules: await earlierModules(source.lab, choice) };
}

async function grade(ready: Ready, submission: Submission): Promise<Grade> {
  const { settings, possible } = ready.setup;
  let code: LearnerCode;
  try {
    code = readSubmission(submission, ready.source.lab);
  } catch (error) {
    return errorGrade(settings, submission.name, '', reasonOf(error), possible, known(error));
  }
  const hash = hashOf(code);
  try {
    const verdict = await gradeKept(ready, submission, code, hash);
    return gradeOf(settings, submission.name, hash, verdict);
  } catch (error) {
    return errorGrade(settings, submission.name, hash, reasonOf(error), possible, known(error));
  }
}

async function gradeKept(
  { setup, source, modules }: Ready,
  submission: Submission,
  code: LearnerCode,
  sha256: string,
): Promise<Verdict> {
  const { settings, language } = setup;
  const { lab } = source;
  const { seed, netlab, on, board } = settings;
  const evidence = openFolder(join(setup.out, submission.name), submission.name);
  try {
    evidence.keepCode(code);
    const own = spare;
    spare = new LearnerProcess();
    const recording = new Recording(evidence, netlab, { lab: lab.id, seed, netlab });
    const verdict = await gradeRun({
      lab,
      code,
      origin: { kind: 'path', path: submission.name, sha256 },
      modules,
      seed,
      startedAt: timeOfDay(),
      spare: own,
      deadlines: { check: seconds(setup.limit_s / 2), run: seconds(setup.limit_s) },
      open: (request) => openVirtual(on as Virtual, board, request, recording),
      onEvent: (event) => {
        if (event.kind === 'picture') evidence.write(event.picture.file, event.svg);
      },
    });
    recording.end();
    evidence.write(RUN_FILES.verdict, encodeVerdict(verdict));
    evidence.write(RUN_FILES.transcript, transcript(verdict, language));
    for (const { form, file } of setup.reports) {
      evidence.write(file, formCalled(form)?.write(verdict, language) ?? '');
    }
    if (evidence.trouble !== undefined) throw evidence.trouble;
    return verdict;
  } finally {
    evidence.close();
  }
}

const known = (error: unknown): GradingError | undefined =>
  error instanceof NetlabError ? { code: error.code, details: error.details } : undefined;
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

let ready: Promise<Ready> | undefined;
process.on('message', async (request: GraderRequest) => {
  if (request.kind === 'setup') {
    ready = prepare(request.setup);
    return;
  }
  if (ready === undefined) return;
  process.send?.(await grade(await ready, request.submission));
});
process.on('disconnect', () => process.exit());
/** The shell looks after Ctrl-C, which reaches every process of the terminal. */
process.on('SIGINT', () => {});
