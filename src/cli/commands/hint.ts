import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Check, Lab, Text } from '../../lab/lab.ts';
import { recordsRoot } from '../../node/store/runs.ts';
import { BaseCommand } from '../base-command.ts';
import { labArgument, labsFlag } from '../flags.ts';
import { giveHint, HINT_LEVELS } from '../hint-giving.ts';
import { chooseCheck, chooseLab } from '../lab-choice.ts';
import { lastFailedCheck } from '../last-run.ts';
import { en } from '../messages/en.ts';

interface Hint {
  readonly lab: string;
  readonly check: string;
  readonly level: number;
  readonly hint: Text;
}

export default class HintCommand extends BaseCommand {
  static override readonly summary = en['help.hint.summary'];
  static override readonly description = en['help.hint.description'];
  static override readonly examples = [
    '<%= config.bin %> hint lab03',
    '<%= config.bin %> hint lab03 padding --level 2',
  ];
  static override readonly args = {
    lab: labArgument,
    check: Args.string({ description: en['help.arg.check'] }),
  };
  static override readonly flags = {
    labs: labsFlag,
    level: Flags.integer({ summary: en['help.hint.flag.level'], min: 1, max: HINT_LEVELS }),
  };

  async run(): Promise<Hint> {
    const { args, flags } = await this.parse(HintCommand);
    const here = process.cwd();
    const { lab } = await chooseLab(args.lab, here, flags.labs);
    const check = this.check(lab, args.check, recordsRoot(here));
    const { level, hint, noted } = giveHint(lab, check, here, flags.level);
    this.show(lab, check, level, hint);
    if (!noted) process.stderr.write(`${this.say('progress.unsaved')}\n`);
    return { lab: lab.id, check: check.id, level, hint };
  }

  private check(lab: Lab, wanted: string | undefined, root: string): Check {
    if (wanted !== undefined) return chooseCheck(lab, wanted);
    const failed = lastFailedCheck(root, lab.id);
    const first = lab.checks.find(({ visibility }) => visibility === 'visible');
    return chooseCheck(lab, failed ?? first?.id ?? '');
  }

  private show(lab: Lab, check: Check, level: number, hint: Text): void {
    this.print(this.paint.bold(`${check.id}: ${this.inWords(check.title)}`));
    this.print(`${this.paint.dim(this.say('hint.level', { level, levels: HINT_LEVELS }))}`);
    this.print(this.inWords(hint));
    if (level < HINT_LEVELS) {
      const command = this.paint.cyan(`netlab hint ${lab.id} ${check.id}`);
      this.print(this.say('hint.more', { command }));
    }
  }
}
