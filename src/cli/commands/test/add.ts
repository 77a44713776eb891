import { relative } from 'node:path';
import { addOwnTest } from '../../../node/own-test.ts';
import { requireWorkspace } from '../../../node/store/workspace.ts';
import { BaseCommand } from '../../base-command.ts';
import { labArgument, labsFlag } from '../../flags.ts';
import { chooseLab } from '../../lab-choice.ts';
import { en } from '../../messages/en.ts';
import { ownTestTemplate } from '../../own-test-template.ts';

export default class TestAdd extends BaseCommand {
  static override readonly summary = en['help.test:add.summary'];
  static override readonly description = en['help.test:add.description'];
  static override readonly examples = ['<%= config.bin %> test add lab03'];
  static override readonly args = { lab: labArgument };
  static override readonly flags = { labs: labsFlag };

  async run(): Promise<{ path: string; created: boolean }> {
    const { args, flags } = await this.parse(TestAdd);
    const { lab } = await chooseLab(args.lab, process.cwd(), flags.labs);
    const workspace = requireWorkspace(lab, process.cwd());
    const template = ownTestTemplate(this.language, lab.id, lab.entry);
    const added = addOwnTest(workspace, template);
    const path = relative(process.cwd(), added.path);
    this.print(this.say(added.created ? 'test.added' : 'test.there', { path }));
    this.print(this.say('next', { command: this.paint.cyan(`netlab test ${lab.id}`) }));
    return added;
  }
}
