/** What was handed in: a folder for each submission, or a file for each. Each is read apart from all others. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LearnerCode } from '../../lab/learner.ts';
import { fileError } from '../store/file-error.ts';
import { readLearnerCode } from '../store/learner-code.ts';

export interface Submission {
  /** Its file's or folder's name. */
  readonly name: string;
  readonly path: string;
}

const SUBMISSIONS_MAX = 10_000;
const FILE_MAX = 2 ** 20;
const SOURCE = /\.m?[jt]s$/;

export interface HandedIn {
  readonly submissions: readonly Submission[];
  /** What is neither a folder nor a source file: nobody graded it. */
  readonly others: readonly string[];
}

/** In the order of names; links are nobody's submission. @throws NetlabError `no-submissions`, those of `fileError` */
export function listSubmissions(folder: string): HandedIn {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw fileError(error, folder);
  }
  const shown = names.filter((name) => !name.startsWith('.')).sort();
  const isSubmission = (name: string): boolean => {
    const stats = lstatSync(join(folder, name));
    return stats.isDirectory() || (stats.isFile() && SOURCE.test(name));
  };
  const submissions = shown
    .filter(isSubmission)
    .map((name) => ({ name, path: join(folder, name) }));
  const others = shown.filter((name) => !submissions.some((one) => one.name === name));
  if (submissions.length > 0 && submissions.length <= SUBMISSIONS_MAX) {
    return { submissions, others };
  }
  throw new NetlabError('no-submissions', EXIT.nothingToCheck, `${folder} has no submissions`, {
    path: folder,
    most: SUBMISSIONS_MAX,
  });
}

/**
 * Its module: the file itself; or the folder, or the learner's labNN-name in it.
 * @throws NetlabError `code-missing`, `code-too-large`
 */
export function readSubmission({ path }: Submission, lab: Lab): LearnerCode {
  const stats = lstatSync(path);
  if (stats.isFile()) {
    if (stats.size > FILE_MAX) throw tooLarge(path);
    return { entry: lab.entry, files: new Map([[lab.entry, readFileSync(path, 'utf8')]]) };
  }
  const inner = join(path, lab.name);
  return readLearnerCode(isFolder(inner) && basename(path) !== lab.name ? inner : path, lab.entry);
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const tooLarge = (path: string): NetlabError =>
  new NetlabError('code-too-large', EXIT.usage, `${path} is too large`, { path });
