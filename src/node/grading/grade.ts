/** The grade of one submission: all that an instructor needs to defend it, and to see whether it is still good. */
import type { Text } from '../../lab/lab.ts';
import type { Outcome, Verdict } from '../../lab/verdict.ts';

/** What a grade depends on besides the code. Equal settings and equal code give an equal grade. */
export interface GradeSettings {
  readonly lab: string;
  /** SHA-256 over `lab.ts`, checks and solution. */
  readonly lab_sha256: string;
  readonly netlab: string;
  readonly node: string;
  readonly on: string;
  readonly board: string;
  readonly seed: number;
}

export interface Grade extends GradeSettings {
  readonly schema: 1;
  readonly submission: string;
  /** '' where the code could not be read. */
  readonly code_sha256: string;
  /** ERROR: it could not be graded, and `reason` says why. */
  readonly verdict: Outcome | 'ERROR';
  readonly earned: number;
  readonly possible: number;
  readonly checks: readonly GradedCheck[];
  /** Of the first check that did not pass. */
  readonly reason: Text;
  readonly duration_ms: number;
}

interface GradedCheck {
  readonly id: string;
  readonly verdict: Outcome;
  readonly earned: number;
  readonly possible: number;
  readonly reason: Text;
}

const NO_REASON: Text = { en: '', ko: '' };

export function gradeOf(
  settings: GradeSettings,
  submission: string,
  code_sha256: string,
  verdict: Verdict,
): Grade {
  const checks = verdict.checks.map(({ id, verdict: outcome, points, failure, reason }) => ({
    id,
    verdict: outcome,
    ...points,
    reason: failure?.message ?? reason ?? NO_REASON,
  }));
  const failed = checks.find((check) => check.verdict !== 'PASS' && check.verdict !== 'FLAKY');
  return {
    schema: 1,
    submission,
    ...settings,
    code_sha256,
    verdict: verdict.verdict,
    earned: verdict.points.earned,
    possible: verdict.points.possible,
    checks,
    reason: failed?.reason ?? NO_REASON,
    duration_ms: verdict.duration_ms,
  };
}

/** @param possible the lab's points: what could not be graded has none of them */
export const errorGrade = (
  settings: GradeSettings,
  submission: string,
  code_sha256: string,
  reason: string,
  possible: number,
): Grade => ({
  schema: 1,
  submission,
  ...settings,
  code_sha256,
  verdict: 'ERROR',
  earned: 0,
  possible,
  checks: [],
  reason: { en: reason, ko: reason },
  duration_ms: 0,
});

const SETTINGS: readonly (keyof GradeSettings)[] = [
  'lab',
  'lab_sha256',
  'netlab',
  'node',
  'on',
  'board',
  'seed',
];

/** Undefined when `text` is no grade of this code under these settings, or one that was no grade at all. */
export function stillGood(
  text: string | undefined,
  settings: GradeSettings,
  code_sha256: string,
): Grade | undefined {
  const grade = parsed(text);
  if (grade?.schema !== 1 || !Array.isArray(grade.checks)) return undefined;
  if (grade.verdict === 'ERROR' || grade.verdict === 'INTERRUPTED') return undefined;
  const same = SETTINGS.every((name) => grade[name] === settings[name]);
  return same && grade.code_sha256 === code_sha256 ? (grade as Grade) : undefined;
}

function parsed(text: string | undefined): Partial<Grade> | undefined {
  try {
    const document: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : undefined;
  } catch {
    return undefined;
  }
}
