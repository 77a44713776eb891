import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT, UsageError } from '../../base/errors.ts';
import { freshSeed } from '../../node/chance.ts';
import { encodeCsv } from '../../node/grading/csv.ts';
import { type Grade, type GradeSettings, isUngraded, stillGood } from '../../node/grading/grade.ts';
import type { GradeReport } from '../../node/grading/grader.ts';
import { gradeAll } from '../../node/grading/pool.ts';
import {
  listSubmissions,
  readSubmission,
  type Submission,
} from '../../node/grading/submissions.ts';
import { VIRTUAL } from '../../node/open-virtual.ts';
import { packageVersion } from '../../node/package-root.ts';
import { parseReport } from '../../node/report-files.ts';
import { hashOf } from '../../node/store/code-hash.ts';
import { readIfThere, writeWhole } from '../../node/store/files.ts';
import type { LabSource } from '../../node/store/labs.ts';
import { readLearnerCode } from '../../node/store/learner-code.ts';
import { BaseCommand } from '../base-command.ts';
import { boardFlag, jobsFlag, labsFlag, seedFlag } from '../flags.ts';
import { interruption } from '../interruption.ts';
import { chooseLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';
import { type Language, sayIfKnown } from '../messages/message.ts';
import { markOf, table } from '../terminal.ts';

interface GradingDocument {
  readonly settings: GradeSettings;
  readonly out: string;
  readonly grades: readonly Grade[];
}

const GRADE = 'grade.json';
const SETTINGS = 'grading.json';

export default class GradeCommand extends BaseCommand {
  static override readonly summary = en['help.grade.summary'];
  static override readonly description = en['help.grade.description'];
  static override readonly examples = [
    '<%= config.bin %> grade submissions --lab lab03 --csv grades.csv',
    '<%= config.bin %> grade submissions --lab lab03 --on memory --seed 7 --jobs 2',
  ];
  static override readonly args = {
    folder: Args.string({ description: en['help.grade.arg.folder'], required: true }),
  };
  static override readonly flags = {
    lab: Flags.string({ summary: en['help.arg.lab'] }),
    on: Flags.string({ summary: en['help.grade.flag.on'], options: VIRTUAL }),
    board: boardFlag,
    seed: seedFlag,
    jobs: jobsFlag,
    labs: labsFlag,
    limit: Flags.integer({
      summary: en['help.grade.flag.limit'],
      min: 1,
      max: 3600,
      default: 120,
    }),
    out: Flags.string({ summary: en['help.grade.flag.out'] }),
    csv: Flags.string({ summary: en['help.grade.flag.csv'] }),
    report: Flags.string({ summary: en['help.grade.flag.report'], multiple: true }),
    again: Flags.boolean({ summary: en['help.grade.flag.again'] }),
  };

  async run(): Promise<GradingDocument> {
    const { args, flags } = await this.parse(GradeCommand);
    const reports = (flags.report ?? []).map(reportOf);
    const { submissions, others } = listSubmissions(args.folder);
    const source = await chooseLab(flags.lab, process.cwd(), flags.labs);
    const out = resolve(flags.out ?? join('.netlab', 'grades', source.lab.name));
    const on = flags.on ?? (source.lab.fixtures.length === 0 ? 'memory' : 'emulated');
    const settings = settingsFor(source, on, flags.board, flags.seed ?? seedOf(out));
    writeWhole(join(out, SETTINGS), `${JSON.stringify(settings, null, 2)}\n`);
    const grades = new Map<string, Grade>();
    for (const submission of flags.again ? [] : submissions) {
      const grade = earlierGrade(submission, source, settings, out);
      if (grade !== undefined) grades.set(submission.name, grade);
    }
    if (grades.size > 0) this.print(this.say('grade.kept', { count: grades.size }));
    await interruption.guard((signal) =>
      gradeAll({
        setup: {
          settings,
          labs: flags.labs && resolve(flags.labs),
          out,
          language: this.language,
          limit_s: flags.limit,
          possible: source.lab.checks.reduce((sum, { points }) => sum + points, 0),
          reports,
        },
        submissions: submissions.filter(({ name }) => !grades.has(name)),
        jobs: flags.jobs ?? availableParallelism(),
        signal,
        onGrade: (plain) => {
          const grade = worded(plain);
          grades.set(grade.submission, grade);
          writeWhole(join(out, grade.submission, GRADE), `${JSON.stringify(grade, null, 2)}\n`);
          this.print(this.progress(grade, grades.size, submissions.length));
        },
      }),
    );
    const ordered = submissions.flatMap(({ name }) => grades.get(name) ?? []);
    const checks = source.lab.checks.map(({ id }) => id);
    if (flags.csv !== undefined) writeWhole(flags.csv, encodeCsv(ordered, checks, this.language));
    this.conclude(ordered, out);
    this.tellMissing(ordered, settings.on);
    if (others.length > 0) this.print(this.say('grade.passed-over', { names: others.join(', ') }));
    if (ordered.length < submissions.length) {
      const done = ordered.length;
      this.print(this.say('grade.interrupted', { done, all: submissions.length }));
    }
    if (ordered.some(isUngraded)) this.endWith(EXIT.boardFault);
    return { settings, out, grades: ordered };
  }

  private progress({ submission, verdict, earned, possible }: Grade, done: number, all: number) {
    const outcome = verdict === 'ERROR' ? '!' : markOf(verdict);
    return `${this.paint.dim(`${done}/${all}`)} ${outcome} ${submission} ${earned}/${possible}`;
  }

  private conclude(grades: readonly Grade[], out: string): void {
    const rows = grades.map(({ submission, verdict, earned, possible, reason }) => [
      submission,
      verdict,
      `${earned}/${possible}`,
      this.paint.dim(this.inWords(reason).slice(0, 80)),
    ]);
    this.print();
    for (const line of table(rows)) this.print(line);
    this.print(this.say('run.evidence', { folder: relative(process.cwd(), out) || '.' }));
  }

  /** Checks that a sound bench skipped: whoever chose it took their points from everybody. */
  private tellMissing(grades: readonly Grade[], on: string): void {
    const skipped = grades
      .filter((grade) => !isUngraded(grade))
      .flatMap(({ checks }) => checks.filter(({ verdict }) => verdict === 'SKIPPED'));
    const points = new Map(skipped.map(({ id, possible }) => [id, possible]));
    if (points.size === 0) return;
    const sum = [...points.values()].reduce((a, b) => a + b, 0);
    this.print(
      this.say('grade.skipped', { on, points: sum, checks: [...points.keys()].join(', ') }),
    );
  }
}

/** An error in the catalogue's words, in both languages: the grader knows none. */
function worded(grade: Grade): Grade {
  if (grade.error === undefined) return grade;
  const { code, details } = grade.error;
  const say = (language: Language): string =>
    sayIfKnown(language, `error.${code}.what`, details) ?? grade.reason[language];
  return { ...grade, reason: { en: say('en'), ko: say('ko') } };
}

/** @throws UsageError `bad-report`, `report-elsewhere` */
function reportOf(wish: string): GradeReport {
  const { form, path } = parseReport(wish);
  if (basename(path) === path) return { form: form.name, file: path };
  throw new UsageError('report-elsewhere', `${path} is no file's name`, { report: wish });
}

function settingsFor(source: LabSource, on: string, board: string, seed: number): GradeSettings {
  return {
    lab: source.lab.id,
    lab_sha256: hashOfLab(source),
    netlab: packageVersion(),
    node: process.version,
    on,
    board: on === 'emulated' ? board : '',
    seed,
  };
}

/** What decides a grade: the lab's module and checks, where they lie, and the solution. */
function hashOfLab({ lab, folder, modules }: LabSource): string {
  const own = existsSync(join(modules, 'checks'))
    ? readLearnerCode(modules, moduleFile(modules))
    : undefined;
  const solution = readLearnerCode(join(folder, 'solution'), lab.entry);
  const files = new Map(
    [...(own?.files ?? [])].filter(([path]) => !/^(starter|mutants)\//.test(path)),
  );
  for (const [path, text] of solution.files) files.set(`solution/${path}`, text);
  return hashOf({ files });
}

const moduleFile = (folder: string): string =>
  readdirSync(folder).find((name) => /^lab\.m?[jt]s$/.test(name)) ?? 'lab.js';

/** The seed of a grading that is gone on with, so that all have the same. */
function seedOf(out: string): number {
  try {
    const { seed } = JSON.parse(readIfThere(join(out, SETTINGS)) ?? '{}') as { seed?: unknown };
    return typeof seed === 'number' ? seed : freshSeed();
  } catch {
    return freshSeed();
  }
}

function earlierGrade(
  submission: Submission,
  { lab }: LabSource,
  settings: GradeSettings,
  out: string,
): Grade | undefined {
  const text = readIfThere(join(out, submission.name, GRADE));
  if (text === undefined) return undefined;
  try {
    return stillGood(text, settings, hashOf(readSubmission(submission, lab)));
  } catch {
    return undefined;
  }
}
