/**
 * Runs a lab's checks in order and says how each ended.
 *
 *   check passes                               PASS
 *   expectation not met, LearnerError          FAIL
 *   NetlabError of the board or its port       BOARD
 *   the check's or the run's deadline          TIMEOUT
 *   fails, then passes on one retry            FLAKY
 *   fixture missing, bench lost, run ended     SKIPPED
 *   interrupted                                INTERRUPTED
 *
 * Each check runs, whatever became of the one before, unless the bench was lost: after BOARD and TIMEOUT
 * the substrate must recover, or the rest is SKIPPED.
 *
 * A check is tried a second time on a real port alone, and not after a LearnerError: everywhere else the
 * same seed gives the same octets, so a retry could only repeat the failure.
 *
 * Whoever opened the substrate and the learner closes them. A bug of the lab or of netlab rejects.
 */
import { NetlabError } from '../base/errors.ts';
import { type Duration, type Instant, seconds, since } from '../base/time.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Carrying } from './carrying.ts';
import type { Clock, Interrupt } from './clock.ts';
import { endOf } from './deadline.ts';
import type { Check, Fixture, Lab, Text } from './lab.ts';
import type { CodeOrigin, GradedLearner, UsedModule } from './learner.ts';
import type { Substrate } from './substrate.ts';
import {
  type CheckResult,
  exitCodeOf,
  type Failure,
  type FailureKind,
  type KeptPicture,
  type Outcome,
  overall,
  type StepRecord,
  type Verdict,
} from './verdict.ts';

export interface RunRequest {
  readonly lab: Lab;
  readonly substrate: Substrate;
  readonly learner: GradedLearner;
  readonly code: CodeOrigin;
  /** Whose modules of earlier labs are in `learner`. */
  readonly uses?: readonly UsedModule[];
  /** The same that the substrate was opened with. */
  readonly carrying?: Carrying | undefined;
  readonly seed: number;
  /** netlab's version. */
  readonly netlab: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly clock: Clock;
  /** An AbortSignal: the check under way ends INTERRUPTED, the rest is SKIPPED. */
  readonly interrupt?: Interrupt;
  readonly deadlines?: RunDeadlines;
  /** Ids of the checks to run; all without it. Unknown ids are for the caller to refuse. */
  readonly only?: readonly string[];
  /** The checks after one that did not pass are SKIPPED. */
  readonly stopAtFirstFailure?: boolean;
  onEvent?(event: RunEvent): void;
}

interface RunDeadlines {
  /** For one attempt at one check, on the clock of a person. */
  readonly check: Duration;
  readonly run: Duration;
}

const DEADLINES: RunDeadlines = { check: seconds(60), run: seconds(600) };

/** In order; a second `check-started` of one check is its retry. */
export type RunEvent =
  | { readonly kind: 'run-started'; readonly lab: Lab; readonly checks: readonly Check[] }
  | { readonly kind: 'check-started'; readonly check: Check; readonly attempt: 1 | 2 }
  | {
      readonly kind: 'step-started';
      readonly check: Check;
      readonly number: number;
      readonly text: Text;
    }
  | { readonly kind: 'step-ended'; readonly check: Check; readonly step: StepRecord }
  | {
      readonly kind: 'picture';
      readonly check: Check;
      readonly picture: KeptPicture;
      readonly svg: string;
    }
  | { readonly kind: 'check-ended'; readonly check: Check; readonly result: CheckResult }
  /** The verdict as it would be if everything ended now: for reports that are whole at any time. */
  | { readonly kind: 'verdict-so-far'; readonly verdict: Verdict }
  | { readonly kind: 'run-ended'; readonly verdict: Verdict };

export async function runLab(request: RunRequest): Promise<Verdict> {
  const { lab, clock, only } = request;
  const checks = lab.checks.filter((check) => only?.includes(check.id) ?? true);
  const began = clock.now();
  const run = new Run(request, began);
  request.onEvent?.({ kind: 'run-started', lab, checks });
  const results: CheckResult[] = [];
  const tellSoFar = (next: Check | undefined) => {
    const rest = checks.slice(results.length + 1).map((check) => skipped(check, NOT_REACHED));
    const under = next === undefined ? [] : [underWay(next)];
    const verdict = documentOf(request, [...results, ...under, ...rest], began);
    request.onEvent?.({ kind: 'verdict-so-far', verdict });
  };
  for (const check of checks) {
    tellSoFar(check);
    const result = await run.check(check);
    results.push(result);
    request.onEvent?.({ kind: 'check-ended', check, result });
  }
  const verdict = documentOf(request, results, began);
  request.onEvent?.({ kind: 'run-ended', verdict });
  return verdict;
}

