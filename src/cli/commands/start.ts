import { relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { findLab } from '../../node/store/labs.ts';
import { type StartedWorkspace, startWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import { requiredLabArgument } from '../flags.ts';
import { en } from '../messages/en.ts';

export default class Start extends BaseCommand {
  static override readonly summary = en['help.start.summary'];
  static override readonly description = en['help.start.description'];
  static override readonly examples = [
    '<%= config.bin %> start lab03',
    '<%= config.bin %> start lab03 --dir ~/labs',
  ];
  static override readonly args = { lab: requiredLabArgument };
  static override readonly flags = {
    dir: Flags.string({ summary: en['help.start.flag.dir'], default: '.' }),
  };

  async run(): Promise<StartedWorkspace> {
    const { args, flags } = await this.parse(Start);
    const source = await findLab(args.lab);
    const started = startWorkspace(source, flags.dir);
    const folder = relative(process.cwd(), started.folder) || '.';
    if (started.created.length === 0) this.print(this.say('start.all-there', { folder }));
    else this.print(this.say('start.created', { folder, files: started.created.join(', ') }));
    const entry = relative(process.cwd(), started.entry);
    this.print(this.say('start.fill-in', { entry }));
    this.print(this.say('next', { command: this.paint.cyan(`netlab watch ${source.lab.id}`) }));
    return started;
  }
}
