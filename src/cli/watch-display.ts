/** What `netlab watch` shows of a round: a line of what passes, then the one step that fails, with a way to a hint. */
import type { ChalkInstance } from 'chalk';
import type { RunEvent } from '../lab/runner.ts';
import { failureLines, type Language, stepLines } from '../lab/transcript.ts';
import type { CheckResult, StepRecord } from '../lab/verdict.ts';
import type { Say } from './messages/message.ts';
import { markOf, paintOutcome } from './terminal.ts';

export interface WatchStyle {
  readonly language: Language;
  readonly paint: ChalkInstance;
  readonly say: Say;
  readonly write: (text: string) => void;
}

/** Octets of one pair of dumps and some steps: what a screen has room for. */
const LINES_MAX = 40;

export class WatchDisplay {
  readonly #style: WatchStyle;
  readonly #lab: string;
  #passed = 0;

  constructor(lab: string, style: WatchStyle) {
    this.#lab = lab;
    this.#style = style;
  }

  handleEvent(event: RunEvent): void {
    if (event.kind !== 'check-ended') return;
    const { result } = event;
    if (result.verdict === 'PASS') this.#pass(result);
    else if (result.verdict !== 'SKIPPED' && result.verdict !== 'INTERRUPTED') this.#fail(result);
  }

  /** Everything that went before fits into one line. */
  end(): void {
    if (this.#passed > 0) this.#style.write('\n');
    this.#passed = 0;
  }

  #pass({ id }: CheckResult): void {
    const { paint, write } = this.#style;
    write(`${this.#passed === 0 ? '' : ' '}${paint.green('✔')} ${id}`);
    this.#passed += 1;
  }

  #fail(result: CheckResult): void {
    this.end();
    const { language, paint, say, write } = this.#style;
    const { id, verdict, title, failure, steps, visibility } = result;
    const head = `${markOf(verdict)} ${verdict} ${id}: ${title[language]}`;
    const lines = [paintOutcome(paint, verdict, head)];
    if (visibility === 'visible' && failure !== undefined) {
      const told = failedWith(steps, failure.step);
      lines.push(...told.flatMap((step) => stepLines(step, language)).map((line) => `  ${line}`));
      lines.push(...failureLines(failure, language).map((line) => `  ${line}`));
      const command = paint.cyan(`netlab hint ${this.#lab} ${id}`);
      const shown = lines.slice(0, LINES_MAX);
      write(`${[...shown, `  ${say('next', { command })}`].join('\n')}\n`);
    } else write(`${lines.join('\n')}\n`);
  }
}

/** The step that failed, behind the action whose outcome it looks at: that one names what went in. */
function failedWith(steps: readonly StepRecord[], number: number): readonly StepRecord[] {
  const failed = steps.find((step) => step.number === number);
  if (failed === undefined) return [];
  const before = (step: StepRecord) => step.kind === 'action' && step.number < number;
  const action = failed.kind === 'action' ? undefined : steps.findLast(before);
  return action === undefined ? [failed] : [action, failed];
}