function documentOf(
  { lab, substrate, clock, ...request }: RunRequest,
  checks: readonly CheckResult[],
  began: Instant,
): Verdict {
  const verdict = overall(checks.map((result) => result.verdict));
  return {
    schema: 1,
    netlab: request.netlab,
    lab: lab.id,
    name: lab.name,
    title: lab.title,
    verdict,
    exitCode: exitCodeOf(verdict),
    points: {
      earned: checks.reduce((sum, { points }) => sum + points.earned, 0),
      possible: checks.reduce((sum, { points }) => sum + points.possible, 0),
    },
    seed: request.seed,
    startedAt: request.startedAt,
    duration_ms: elapsed(clock, began),
    exercised: {
      substrate: substrate.description,
      code: request.code,
      ...(request.uses && request.uses.length > 0 && { uses: request.uses }),
    },
    checks,
  };
}

const OUTCOME_OF: Readonly<Record<FailureKind, Outcome>> = {
  expectation: 'FAIL',
  learner: 'FAIL',
  board: 'BOARD',
  timeout: 'TIMEOUT',
  interrupted: 'INTERRUPTED',
};

class Run {
  readonly #request: RunRequest;
  readonly #deadlines: RunDeadlines;
  readonly #began: Instant;
  readonly #boardBegan: Instant;
  /** Why no further check can run. */
  #stopped: Text | undefined;

  constructor(request: RunRequest, began: Instant) {
    this.#request = request;
    this.#deadlines = request.deadlines ?? DEADLINES;
    this.#began = began;
    this.#boardBegan = request.substrate.board.now();
  }

