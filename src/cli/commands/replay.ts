import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { type Departure, departures, type Recorded, readRecorded } from '../../lab/replay.ts';
import type { Substrate, SubstrateRequest } from '../../lab/substrate.ts';
import type { Verdict } from '../../lab/verdict.ts';
import { gradeRun } from '../../node/grade-run.ts';
import { unrecorded } from '../../node/recording.ts';
import { parseReport, ReportFiles } from '../../node/report-files.ts';
import { takenApart } from '../../node/store/earlier-labs.ts';
import { findLab } from '../../node/store/labs.ts';
import { findRun, RUN_FILES, readRun, recordsRoot } from '../../node/store/runs.ts';
import { openReplay } from '../../node/substrate-replay.ts';
import { BaseCommand } from '../base-command.ts';
import { labsFlag, reportFlag, runArgument } from '../flags.ts';
import { interruption } from '../interruption.ts';
import { en } from '../messages/en.ts';
import { openDisplay } from '../open-display.ts';
import { markOf, paintOutcome } from '../terminal.ts';

interface ReplayDocument {
  readonly run: string;
  readonly verdict: Verdict;
  /** Where the new verdict is not the recorded one. */
  readonly departures: readonly Departure[];
}

export default class Replay extends BaseCommand {
  static override readonly summary = en['help.replay.summary'];
  static override readonly description = en['help.replay.description'];
  static override readonly examples = [
    '<%= config.bin %> replay',
    '<%= config.bin %> replay 20261122T140405Z-lab03-7f2k --json',
  ];
  static override readonly args = { run: runArgument };
  static override readonly flags = { report: reportFlag, labs: labsFlag };

  async run(): Promise<ReplayDocument> {
    const { args, flags } = await this.parse(Replay);
    const reports = new ReportFiles((flags.report ?? []).map(parseReport), this.language);
    const run = findRun(recordsRoot(process.cwd()), args.run);
    const { recorded, code, source } = await open(run, flags.labs);
    const display = await openDisplay(this.shell, this.paint);
    const whole = await takenApart(code, recorded.uses, flags.labs);
    const verdict = await interruption
      .guard((interrupt) =>
        gradeRun({
          lab: source.lab,
          ...whole,
          origin: recorded.code,
          seed: recorded.seed,
          startedAt: recorded.startedAt,
          interrupt,
          only: recorded.outcomes.size > 0 ? [...recorded.outcomes.keys()] : undefined,
          open: (request) => reopen(recorded, request),
          onEvent: (event) => {
            reports.handleEvent(event);
            display.handleEvent(event);
          },
        }),
      )
      .finally(() => display.end());
    const changed = departures(recorded, verdict);
    this.conclude(verdict, changed, recorded.unfinished);
    this.endWith(verdict.exitCode);
    return { run, verdict, departures: changed };
  }

  private conclude(
    { verdict, points }: Verdict,
    changed: readonly Departure[],
    unfinished: boolean,
  ): void {
    const { earned, possible } = points;
    const outcome = paintOutcome(this.paint, verdict, `${markOf(verdict)} ${verdict}`);
    this.print();
    this.print(`${this.paint.bold(outcome)}  ${this.say('run.points', { earned, possible })}`);
    if (unfinished) this.print(`  ${this.say('replay.unfinished')}`);
    if (changed.length === 0) this.print(`  ${this.say('replay.same')}`);
    for (const { check, recorded, replayed } of changed) {
      this.print(`  ${this.say('replay.changed', { check, recorded, replayed })}`);
    }
  }
}

/** What had no board has no recording either: it is the same again for the same seed. */
async function reopen(recorded: Recorded, request: SubstrateRequest): Promise<Substrate> {
  if (recorded.substrate.kind !== 'memory') return openReplay(recorded, request.carrying);
  const { openMemory } = await import('../../node/substrate-memory.ts');
  return openMemory(request, unrecorded());
}

/** The cassette says which lab it was, and the lab what its entry is called. */
async function open(run: string, labs: string | undefined) {
  const text = cassetteOf(run);
  const source = await findLab(readRecorded(text, undefined).lab, labs);
  const { code, verdict } = readRun(run, source.lab.entry);
  return { recorded: readRecorded(text, verdict), code, source };
}

function cassetteOf(run: string): string {
  try {
    return readFileSync(join(run, RUN_FILES.cassette), 'latin1');
  } catch (cause) {
    const details = { path: run, missing: RUN_FILES.cassette };
    const message = `${run} has no cassette`;
    throw new NetlabError('run-damaged', EXIT.nothingToCheck, message, details, cause);
  }
}
