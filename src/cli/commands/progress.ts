import { readFileSync, statSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import { EXIT, NetlabError } from '../../base/errors.ts';
import {
  decodeProgress,
  encodeProgress,
  mergeProgress,
  type Progress,
} from '../../lab/progress.ts';
import { timeOfDay } from '../../node/clock.ts';
import { fileError } from '../../node/store/file-error.ts';
import { writeWhole } from '../../node/store/files.ts';
import { loadProgress, saveProgress } from '../../node/store/progress-file.ts';
import { recordsRoot } from '../../node/store/runs.ts';
import { BaseCommand } from '../base-command.ts';
import { en } from '../messages/en.ts';
import { stampOf } from '../stamp.ts';

/** A learner's whole way takes a few kilobytes. */
const OCTETS_MAX = 2 ** 20;

export default class ProgressCommand extends BaseCommand {
  static override readonly summary = en['help.progress.summary'];
  static override readonly description = en['help.progress.description'];
  static override readonly examples = [
    '<%= config.bin %> progress --export progress.json',
    '<%= config.bin %> progress --import progress.json',
  ];
  static override readonly flags = {
    export: Flags.string({ summary: en['help.progress.flag.export'], exclusive: ['import'] }),
    import: Flags.string({ summary: en['help.progress.flag.import'] }),
  };

  async run(): Promise<{ labs: Progress }> {
    const { flags } = await this.parse(ProgressCommand);
    const root = recordsRoot(process.cwd());
    const { progress } = loadProgress(root, stampOf(timeOfDay()));
    if (flags.import !== undefined) {
      const merged = mergeProgress(progress, readProgress(flags.import));
      saveProgress(root, merged);
      this.print(this.say('progress.imported', { path: flags.import }));
      this.show(merged);
      return { labs: merged };
    }
    if (flags.export !== undefined) {
      writeWhole(flags.export, encodeProgress(progress));
      this.print(this.say('progress.exported', { path: flags.export }));
    } else this.show(progress);
    return { labs: progress };
  }

  private show(progress: Progress): void {
    if (Object.keys(progress).length === 0) {
      this.print(this.say('progress.none'));
      this.print(this.say('next', { command: this.paint.cyan('netlab start') }));
    }
    for (const [lab, { points, possible, passedAt, runs }] of Object.entries(progress)) {
      const mark = passedAt === undefined ? ' ' : this.paint.green('✔');
      this.print(`${mark} ${lab}  ${this.say('progress.lab', { points, possible, runs })}`);
    }
  }
}

/** @throws NetlabError `progress-damaged`, those of `fileError` */
function readProgress(path: string): Progress {
  let text: string;
  try {
    text = statSync(path).size > OCTETS_MAX ? '' : readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  const progress = decodeProgress(text);
  if (progress !== undefined) return progress;
  throw new NetlabError('progress-damaged', EXIT.usage, `${path} is no progress file`, { path });
}
