/** Colour and marks, or plain text where the output is a file, a pipe, or a person who wants none. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { Outcome } from '../lab/verdict.ts';
import type { ShellOptions } from './shell.ts';

/** For `stream`; the colours of the terminal's own theme, so that they can be read on any background. */
export const painter = (shell: ShellOptions, stream: NodeJS.WriteStream): ChalkInstance =>
  shell.color && stream.isTTY ? new Chalk() : new Chalk({ level: 0 });

const MARKS: Readonly<Record<Outcome, string>> = {
  PASS: '✔',
  FAIL: '✖',
  FLAKY: '≈',
  BOARD: '!',
  TIMEOUT: '!',
  SKIPPED: '-',
  INTERRUPTED: '!',
};

export function paintOutcome(paint: ChalkInstance, outcome: Outcome, text: string): string {
  if (outcome === 'PASS') return paint.green(text);
  if (outcome === 'FAIL') return paint.red(text);
  return outcome === 'SKIPPED' ? paint.dim(text) : paint.yellow(text);
}

export const markOf = (outcome: Outcome): string => MARKS[outcome];

/** Columns of a terminal that `text` takes: Hangul and other wide characters take two. */
function columns(text: string): number {
  let width = 0;
  for (const character of text) {
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** Rows in columns as wide as their widest cell, two spaces between them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, columns(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - columns(cell)))
      .join('  ')
      .trimEnd(),
  );
}
