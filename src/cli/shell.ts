/** What holds for every command: the language, colour, and whether a program reads the output. */
import { LANGUAGES, type Language } from './messages/message.ts';

export interface ShellOptions {
  readonly language: Language;
  readonly json: boolean;
  readonly color: boolean;
}

/** What is read of the environment. */
interface Environment {
  readonly NO_COLOR?: string | undefined;
  readonly NETLAB_LANG?: string | undefined;
  readonly LC_ALL?: string | undefined;
  readonly LC_MESSAGES?: string | undefined;
  readonly LANG?: string | undefined;
}

/** Read ahead of the parser, because what the parser refuses must be told in the right form too. */
export function shellOptions(argv: readonly string[], env: Environment): ShellOptions {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  return {
    language: chooseLanguage(flagValue(flags, '--lang'), env),
    json: flags.includes('--json'),
    color: !flags.includes('--no-color') && !env.NO_COLOR,
  };
}

/** The flag, else the first of the variables that is set at all, as POSIX ranks them. */
export function chooseLanguage(flag: string | undefined, env: Environment): Language {
  const wish = [flag, env.NETLAB_LANG, env.LC_ALL, env.LC_MESSAGES, env.LANG].find(
    (value) => value !== undefined && value !== '',
  );
  return LANGUAGES.find((language) => wish?.toLowerCase().startsWith(language)) ?? 'en';
}

/** As it stands there, whatever the parser will make of it. */
export function flagValue(flags: readonly string[], name: string): string | undefined {
  const at = flags.findIndex((flag) => flag === name || flag.startsWith(`${name}=`));
  const found = flags[at];
  if (found === undefined) return undefined;
  return found === name ? flags[at + 1] : found.slice(name.length + 1);
}

const LONE_FLAGS = ['--json', '--no-color'];

/** `netlab --lang ko list` means `netlab list --lang ko`; `netlab help run`, `netlab run --help`. */
export function commandFirst(argv: readonly string[]): string[] {
  const moved: string[] = [];
  let rest = [...argv];
  for (;;) {
    const [head = '', value] = rest;
    if (LONE_FLAGS.includes(head) || head.startsWith('--lang=')) {
      moved.push(head);
      rest = rest.slice(1);
    } else if (head === '--lang' && value !== undefined) {
      moved.push(head, value);
      rest = rest.slice(2);
    } else break;
  }
  if (rest[0] === 'help') rest = [...rest.slice(1), '--help'];
  return rest.length === 0 && moved.length > 0 ? ['--help', ...moved] : [...rest, ...moved];
}
