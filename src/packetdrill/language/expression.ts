/** Arguments and results of system calls. */
import type { Expression } from './ast.ts';
import type { Cursor } from './cursor.ts';

export const parseExpression = (cursor: Cursor): Expression => cursor.nested(parseWhole);

function parseWhole(cursor: Cursor): Expression {
  const { line } = cursor;
  const left = parsePrimary(cursor);
  if (cursor.isSymbol('=') && (left.kind === 'word' || left.kind === 'apply')) {
    cursor.next();
    const parameters = left.kind === 'apply' ? left.parameters : [];
    return { kind: 'field', line, name: left.name, parameters, value: parseExpression(cursor) };
  }
  if (!cursor.acceptSymbol('|')) return left;
  return { kind: 'or', line, left, right: parseExpression(cursor) };
}

/** The items up to `close`, which is taken too. */
export function parseList(cursor: Cursor, close: string): Expression[] {
  const items: Expression[] = [];
  if (cursor.acceptSymbol(close)) return items;
  do items.push(parseExpression(cursor));
  while (cursor.acceptSymbol(','));
  cursor.expectSymbol(close, 'at the end of a list');
  return items;
}

function parsePrimary(cursor: Cursor): Expression {
  const { line } = cursor;
  const token = cursor.peek();
  switch (token.kind) {
    case 'ellipsis':
      cursor.next();
      return { kind: 'any', line };
    case 'integer':
    case 'hex':
    case 'float':
      cursor.next();
      return { kind: 'number', line, value: Number(token.text) };
    case 'string':
      return parseText(cursor);
    case 'word':
      cursor.next();
      if (!cursor.acceptSymbol('(')) return { kind: 'word', line, name: token.text };
      return { kind: 'apply', line, name: token.text, parameters: parseList(cursor, ')') };
    default:
      if (cursor.acceptSymbol('[')) return { kind: 'list', line, items: parseList(cursor, ']') };
      if (cursor.acceptSymbol('{')) return { kind: 'struct', line, items: parseList(cursor, '}') };
      return cursor.refuse('expected a value');
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** Adjacent strings are one; `"abc"...` is a string of which more may follow. */
function parseText(cursor: Cursor): Expression {
  const { line } = cursor;
  let value = '';
  for (let t = cursor.accept('string'); t !== undefined; t = cursor.accept('string')) {
    value += t.text.replace(/\\(.)/gs, (_, c: string) => ESCAPES[c] ?? c);
  }
  cursor.accept('ellipsis');
  return { kind: 'text', line, value };
}
