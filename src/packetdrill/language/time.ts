/**
 * When an event happens:
 *
 *    0.100          at that time          +.1            so long after the event before
 *    0.1~0.2        in that range         +.1~+.2        the same, relative
 *    0.1...0.3      a call that begins at the one and returns at the other; relative with a plus in front
 *    *              whenever
 */
import { type Duration, microseconds } from '../../base/time.ts';
import type { EventTime } from './ast.ts';
import type { Cursor } from './cursor.ts';

export function parseTime(cursor: Cursor): EventTime {
  if (cursor.acceptSymbol('*')) return { kind: 'any' };
  const relative = cursor.acceptSymbol('+');
  const from = parseSeconds(cursor);
  if (!cursor.acceptSymbol('~')) return { kind: relative ? 'relative' : 'absolute', at: from };
  if (relative) cursor.expectSymbol('+', 'before the end of a relative range');
  const to = parseSeconds(cursor);
  if (to < from) cursor.refuse('the time range is backwards');
  return { kind: relative ? 'relative-range' : 'absolute-range', from, to };
}

export function parseSeconds(cursor: Cursor): Duration {
  const token = cursor.accept('float') ?? cursor.expect('integer', 'a time in seconds');
  const value = Number(token.text);
  if (value < 0) cursor.refuse('a time is not negative');
  return microseconds(value * 1e6);
}

/** Does an event begin here? */
export const atTime = (cursor: Cursor): boolean =>
  cursor.is('float') || cursor.is('integer') || cursor.isSymbol('+') || cursor.isSymbol('*');
