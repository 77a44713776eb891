import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { ChalkInstance } from 'chalk';
import type { Text } from '../lab/lab.ts';
import { en } from './messages/en.ts';
import { LANGUAGES, type Language, type Say, speaker } from './messages/message.ts';
import { type ShellOptions, shellOptions } from './shell.ts';
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
    'no-color': Flags.boolean({ summary: en['help.flag.no-color'], helpGroup: 'GLOBAL' }),
  };

  protected readonly shell: ShellOptions = shellOptions(process.argv.slice(2), process.env);
  protected readonly say: Say = speaker(this.shell.language);
  protected readonly paint: ChalkInstance = painter(this.shell, process.stdout);

  protected get language(): Language {
    return this.shell.language;
  }

  protected inWords(text: Text): string {
    return text[this.language];
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
