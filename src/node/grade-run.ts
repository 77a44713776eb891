/** Grades one module: its process, the modules it stands on, the bench, the checks; and closes them all again. */
import { Carrying } from '../lab/carrying.ts';
import type { Interrupt } from '../lab/clock.ts';
import type { Lab } from '../lab/lab.ts';
import type { CodeOrigin, LearnerCode } from '../lab/learner.ts';
import { type RunEvent, type RunRequest, runLab } from '../lab/runner.ts';
import type { Substrate, SubstrateRequest } from '../lab/substrate.ts';
import type { Verdict } from '../lab/verdict.ts';
import { packageVersion } from './package-root.ts';
import { runClock } from './run-clock.ts';
import type { LearnerProcess } from './sandbox/learner-process.ts';
import { openSandbox, type Sandbox } from './sandbox/sandbox.ts';
import { asRecord, type EarlierModule, standingOn } from './store/earlier-labs.ts';

export interface GradeRequest {
  readonly lab: Lab;
  readonly code: LearnerCode;
  readonly origin: CodeOrigin;
  /** Of earlier labs. */
  readonly modules: readonly EarlierModule[];
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly interrupt?: Interrupt;
  readonly only?: readonly string[] | undefined;
  readonly stopAtFirstFailure?: boolean;
  readonly deadlines?: RunRequest['deadlines'] | undefined;
  /** A process that was started beforehand, for the code. */
  readonly spare?: LearnerProcess | undefined;
  open(request: SubstrateRequest): Promise<Substrate>;
  onEvent?(event: RunEvent): void;
}

/** @throws NetlabError of the bench when not even the first check could begin; a bug of the lab or of netlab */
export async function gradeRun(request: GradeRequest): Promise<Verdict> {
  const { lab, origin, modules, seed, interrupt, only, deadlines, onEvent } = request;
  const learner = openSandbox(standingOn(request.code, modules), {}, request.spare);
  const carrier = openCarrier(modules);
  const carrying = carrier?.carrying;
  let substrate: Substrate | undefined;
  try {
    substrate = await request.open({
      seed,
      fixtures: lab.fixtures,
      wire: lab.wire,
      carrying,
    });
    return await runLab({
      lab,
      substrate,
      learner,
      code: origin,
      uses: modules.map(asRecord),
      carrying,
      seed,
      netlab: packageVersion(),
      startedAt: request.startedAt,
      clock: runClock,
      ...(interrupt && { interrupt }),
      ...(only && { only }),
      ...(deadlines && { deadlines }),
      stopAtFirstFailure: request.stopAtFirstFailure ?? false,
      ...(onEvent && { onEvent }),
    });
  } finally {
    await Promise.all([learner.close(), carrier?.learner.close(), substrate?.close()]);
  }
}

/** Where the carrier is the reference, netlab's own decoder is as good, and quicker. */
function openCarrier(modules: readonly EarlierModule[]) {
  const found = modules.find(({ as, whose }) => as === 'carrier' && whose === 'learner');
  if (found?.carrier === undefined) return undefined;
  const learner: Sandbox = openSandbox(standingOn(found.code, []));
  return { learner, carrying: new Carrying(found.lab, found.carrier, learner) };
}
