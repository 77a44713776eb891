import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { ChalkInstance } from 'chalk';
import type { Text } from '../lab/lab.ts';
import { type LeaseNotice, onLeaseNotice } from '../node/bench/lease-notices.ts';
import { describeFailure } from './failure.ts';
import { en } from './messages/en.ts';
import { LANGUAGES, type Language, type Say, sayIfKnown, speaker } from './messages/message.ts';
import { flagValue, type ShellOptions, shellOptions } from './shell.ts';
import { painter } from './terminal.ts';

/** What every command has: `--json`, a language, and errors that go to the shell whole. */
export abstract class BaseCommand extends Command {
  static override readonly enableJsonFlag: boolean = true;
  static override readonly baseFlags = {
    lang: Flags.string({
      summary: en['help.flag.lang'],
      options: LANGUAGES,
      helpGroup: 'GLOBAL',
    }),
    bench: Flags.string({ summary: en['help.flag.bench'], helpGroup: 'GLOBAL' }),
    'no-color': Flags.boolean({ summary: en['help.flag.no-color'], helpGroup: 'GLOBAL' }),
  };

  protected readonly shell: ShellOptions = shellOptions(process.argv.slice(2), process.env);
  protected readonly say: Say = speaker(this.shell.language);
  protected readonly paint: ChalkInstance = painter(this.shell, process.stdout);

  /** Before anything is located or opened: which inventory, and who hears of leases. */
  protected override async init(): Promise<void> {
    await super.init();
    const bench = flagValue(process.argv.slice(2), '--bench');
    if (bench !== undefined) Object.assign(process.env, { NETLAB_BENCH: bench });
    onLeaseNotice((notice) => process.stderr.write(`${this.describe(notice)}\n`));
  }

  private describe(notice: LeaseNotice): string {
    if (notice.kind === 'unkept') {
      const { what: reason } = describeFailure(notice.error, this.language, this.id ?? '');
      return this.say('lease.unkept', { reason });
    }
    const { port, why, from } = notice;
    const { command, pid, host } = from;
    return this.say(`lease.taken-over.${why}`, { port, command, pid, host });
  }

  protected get language(): Language {
    return this.shell.language;
  }

  protected inWords(text: Text): string {
    return text[this.language];
  }

  /** For keys that are made at run time. */
  protected sayKey(key: string, blanks: Readonly<Record<string, string | number>>): string {
    return sayIfKnown(this.language, key, blanks) ?? key;
  }

  /** One line on stdout; nothing when a program reads it. */
  protected print(line = ''): void {
    if (!this.shell.json) process.stdout.write(`${line}\n`);
  }

  protected endWith(exitCode: number): void {
    process.exitCode = exitCode;
  }

  /** oclif would print the error and end with 1 under `--json`: the shell does better. */
  override async catch(error: Error): Promise<never> {
    throw error;
  }

  override logJson(document: unknown): void {
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
}
