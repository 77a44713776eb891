import { relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { timeOfDay } from '../../node/clock.ts';
import { importedLabs } from '../../node/store/earlier-labs.ts';
import { requireWorkspace, resetWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import { confirm } from '../confirm.ts';
import { labArgument, labsFlag } from '../flags.ts';
import { chooseLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';
import { stampOf } from '../stamp.ts';

interface Reset {
  /** Where the files are that were there before. */
  readonly copy: string;
  readonly restored: readonly string[];
}

export default class ResetCommand extends BaseCommand {
  static override readonly summary = en['help.reset.summary'];
  static override readonly description = en['help.reset.description'];
  static override readonly examples = ['<%= config.bin %> reset lab03'];
  static override readonly args = { lab: labArgument };
  static override readonly flags = {
    labs: labsFlag,
    yes: Flags.boolean({ char: 'y', summary: en['help.reset.flag.yes'] }),
  };

  async run(): Promise<Reset> {
    const { args, flags } = await this.parse(ResetCommand);
    const source = await chooseLab(args.lab, process.cwd(), flags.labs);
    const workspace = requireWorkspace(source.lab, process.cwd());
    const folder = relative(process.cwd(), workspace.folder) || '.';
    const again = `netlab reset ${source.lab.id} --yes`;
    if (!flags.yes) await confirm(this.say('reset.question', { folder }), this.shell, again);
    const reset = resetWorkspace(
      source,
      workspace,
      stampOf(timeOfDay()),
      await importedLabs(source.lab, flags.labs),
    );
    const copy = relative(process.cwd(), reset.copy);
    this.print(this.say('reset.done', { copy }));
    return reset;
  }
}
