/**
 * `results.json` as Gradescope's autograder reads it (Autograder Specifications, output format): a test a check, with its
 * points and who may see it. A hidden check's output is kept for who may see the check.
 */
import type { Visibility } from '../lab.ts';
import { checkLines, exercisedLines, type Language } from '../transcript.ts';
import type { CheckResult, Verdict } from '../verdict.ts';
import type { Report } from './report.ts';

export const gradescope: Report = { name: 'gradescope', write };

const VISIBILITY: Readonly<Record<Visibility, string>> = {
  visible: 'visible',
  'after-due-date': 'after_due_date',
  'after-published': 'after_published',
  hidden: 'hidden',
};

/** A page that a person reads: what a check printed more than this is in the evidence. */
const OUTPUT_MAX = 20_000;

function write(verdict: Verdict, language: Language): string {
  const { points, duration_ms, exercised, seed, netlab, lab } = verdict;
  const document = {
    score: points.earned,
    execution_time: duration_ms / 1000,
    output: exercisedLines(verdict, language).join('\n'),
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    tests: verdict.checks.map((check, i) => testOf(check, i + 1, language)),
    extra_data: {
      netlab,
      lab,
      verdict: verdict.verdict,
      possible: points.possible,
      seed,
      substrate: exercised.substrate,
      code: exercised.code,
      uses: exercised.uses ?? [],
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function testOf(check: CheckResult, number: number, language: Language) {
  const { id, title, verdict, visibility, points } = check;
  const passed = verdict === 'PASS' || verdict === 'FLAKY';
  return {
    name: `${id}: ${title[language]}`,
    number: String(number),
    score: points.earned,
    max_score: points.possible,
    status: passed ? 'passed' : 'failed',
    output: checkLines(check, language).join('\n').slice(0, OUTPUT_MAX),
    visibility: VISIBILITY[visibility],
    tags: [verdict],
    extra_data: { verdict, code: check.failure?.code ?? '' },
  };
}
