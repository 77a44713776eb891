import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, NetlabError } from '../../base/errors.ts';
import { type Departure, departures, readRecorded } from '../../lab/replay.ts';
import { runLab } from '../../lab/runner.ts';
import type { Verdict } from '../../lab/verdict.ts';
import { packageVersion } from '../../node/package-root.ts';
import { runClock } from '../../node/run-clock.ts';
import { openSandbox } from '../../node/sandbox/sandbox.ts';
import { findLab } from '../../node/store/labs.ts';
import { findRun, RUN_FILES, readRun, recordsRoot } from '../../node/store/runs.ts';
import { openReplay } from '../../node/substrate-replay.ts';
import { BaseCommand } from '../base-command.ts';
import { runArgument } from '../flags.ts';
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

  async run(): Promise<ReplayDocument> {
    const { args } = await this.parse(Replay);
    const run = findRun(recordsRoot(process.cwd()), args.run);
    const { recorded, code, source } = await open(run);
    const display = await openDisplay(this.shell, this.paint);
    const verdict = await interruption.guard(async (signal) => {
      const substrate = await openReplay(recorded);
      const learner = openSandbox(code);
      try {
        return await runLab({
          lab: source.lab,
          substrate,
          learner,
          code: recorded.code,
          seed: recorded.seed,
          netlab: packageVersion(),
          startedAt: recorded.startedAt,
          clock: runClock,
          interrupt: signal,
          ...(recorded.outcomes.size > 0 ? { only: [...recorded.outcomes.keys()] } : {}),
          onEvent: (event) => display.handleEvent(event),
        });
      } finally {
        await learner.close();
        await substrate.close();
        await display.end();
      }
    });
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

/** The cassette says which lab it was, and the lab what its entry is called. */
async function open(run: string) {
  const text = cassetteOf(run);
  const source = await findLab(readRecorded(text, undefined).lab);
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
