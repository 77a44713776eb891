/** Whether a command line of a README is one that netlab takes. */

/** A command as the manifest of the command line has it. */
export interface CommandShape {
  readonly flags: Readonly<Record<string, FlagShape>>;
  readonly args: Readonly<Record<string, unknown>>;
  /** Takes more words than `args` names. */
  readonly strict: boolean;
}

interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly options?: readonly string[] | undefined;
}

/** The part that netlab would refuse; undefined when it takes all. What stands behind two spaces or `#` is prose. */
export function commandFlaw(
  line: string,
  commands: Readonly<Record<string, CommandShape>>,
): string | undefined {
  const [text = ''] = line.split(/ {2,}|\s#|\s[|&>;]/);
  const [, ...words] = text.trim().split(' ');
  const [first = '', second = ''] = words;
  if (first.startsWith('-') || first === 'help') return undefined;
  const pair = `${first}:${second}`;
  const id = Object.hasOwn(commands, pair) ? pair : first;
  const command = Object.hasOwn(commands, id) ? commands[id] : undefined;
  return command === undefined ? first : flawOf(words.slice(id === pair ? 2 : 1), command);
}

function flawOf(words: readonly string[], command: CommandShape): string | undefined {
  let room = command.strict ? Object.keys(command.args).length : Number.POSITIVE_INFINITY;
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) {
      if (--room < 0) return word;
      continue;
    }
    const [name = '', given] = word.replace(/^--?/, '').split('=');
    const flag = flagCalled(name, word.startsWith('--'), command);
    if (flag?.type === 'boolean') continue;
    const value = given ?? words[++i];
    if (flag === undefined || value === undefined || !mayBe(value, flag)) return word;
  }
  return undefined;
}

/** What is all capitals stands for a value. */
const mayBe = (value: string, { options }: FlagShape): boolean =>
  (options?.includes(value) ?? true) ? true : /^[A-Z_]+$/.test(value);

const OF_ALL: Readonly<Record<string, FlagShape>> = { help: { type: 'boolean' } };

function flagCalled(name: string, long: boolean, { flags }: CommandShape): FlagShape | undefined {
  if (!long) return Object.values(flags).find(({ char }) => char === name);
  const all = { ...OF_ALL, ...flags };
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
