import { join, relative } from 'node:path';
import { UsageError } from '../base/errors.ts';
import type { Check, Lab } from '../lab/lab.ts';
import type { CodeOrigin, LearnerCode } from '../lab/learner.ts';
import { nearest } from '../lab/near.ts';
import { progressOf } from '../lab/progress.ts';
import { timeOfDay } from '../node/clock.ts';
import { hashOf } from '../node/store/code-hash.ts';
import { type EarlierModule, earlierModules } from '../node/store/earlier-labs.ts';
import { findLab, type LabSource, labNames, listLabs } from '../node/store/labs.ts';
import { readLearnerCode } from '../node/store/learner-code.ts';
import { readMutant } from '../node/store/mutants.ts';
import { loadProgress } from '../node/store/progress-file.ts';
import { recordsRoot } from '../node/store/runs.ts';
import { findWorkspace, labOfFolder } from '../node/store/workspace.ts';
import { stampOf } from './stamp.ts';

/**
 * The lab that was named; else the one whose folder `from` lies in; else the only one that was started.
 * @throws UsageError `unknown-lab`, `which-lab`
 */
export async function chooseLab(
  wanted: string | undefined,
  from: string,
  labs?: string,
): Promise<LabSource> {
  if (wanted !== undefined) return findLab(wanted, labs);
  const here = labOfFolder(from, labNames(labs));
  if (here !== undefined) return findLab(here, labs);
  const started = (await listLabs(labs)).filter(
    ({ lab }) => findWorkspace(lab, from) !== undefined,
  );
  const [only, second] = started;
  if (only !== undefined && second === undefined) return only;
  throw new UsageError('which-lab', 'no lab was named, and none can be guessed');
}

/** The id of the first lab that has not passed; undefined when all have. */
export function nextLab(from: string, labs: string | undefined): string | undefined {
  const { progress } = loadProgress(recordsRoot(from), stampOf(timeOfDay()));
  return labNames(labs)
    .map((name) => name.slice(0, 'lab00'.length))
    .find((id) => progressOf(progress, id).passedAt === undefined);
}

/** @throws UsageError `unknown-check` */
export function chooseCheck(lab: Lab, id: string): Check {
  const visible = lab.checks.filter(({ visibility }) => visibility === 'visible');
  const check = visible.find((candidate) => candidate.id === id);
  if (check !== undefined) return check;
  const ids = visible.map((candidate) => candidate.id);
  throw new UsageError('unknown-check', `${lab.id} has no check ${id}`, {
    lab: lab.id,
    check: id,
    near: nearest(id, ids) ?? '',
    checks: ids.join(', '),
  });
}

export interface ChosenCode {
  readonly code: LearnerCode;
  readonly origin: CodeOrigin;
  /** The modules of earlier labs that it stands on. */
  readonly modules: readonly EarlierModule[];
}

export interface CodeWish {
  /** `solution`, `starter` or a path; without it the learner's own, else the solution. */
  readonly code?: string | undefined;
  /** Labs that the reference solution is to stand in for. */
  readonly reference?: readonly string[] | undefined;
  /** The folder of labs, where it is not netlab's own. */
  readonly labs?: string | undefined;
}

/** @throws NetlabError `code-missing`, `code-too-large`, `diff-unfit`, `not-used` */
export async function chooseCode(
  source: LabSource,
  wish: CodeWish,
  from: string,
): Promise<ChosenCode> {
  const { lab, folder } = source;
  const { code: wanted, reference = [], labs } = wish;
  const workspace = findWorkspace(lab, from);
  const own = wanted === undefined && workspace !== undefined;
  const named = wanted === undefined || wanted === 'solution' || wanted === 'starter';
  const kind = own ? 'learner' : named ? (wanted ?? 'solution') : 'path';
  const path = own ? workspace.folder : named ? join(folder, kind) : wanted;
  const isMutant = kind === 'path' && path.endsWith('.diff');
  const code = isMutant ? readMutant(source, path).code : readLearnerCode(path, lab.entry);
  const inside = kind === 'learner' || kind === 'path';
  const { progress } = loadProgress(recordsRoot(from), stampOf(timeOfDay()));
  return {
    code,
    // Where netlab itself is installed differs between machines; equal runs give equal verdicts.
    origin: {
      kind,
      path: inside ? relative(from, path) || '.' : `${lab.name}/${kind}`,
      sha256: hashOf(code),
    },
    modules: await earlierModules(lab, { kind, from, progress, reference, labs }),
  };
}
