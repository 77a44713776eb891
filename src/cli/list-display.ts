/** The list that moves: a line a check, the step under way below it, and afterwards what went wrong. */
import {
  type DefaultRenderer,
  Listr,
  type ListrTask,
  type ListrTaskWrapper,
  type SimpleRenderer,
} from 'listr2';
import type { Check } from '../lab/lab.ts';
import type { RunEvent } from '../lab/runner.ts';
import type { CheckResult } from '../lab/verdict.ts';
import { type DisplayStyle, type RunDisplay, troubleLines } from './run-display.ts';
import { paintOutcome } from './terminal.ts';

type Row = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

export class ListDisplay implements RunDisplay {
  private readonly style: DisplayStyle;
  private readonly results: CheckResult[] = [];
  private readonly waiting = new Map<string, (result: CheckResult) => void>();
  private current: Row | undefined;
  private shown: Promise<unknown> = Promise.resolve();

  constructor(style: DisplayStyle) {
    this.style = style;
  }

  handleEvent(event: RunEvent): void {
    if (event.kind === 'run-started') this.shown = this.show(event.checks);
    else if (event.kind === 'step-started' && this.current !== undefined) {
      this.current.output = event.text[this.style.language];
    } else if (event.kind === 'check-ended') {
      this.results.push(event.result);
      this.waiting.get(event.check.id)?.(event.result);
    }
  }

  async end(): Promise<void> {
    await this.shown;
    const lines = troubleLines(this.results, this.style);
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }

  private show(checks: readonly Check[]): Promise<unknown> {
    const list = new Listr(
      checks.map((check) => this.row(check)),
      {
        exitOnError: false,
        // The shell looks after Ctrl-C: a second listener would end the process with the evidence unsaved.
        registerSignalListeners: false,
        rendererOptions: { showErrorMessage: false, collapseErrors: false, collapseSkips: false },
      },
    );
    return list.run();
  }

  private row(check: Check): ListrTask {
    const ended = new Promise<CheckResult>((resolve) => this.waiting.set(check.id, resolve));
    const title = check.title[this.style.language];
    return {
      title,
      task: async (_, row) => {
        this.current = row;
        const { verdict } = await ended;
        if (verdict === 'PASS') return;
        row.title = `${title} ${paintOutcome(this.style.paint, verdict, verdict)}`;
        if (verdict === 'SKIPPED') row.skip();
        else if (verdict !== 'FLAKY') throw new Error(verdict);
      },
    };
  }
}
