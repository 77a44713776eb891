/**
 * What may stand where the cursor is. The shells' scripts ask `netlab` itself, so that labs, checks,
 * boards and ports that came later are completed too.
 */
export interface CommandShape {
  readonly flags: Readonly<Record<string, FlagShape>>;
  /** Positional arguments by name, in order. */
  readonly args: readonly string[];
}

interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly options?: readonly string[] | undefined;
}

export interface CompletionSources {
  readonly commands: Readonly<Record<string, CommandShape>>;
  /** Candidates for a value: of an argument or a flag, by its name. */
  values(name: string, words: readonly string[]): Promise<readonly string[]>;
}

/** @param words all words after `netlab`, the last one being typed, perhaps empty */
export async function complete(
  words: readonly string[],
  sources: CompletionSources,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const candidates = await candidatesFor(words.slice(0, -1), typed, sources);
  return candidates.filter((candidate) => candidate.startsWith(typed)).sort();
}

async function candidatesFor(
  before: readonly string[],
  typed: string,
  sources: CompletionSources,
): Promise<readonly string[]> {
  const [id, ...rest] = before;
  if (id === undefined) return [...Object.keys(sources.commands), 'help'];
  if (id === 'help') return Object.keys(sources.commands);
  const command = sources.commands[id];
  if (command === undefined) return [];
  const flag = openFlag(rest, command);
  if (flag !== undefined) return command.flags[flag]?.options ?? sources.values(flag, before);
  if (typed.startsWith('-')) return Object.keys(command.flags).map((name) => `--${name}`);
  const argument = command.args[positionals(rest, command).length];
  return argument === undefined ? [] : sources.values(argument, before);
}

/** The flag whose value is being typed. */
function openFlag(rest: readonly string[], command: CommandShape): string | undefined {
  const name = rest.at(-1)?.match(/^--([\w-]+)$/)?.[1];
  return name !== undefined && command.flags[name]?.type === 'option' ? name : undefined;
}

function positionals(rest: readonly string[], command: CommandShape): string[] {
  return rest.filter(
    (word, i) => !word.startsWith('-') && openFlag(rest.slice(0, i), command) === undefined,
  );
}
