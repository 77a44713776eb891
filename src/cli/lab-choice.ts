import { join, relative } from 'node:path';
import { UsageError } from '../base/errors.ts';
import type { Check, Lab } from '../lab/lab.ts';
import type { CodeOrigin, LearnerCode } from '../lab/learner.ts';
import { nearest } from '../lab/near.ts';
import { findLab, type LabSource, labNames, listLabs } from '../node/store/labs.ts';
import { readLearnerCode } from '../node/store/learner-code.ts';
import { findWorkspace, labOfFolder } from '../node/store/workspace.ts';

/**
 * The lab that was named; else the one whose folder `from` lies in; else the only one that was started.
 * @throws UsageError `unknown-lab`, `which-lab`
 */
export async function chooseLab(wanted: string | undefined, from: string): Promise<LabSource> {
  if (wanted !== undefined) return findLab(wanted);
  const here = labOfFolder(from, labNames());
  if (here !== undefined) return findLab(here);
  const started = (await listLabs()).filter(({ lab }) => findWorkspace(lab, from) !== undefined);
  const [only, second] = started;
  if (only !== undefined && second === undefined) return only;
  throw new UsageError('which-lab', 'no lab was named, and none can be guessed');
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
}

/**
 * @param wanted `solution`, `starter` or a path; without it the learner's own, else the solution
 * @throws NetlabError `code-missing`, `code-too-large`
 */
export function chooseCode(
  { lab, folder }: LabSource,
  wanted: string | undefined,
  from: string,
): ChosenCode {
  const workspace = findWorkspace(lab, from);
  if (wanted === undefined && workspace !== undefined) {
    return read('learner', workspace.folder, lab, from);
  }
  if (wanted === undefined || wanted === 'solution' || wanted === 'starter') {
    const kind = wanted ?? 'solution';
    return read(kind, join(folder, kind), lab, from);
  }
  return read('path', wanted, lab, from);
}

function read(kind: CodeOrigin['kind'], path: string, lab: Lab, from: string): ChosenCode {
  const shown = relative(from, path) || '.';
  const inside = kind === 'learner' || kind === 'path';
  return {
    code: readLearnerCode(path, lab.entry),
    // Where netlab itself is installed differs between machines; equal runs give equal verdicts.
    origin: { kind, path: inside ? shown : `${lab.name}/${kind}` },
  };
}
