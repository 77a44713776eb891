import { join } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { progressOf, recordSolution } from '../../lab/progress.ts';
import { timeOfDay } from '../../node/clock.ts';
import { readLearnerCode } from '../../node/store/learner-code.ts';
import { loadProgress, saveProgress } from '../../node/store/progress-file.ts';
import { recordsRoot } from '../../node/store/runs.ts';
import { BaseCommand } from '../base-command.ts';
import { confirm } from '../confirm.ts';
import { labArgument, labsFlag } from '../flags.ts';
import { chooseLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';
import { stampOf } from '../stamp.ts';

interface Solution {
  readonly folder: string;
  /** Text by path relative to the folder. */
  readonly files: Readonly<Record<string, string>>;
}

export default class SolutionCommand extends BaseCommand {
  static override readonly summary = en['help.solution.summary'];
  static override readonly description = en['help.solution.description'];
  static override readonly examples = [
    '<%= config.bin %> solution lab03',
    '<%= config.bin %> solution lab03 --yes',
  ];
  static override readonly args = { lab: labArgument };
  static override readonly flags = {
    labs: labsFlag,
    yes: Flags.boolean({ char: 'y', summary: en['help.solution.flag.yes'] }),
  };

  async run(): Promise<Solution> {
    const { args, flags } = await this.parse(SolutionCommand);
    const { lab, folder: labFolder } = await chooseLab(args.lab, process.cwd(), flags.labs);
    const root = recordsRoot(process.cwd());
    const now = timeOfDay();
    const { progress } = loadProgress(root, stampOf(now));
    const passed = progressOf(progress, lab.id).passedAt !== undefined;
    if (!passed && !flags.yes) {
      const again = `netlab solution ${lab.id} --yes`;
      await confirm(this.say('solution.question', { lab: lab.id }), this.shell, again);
    }
    saveProgress(root, recordSolution(progress, lab.id, now));
    const folder = join(labFolder, 'solution');
    const { files } = readLearnerCode(folder, lab.entry);
    for (const [path, text] of files) {
      this.print(this.paint.dim(`// ${join(folder, path)}`));
      this.print(text);
    }
    return { folder, files: Object.fromEntries(files) };
  }
}
