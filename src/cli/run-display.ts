/** Shows a run while it goes on: a list that moves in a terminal, plain lines anywhere else. */
import type { ChalkInstance } from 'chalk';
import type { Text } from '../lab/lab.ts';
import type { RunEvent } from '../lab/runner.ts';
import { failureLines, type Language, pictureLines, stepLines } from '../lab/transcript.ts';
import type { CheckResult } from '../lab/verdict.ts';
import { lineErrorSentence } from './line-errors.ts';
import { sayIfKnown } from './messages/message.ts';
import { markOf, paintOutcome } from './terminal.ts';

export interface RunDisplay {
  handleEvent(event: RunEvent): void;
  /** Resolves when all that it shows stands still. */
  end(): Promise<void>;
}

export interface DisplayStyle {
  readonly language: Language;
  readonly paint: ChalkInstance;
  readonly extent: 'all' | 'to-first-failure';
}

export class PlainDisplay implements RunDisplay {
  private readonly style: DisplayStyle;

  constructor(style: DisplayStyle) {
    this.style = style;
  }

  handleEvent(event: RunEvent): void {
    const { language, paint } = this.style;
    if (event.kind === 'check-started') {
      write([`${event.check.id}: ${event.check.title[language]}`]);
    } else if (event.kind === 'step-ended' && event.check.visibility === 'visible') {
      write(stepLines(event.step, language).map((line) => paint.dim(`  ${line}`)));
    } else if (event.kind === 'check-ended' && isShown(event.result, this.style)) {
      write(endOfCheck(event.result, this.style));
    }
  }

  async end(): Promise<void> {}
}

/**
 * The outcome of a check and, where it did not pass, all that explains it. What a hidden check looked at
 * is in the evidence alone, for the instructor.
 */
function endOfCheck(result: CheckResult, style: DisplayStyle): string[] {
  const { language, paint } = style;
  const title = `${markOf(result.verdict)} ${result.verdict} ${result.id}`;
  if (result.visibility !== 'visible' && result.verdict === 'FAIL') {
    return [paintOutcome(paint, result.verdict, title)];
  }
  const shown = pictureLines(result, language);
  const retry = result.firstFailure === undefined ? [] : [result.firstFailure];
  const failures = [...retry, ...(result.failure === undefined ? [] : [result.failure])];
  return [
    paintOutcome(paint, result.verdict, title),
    ...shown,
    ...(result.reason === undefined ? [] : [`  ${result.reason[language]}`]),
    ...failures.flatMap((failure) =>
      failureLines({ ...failure, message: inCatalogue(failure.code, failure) }, language).map(
        (line) => `  ${line}`,
      ),
    ),
  ];
}

const isShown = ({ verdict }: CheckResult, { extent }: DisplayStyle): boolean =>
  extent === 'all' || verdict !== 'SKIPPED';

/** What the bench did wrong is told in the words of the catalogue, which has it in every language. */
function inCatalogue(
  code: string,
  failure: { readonly message: Text; readonly details?: Readonly<Record<string, string | number>> },
): Text {
  const { details = {}, message } = failure;
  const say = (language: Language): string => {
    const known = [`error.${code}.what`, `error.${code}.why`]
      .map((key) => sayIfKnown(language, key, details))
      .filter((sentence) => sentence !== undefined);
    if (known.length === 0) return message[language];
    return [...known, lineErrorSentence(details, language) ?? ''].join(' ').trim();
  };
  return { en: say('en'), ko: say('ko') };
}

/** Everything about the checks that did not pass, for below the list. */
export function troubleLines(results: readonly CheckResult[], style: DisplayStyle): string[] {
  const { language, paint } = style;
  // After an interruption nobody needs to be told of each check that did not begin.
  const interrupted = results.some(({ verdict }) => verdict === 'INTERRUPTED');
  return results
    .filter((result) => result.verdict !== 'PASS' || result.pictures !== undefined)
    .filter((result) => isShown(result, style))
    .filter(({ verdict }) => !interrupted || verdict !== 'SKIPPED')
    .flatMap((result) => [
      '',
      `${result.id}: ${result.title[language]}`,
      ...(result.visibility !== 'visible' || result.verdict === 'PASS' ? [] : result.steps)
        .flatMap((step) => stepLines(step, language))
        .map((line) => paint.dim(`  ${line}`)),
      ...endOfCheck(result, style),
    ]);
}

function write(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}
