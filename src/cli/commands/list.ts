import type { Text } from '../../lab/lab.ts';
import { type LabProgress, progressOf } from '../../lab/progress.ts';
import { timeOfDay } from '../../node/clock.ts';
import { listLabs } from '../../node/store/labs.ts';
import { loadProgress } from '../../node/store/progress-file.ts';
import { recordsRoot } from '../../node/store/runs.ts';
import { findWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import { labsFlag } from '../flags.ts';
import { en } from '../messages/en.ts';
import { stampOf } from '../stamp.ts';
import { table } from '../terminal.ts';

interface Entry extends LabProgress {
  readonly id: string;
  readonly name: string;
  readonly title: Text;
  readonly layer: Text;
  readonly checks: number;
  /** The learner's folder. */
  readonly folder?: string;
}

export default class List extends BaseCommand {
  static override readonly summary = en['help.list.summary'];
  static override readonly description = en['help.list.description'];
  static override readonly examples = ['<%= config.bin %> list', '<%= config.bin %> list --json'];

  static override readonly flags = { labs: labsFlag };

  async run(): Promise<{ labs: readonly Entry[] }> {
    const { flags } = await this.parse(List);
    const here = process.cwd();
    const { progress } = loadProgress(recordsRoot(here), stampOf(timeOfDay()));
    const labs = (await listLabs(flags.labs)).map(({ lab }): Entry => {
      const folder = findWorkspace(lab, here)?.folder;
      return {
        id: lab.id,
        name: lab.name,
        title: lab.title,
        layer: lab.layer,
        checks: lab.checks.length,
        ...progressOf(progress, lab.id),
        ...(folder === undefined ? {} : { folder }),
      };
    });
    for (const line of table(labs.map((lab) => this.row(lab)))) this.print(line);
    return { labs };
  }

  private row(lab: Entry): string[] {
    const mark = lab.passedAt === undefined ? ' ' : this.paint.green('✔');
    return [
      mark,
      lab.id,
      this.inWords(lab.title),
      this.paint.dim(this.inWords(lab.layer)),
      this.state(lab),
    ];
  }

  private state({ passedAt, runs, points, possible, folder }: Entry): string {
    if (passedAt !== undefined) return this.say('list.passed', { date: passedAt.slice(0, 10) });
    if (runs > 0) return this.say('list.points', { points, possible });
    return this.say(folder === undefined ? 'list.fresh' : 'list.started');
  }
}
