/**
 * What a learner has done, lab by lab: the text of `progress.json`. A file from an older netlab, or one
 * that was edited by hand, gives what it can; the caller keeps a damaged one aside and starts anew.
 */
import type { Verdict } from './verdict.ts';

/** Hint levels shown, 1 … 3, by check id. */
type HintsShown = Readonly<Record<string, number>>;

export interface LabProgress {
  /** ISO 8601, of the first pass with the learner's own code; absent until then. */
  readonly passedAt?: string;
  readonly points: number;
  readonly possible: number;
  readonly runs: number;
  /** ISO 8601, of the latest run. */
  readonly lastRunAt?: string;
  readonly hints: HintsShown;
  /** ISO 8601; when the solution was looked at. */
  readonly solutionAt?: string;
}

/** By lab id. */
export type Progress = Readonly<Record<string, LabProgress>>;

export const NO_PROGRESS: Progress = {};
const FRESH: LabProgress = { points: 0, possible: 0, runs: 0, hints: {} };
const HINT_LEVELS = 3;

export const progressOf = (progress: Progress, lab: string): LabProgress =>
  Object.hasOwn(progress, lab) ? (progress[lab] ?? FRESH) : FRESH;

/**
 * Counts a run of the learner's own code; any other code leaves `progress` as it is. `possible`: the
 * points of the whole lab, since a run of some checks alone passes no lab.
 */
export function recordRun(progress: Progress, verdict: Verdict, possible: number): Progress {
  if (verdict.exercised.code.kind !== 'learner') return progress;
  const before = progressOf(progress, verdict.lab);
  const passed = verdict.verdict === 'PASS' || verdict.verdict === 'FLAKY';
  const whole = verdict.points.earned === possible;
  const passedAt = before.passedAt ?? (passed && whole ? verdict.startedAt : undefined);
  return {
    ...progress,
    [verdict.lab]: {
      ...before,
      ...(passedAt !== undefined && { passedAt }),
      points: Math.max(before.points, verdict.points.earned),
      possible,
      runs: before.runs + 1,
      lastRunAt: verdict.startedAt,
    },
  };
}

/** The next hint level to show for a check, 1 … 3; the last again when all were shown. */
export const nextHintLevel = (progress: Progress, lab: string, check: string): number =>
  Math.min(HINT_LEVELS, (progressOf(progress, lab).hints[check] ?? 0) + 1);

export function recordHint(
  progress: Progress,
  lab: string,
  check: string,
  level: number,
): Progress {
  const before = progressOf(progress, lab);
  const shown = Math.max(before.hints[check] ?? 0, Math.min(level, HINT_LEVELS));
  return { ...progress, [lab]: { ...before, hints: { ...before.hints, [check]: shown } } };
}

export function recordSolution(progress: Progress, lab: string, at: string): Progress {
  const before = progressOf(progress, lab);
  return { ...progress, [lab]: { ...before, solutionAt: before.solutionAt ?? at } };
}

/**
 * Two machines' progress as one, without loss: the earlier pass, the better points, every hint that was shown. Runs are
 * counted as the greater of the two, so that a file that is taken in twice changes nothing the second time.
 */
export function mergeProgress(mine: Progress, theirs: Progress): Progress {
  const merged: Record<string, LabProgress> = { ...mine };
  for (const lab of Object.keys(theirs)) {
    merged[lab] = mergeLab(progressOf(mine, lab), progressOf(theirs, lab));
  }
  return merged;
}

function mergeLab(a: LabProgress, b: LabProgress): LabProgress {
  const passedAt = earliest(a.passedAt, b.passedAt);
  const solutionAt = earliest(a.solutionAt, b.solutionAt);
  const [lastRunAt] = [a.lastRunAt, b.lastRunAt]
    .filter((at) => at !== undefined)
    .sort()
    .reverse();
  const hints: Record<string, number> = { ...a.hints };
  for (const [check, level] of Object.entries(b.hints)) {
    hints[check] = Math.max(level, hints[check] ?? 0);
  }
  return {
    ...(passedAt !== undefined && { passedAt }),
    points: Math.max(a.points, b.points),
    possible: Math.max(a.possible, b.possible),
    runs: Math.max(a.runs, b.runs),
    ...(lastRunAt !== undefined && { lastRunAt }),
    hints,
    ...(solutionAt !== undefined && { solutionAt }),
  };
}

/** ISO 8601 in one zone sorts as text. */
const earliest = (...times: readonly (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort()[0];

export const encodeProgress = (progress: Progress): string =>
  `${JSON.stringify({ schema: 1, labs: progress }, null, 2)}\n`;

/** Undefined when `text` is no progress file at all. Entries that make no sense are left out. */
export function decodeProgress(text: string): Progress | undefined {
  const document = parse(text);
  const { labs } = isRecord(document) ? document : {};
  if (!isRecord(labs)) return undefined;
  const progress: Record<string, LabProgress> = {};
  for (const [lab, entry] of Object.entries(labs)) {
    if (isRecord(entry)) progress[lab] = decodeLab(entry);
  }
  return progress;
}

function decodeLab(entry: Readonly<Record<string, unknown>>): LabProgress {
  const { passedAt, points, possible, runs, lastRunAt, hints, solutionAt } = entry;
  const shown: Record<string, number> = {};
  for (const [check, level] of Object.entries(isRecord(hints) ? hints : {})) {
    shown[check] = Math.min(HINT_LEVELS, count(level));
  }
  return {
    ...(typeof passedAt === 'string' && { passedAt }),
    points: count(points),
    possible: count(possible),
    runs: count(runs),
    ...(typeof lastRunAt === 'string' && { lastRunAt }),
    hints: shown,
    ...(typeof solutionAt === 'string' && { solutionAt }),
  };
}

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
