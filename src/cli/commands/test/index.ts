import { availableParallelism } from 'node:os';
import { EXIT } from '../../../base/errors.ts';
import type { Text } from '../../../lab/lab.ts';
import { type OwnTestReport, runOwnTest, type TestResult } from '../../../node/own-test.ts';
import { requireWorkspace } from '../../../node/store/workspace.ts';
import { BaseCommand } from '../../base-command.ts';
import { jobsFlag, labArgument, labsFlag, referenceFlag } from '../../flags.ts';
import { interruption } from '../../interruption.ts';
import { chooseCode, chooseLab } from '../../lab-choice.ts';
import { en } from '../../messages/en.ts';

export default class Test extends BaseCommand {
  static override readonly summary = en['help.test.summary'];
  static override readonly description = en['help.test.description'];
  static override readonly examples = ['<%= config.bin %> test', '<%= config.bin %> test lab03'];
  static override readonly args = { lab: labArgument };
  static override readonly flags = { labs: labsFlag, reference: referenceFlag, jobs: jobsFlag };

  async run(): Promise<OwnTestReport> {
    const { args, flags } = await this.parse(Test);
    const here = process.cwd();
    const source = await chooseLab(args.lab, here, flags.labs);
    const workspace = requireWorkspace(source.lab, here);
    const { modules } = await chooseCode(source, flags, here);
    const report = await interruption.guard((signal) =>
      runOwnTest({
        source,
        workspace,
        modules,
        jobs: flags.jobs ?? availableParallelism(),
        signal,
      }),
    );
    for (const result of report.tests) this.show(result);
    const { mutants, caught, missed } = report;
    this.print(this.say('test.caught', { caught: caught.length, mutants }));
    if (caught.length > 0)
      this.print(`  ${this.say('test.which', { numbers: caught.join(', ') })}`);
    if (missed.length > 0)
      this.print(`  ${this.say('test.missed', { numbers: missed.join(', ') })}`);
    const failed = report.tests.some(({ own, reference }) => own ?? reference);
    this.endWith(failed ? EXIT.checkFailed : EXIT.pass);
    return report;
  }

  private show({ name, own, reference }: TestResult): void {
    const good = own === undefined && reference === undefined;
    const mark = good ? this.paint.green('✔') : this.paint.red('✖');
    this.print(`${mark} ${name}`);
    const tell = (key: 'test.own' | 'test.reference', why: Text | undefined) => {
      if (why !== undefined) this.print(`  ${this.say(key, { reason: this.inWords(why) })}`);
    };
    tell('test.own', own);
    tell('test.reference', reference);
  }
}
