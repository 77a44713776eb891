/** A lab's wrong solutions: what each changes, and the check that must notice. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { LearnerCode } from '../../lab/learner.ts';
import type { LabSource } from './labs.ts';
import { readLearnerCode } from './learner-code.ts';
import { changedLines, patched } from './patch.ts';

export interface Mutant {
  /** Its file in `mutants/`, without `.diff`. */
  readonly name: string;
  /** The id of the check that its head names; '' where it names none. */
  readonly caughtBy: string;
  /** The solution with what it changes. */
  readonly code: LearnerCode;
  /** How many lines it puts in or takes out. */
  readonly changed: number;
}

/** More is no list of typical mistakes. */
const MUTANTS_MAX = 200;
/** Longer is no mistake, but another solution. */
const OCTETS_MAX = 2 ** 16;
const ENDING = '.diff';

/**
 * In the order of names, which is also their numbering. One that the solution can't be changed by is told to `unfit`
 * and left out. @throws NetlabError as `readMutant`, where nobody is told
 */
export function readMutants(
  source: LabSource,
  unfit?: (name: string, reason: string) => void,
): readonly Mutant[] {
  const place = join(source.folder, 'mutants');
  if (!existsSync(place)) return [];
  const solution = solutionOf(source);
  const names = readdirSync(place)
    .sort()
    .filter((name) => name.endsWith(ENDING))
    .slice(0, MUTANTS_MAX);
  return names.flatMap((name) => {
    try {
      return [readMutant(source, join(place, name), solution)];
    } catch (error) {
      const isTold = error instanceof NetlabError && error.code === 'diff-unfit';
      if (!isTold || unfit === undefined) throw error;
      const { reason } = error.details;
      unfit(name, String(reason));
      return [];
    }
  });
}

/** The solution with the changes of the diff at `path`. @throws NetlabError `code-missing`, `diff-unfit` */
export function readMutant(source: LabSource, path: string, solution = solutionOf(source)): Mutant {
  if (!existsSync(path)) {
    const message = `there is no ${path}`;
    throw new NetlabError('code-missing', EXIT.nothingToCheck, message, { path });
  }
  const unfit = (reason: string) =>
    new NetlabError('diff-unfit', EXIT.usage, `${path}: ${reason}`, { path, reason });
  if (statSync(path).size > OCTETS_MAX) throw unfit(`it has more than ${OCTETS_MAX} octets`);
  const diff = readFileSync(path, 'utf8');
  const files = patched(solution.files, diff);
  if (!files.ok) throw unfit(files.error);
  return {
    name: basename(path, ENDING),
    caughtBy: /^Caught by: (\S+)$/m.exec(diff)?.[1] ?? '',
    code: { ...solution, files: files.value },
    changed: changedLines(diff),
  };
}

const solutionOf = ({ lab, folder }: LabSource): LearnerCode =>
  readLearnerCode(join(folder, 'solution'), lab.entry);
