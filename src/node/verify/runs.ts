/** The lab at work: the starter fails as it should, the solution passes everywhere, each mutant is caught. */
import { join } from 'node:path';
import type { CodeKind, LearnerCode } from '../../lab/learner.ts';
import type { CheckResult, Verdict } from '../../lab/verdict.ts';
import { gradeRun } from '../grade-run.ts';
import { openVirtual, type Virtual } from '../open-virtual.ts';
import { unrecorded } from '../recording.ts';
import { type EarlierModule, earlierModules } from '../store/earlier-labs.ts';
import type { LabSource } from '../store/labs.ts';
import { readLearnerCode } from '../store/learner-code.ts';
import { type Mutant, readMutants } from '../store/mutants.ts';
import type { Report } from './finding.ts';

export interface Bench {
  readonly on: readonly Virtual[];
  readonly board: string;
  readonly labs: string | undefined;
  /** How many mutants at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

const SEEDS = [1, 2];
/** Lines that a mutant puts in or takes out. */
const CHANGED_MAX = 12;

export async function verifyRuns(source: LabSource, bench: Bench, report: Report): Promise<void> {
  const grade = await grader(source, bench);
  const solution = readLearnerCode(join(source.folder, 'solution'), source.lab.entry);
  const starter = readLearnerCode(join(source.folder, 'starter'), source.lab.entry);
  await verifySolution(source, bench, solution, grade, report);
  await verifyStarter(source, bench, starter, grade, report);
  const mutants = readMutants(source, () => {}); // Which do not fit was told: verify.ts.
  // A check that no wrong code is known to fail may be one that none can.
  for (const { id } of source.lab.checks) {
    if (!mutants.some(({ caughtBy }) => caughtBy === id)) report('unproved', id);
  }
  const waiting = [...mutants];
  const worker = async () => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      await verifyMutant(source, bench, mutant, grade, report);
    }
  };
  await Promise.all(Array.from({ length: bench.jobs }, worker));
}

type Grade = (
  code: LearnerCode,
  kind: CodeKind,
  on: Virtual,
  seed: number,
  only?: readonly string[],
) => Promise<Verdict>;

async function grader({ lab }: LabSource, bench: Bench): Promise<Grade> {
  const choice = { kind: 'solution', from: '', progress: {}, reference: [] } as const;
  const modules: readonly EarlierModule[] = await earlierModules(lab, {
    ...choice,
    labs: bench.labs,
  });
  return (code, kind, on, seed, only) =>
    gradeRun({
      lab,
      code,
      origin: { kind, path: '' },
      modules,
      seed,
      startedAt: '',
      interrupt: bench.signal,
      only,
      open: (request) => openVirtual(on, bench.board, request, unrecorded()),
    });
}

async function verifySolution(
  { lab }: LabSource,
  { on: places }: Bench,
  code: LearnerCode,
  grade: Grade,
  report: Report,
): Promise<void> {
  const ran = new Set<string>();
  for (const on of places) {
    const [first = 1] = SEEDS;
    // The mock lives in real time: the same twice is not to be had there.
    const seeds = on === 'mock' ? SEEDS : [...SEEDS, first];
    const verdicts: Verdict[] = [];
    for (const seed of seeds) verdicts.push(await grade(code, 'solution', on, seed));
    const results = verdicts.flatMap(({ checks, seed }) =>
      checks.filter(({ verdict }) => verdict !== 'SKIPPED').map((check) => ({ check, seed })),
    );
    for (const { check } of results) ran.add(check.id);
    const failed = results.filter(({ check }) => check.verdict !== 'PASS');
    for (const { check, seed } of failed) {
      report('solution-fails', check.id, { on, seed, ...why(check) });
    }
    if (failed.length === 0 && differ(verdicts)) report('not-repeatable', 'solution', { on });
  }
  for (const { id } of lab.checks)
    if (!ran.has(id)) report('not-run', id, { on: places.join(', ') });
}

/** Whether two runs with one seed do. */
const differ = (verdicts: readonly Verdict[]): boolean =>
  verdicts.some((one) =>
    verdicts.some((other) => one.seed === other.seed && told(one) !== told(other)),
  );

/** All of a run that one seed decides. */
const told = ({ checks }: Verdict): string =>
  JSON.stringify(checks.map(({ duration_ms: _, ...check }) => check));

const why = ({ verdict, failure }: CheckResult) => ({
  verdict,
  reason: failure?.message.en ?? '',
});

async function verifyStarter(
  { lab }: LabSource,
  { on: [on = 'memory'] }: Bench,
  code: LearnerCode,
  grade: Grade,
  report: Report,
): Promise<void> {
  const { checks } = await grade(code, 'starter', on, SEEDS[0] ?? 1);
  const ran = checks.filter(({ verdict }) => verdict !== 'SKIPPED');
  for (const check of ran) {
    if (check.verdict === 'PASS') report('starter-passes', check.id);
    else if (check.failure?.kind !== 'expectation') report('starter-crashes', check.id, why(check));
  }
  // The first thing that a learner reads of the lab: it says where to begin.
  const message = ran[0]?.failure?.message;
  const begins = message?.en.includes(lab.entry) && message.ko.includes(lab.entry);
  if (ran[0] !== undefined && !begins) report('starter-message', ran[0].id, { entry: lab.entry });
}

async function verifyMutant(
  { lab }: LabSource,
  { on: places }: Bench,
  mutant: Mutant,
  grade: Grade,
  report: Report,
): Promise<void> {
  const where = `mutants/${mutant.name}.diff`;
  if (!lab.checks.some(({ id }) => id === mutant.caughtBy)) {
    report('mutant-head', where, { check: mutant.caughtBy });
    return;
  }
  const { changed } = mutant;
  if (changed > CHANGED_MAX) report('mutant-far', where, { lines: changed, most: CHANGED_MAX });
  for (const on of places) {
    const verdict = await grade(mutant.code, 'path', on, SEEDS[0] ?? 1, [mutant.caughtBy]);
    const [result] = verdict.checks;
    if (result === undefined || result.verdict === 'SKIPPED') continue;
    if (result.verdict !== 'FAIL') {
      report('mutant-missed', where, { check: mutant.caughtBy, verdict: result.verdict, on });
    }
    return;
  }
}
