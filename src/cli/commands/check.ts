import * as Flags from '@oclif/core/flags';
import type { CheckResult, Verdict } from '../../lab/verdict.ts';
import { freshSeed } from '../../node/chance.ts';
import { parseReport } from '../../node/report-files.ts';
import { requireWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import {
  boardFlag,
  codeFlag,
  labArgument,
  labsFlag,
  referenceFlag,
  reportFlag,
  seedFlag,
} from '../flags.ts';
import { interruption } from '../interruption.ts';
import { chooseCode, chooseLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';
import { checkQuickly } from '../quick-check.ts';

interface CheckDocument {
  readonly verdict: Verdict;
  readonly evidence: string;
}

export default class Check extends BaseCommand {
  static override readonly summary = en['help.check.summary'];
  static override readonly description = en['help.check.description'];
  static override readonly examples = [
    '<%= config.bin %> check',
    '<%= config.bin %> check lab03 --only padding',
    '<%= config.bin %> check lab03 --code starter',
  ];
  static override readonly args = { lab: labArgument };
  static override readonly flags = {
    only: Flags.string({ summary: en['help.check.flag.only'], multiple: true }),
    board: boardFlag,
    seed: seedFlag,
    code: codeFlag,
    reference: referenceFlag,
    labs: labsFlag,
    report: reportFlag,
  };

  async run(): Promise<CheckDocument> {
    const { args, flags } = await this.parse(Check);
    const here = process.cwd();
    const source = await chooseLab(args.lab, here, flags.labs);
    // Checking somebody else's code unasked would please nobody.
    if (flags.code === undefined) requireWorkspace(source.lab, here);
    const chosen = await chooseCode(source, flags, here);
    const { seed = freshSeed(), board, only } = flags;
    const reports = (flags.report ?? []).map(parseReport);
    const { language, shell, paint } = this;
    const run = await interruption.guard((signal) =>
      checkQuickly({
        ...{ source, chosen, seed, board, only, reports },
        ...{ here, language, signal, shell, paint },
      }),
    );
    this.conclude(source.lab.id, run.verdict);
    this.endWith(run.verdict.exitCode);
    return { verdict: run.verdict, evidence: run.evidence };
  }

  private conclude(lab: string, { checks, points, verdict }: Verdict): void {
    const failed = checks.find((result) => result.verdict === 'FAIL');
    this.print();
    if (failed !== undefined) this.print(this.offer(lab, failed));
    else if (verdict === 'PASS') {
      this.print(this.paint.green(this.say('check.passed', { earned: points.earned })));
      this.print(this.say('next', { command: this.paint.cyan(`netlab run ${lab}`) }));
    }
  }

  private offer(lab: string, { id, visibility }: CheckResult): string {
    const command = visibility === 'visible' ? `netlab hint ${lab} ${id}` : `netlab run ${lab}`;
    return this.say('next', { command: this.paint.cyan(command) });
  }
}
