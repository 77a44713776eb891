import { type FSWatcher, watch } from 'node:fs';
import { NetlabError } from '../../base/errors.ts';
import { freshSeed } from '../../node/chance.ts';
import type { LabSource } from '../../node/store/labs.ts';
import { requireWorkspace } from '../../node/store/workspace.ts';
import { BaseCommand } from '../base-command.ts';
import { describeFailure } from '../failure.ts';
import { boardFlag, labArgument, seedFlag } from '../flags.ts';
import { interruption } from '../interruption.ts';
import { chooseCode, chooseLab } from '../lab-choice.ts';
import { en } from '../messages/en.ts';
import { checkQuickly } from '../quick-check.ts';

/** Editors write a file in several steps; one save is to give one run. */
const SETTLE_MS = 80;

interface Round {
  readonly source: LabSource;
  readonly seed: number;
  readonly board: string;
}

export default class Watch extends BaseCommand {
  static override readonly enableJsonFlag = false;
  static override readonly summary = en['help.watch.summary'];
  static override readonly description = en['help.watch.description'];
  static override readonly examples = ['<%= config.bin %> watch lab03'];
  static override readonly args = { lab: labArgument };
  static override readonly flags = { board: boardFlag, seed: seedFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const source = await chooseLab(args.lab, process.cwd());
    const { folder } = requireWorkspace(source.lab, process.cwd());
    const { seed = freshSeed(), board } = flags;
    const saves = new Saves(folder);
    try {
      await interruption.guard(async (signal) => {
        signal.addEventListener('abort', () => saves.close());
        do await this.round({ source, seed, board }, signal, saves);
        while (await saves.next());
      });
    } finally {
      saves.close();
    }
  }

  /** One check; a save in the middle of it ends it, for the next one to begin. */
  private async round(round: Round, signal: AbortSignal, saves: Saves): Promise<void> {
    const { language, shell, paint } = this;
    const here = process.cwd();
    const outdated = new AbortController();
    saves.onSave = () => outdated.abort();
    if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
    try {
      const chosen = chooseCode(round.source, undefined, here);
      const either = AbortSignal.any([signal, outdated.signal]);
      await checkQuickly({ ...round, chosen, here, language, shell, paint, signal: either });
    } catch (error) {
      if (!(error instanceof NetlabError)) throw error;
      process.stderr.write(`${describeFailure(error, language).what}\n`);
    }
    if (!signal.aborted && !outdated.signal.aborted)
      this.print(paint.dim(this.say('watch.waiting')));
  }
}

/** The saves in a folder, those of one moment taken together. */
class Saves {
  onSave: (() => void) | undefined;
  private readonly watcher: FSWatcher;
  private saved = false;
  private closed = false;
  private waiter: (() => void) | undefined;
  private settling: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.watcher = watch(folder, { recursive: true }, (_, name) => {
      if (name === null || /\.(m?ts|m?js)$/.test(name)) this.notice();
    });
    this.watcher.on('error', () => this.close());
  }

  /** Resolves at the next save, or at once when there was one since the last call; false when closed. */
  async next(): Promise<boolean> {
    if (!this.saved && !this.closed) {
      await new Promise<void>((resolve) => {
        this.waiter = resolve;
      });
    }
    this.saved = false;
    return !this.closed;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.settling);
    this.watcher.close();
    this.waiter?.();
  }

  private notice(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.saved = true;
      this.onSave?.();
      this.waiter?.();
    }, SETTLE_MS);
  }
}
