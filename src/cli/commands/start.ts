import { relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { importedLabs } from '../../node/store/earlier-labs.ts';
import { findLab, type LabSource, labNames } from '../../node/store/labs.ts';
import { homeOfLabs, type StartedWorkspace, startWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import { labArgument, labsFlag } from '../flags.ts';
import { nextLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';

export default class Start extends BaseCommand {
  static override readonly summary = en['help.start.summary'];
  static override readonly description = en['help.start.description'];
  static override readonly examples = [
    '<%= config.bin %> start',
    '<%= config.bin %> start lab03',
    '<%= config.bin %> start lab03 --dir ~/labs',
  ];
  static override readonly args = { lab: labArgument };
  static override readonly flags = {
    labs: labsFlag,
    dir: Flags.string({ summary: en['help.start.flag.dir'] }),
  };

  async run(): Promise<StartedWorkspace> {
    const { args, flags } = await this.parse(Start);
    const source =
      args.lab === undefined ? await this.nextOf(flags.labs) : await findLab(args.lab, flags.labs);
    const home = flags.dir ?? homeOfLabs(process.cwd(), labNames(flags.labs));
    const started = startWorkspace(source, home, await importedLabs(source.lab, flags.labs));
    const folder = relative(process.cwd(), started.folder) || '.';
    if (started.created.length === 0) this.print(this.say('start.all-there', { folder }));
    else this.print(this.say('start.created', { folder, files: started.created.join(', ') }));
    const entry = relative(process.cwd(), started.entry);
    this.print(this.say('start.fill-in', { entry }));
    this.print(this.say('next', { command: this.paint.cyan(`netlab watch ${source.lab.id}`) }));
    return started;
  }

  /** @throws NetlabError `all-passed` (exit 3) */
  private async nextOf(labs: string | undefined): Promise<LabSource> {
    const next = nextLab(process.cwd(), labs);
    if (next !== undefined) return findLab(next, labs);
    throw new NetlabError('all-passed', EXIT.nothingToCheck, 'every lab has passed');
  }
}
