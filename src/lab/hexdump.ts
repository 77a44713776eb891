/** Hex dumps: sixteen octets a row, and two of them compared. */
import { toAscii } from '../base/octets.ts';

const ROW = 16;
/** Rows shown around the first difference of long frames. */
const ROWS_BEFORE = 2;
const ROWS_AFTER = 5;

const hex2 = (octet: number): string => octet.toString(16).padStart(2, '0');
const offset = (at: number): string => at.toString(16).padStart(4, '0');

function row(octets: Uint8Array, at: number): string {
  const part = octets.subarray(at, at + ROW);
  const cells = Array.from(part, hex2);
  const digits = `${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}`;
  return `${offset(at)}  ${digits.padEnd(ROW * 3)}  ${toAscii(part)}`.trimEnd();
}

/** One line a row: offset, octets, ASCII. */
export function hexdump(octets: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += ROW) lines.push(row(octets, at));
  return lines;
}

/** Where the digits of octet `at` begin in its row's line. */
const columnOf = (at: number): number => 6 + (at % ROW) * 3 + (at % ROW >= 8 ? 1 : 0);

/**
 * Both, row under row, with the octets that differ marked below; rows far from the first difference are
 * left out. `at` is the offset of the first difference.
 *
 *     expected 0000  02 00 00 00 00 01 …
 *     actual   0000  02 00 00 00 00 02 …
 *                                   ^^
 */
export function compareDumps(
  expected: Uint8Array,
  actual: Uint8Array,
  at: number,
  labels: readonly [string, string] = ['expected', 'actual'],
): readonly string[] {
  const width = Math.max(labels[0].length, labels[1].length) + 1;
  const end = Math.max(expected.length, actual.length);
  const firstRow = Math.max(0, Math.floor(at / ROW) - ROWS_BEFORE);
  const lastRow = Math.min(Math.ceil(end / ROW), Math.floor(at / ROW) + ROWS_AFTER);
  const lines: string[] = [];
  if (firstRow > 0) lines.push(`${' '.repeat(width)}…`);
  for (let start = firstRow * ROW; start < lastRow * ROW; start += ROW) {
    const marks = marksOf(expected, actual, start);
    if (start < expected.length || marks === undefined) {
      lines.push(labels[0].padEnd(width) + row(expected, start));
    }
    if (marks === undefined) continue;
    if (start < actual.length) lines.push(labels[1].padEnd(width) + row(actual, start));
    lines.push(' '.repeat(width) + marks);
  }
  if (lastRow * ROW < end) lines.push(`${' '.repeat(width)}…`);
  return lines;
}

/** `^^` under each octet of the row that differs or that one of the two lacks; undefined without any. */
function marksOf(expected: Uint8Array, actual: Uint8Array, start: number): string | undefined {
  let marks = '';
  for (let at = start; at < start + ROW; at++) {
    if (expected[at] !== actual[at]) marks = `${marks.padEnd(columnOf(at))}^^`;
  }
  return marks === '' ? undefined : marks;
}
