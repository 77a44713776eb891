/**
 * Script text to tokens. As in the original, the longest match wins and of equal ones the first rule, so
 * that `0123abcd` is a word (a fast open cookie), `1:1001` three tokens and `fd00::1` one address.
 */
import { Misfit } from '../script-error.ts';
import type { Token, TokenKind } from './token.ts';

interface Rule {
  /** Undefined: skipped. */
  readonly kind: TokenKind | undefined;
  readonly pattern: RegExp;
}

const GROUP = '[0-9a-fA-F]{1,4}';
/** An address has a `::` or eight groups; anything less is a range of sequence numbers. */
const IPV6 = new RegExp(
  [
    `(?:${GROUP}:){1,4}:(?:${GROUP}:){0,3}\\d+\\.\\d+\\.\\d+\\.\\d+`,
    `::(?:${GROUP}:){0,5}\\d+\\.\\d+\\.\\d+\\.\\d+`,
    `(?:${GROUP}:){7}${GROUP}`,
    `(?:${GROUP}(?::${GROUP}){0,6})?::(?:${GROUP}(?::${GROUP}){0,6})?`,
  ].join('|'),
  'y',
);

const RULES: readonly Rule[] = [
  { kind: undefined, pattern: /[ \t\r\n]+/y },
  { kind: undefined, pattern: /\/\/[^\n]*/y },
  { kind: undefined, pattern: /#[^\n]*/y },
  { kind: undefined, pattern: /\/\*.*?\*\//sy },
  { kind: 'code', pattern: /%\{.*?\}%/sy },
  // An option takes the rest of its word: `--ip_version=ipv4-mapped-ipv6`, `--define=CC="reno"`.
  {
    kind: 'option',
    pattern: /--[a-zA-Z0-9_]+(?:=(?:[a-zA-Z0-9_]+=)?(?:"[^"\n]*"|`[^`]*`|[^\s"`]*))?/y,
  },
  { kind: 'ellipsis', pattern: /\.\.\./y },
  { kind: 'ipv4', pattern: /\d+\.\d+\.\d+\.\d+/y },
  { kind: 'ipv6', pattern: IPV6 },
  { kind: 'float', pattern: /-?\d*\.\d+/y },
  { kind: 'integer', pattern: /-?\d+/y },
  { kind: 'hex', pattern: /0x[0-9a-fA-F]+/y },
  { kind: 'word', pattern: /[a-zA-Z0-9_]+/y },
  { kind: 'string', pattern: /"(?:\\.|[^"\\])*"/sy },
  { kind: 'backquoted', pattern: /`(?:\\.|[^`\\])*`/sy },
  { kind: 'symbol', pattern: /[^ \t\r\n]/y },
];

/** What begins and does not end would otherwise fall apart into symbols, far from its cause. */
const OPENINGS: Readonly<Record<string, string>> = {
  '/*': 'a comment that is not closed by */',
  '%{': 'code that is not closed by }%',
  '"': 'a string that is not closed',
  '`': 'a command that is not closed by a back-quote',
};

/** Ends with one token of kind `end`. @throws Misfit */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const { kind, length } = longest(text, at);
    const matched = text.slice(at, at + length);
    if (kind === 'symbol') refuseOpening(text, at, line);
    if (kind !== undefined) tokens.push({ kind, text: strip(kind, matched), line });
    for (const c of matched) if (c === '\n') line++;
    at += length;
  }
  tokens.push({ kind: 'end', text: '', line });
  return tokens;
}

function longest(text: string, at: number): { kind: TokenKind | undefined; length: number } {
  let kind: TokenKind | undefined = 'symbol';
  let length = 0;
  for (const rule of RULES) {
    rule.pattern.lastIndex = at;
    const found = rule.pattern.exec(text)?.[0].length ?? 0;
    if (found > length) {
      kind = rule.kind;
      length = found;
    }
  }
  return { kind, length: Math.max(length, 1) };
}

function refuseOpening(text: string, at: number, line: number): void {
  const why = OPENINGS[text.slice(at, at + 2)] ?? OPENINGS[text.slice(at, at + 1)];
  if (why !== undefined) throw new Misfit(line, why);
}

function strip(kind: TokenKind, text: string): string {
  switch (kind) {
    case 'string':
    case 'backquoted':
      return text.slice(1, -1);
    case 'code':
      return text.slice(2, -2);
    case 'option':
      return text.slice(2);
    default:
      return text;
  }
}