  async check(check: Check): Promise<CheckResult> {
    const began = this.#request.clock.now();
    if (this.#request.interrupt?.aborted) this.#stopped ??= RUN_INTERRUPTED;
    if (this.#left() <= 0) this.#stopped ??= RUN_TOO_LONG;
    const { lab, substrate } = this.#request;
    const missing = missingFixtures(check.fixtures ?? lab.fixtures, substrate.fixtures);
    const reason = this.#stopped ?? missing;
    if (reason !== undefined) return skipped(check, reason);
    const first = await this.#attempt(check, 1);
    let last = first;
    if ((await this.#soundAfter(first)) && this.#worthRetrying(first)) {
      last = await this.#attempt(check, 2);
      await this.#soundAfter(last);
    }
    if (last.failure !== undefined && this.#request.stopAtFirstFailure) this.#stopped ??= ENOUGH;
    return this.#result(check, first, last, elapsed(this.#request.clock, began));
  }

  /** What is left of the run's time. */
  #left(): number {
    return this.#deadlines.run - since(this.#request.clock.now(), this.#began);
  }

  #attempt(check: Check, number: 1 | 2): Promise<Attempt> {
    const { substrate, learner, carrying, seed, clock, interrupt, onEvent } = this.#request;
    onEvent?.({ kind: 'check-started', check, attempt: number });
    return attempt({
      check,
      substrate,
      learner,
      seed,
      began: this.#boardBegan,
      clock,
      limit: Math.max(0, Math.min(this.#deadlines.check, this.#left())) as Duration,
      interrupt,
      carrying,
      stepStarted: (step, text) => onEvent?.({ kind: 'step-started', check, number: step, text }),
      stepEnded: (step) => onEvent?.({ kind: 'step-ended', check, step }),
      pictureDrawn: (picture, svg) => onEvent?.({ kind: 'picture', check, picture, svg }),
    });
  }

  #worthRetrying({ failure }: Attempt): boolean {
    const { kind, recordedOn = kind } = this.#request.substrate;
    if (failure === undefined || recordedOn !== 'port') return false;
    return failure.kind !== 'learner' && failure.kind !== 'interrupted' && this.#left() > 0;
  }

  /** Brings the bench back after an attempt that may have spoiled it; where that fails, the run stops. */
  async #soundAfter({ failure }: Attempt): Promise<boolean> {
    if (failure === undefined || failure.kind === 'expectation' || failure.kind === 'learner') {
      return true;
    }
    if (failure.kind === 'interrupted') this.#stopped = RUN_INTERRUPTED;
    else if (!(await this.#recover())) this.#stopped = BENCH_LOST;
    return this.#stopped === undefined;
  }

  async #recover(): Promise<boolean> {
    const { substrate, clock, interrupt } = this.#request;
    const ending = await endOf(
      async () => (await substrate.recover?.()) ?? false,
      clock,
      Math.max(0, Math.min(RECOVERY, this.#left())) as Duration,
      interrupt,
    );
    if (ending.kind === 'threw' && !(ending.error instanceof NetlabError)) throw ending.error;
    return ending.kind === 'done' && ending.value;
  }

  #result(check: Check, first: Attempt, last: Attempt, duration_ms: number): CheckResult {
    const flaky = last.failure === undefined && first.failure !== undefined;
    const passed: Outcome = flaky ? 'FLAKY' : 'PASS';
    const verdict = last.failure === undefined ? passed : OUTCOME_OF[last.failure.kind];
    return {
      ...heading(check, verdict),
      points: { earned: last.failure === undefined ? check.points : 0, possible: check.points },
      attempts: first === last ? 1 : 2,
      duration_ms,
      steps: last.steps,
      ...(last.pictures.length > 0 && { pictures: last.pictures }),
      ...withFailures(last.failure, flaky ? first.failure : undefined),
    };
  }
}

const RECOVERY = seconds(10);

const elapsed = (clock: Clock, began: Instant): number =>
  Math.round(since(clock.now(), began) / 1000);

const heading = ({ id, title, visibility }: Check, verdict: Outcome) =>
  ({ id, title, visibility, verdict }) as const;

const withFailures = (failure: Failure | undefined, firstFailure: Failure | undefined) => ({
  ...(failure && { failure }),
  ...(firstFailure && { firstFailure }),
});

const skipped = (check: Check, reason: Text): CheckResult => ({
  ...heading(check, 'SKIPPED'),
  points: { earned: 0, possible: check.points },
  attempts: 0,
  duration_ms: 0,
  steps: [],
  reason,
});

/** A check that has not ended yet, as it stands in a report of a run that ended with it. */
const underWay = (check: Check): CheckResult => ({
  ...heading(check, 'INTERRUPTED'),
  points: { earned: 0, possible: check.points },
  attempts: 1,
  duration_ms: 0,
  steps: [],
  reason: UNDER_WAY,
});

function missingFixtures(needed: readonly Fixture[], present: readonly Fixture[]) {
  const missing = needed.filter((fixture) => !present.includes(fixture)).join(', ');
  if (missing === '') return undefined;
  return {
    en: `This bench has no ${missing}. Add --on emulated to run without.`,
    ko: `이 장비에는 ${missing} 이(가) 없습니다. --on emulated 를 붙이면 없이도 실행할 수 있습니다.`,
  };
}

const UNDER_WAY: Text = {
  en: 'The run ended in the middle of this check.',
  ko: '이 검사 도중에 실행이 끝났습니다.',
};
const NOT_REACHED: Text = {
  en: 'The run ended before this check.',
  ko: '이 검사 전에 실행이 끝났습니다.',
};
const RUN_INTERRUPTED: Text = { en: 'The run was interrupted.', ko: '실행이 중단되었습니다.' };
const ENOUGH: Text = {
  en: 'An earlier check has something to mend first.',
  ko: '앞선 검사에서 먼저 고칠 것이 있습니다.',
};
const RUN_TOO_LONG: Text = { en: 'The run ran out of time.', ko: '실행 제한 시간이 지났습니다.' };
const BENCH_LOST: Text = {
  en: 'The board or the link to it was lost in an earlier check.',
  ko: '앞선 검사에서 보드나 그 연결을 잃었습니다.',
};
