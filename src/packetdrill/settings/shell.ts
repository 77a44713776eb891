/**
 * The commands of a script between back-quotes, as words. Nothing is ever run: only their words are read.
 * What the shell would have to decide (conditions, loops, pipes, variables) is an error.
 */
import { Misfit } from '../script-error.ts';

export interface ShellCommand {
  readonly line: number;
  readonly words: readonly string[];
}

/** `line` is that of the first character. @throws Misfit */
export function splitCommands(text: string, line: number): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const lines = text.replace(/\\\n/g, '  ').split('\n');
  for (const [i, part] of lines.entries()) {
    for (const command of withoutComment(part).split(/;|&&|\|\|/)) {
      const words = splitWords(command, line + i);
      if (words.length > 0) commands.push({ line: line + i, words });
    }
  }
  return commands;
}

const withoutComment = (text: string): string => text.replace(/(^|\s)#.*$/, '$1');

/** A word, quotes in it removed; or where output goes, which is nowhere. */
const WORD = /(?:[^\s"'<>|&$]|"[^"]*"|'[^']*'|\$\(\([^)]*\)?[^)]*\)\)|\$\{?\w+\}?)+/y;
const REDIRECTION = /(?:\d*|&)>>?\s*(?:&\d|[^\s]+)/y;
const SPACE = /\s+/y;
/** What is looked at is of no account: nothing is run. */
const FILTER = /^\|\s*(?:awk|cat|cut|egrep|grep|head|sed|sort|tail|tr|wc)\b/;

function splitWords(text: string, line: number): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const skipped = match(SPACE, text, at) || match(REDIRECTION, text, at);
    at += skipped.length;
    if (skipped !== '') continue;
    if (text[at] === '|' && FILTER.test(text.slice(at))) break;
    const word = match(WORD, text, at);
    if (word === '')
      throw new Misfit(line, `the shell's ${text[at]} is not supported in a command`);
    words.push(plain(word, line));
    at += word.length;
  }
  return words;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Without quotes, and with its sums and products made: `$((256*1024))`. */
const plain = (word: string, line: number): string =>
  word
    .replace(/\$\(\((.*?)\)\)(?!\))/g, (_, sum: string) => String(arithmetic(sum, line)))
    .replace(/["']/g, '');

/** Whole numbers, `+`, `-`, `*`, `/` and parentheses. */
function arithmetic(text: string, line: number): number {
  const tokens = text.match(/\d+|[-+*/()]/g) ?? [];
  if (tokens.join('') !== text.replace(/\s+/g, '')) {
    throw new Misfit(line, `$((${text})) is not understood`);
  }
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++] ?? '';
    if (token !== '(') return Number(token);
    const inner = total();
    at++;
    return inner;
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === '*' || tokens[at] === '/') {
      value = tokens[at++] === '*' ? value * atom() : Math.trunc(value / atom());
    }
    return value;
  };
  const total = (): number => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      value += tokens[at++] === '+' ? product() : -product();
    }
    return value;
  };
  return total();
}
