/** Grades as a table for a spreadsheet: RFC 4180, a row a submission, a column a check. */
import type { Language } from '../../lab/transcript.ts';
import type { Grade } from './grade.ts';

const HEAD = ['submission', 'verdict', 'earned', 'possible'];
const TAIL = ['reason', 'seed', 'on', 'board', 'netlab', 'node', 'lab_sha256', 'code_sha256'];

/** @param checks ids, in the lab's order */
export function encodeCsv(
  grades: readonly Grade[],
  checks: readonly string[],
  language: Language,
): string {
  const rows = grades.map((grade) => [
    grade.submission,
    grade.verdict,
    grade.earned,
    grade.possible,
    ...checks.map((id) => grade.checks.find((check) => check.id === id)?.earned ?? ''),
    grade.reason[language],
    grade.seed,
    grade.on,
    grade.board,
    grade.netlab,
    grade.node,
    grade.lab_sha256,
    grade.code_sha256,
  ]);
  return [[...HEAD, ...checks, ...TAIL], ...rows]
    .map((row) => `${row.map(field).join(',')}\r\n`)
    .join('');
}

/** A text that a spreadsheet would take for a formula is kept from being one: names of files come from anybody. */
function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
