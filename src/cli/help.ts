/** oclif's help in the reader's language: the texts come from the catalogues, the layout is oclif's. */
import type { Command } from '@oclif/core/command';
import { CommandHelp, Help } from '@oclif/core/help';
import type * as Interfaces from '@oclif/core/interfaces';

type HelpSection = Parameters<CommandHelp['section']>[1];

import { type Language, sayIfKnown } from './messages/message.ts';
import { shellOptions } from './shell.ts';

const language: Language = shellOptions(process.argv.slice(2), process.env).language;

const translated = (key: string): string | undefined => sayIfKnown(language, key, {});

const heading = (header: string): string => translated(`help.heading.${header}`) ?? header;

class TranslatedCommandHelp extends CommandHelp {
  override section(header: string, body: HelpSection): string {
    return super.section(heading(header), body);
  }
}

export class TranslatedHelp extends Help {
  protected override CommandHelpClass = TranslatedCommandHelp;

  constructor(config: Interfaces.Config, options?: Partial<Interfaces.HelpOptions>) {
    super(config, options);
    if (language !== 'en') for (const command of config.commands) translate(command);
  }

  override section(header: string, body: HelpSection): string {
    return super.section(heading(header), body);
  }
}

function translate(command: Command.Loadable): void {
  const summary = translated(`help.${command.id}.summary`);
  const description = translated(`help.${command.id}.description`);
  if (summary !== undefined) command.summary = summary;
  if (description !== undefined) command.description = description;
  for (const [name, flag] of Object.entries(command.flags)) {
    const text = translated(`help.${command.id}.flag.${name}`) ?? translated(`help.flag.${name}`);
    if (text !== undefined) Object.assign(flag, { summary: text, description: undefined });
  }
  for (const [name, argument] of Object.entries(command.args)) {
    const text = translated(`help.${command.id}.arg.${name}`) ?? translated(`help.arg.${name}`);
    if (text !== undefined) argument.description = text;
  }
}
