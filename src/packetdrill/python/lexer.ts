/** Code between `%{` and `}%` to tokens; a backslash joins lines, brackets do too. */
import { Misfit } from '../script-error.ts';

export interface PyToken {
  readonly kind: 'number' | 'text' | 'name' | 'operator' | 'newline' | 'end';
  readonly text: string;
  readonly line: number;
}

const SPACE = /(?:[ \t\r]|#[^\n]*|\\\r?\n)+/y;
const PATTERNS: readonly { kind: PyToken['kind']; pattern: RegExp }[] = [
  { kind: 'newline', pattern: /\n/y },
  { kind: 'number', pattern: /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y },
  { kind: 'name', pattern: /[A-Za-z_][A-Za-z0-9_]*/y },
  { kind: 'text', pattern: /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/sy },
  {
    kind: 'operator',
    pattern: /(?:\*\*|\/\/|<<|>>)=?|[-+*/%&|^=!<>]=|[-+*/%&|^~<>=()[\],:;.]/y,
  },
];

/** Bounds the depth of the tree that a chain of operators becomes. */
const TOKENS_MAX = 5000;

/** `line` is that of the first character. @throws Misfit */
export function tokenizePython(text: string, line: number): PyToken[] {
  const tokens: PyToken[] = [];
  let at = 0;
  let depth = 0;
  let here = line;
  while (at < text.length) {
    const skipped = match(SPACE, text, at);
    at += skipped.length;
    here += newlines(skipped);
    if (at >= text.length) break;
    const token = nextToken(text, at, here);
    if (tokens.length >= TOKENS_MAX) throw new Misfit(here, 'the code is too long');
    at += token.text.length;
    if (token.text === '(' || token.text === '[') depth++;
    if (token.text === ')' || token.text === ']') depth--;
    if (token.kind !== 'newline' || depth <= 0) tokens.push(token);
    here += newlines(token.text);
  }
  tokens.push({ kind: 'end', text: '', line: here });
  return tokens;
}

function nextToken(text: string, at: number, line: number): PyToken {
  for (const { kind, pattern } of PATTERNS) {
    const found = match(pattern, text, at);
    if (found !== '') return { kind, text: found, line };
  }
  throw new Misfit(line, `${JSON.stringify(text[at])} is not understood in code`);
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

const newlines = (text: string): number => text.split('\n').length - 1;
