import { describe, expect, it } from 'vitest';
import { aVerdict } from '../../../test/labs/sample-verdict.ts';
import { gradescope } from './gradescope.ts';

/** The names of Gradescope's Autograder Specifications, output format. */
const OF_ALL = [
  'score',
  'execution_time',
  'output',
  'output_format',
  'test_output_format',
  'test_name_format',
  'visibility',
  'stdout_visibility',
  'extra_data',
  'tests',
];
const OF_A_TEST = [
  'score',
  'max_score',
  'status',
  'name',
  'number',
  'output',
  'tags',
  'visibility',
  'extra_data',
];

describe('results.json for Gradescope', () => {
  const document = JSON.parse(gradescope.write(aVerdict(), 'en'));

  it('has the names that Gradescope reads, and no others', () => {
    expect(Object.keys(document).sort()).toEqual(OF_ALL.toSorted());
    for (const test of document.tests)
      expect(Object.keys(test).sort()).toEqual(OF_A_TEST.toSorted());
  });

  it('has the points of each check, and their sum', () => {
    const scores = document.tests.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([20, 0, 20, 0, 0]);
    expect(document.score).toBe(40);
    expect(document.execution_time).toBe(1.5);
    const status = document.tests.map(({ status }: { status: string }) => status);
    expect(status).toEqual(['passed', 'failed', 'passed', 'failed', 'failed']);
  });

  it('says who may see each check, in Gradescope’s words', () => {
    const seen = document.tests.map(({ visibility }: { visibility: string }) => visibility);
    expect(seen).toEqual(['visible', 'visible', 'after_due_date', 'after_published', 'hidden']);
  });

  it('keeps what a grade is defended by', () => {
    expect(document.extra_data).toMatchObject({ seed: 7, netlab: '1.2.3', code: { sha256: 'ab' } });
  });

  it('bounds what a learner prints', () => {
    const long = JSON.parse(gradescope.write(aVerdict('x'.repeat(100_000)), 'en'));
    for (const { output } of long.tests) expect(output.length).toBeLessThanOrEqual(20_000);
  });
});
