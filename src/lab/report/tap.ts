/**
 * TAP, version 14: a test point a check. BOARD and TIMEOUT are `not ok`, since nothing was proved; SKIPPED is `ok` with
 * the directive; after an interruption the stream bails out. The plan stands at the head, so that a stream that was cut
 * off is read as the failure that it is.
 */
import type { Language } from '../transcript.ts';
import { failureLines, stepLines } from '../transcript.ts';
import type { CheckResult, Verdict } from '../verdict.ts';
import type { Report } from './report.ts';

export const tap: Report = { name: 'tap', write, writePart };

function write(verdict: Verdict, language: Language): string {
  return writePart(verdict, verdict.checks.length, language);
}

function writePart(verdict: Verdict, ended: number, language: Language): string {
  const head = ['TAP version 14', `1..${verdict.checks.length}`, `# ${verdict.name}`];
  const points = verdict.checks
    .slice(0, ended)
    .flatMap((check, i) => testPoint(check, i + 1, language));
  return `${[...head, ...points].join('\n')}\n`;
}

function testPoint(check: CheckResult, number: number, language: Language): readonly string[] {
  const { verdict, id, title, reason } = check;
  const good = verdict === 'PASS' || verdict === 'FLAKY' || verdict === 'SKIPPED';
  const why = verdict === 'SKIPPED' ? ` # SKIP ${oneLine(reason?.[language] ?? '')}` : '';
  const line = `${good ? 'ok' : 'not ok'} ${number} - ${described(`${id}: ${title[language]}`)}${why}`;
  const bail = verdict === 'INTERRUPTED' ? [`Bail out! ${oneLine(id)}`] : [];
  return [line.trimEnd(), ...diagnosis(check, language), ...bail];
}

/** A YAML block: scalars in JSON's form, which YAML 1.2 reads as its own, and literal lines. */
function diagnosis(check: CheckResult, language: Language): readonly string[] {
  const { verdict, visibility, points, failure, firstFailure, steps, duration_ms } = check;
  const told = failure ?? firstFailure;
  if (told === undefined) return [];
  const [message = '', ...more] = failureLines(told, language);
  const block = [
    `message: ${scalar(message)}`,
    `severity: ${failure === undefined ? 'comment' : 'fail'}`,
    `verdict: ${scalar(verdict)}`,
    `code: ${scalar(told.code)}`,
    `step: ${told.step}`,
    `visibility: ${scalar(visibility)}`,
    `points: ${points.earned}`,
    `possible: ${points.possible}`,
    `duration_ms: ${duration_ms}`,
    ...literal('details', more),
    ...literal(
      'steps',
      steps.flatMap((step) => stepLines(step, language)),
    ),
  ];
  return ['---', ...block, '...'].map((line) => `  ${line}`);
}

/** Lines as they are (YAML 1.2 §8.1.2): the first, whose indentation counts for all, has none. */
function literal(name: string, lines: readonly string[]): readonly string[] {
  const [first = '', ...rest] = lines.map(oneLine).filter((line) => line.trim() !== '');
  return first === ''
    ? []
    : [`${name}: |`, ...[first.trimStart(), ...rest].map((line) => `  ${line}`)];
}

/** JSON, with what YAML does not take as printable (§5.1) escaped too. */
const scalar = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** One line, in which nothing is a directive. */
const described = (text: string): string =>
  oneLine(text).replace(/[\\#]/g, (found) => `\\${found}`);

/** Line ends and other controls would begin a line of the stream's own. */
const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufeff\ufffe\uffff]+/gu, ' ');
