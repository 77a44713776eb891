import { relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import type { NetlabError } from '../../base/errors.ts';
import { exercisedLines } from '../../lab/transcript.ts';
import type { CheckResult, Verdict } from '../../lab/verdict.ts';
import { freshSeed } from '../../node/chance.ts';
import { parseReport } from '../../node/report-files.ts';
import { BaseCommand } from '../base-command.ts';
import { openBench } from '../bench-choice.ts';
import { describeFailure } from '../failure.ts';
import {
  boardFlag,
  codeFlag,
  labArgument,
  labsFlag,
  onFlag,
  peerFlag,
  referenceFlag,
  reportFlag,
  seedFlag,
} from '../flags.ts';
import { interruption } from '../interruption.ts';
import { chooseCode, chooseLab, nextLab } from '../lab-choice.ts';
import { type LabRun, runRecorded } from '../lab-run.ts';
import { en } from '../messages/en.ts';
import { openDisplay } from '../open-display.ts';
import { markOf, paintOutcome } from '../terminal.ts';
import { upstreamAdvice } from '../upstream-advice.ts';

interface RunDocument {
  readonly verdict: Verdict;
  /** The folder with all that the run left. */
  readonly evidence: string;
}

export default class Run extends BaseCommand {
  static override readonly summary = en['help.run.summary'];
  static override readonly description = en['help.run.description'];
  static override readonly examples = [
    '<%= config.bin %> run lab03',
    '<%= config.bin %> run lab03 --on /dev/ttyACM0 --peer /dev/ttyACM1',
    '<%= config.bin %> run lab03 --report junit:lab03.xml --report tap:lab03.tap',
    '<%= config.bin %> run lab03 --on emulated --seed 7 --code solution --json',
  ];
  static override readonly args = { lab: labArgument };
  static override readonly flags = {
    on: onFlag,
    board: boardFlag,
    peer: peerFlag,
    seed: seedFlag,
    code: codeFlag,
    reference: referenceFlag,
    labs: labsFlag,
    report: reportFlag,
    junit: Flags.string({ summary: en['help.run.flag.junit'] }),
  };

  async run(): Promise<RunDocument> {
    const { args, flags } = await this.parse(Run);
    const here = process.cwd();
    const source = await chooseLab(args.lab, here, flags.labs);
    const chosen = await chooseCode(source, flags, here);
    const { seed = freshSeed(), junit, report = [] } = flags;
    const reports = [...report, ...(junit === undefined ? [] : [`junit:${junit}`])].map(
      parseReport,
    );
    const code = this.say(`run.code.${chosen.origin.kind}`);
    this.print(this.paint.bold(`${source.lab.id} ${this.inWords(source.lab.title)} · ${code}`));
    const display = await openDisplay(this.shell, this.paint);
    const run = await interruption.guard((signal) =>
      runRecorded({
        source,
        chosen,
        seed,
        reports,
        here,
        signal,
        language: this.language,
        open: (request, recording) =>
          openBench(flags, request, recording, (port, error) => this.passedOver(port, error)),
        onEvent: (event) => display.handleEvent(event),
      }).finally(() => display.end()),
    );
    this.conclude(run, nextLab(here, flags.labs));
    if (chosen.origin.kind === 'solution' && flags.code === undefined)
      this.tellNotYours(source.lab.id);
    this.endWith(run.verdict.exitCode);
    return { verdict: run.verdict, evidence: run.evidence };
  }

  private conclude({ verdict, evidence, trouble }: LabRun, nextLab: string | undefined): void {
    const { earned, possible } = verdict.points;
    const outcome = `${markOf(verdict.verdict)} ${verdict.verdict}`;
    const points = this.say('run.points', { earned, possible });
    this.print();
    this.print(`${this.paint.bold(paintOutcome(this.paint, verdict.verdict, outcome))}  ${points}`);
    for (const line of exercisedLines(verdict, this.language)) this.print(`  ${line}`);
    const folder = relative(process.cwd(), evidence) || '.';
    this.print(`  ${this.say('run.evidence', { folder })}`);
    if (verdict.exercised.code.kind === 'learner') {
      const failed = verdict.checks.find(hasHint);
      if (failed !== undefined) this.tellNext(`netlab hint ${verdict.lab} ${failed.id}`);
      else if (verdict.verdict === 'PASS' && nextLab !== undefined) {
        this.tellNext(`netlab start ${nextLab}`);
      }
    }
    const advice = upstreamAdvice(verdict);
    if (advice !== undefined) {
      this.print(`  ${this.say('run.upstream', { command: this.paint.cyan(advice) })}`);
    }
    if (trouble !== undefined) {
      const { what } = describeFailure(trouble, this.language, this.id ?? '');
      process.stderr.write(`${this.say('run.evidence-lost', { reason: what })}\n`);
    }
  }

  /** From a folder where the lab was not started, a PASS would be mistaken for one's own. */
  private tellNotYours(lab: string): void {
    this.print(`  ${this.say('run.not-yours', { lab })}`);
    this.tellNext(`netlab start ${lab}`);
  }

  private tellNext(command: string): void {
    this.print(`  ${this.say('next', { command: this.paint.cyan(command) })}`);
  }

  private passedOver(port: string, error: NetlabError): void {
    const { what } = describeFailure(error, this.language, this.id ?? '');
    process.stderr.write(`${this.say('run.passed-over', { port, reason: what })}\n`);
  }
}

const hasHint = (result: CheckResult): boolean =>
  result.verdict === 'FAIL' && result.visibility === 'visible';
