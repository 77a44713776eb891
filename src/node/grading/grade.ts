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
  /**
   * ERROR: it could not be graded, and `reason` says why. BOARD and TIMEOUT: one of its checks could not, and what failed
   * besides takes nothing from that.
   */
  readonly verdict: Outcome | 'ERROR';
  readonly earned: number;
  readonly possible: number;
  readonly checks: readonly GradedCheck[];
  /** Of the check that says most, which it names. */
  readonly reason: Text;
  /** ERROR that the catalogue has sentences for. */
  readonly error?: GradingError;
  readonly duration_ms: number;
}

export interface GradingError {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}

interface GradedCheck {
  readonly id: string;
  readonly verdict: Outcome;
  readonly earned: number;
  readonly possible: number;
  readonly reason: Text;
}

const NO_REASON: Text = { en: '', ko: '' };
/** Most telling first, of a check that did not pass. */
const BY_WEIGHT: readonly Outcome[] = ['INTERRUPTED', 'BOARD', 'TIMEOUT', 'FAIL', 'SKIPPED'];
/** No grade of the code, but of the bench or the machine: it may be another one next time. */
const UNGRADED: readonly Grade['verdict'][] = ['ERROR', 'BOARD', 'TIMEOUT', 'INTERRUPTED'];

export const isUngraded = ({ verdict }: Grade): boolean => UNGRADED.includes(verdict);

const reasonOf = (check: GradedCheck | undefined): Text =>
  check === undefined
    ? NO_REASON
    : { en: `${check.id}: ${check.reason.en}`, ko: `${check.id}: ${check.reason.ko}` };

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
  const telling = BY_WEIGHT.map((outcome) =>
    checks.find((check) => check.verdict === outcome),
  ).find((check) => check !== undefined);
  const settled = telling === undefined || !UNGRADED.includes(telling.verdict);
  return {
    schema: 1,
    submission,
    ...settings,
    code_sha256,
    verdict: settled ? verdict.verdict : telling.verdict,
    earned: verdict.points.earned,
    possible: verdict.points.possible,
    checks,
    reason: reasonOf(telling),
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
  error?: GradingError,
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
  ...(error && { error }),
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

/** Undefined when `text` is no grade of this code under these settings, or something could not be graded. */
export function stillGood(
  text: string | undefined,
  settings: GradeSettings,
  code_sha256: string,
): Grade | undefined {
  const grade = parsed(text);
  if (grade?.schema !== 1 || !Array.isArray(grade.checks)) return undefined;
  const same = SETTINGS.every((name) => grade[name] === settings[name]);
  if (!same || grade.code_sha256 !== code_sha256) return undefined;
  return isUngraded(grade as Grade) ? undefined : (grade as Grade);
}

function parsed(text: string | undefined): Partial<Grade> | undefined {
  try {
    const document: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : undefined;
  } catch {
    return undefined;
  }
}
