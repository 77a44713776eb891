/** A system call: `[...end] name(arguments) = result [ERRNO (words)]`. */
import type { CallAction } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression, parseList } from './expression.ts';
import { parseSeconds } from './time.ts';

export function parseCall(cursor: Cursor): CallAction {
  const end = cursor.accept('ellipsis') === undefined ? undefined : parseSeconds(cursor);
  const { line, text: name } = cursor.expect('word', 'a system call, a packet, a command or code');
  cursor.expectSymbol('(', `after ${name}`);
  const parameters = parseList(cursor, ')');
  cursor.expectSymbol('=', `before the result of ${name}`);
  const result = parseExpression(cursor);
  const errno = cursor.accept('word')?.text;
  if (cursor.isSymbol('(')) skipNote(cursor);
  return { kind: 'call', line, name, parameters, result, errno, end };
}

/** What strace says for people: `(Operation now in progress)`. */
function skipNote(cursor: Cursor): void {
  cursor.expectSymbol('(', 'before a note');
  while (!cursor.acceptSymbol(')')) {
    if (cursor.is('end')) cursor.refuse('expected ")" after a note');
    cursor.next();
  }
}
