import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Check, Lab, Text } from '../../lab/lab.ts';
import { nextHintLevel, type Progress, recordHint } from '../../lab/progress.ts';
import { timeOfDay } from '../../node/clock.ts';
import { loadProgress, saveProgress } from '../../node/store/progress-file.ts';
import { recordsRoot } from '../../node/store/runs.ts';
import { BaseCommand } from '../base-command.ts';
import { labArgument, labsFlag } from '../flags.ts';
import { chooseCheck, chooseLab } from '../lab-choice.ts';
import { lastFailedCheck } from '../last-run.ts';
import { en } from '../messages/en.ts';
import { stampOf } from '../stamp.ts';

const LEVELS = 3;

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
    level: Flags.integer({ summary: en['help.hint.flag.level'], min: 1, max: LEVELS }),
  };

  async run(): Promise<Hint> {
    const { args, flags } = await this.parse(HintCommand);
    const here = process.cwd();
    const { lab } = await chooseLab(args.lab, here, flags.labs);
    const root = recordsRoot(here);
    const { progress } = loadProgress(root, stampOf(timeOfDay()));
    const check = this.check(lab, args.check, root);
    const level = flags.level ?? nextHintLevel(progress, lab.id, check.id);
    const hint = check.hints[level - 1] ?? check.hints[0];
    this.show(lab, check, level, hint);
    this.remember(root, recordHint(progress, lab.id, check.id, level));
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
    this.print(`${this.paint.dim(this.say('hint.level', { level, levels: LEVELS }))}`);
    this.print(this.inWords(hint));
    if (level < LEVELS) {
      const command = this.paint.cyan(`netlab hint ${lab.id} ${check.id}`);
      this.print(this.say('hint.more', { command }));
    }
  }

  /** A hint is worth more than the note that it was given. */
  private remember(root: string, progress: Progress): void {
    try {
      saveProgress(root, progress);
    } catch {
      process.stderr.write(`${this.say('progress.unsaved')}\n`);
    }
  }
}
