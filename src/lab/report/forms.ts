/** Every form of report, by the name that `--report` calls it. */
import { gradescope } from './gradescope.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import type { Report } from './report.ts';
import { tap } from './tap.ts';

const FORMS: readonly Report[] = [junit, tap, json, gradescope];

export const FORM_NAMES: readonly string[] = FORMS.map(({ name }) => name);

export const formCalled = (name: string): Report | undefined =>
  FORMS.find((form) => form.name === name);
