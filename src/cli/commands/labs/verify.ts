import { availableParallelism } from 'node:os';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../../base/errors.ts';
import { VIRTUAL, type Virtual } from '../../../node/open-virtual.ts';
import { findLab, listLabs } from '../../../node/store/labs.ts';
import type { CommandShape } from '../../../node/verify/command-line.ts';
import type { Finding } from '../../../node/verify/finding.ts';
import { verifyLab } from '../../../node/verify/verify.ts';
import { BaseCommand } from '../../base-command.ts';
import { boardFlag, jobsFlag, labsFlag } from '../../flags.ts';
import { interruption } from '../../interruption.ts';
import { en } from '../../messages/en.ts';

interface Verification {
  readonly labs: readonly string[];
  readonly findings: readonly Finding[];
}

export default class LabsVerify extends BaseCommand {
  static override readonly strict = false;
  static override readonly summary = en['help.labs:verify.summary'];
  static override readonly description = en['help.labs:verify.description'];
  static override readonly examples = [
    '<%= config.bin %> labs verify',
    '<%= config.bin %> labs verify lab03 --on memory --on emulated',
    '<%= config.bin %> labs verify --labs my-labs',
  ];
  static override readonly args = { lab: Args.string({ description: en['help.arg.labs'] }) };
  static override readonly flags = {
    labs: labsFlag,
    on: Flags.string({
      summary: en['help.labs:verify.flag.on'],
      options: VIRTUAL,
      multiple: true,
      default: [...VIRTUAL],
    }),
    board: boardFlag,
    jobs: jobsFlag,
  };

  async run(): Promise<Verification> {
    const { argv, flags } = await this.parse(LabsVerify);
    const { labs, board, on, jobs = availableParallelism() } = flags;
    const wanted = argv.map(String);
    const sources =
      wanted.length === 0
        ? await listLabs(labs)
        : await Promise.all(wanted.map((lab) => findLab(lab, labs)));
    const findings: Finding[] = [];
    const places = VIRTUAL.filter((place): place is Virtual => on.includes(place));
    await interruption.guard(async (signal) => {
      for (const source of sources) {
        if (signal.aborted) return;
        const bench = { on: places, board, labs, jobs, signal };
        const found = await verifyLab({ source, bench, commands: this.commands() });
        findings.push(...found);
        this.show(source.lab.id, found);
      }
    });
    if (findings.length > 0) this.endWith(EXIT.checkFailed);
    return { labs: sources.map(({ lab }) => lab.id), findings };
  }

  private show(lab: string, findings: readonly Finding[]): void {
    const mark = findings.length === 0 ? this.paint.green('✔') : this.paint.red('✖');
    this.print(`${mark} ${lab} ${this.say('verify.count', { count: findings.length })}`);
    for (const { rule, where, details } of findings) {
      const sentence = this.sayKey(`verify.${rule}`, details);
      this.print(`  ${this.paint.dim(where)}  ${sentence}  ${this.paint.dim(`[${rule}]`)}`);
    }
  }

  private commands(): Readonly<Record<string, CommandShape>> {
    return Object.fromEntries(
      this.config.commands.map(({ id, flags, args, strict = true }) => [
        id,
        { flags: flags as CommandShape['flags'], args, strict },
      ]),
    );
  }
}
