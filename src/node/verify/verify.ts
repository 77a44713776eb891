/** A lab proved as its author should have it: its folder, its manifest, its texts, and its code at work. */
import { join } from 'node:path';
import type { LearnerCode } from '../../lab/learner.ts';
import { moduleSources } from '../sandbox/module-source.ts';
import type { LabSource } from '../store/labs.ts';
import { readLearnerCode } from '../store/learner-code.ts';
import { readMutants } from '../store/mutants.ts';
import type { CommandShape } from './command-line.ts';
import type { Finding, Report, Rule } from './finding.ts';
import { verifyHints } from './hints.ts';
import { verifyLayout } from './layout.ts';
import { verifyManifest } from './manifest.ts';
import { verifyReadmes } from './readme.ts';
import { type Bench, verifyRuns } from './runs.ts';

export interface VerifyRequest {
  readonly source: LabSource;
  readonly bench: Bench;
  /** What the command line takes. */
  readonly commands: Readonly<Record<string, CommandShape>>;
}

/** Without this in order nothing can be run. */
const BASIC: readonly Rule[] = ['too-much', 'absent', 'unreadable', 'broken'];

/** Never throws for what is wrong with the lab, a crash of its checks included. */
export async function verifyLab(request: VerifyRequest): Promise<readonly Finding[]> {
  const { source, bench, commands } = request;
  const findings: Finding[] = [];
  const report: Report = (rule, where, details = {}) => {
    findings.push({ lab: source.lab.id, rule, where, details });
  };
  const guarded = async (where: string, action: () => unknown) => {
    try {
      await action();
    } catch (error) {
      report('broken', where, { reason: error instanceof Error ? error.message : String(error) });
    }
  };
  await guarded('.', () => {
    if (!verifyLayout(source, report)) return;
    verifyManifest(source, bench.labs, report);
    verifyReadmes(source, commands, report);
    verifyCode(source, report);
  });
  if (findings.some(({ rule }) => BASIC.includes(rule))) return findings;
  await guarded('checks', () => verifyRuns(source, bench, report));
  return findings;
}

function verifyCode(source: LabSource, report: Report): void {
  const read = (folder: string) => readLearnerCode(join(source.folder, folder), source.lab.entry);
  const [starter, solution] = [read('starter'), read('solution')];
  verifyReadable('starter', starter, report);
  verifyReadable('solution', solution, report);
  const mutants = readMutants(source, (name, reason) => {
    report('mutant-unfit', `mutants/${name}`, { reason });
  });
  for (const { name, code } of mutants) verifyReadable(`mutants/${name}.diff`, code, report);
  for (const missing of exportsOf(solution).filter((name) => !exportsOf(starter).includes(name))) {
    report('exports', `starter/${starter.entry}`, { name: missing });
  }
  verifyHints(source, solution, starter, report);
}

function verifyReadable(where: string, code: LearnerCode, report: Report): void {
  for (const [file, { message, place }] of moduleSources(code).unreadable) {
    report('unreadable', `${where}/${file}:${place.line}`, { reason: message });
  }
}

const exportsOf = ({ files, entry }: LearnerCode): readonly string[] =>
  [...(files.get(entry) ?? '').matchAll(/^export (?:async )?(?:function\*?|const) ([\w$]+)/gm)].map(
    ([, name]) => name ?? '',
  );
