import { NetlabError } from '../../base/errors.ts';
import type { Check, Lab } from '../../lab/lab.ts';
import { placeLines } from '../../lab/transcript.ts';
import type { Outcome, Verdict } from '../../lab/verdict.ts';
import { freshSeed } from '../../node/chance.ts';
import { timeOfDay } from '../../node/clock.ts';
import { gradeRun } from '../../node/grade-run.ts';
import { openVirtual } from '../../node/open-virtual.ts';
import { unrecorded } from '../../node/recording.ts';
import { syntax } from '../../node/sandbox/failure-text.ts';
import { LearnerProcess } from '../../node/sandbox/learner-process.ts';
import { moduleSources } from '../../node/sandbox/module-source.ts';
import { Saves } from '../../node/saves.ts';
import type { LabSource } from '../../node/store/labs.ts';
import { requireWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import { describeFailure } from '../failure.ts';
import { boardFlag, labArgument, labsFlag, referenceFlag, seedFlag } from '../flags.ts';
import { giveHint, HINT_LEVELS } from '../hint-giving.ts';
import { interruption } from '../interruption.ts';
import { Keys } from '../keys.ts';
import { type ChosenCode, chooseCode, chooseLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';
import { checkQuickly } from '../quick-check.ts';
import { WatchDisplay } from '../watch-display.ts';

interface Round {
  readonly source: LabSource;
  readonly seed: number;
  readonly board: string;
  readonly reference: readonly string[] | undefined;
  readonly labs: string | undefined;
}

/** What failed last is the likeliest to fail again. */
const rank = (check: Check, failing: Check | undefined): number => Number(check.id !== failing?.id);

const CLEAR = '\u001b[2J\u001b[H';

export default class Watch extends BaseCommand {
  static override readonly enableJsonFlag = false;
  static override readonly summary = en['help.watch.summary'];
  static override readonly description = en['help.watch.description'];
  static override readonly examples = ['<%= config.bin %> watch lab03'];
  static override readonly args = { lab: labArgument };
  static override readonly flags = {
    board: boardFlag,
    seed: seedFlag,
    reference: referenceFlag,
    labs: labsFlag,
  };

  /** Started before there is code for it, since that takes longer than the first check. */
  private spare = new LearnerProcess();
  /** The visible check that failed in the last round: the first of the next, and what a hint is for. */
  private failing: Check | undefined;
  private keys: Keys | undefined;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const source = await chooseLab(args.lab, process.cwd(), flags.labs);
    const { folder } = requireWorkspace(source.lab, process.cwd());
    const { seed = freshSeed(), board, reference, labs } = flags;
    const saves = new Saves(folder, source.lab.entry);
    this.keys = new Keys(
      process.stdin,
      (key) => key === 'h' && this.hint(source.lab),
      () => void process.emit('SIGINT', 'SIGINT'),
    );
    try {
      await interruption.guard(async (signal) => {
        signal.addEventListener('abort', () => saves.close());
        while (await saves.next()) {
          await this.round({ source, seed, board, reference, labs }, signal, saves);
        }
      });
    } finally {
      saves.close();
      this.keys.close();
      await this.spare.close();
    }
  }

  /** One check; a save in the middle of it ends it, for the next one to begin. */
  private async round(round: Round, signal: AbortSignal, saves: Saves): Promise<void> {
    const outdated = new AbortController();
    saves.onSave = () => outdated.abort();
    const either = AbortSignal.any([signal, outdated.signal]);
    if (process.stdout.isTTY) process.stdout.write(CLEAR);
    this.print(this.paint.dim(this.say('watch.checking', { lab: round.source.lab.id })));
    try {
      const chosen = await chooseCode(round.source, round, process.cwd());
      if (this.showUnreadable(chosen)) return this.wait(either);
      const { verdict, checks } = await this.inMemory(round, chosen, either);
      const failed = checks.some((check) => check.failure !== undefined);
      if (!failed && verdict !== 'INTERRUPTED' && !either.aborted) {
        await this.onBoard(round, chosen, checks, either);
      }
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      process.stderr.write(`${describeFailure(error, this.language, this.id ?? '').what}\n`);
    }
    this.wait(either);
  }

  private wait(signal: AbortSignal): void {
    if (signal.aborted) return;
    const forHint = this.failing !== undefined && this.keys?.there;
    if (forHint) this.print(this.paint.dim(this.say('watch.key')));
    this.print(this.paint.dim(this.say('watch.waiting')));
  }

  private hint(lab: Lab): void {
    if (this.failing === undefined) return;
    const { level, hint } = giveHint(lab, this.failing, process.cwd());
    const head = this.say('hint.level', { level, levels: HINT_LEVELS });
    this.print(`${this.paint.bold(this.failing.id)} ${this.paint.dim(head)}`);
    this.print(this.inWords(hint));
  }

  /** What cannot be read is known before anything is started. */
  private showUnreadable({ code }: ChosenCode): boolean {
    const [first] = moduleSources(code).unreadable.values();
    if (first === undefined) return false;
    this.print(this.paint.red(`✖ ${this.inWords(syntax(first.message))}`));
    for (const line of placeLines(first.place)) this.print(`  ${line}`);
    return true;
  }

  /** Every check that needs no board, up to the first that fails: in a fraction of a second. */
  private async inMemory(
    { source, seed, board }: Round,
    { code, origin, modules }: ChosenCode,
    interrupt: AbortSignal,
  ): Promise<Verdict> {
    const { language, paint, say } = this;
    const write = (text: string): void => void process.stdout.write(text);
    const { lab } = source;
    const display = new WatchDisplay(lab.id, { language, paint, say, write });
    const { failing } = this;
    return gradeRun({
      lab: { ...lab, checks: [...lab.checks].sort((a, b) => rank(a, failing) - rank(b, failing)) },
      code,
      origin,
      modules,
      seed,
      startedAt: timeOfDay(),
      interrupt,
      stopAtFirstFailure: true,
      spare: this.spare,
      open: (request) => openVirtual('memory', board, request, unrecorded()),
      onEvent: (event) => {
        display.handleEvent(event);
        if (event.kind === 'check-ended') this.note(event.check, event.result.verdict);
      },
    }).finally(() => {
      display.end();
      this.spare = new LearnerProcess();
    });
  }

  private note(check: Check, outcome: Outcome): void {
    if (outcome === 'PASS' && check.id === this.failing?.id) this.failing = undefined;
    if (outcome === 'FAIL' && check.visibility === 'visible') this.failing = check;
  }

  /** What has passed in memory, and what could not be run there, on the emulated board; with evidence. */
  private async onBoard(
    round: Round,
    chosen: ChosenCode,
    inMemory: Verdict['checks'],
    signal: AbortSignal,
  ): Promise<void> {
    const { language, shell, paint } = this;
    this.print(paint.dim(this.say('watch.on-board')));
    const here = process.cwd();
    const { verdict } = await checkQuickly({
      ...round,
      chosen,
      here,
      language,
      shell,
      paint,
      signal,
    });
    for (const check of round.source.lab.checks) {
      const ended = verdict.checks.find(({ id }) => id === check.id);
      if (ended !== undefined) this.note(check, ended.verdict);
    }
    const before = inMemory.reduce((sum, { points }) => sum + points.earned, 0);
    if (verdict.verdict !== 'PASS' || verdict.points.earned < before) return;
    this.print(paint.green(this.say('check.passed', { earned: verdict.points.earned })));
  }
}
