import { diagnose, type Finding } from '../../node/diagnosis.ts';
import { BaseCommand } from '../base-command.ts';
import { en } from '../messages/en.ts';
import { table } from '../terminal.ts';

export default class Doctor extends BaseCommand {
  static override readonly summary = en['help.doctor.summary'];
  static override readonly description = en['help.doctor.description'];
  static override readonly examples = ['<%= config.bin %> doctor'];

  async run(): Promise<{ findings: readonly Finding[] }> {
    await this.parse(Doctor);
    const findings = await diagnose(process.cwd());
    for (const line of table(findings.map((finding) => this.row(finding)))) this.print(line);
    const worst = findings.find(({ state }) => state === 'bad');
    const remedy = findings.find((finding) => finding.remedy !== undefined)?.remedy;
    if (remedy !== undefined) this.print(this.say('next', { command: this.paint.cyan(remedy) }));
    this.endWith(worst?.exitCode ?? 0);
    return { findings };
  }

  private row({ subject, state, detail }: Finding): string[] {
    const { green, yellow, red } = this.paint;
    const mark = { good: green('✔'), poor: yellow('-'), bad: red('✖') }[state];
    const outcome = this.say(`doctor.${subject}.${state === 'good' ? 'good' : 'bad'}`);
    return [mark, outcome, this.paint.dim(detail)];
  }
}
