import { describe, expect, it } from 'vitest';
import { aVerdict } from '../../../test/labs/sample-verdict.ts';
import { encodeCsv } from './csv.ts';
import { errorGrade, type Grade, type GradeSettings, gradeOf, stillGood } from './grade.ts';

const SETTINGS: GradeSettings = {
  lab: 'lab90',
  lab_sha256: 'aa',
  netlab: '1.0.0',
  node: 'v20',
  on: 'memory',
  board: '',
  seed: 5,
};

const graded = (submission: string, reason: string): Grade => ({
  ...errorGrade(SETTINGS, submission, 'cc', reason, 20),
  verdict: 'FAIL',
  earned: 10,
  checks: [
    { id: 'one', verdict: 'PASS', earned: 10, possible: 10, reason: { en: '', ko: '' } },
    { id: 'two', verdict: 'FAIL', earned: 0, possible: 10, reason: { en: reason, ko: reason } },
  ],
});

describe('the table of grades', () => {
  it('has a row a submission and a column a check (RFC 4180)', () => {
    const [head, row, end] = encodeCsv(
      [graded('ann', 'no "frame", sorry')],
      ['one', 'two'],
      'en',
    ).split('\r\n');
    expect(head).toMatch(/^submission,verdict,earned,possible,one,two,reason,seed,/);
    expect(row).toBe('ann,FAIL,10,20,10,0,"no ""frame"", sorry",5,memory,,1.0.0,v20,aa,cc');
    expect(end).toBe('');
  });

  it.each(['=1+1', '+1', '-1', '@x'])('lets the name %s be no formula', (name) => {
    expect(encodeCsv([graded(name, '')], [], 'en')).toContain(`\r\n'${name},`);
  });
});

describe('a grade', () => {
  it('is the bench’s where one check could not be graded, whatever failed besides', () => {
    const grade = gradeOf(SETTINGS, 'ann', 'cc', aVerdict('no answer'));
    expect(grade).toMatchObject({ verdict: 'BOARD', earned: 40, possible: 100 });
    expect(grade.reason.en).toBe('check-4: no answer');
  });

  it('names the check that failed before one that was skipped', () => {
    const verdict = aVerdict('wrong');
    const checks = verdict.checks.filter((check) => check.verdict !== 'BOARD').toReversed();
    const grade = gradeOf(SETTINGS, 'ann', 'cc', { ...verdict, checks });
    expect(grade.verdict).toBe('FAIL');
    expect(grade.reason.en).toBe('check-2: wrong');
  });
});

describe('an earlier grade', () => {
  const text = JSON.stringify(graded('ann', ''));

  it('is good for the same code under the same settings', () => {
    expect(stillGood(text, SETTINGS, 'cc')?.earned).toBe(10);
  });

  it.each([
    ['other code', SETTINGS, 'dd', text],
    ['another seed', { ...SETTINGS, seed: 6 }, 'cc', text],
    ['another version of the lab', { ...SETTINGS, lab_sha256: 'bb' }, 'cc', text],
    ['a file that was cut off', SETTINGS, 'cc', text.slice(0, 40)],
    ['something else', SETTINGS, 'cc', '[]'],
    ['an error', SETTINGS, 'cc', JSON.stringify(errorGrade(SETTINGS, 'ann', 'cc', 'crash', 20))],
    [
      'one that ran out of time',
      SETTINGS,
      'cc',
      text.replace('"verdict":"FAIL"', '"verdict":"TIMEOUT"'),
    ],
  ] as const)('is not good for %s', (_, settings, hash, file) => {
    expect(stillGood(file, settings, hash)).toBeUndefined();
  });
});
