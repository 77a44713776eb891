/**
 * The document that a run ends with, `verdict.json`. Its keys are written in the order below, so that
 * equal runs give equal documents, octet for octet, save for `startedAt` and the `…_ms` fields.
 *
 *   schema       1; grows when a reader of the old form would be misled
 *   netlab       version of netlab
 *   lab, name, title
 *   verdict      the outcome of the whole run: see `overall`
 *   exitCode     what the command ends with
 *   points       earned and possible
 *   seed         what decided chance
 *   startedAt    ISO 8601, from outside
 *   duration_ms  wall time of the whole
 *   exercised    substrate (board, firmware version, source hash, peer), whose code, and whose modules of earlier labs
 *   checks       one entry a check, in order, with its steps and its failure
 */
import { EXIT, type ExitCode } from '../base/errors.ts';
import type { Difference } from './diff.ts';
import type { Text, Visibility, Words } from './lab.ts';
import type { CodeOrigin, Place, UsedModule } from './learner.ts';
import type { SubstrateDescription } from './substrate.ts';

export type Outcome =
  | 'PASS'
  | 'FAIL'
  /** Failed, then passed on a retry. */
  | 'FLAKY'
  /** The board or the link to it failed. */
  | 'BOARD'
  | 'TIMEOUT'
  | 'SKIPPED'
  | 'INTERRUPTED';

export interface StepRecord {
  /** From 1 on, within its check. */
  readonly number: number;
  readonly kind: 'action' | 'expectation';
  readonly text: Text;
  /** On the board's clock, microseconds since the run began: virtual, and so repeatable, when emulated. */
  readonly at_us: number;
  readonly outcome: 'done' | 'held' | 'failed' | 'unfinished';
  /** What the learner's code printed meanwhile. */
  readonly output?: readonly string[];
}

export type FailureKind = 'expectation' | 'learner' | 'board' | 'timeout' | 'interrupted';

export interface Failure {
  readonly kind: FailureKind;
  /** Stable: `octets`, `fields`, `endless`, `port-lost`, … */
  readonly code: string;
  readonly message: Text;
  /** Fills the blanks of the catalogue's message for `code`. */
  readonly details?: Readonly<Record<string, string | number>>;
  /** The number of the step that failed; 0 when it failed before the first. */
  readonly step: number;
  readonly place?: Place;
  /** The earlier lab whose module is at fault. */
  readonly upstream?: string;
  readonly difference?: Difference;
}

/** A picture as the verdict has it; the SVG is the file, relative to the run's folder. */
export interface KeptPicture {
  readonly file: string;
  readonly title: Text;
  readonly text: readonly Words[];
}

export interface CheckResult {
  readonly id: string;
  readonly title: Text;
  readonly visibility: Visibility;
  readonly verdict: Outcome;
  readonly points: Points;
  readonly attempts: number;
  readonly duration_ms: number;
  readonly steps: readonly StepRecord[];
  readonly pictures?: readonly KeptPicture[];
  readonly failure?: Failure;
  /** FLAKY: why the first attempt failed. */
  readonly firstFailure?: Failure;
  /** SKIPPED: why. */
  readonly reason?: Text;
}

interface Points {
  readonly earned: number;
  readonly possible: number;
}

export interface Verdict {
  readonly schema: 1;
  readonly netlab: string;
  readonly lab: string;
  readonly name: string;
  readonly title: Text;
  readonly verdict: Outcome;
  readonly exitCode: ExitCode;
  readonly points: Points;
  readonly seed: number;
  readonly startedAt: string;
  readonly duration_ms: number;
  readonly exercised: {
    readonly substrate: SubstrateDescription;
    readonly code: CodeOrigin;
    readonly uses?: readonly UsedModule[];
  };
  readonly checks: readonly CheckResult[];
}

/** Most telling first: a check that failed on a sound bench stays failed whatever came after it. */
const BY_WEIGHT: readonly Outcome[] = ['INTERRUPTED', 'FAIL', 'BOARD', 'TIMEOUT', 'FLAKY', 'PASS'];

/** The outcome of a run: the most telling one among its checks; SKIPPED when none was run. */
export const overall = (outcomes: readonly Outcome[]): Outcome =>
  BY_WEIGHT.find((outcome) => outcomes.includes(outcome)) ?? 'SKIPPED';

/** FLAKY has passed: it is shown, and does not fail a build. */
const EXIT_OF: Readonly<Record<Outcome, ExitCode>> = {
  PASS: EXIT.pass,
  FLAKY: EXIT.pass,
  FAIL: EXIT.checkFailed,
  SKIPPED: EXIT.nothingToCheck,
  BOARD: EXIT.boardFault,
  TIMEOUT: EXIT.timeout,
  INTERRUPTED: EXIT.interrupted,
};

export const exitCodeOf = (outcome: Outcome): ExitCode => EXIT_OF[outcome];

/** The text of `verdict.json`. */
export const encodeVerdict = (verdict: Verdict): string => `${JSON.stringify(verdict, null, 2)}\n`;
