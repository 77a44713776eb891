import { describe, expect, it } from 'vitest';
import { checkLines, placeLines, stepLines } from './transcript.ts';
import type { CheckResult } from './verdict.ts';

const CHECK: CheckResult = {
  id: 'padding',
  title: { en: 'Short frames are padded', ko: '짧은 프레임은 채운다' },
  visibility: 'visible',
  verdict: 'FAIL',
  points: { earned: 0, possible: 10 },
  attempts: 1,
  duration_ms: 1,
  steps: [
    {
      number: 1,
      kind: 'action',
      text: { en: 'encode', ko: '만든다' },
      at_us: 0,
      outcome: 'done',
      output: ['hello'],
    },
    {
      number: 2,
      kind: 'expectation',
      text: { en: 'the frame', ko: '프레임' },
      at_us: 0,
      outcome: 'failed',
    },
  ],
  failure: {
    kind: 'expectation',
    code: 'octets',
    message: { en: 'Not as expected: the frame', ko: '기대와 다릅니다: 프레임' },
    step: 2,
    place: { file: 'frame.ts', line: 4, column: 3, source: '\treturn x;' },
    difference: { kind: 'octets', expected: '0102', actual: '0103', at: 1 },
  },
};

describe('the transcript', () => {
  it('of a failed check has its steps, what the code printed, both octets and the place', () => {
    expect(checkLines(CHECK, 'en')).toEqual([
      'FAIL        padding: Short frames are padded',
      '    1   encode',
      '        your code printed: hello',
      '    2 x the frame',
      '  Not as expected: the frame',
      '  first difference at octet 1; expected 2 octets, got 2',
      '  expected 0000  01 02                                             ..',
      '  actual   0000  01 03                                             ..',
      '                    ^^',
      '  frame.ts:4:3',
      '      \treturn x;',
      '      \t ^',
    ]);
  });

  it('speaks Korean', () => {
    const lines = checkLines(CHECK, 'ko').join('\n');
    expect(lines).toContain('짧은 프레임은 채운다');
    expect(lines).toContain('기대와 다릅니다: 프레임');
    expect(lines).toContain('코드의 출력: hello');
  });

  it('marks the column under the line, tabs kept', () => {
    expect(placeLines({ file: 'a.ts', line: 1, column: 5, source: 'let = 1;' }).at(-1)).toBe(
      '        ^',
    );
  });

  it('lists the fields that differ with both values, the others with one', () => {
    const difference = {
      kind: 'fields',
      fields: [
        { name: 'type', expected: '1', actual: '1', equal: true },
        { name: 'length', expected: '2', actual: '3', equal: false },
      ],
    } as const;
    const failure = {
      kind: 'expectation',
      code: 'fields',
      message: { en: 'no', ko: '' },
      step: 1,
      difference,
    } as const;
    expect(checkLines({ ...CHECK, steps: [], failure }, 'en').slice(1)).toEqual([
      '  no',
      '    type: 1',
      '  x length: expected 2, actual 3',
    ]);
  });

  it('tells a step that was under way when the run ended', () => {
    const step = {
      number: 12,
      kind: 'action',
      text: { en: 'wait', ko: '' },
      at_us: 0,
      outcome: 'unfinished',
    } as const;
    expect(stepLines(step, 'en')).toEqual([' 12 ? wait']);
  });
});
