/**
 * Reports that are written while a run goes on. At any time the file is a whole document: one that says of the check
 * under way that the run ended there, or, for a stream, one that stops after the last check that ended.
 */
import { appendFileSync } from 'node:fs';
import { UsageError } from '../base/errors.ts';
import { FORM_NAMES, formCalled } from '../lab/report/forms.ts';
import type { Report } from '../lab/report/report.ts';
import type { RunEvent } from '../lab/runner.ts';
import type { Language } from '../lab/transcript.ts';
import type { Verdict } from '../lab/verdict.ts';
import { fileError } from './store/file-error.ts';
import { writeWhole } from './store/files.ts';

export interface ReportFile {
  readonly form: Report;
  readonly path: string;
}

/** `junit:results.xml`. @throws UsageError `bad-report` */
export function parseReport(wish: string): ReportFile {
  const [name = '', ...rest] = wish.split(':');
  const form = formCalled(name);
  const path = rest.join(':');
  if (form !== undefined && path !== '') return { form, path };
  throw new UsageError('bad-report', `${wish} is not FORM:FILE`, {
    report: wish,
    forms: FORM_NAMES.join(', '),
  });
}

export class ReportFiles {
  readonly #files: readonly ReportFile[];
  readonly #language: Language;
  readonly #written = new Map<ReportFile, string>();
  #ended = 0;

  constructor(files: readonly ReportFile[], language: Language) {
    this.#files = files;
    this.#language = language;
  }

  /** @throws NetlabError of `fileError`, at the first event: nobody is to wait for a report that cannot be written */
  handleEvent(event: RunEvent): void {
    if (event.kind === 'check-ended') this.#ended += 1;
    else if (event.kind === 'verdict-so-far' || event.kind === 'run-ended') {
      for (const file of this.#files) this.#write(file, event.verdict);
    }
  }

  #write(file: ReportFile, verdict: Verdict): void {
    const { form, path } = file;
    const part = form.writePart?.(verdict, this.#ended, this.#language);
    const before = this.#written.get(file);
    if (part === undefined || before === undefined) {
      writeWhole(path, part ?? form.write(verdict, this.#language));
    } else {
      try {
        appendFileSync(path, part.slice(before.length));
      } catch (error) {
        throw fileError(error, path);
      }
    }
    if (part !== undefined) this.#written.set(file, part);
  }
}
