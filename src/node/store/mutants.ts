/** A lab's wrong solutions: what each changes, and the check that must notice. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LearnerCode } from '../../lab/learner.ts';
import type { LabSource } from './labs.ts';
import { readLearnerCode } from './learner-code.ts';

export interface Mutant {
  /** Its file or folder in `mutants/`, without an extension. */
  readonly name: string;
  /** The id of the check that its head names; '' where it names none. */
  readonly caughtBy: string;
  /** The solution with this mutant's files in place of its own. */
  readonly code: LearnerCode;
  /** The files that differ, by path. */
  readonly replaced: ReadonlyMap<string, string>;
}

/** More is no list of typical mistakes. */
const MUTANTS_MAX = 200;

/** In the order of names, which is also their numbering. @throws NetlabError `code-missing`, `code-too-large` */
export function readMutants({ lab, folder }: LabSource): readonly Mutant[] {
  const place = join(folder, 'mutants');
  if (!existsSync(place)) return [];
  const solution = readLearnerCode(join(folder, 'solution'), lab.entry);
  return readdirSync(place)
    .sort()
    .slice(0, MUTANTS_MAX)
    .filter((name) => /\.m?[jt]s$/.test(name) || statSync(join(place, name)).isDirectory())
    .map((name) => {
      const replaced = filesOf(join(place, name), lab.entry);
      const text = [...replaced.values()].join('\n');
      return {
        name: name.replace(/\.m?[jt]s$/, ''),
        caughtBy: /^ \* Caught by: (\S+)$/m.exec(text)?.[1] ?? '',
        code: { ...solution, files: new Map([...solution.files, ...replaced]) },
        replaced,
      };
    });
}

function filesOf(path: string, entry: string): ReadonlyMap<string, string> {
  if (statSync(path).isFile()) return new Map([[entry, readFileSync(path, 'utf8')]]);
  const [first = entry] = readdirSync(path).filter((name) => /\.m?[jt]s$/.test(name));
  return readLearnerCode(path, first).files;
}
