/**
 * The modules of earlier labs that a lab stands on: the learner's own where that lab has passed, and the reference
 * solution where it has not, or where the learner asked for it to tell a flaw there from one here.
 */
import { join, relative } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import type { Carrier, Lab, Use } from '../../lab/lab.ts';
import type { CodeKind, LearnerCode, UsedModule } from '../../lab/learner.ts';
import { type Progress, progressOf } from '../../lab/progress.ts';
import { hashOf } from './code-hash.ts';
import { findLab, type LabSource, labNames } from './labs.ts';
import { readLearnerCode } from './learner-code.ts';
import { findWorkspace } from './workspace.ts';

export interface EarlierModule extends UsedModule {
  readonly code: LearnerCode;
  readonly carrier: Carrier | undefined;
}

export interface EarlierChoice {
  /** Whose code stands on them: all but the learner's own stands on the reference. */
  readonly kind: CodeKind;
  readonly from: string;
  readonly progress: Progress;
  /** Lab ids for which the reference was asked for. */
  readonly reference: readonly string[];
  /** The folder of labs, where it is not netlab's own. */
  readonly labs?: string | undefined;
}

/** Labs that stand on labs: no chain is longer. */
const USES_MAX = 32;

/**
 * All that `lab` stands on, what it imports at second hand included; a lab that is not there carries nothing.
 * @throws UsageError `not-used` when `reference` names a lab that is none of them, `unknown-lab` for an import
 */
export async function earlierModules(
  lab: Lab,
  choice: EarlierChoice,
): Promise<readonly EarlierModule[]> {
  const found = new Map<string, EarlierModule>();
  const waiting: Use[] = [...(lab.uses ?? [])];
  for (let use = waiting.shift(); use !== undefined; use = waiting.shift()) {
    const key = `${use.as} ${use.lab}`;
    if (found.has(key) || found.size >= USES_MAX) continue;
    const source = await sourceOf(use, choice.labs);
    if (source === undefined) continue;
    found.set(key, moduleOf(use, source, choice));
    waiting.push(...(source.lab.uses ?? []).filter(({ as }) => as === 'import'));
  }
  const modules = [...found.values()];
  const stray = choice.reference.find((id) => !modules.some((module) => module.lab === id));
  if (stray !== undefined) {
    const uses = [...new Set(modules.map((module) => module.lab))].join(', ');
    throw new UsageError('not-used', `${lab.id} does not stand on ${stray}`, {
      lab: lab.id,
      other: stray,
      uses,
    });
  }
  return modules;
}

/** The labs that `lab`'s code may import. @throws UsageError `unknown-lab` */
export function importedLabs(lab: Lab, labs?: string): Promise<readonly LabSource[]> {
  const imported = (lab.uses ?? []).filter(({ as }) => as === 'import');
  return Promise.all(imported.map((use) => findLab(use.lab, labs)));
}

async function sourceOf(use: Use, labs: string | undefined): Promise<LabSource | undefined> {
  const there = labNames(labs).some((name) => name.startsWith(`${use.lab}-`));
  return there || use.as === 'import' ? findLab(use.lab, labs) : undefined;
}

function moduleOf(use: Use, { lab, folder }: LabSource, choice: EarlierChoice): EarlierModule {
  const why = whyReference(lab, choice);
  const workspace = findWorkspace(lab, choice.from)?.folder;
  const own = why === undefined && workspace !== undefined;
  const path = own ? workspace : join(folder, 'solution');
  const code = readLearnerCode(path, lab.entry);
  return {
    ...use,
    whose: own ? 'learner' : 'reference',
    ...(why !== undefined && { why }),
    path: own ? relative(choice.from, path) || '.' : `${lab.name}/solution`,
    sha256: hashOf(code),
    code,
    carrier: lab.carrier,
  };
}

function whyReference(lab: Lab, choice: EarlierChoice): UsedModule['why'] {
  if (choice.reference.includes(lab.id)) return 'asked';
  if (choice.kind !== 'learner') return 'not-learner';
  if (findWorkspace(lab, choice.from) === undefined) return 'not-started';
  return progressOf(choice.progress, lab.id).passedAt === undefined ? 'not-passed' : undefined;
}

/** `code` with what it may import beside it, below `#labNN/`. */
export function standingOn(code: LearnerCode, modules: readonly EarlierModule[]): LearnerCode {
  const imported = modules.filter(({ as }) => as === 'import');
  if (imported.length === 0) return code;
  const files = new Map(code.files);
  const uses = new Map<string, string>();
  for (const { lab, code: earlier } of imported) {
    for (const [path, text] of earlier.files) files.set(`#${lab}/${path}`, text);
    uses.set(`#${lab}`, `#${lab}/${earlier.entry}`);
  }
  return { ...code, files, uses };
}

/** All that is graded, for the record: the carrier's files too, below `#labNN/` as the imports are. */
export function wholeOf(code: LearnerCode, modules: readonly EarlierModule[]): LearnerCode {
  const files = new Map(code.files);
  for (const { lab, whose, as, code: earlier } of modules) {
    if (as === 'carrier' && whose === 'reference') continue;
    for (const [path, text] of earlier.files) files.set(`#${lab}/${path}`, text);
  }
  return { ...code, files };
}

/** What `wholeOf` put together, taken apart again by a record of what was used. */
export async function takenApart(
  whole: LearnerCode,
  used: readonly UsedModule[],
  labs?: string,
): Promise<{ readonly code: LearnerCode; readonly modules: readonly EarlierModule[] }> {
  const modules: EarlierModule[] = [];
  for (const module of used) {
    const files = filesBelow(`#${module.lab}/`, whole);
    if (files.size === 0) continue;
    const { lab } = await findLab(module.lab, labs);
    const code = { entry: lab.entry, files };
    modules.push({ ...module, code, carrier: lab.carrier });
  }
  const own = [...whole.files].filter(([path]) => !path.startsWith('#'));
  return { code: { ...whole, files: new Map(own) }, modules };
}

const filesBelow = (prefix: string, { files }: LearnerCode): ReadonlyMap<string, string> =>
  new Map(
    [...files].flatMap(([path, text]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), text] as const] : [],
    ),
  );

/** What a report keeps of a module. */
export const asRecord = ({ code: _, carrier: __, ...record }: EarlierModule): UsedModule => record;
