import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodeKind } from './learner.ts';
import {
  decodeProgress,
  encodeProgress,
  mergeProgress,
  NO_PROGRESS,
  nextHintLevel,
  progressOf,
  recordHint,
  recordRun,
  recordSolution,
} from './progress.ts';
import { exitCodeOf, type Outcome, type Verdict } from './verdict.ts';

const run = (
  verdict: Outcome,
  earned: number,
  startedAt: string,
  kind: CodeKind = 'learner',
): Verdict => ({
  schema: 1,
  netlab: '0',
  lab: 'lab03',
  name: 'lab03-ethernet',
  title: { en: '', ko: '' },
  verdict,
  exitCode: exitCodeOf(verdict),
  points: { earned, possible: 10 },
  seed: 1,
  startedAt,
  duration_ms: 0,
  exercised: {
    substrate: {
      kind: 'mock',
      name: '',
      board: '',
      firmwareVersion: '',
      sourceHash: '',
      peer: '',
    },
    code: { kind, path: '.' },
  },
  checks: [],
});

describe('progress', () => {
  it('keeps the first pass and the best points', () => {
    const runs = [
      run('FAIL', 4, '1'),
      run('PASS', 10, '2'),
      run('PASS', 10, '3'),
      run('FAIL', 2, '4'),
    ];
    expect(
      progressOf(
        runs.reduce((p, v) => recordRun(p, v, 10), NO_PROGRESS),
        'lab03',
      ),
    ).toEqual({
      passedAt: '2',
      points: 10,
      possible: 10,
      runs: 4,
      lastRunAt: '4',
      hints: {},
    });
  });

  it('counts a pass of some checks alone as no pass of the lab', () => {
    const some = run('PASS', 3, '1');
    expect(progressOf(recordRun(NO_PROGRESS, some, 10), 'lab03').passedAt).toBeUndefined();
  });

  it('is the learner’s own: the solution’s pass changes nothing', () => {
    expect(recordRun(NO_PROGRESS, run('PASS', 10, '1', 'solution'), 10)).toBe(NO_PROGRESS);
  });

  it('shows hints level by level, the last again', () => {
    let progress = NO_PROGRESS;
    const levels = [1, 2, 3, 4].map(() => {
      const level = nextHintLevel(progress, 'lab03', 'padding');
      progress = recordHint(progress, 'lab03', 'padding', level);
      return level;
    });
    expect(levels).toEqual([1, 2, 3, 3]);
    expect(nextHintLevel(progress, 'lab03', 'filter')).toBe(1);
  });

  it('comes back from its file', () => {
    const progress = recordSolution(
      recordHint(recordRun(NO_PROGRESS, run('PASS', 10, '1'), 10), 'lab03', 'padding', 2),
      'lab03',
      '2',
    );
    expect(decodeProgress(encodeProgress(progress))).toEqual(progress);
  });

  it('takes what it can from a file of another make, and tells one that is none', () => {
    const text = '{"labs":{"lab03":{"points":"many","runs":3,"hints":{"a":9,"b":-1}},"lab04":7}}';
    expect(decodeProgress(text)).toEqual({
      lab03: { points: 0, possible: 0, runs: 3, hints: { a: 3, b: 0 } },
    });
    expect(decodeProgress('{"labs":')).toBeUndefined();
    expect(decodeProgress('[]')).toBeUndefined();
    expect(decodeProgress('null')).toBeUndefined();
  });

  it('never throws on what it reads', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeProgress(text)));
    fc.assert(fc.property(fc.json(), (json) => void decodeProgress(`{"labs":${json}}`)));
  });
});

describe('progress from two machines', () => {
  const time = fc.integer({ min: 1, max: 9 }).map((day) => `2026-01-0${day}T00:00:00.000Z`);
  const lab = fc
    .record({ passedAt: time, lastRunAt: time, solutionAt: time }, { requiredKeys: [] })
    .chain((times) =>
      fc
        .record({
          points: fc.nat(100),
          possible: fc.constant(100),
          runs: fc.nat(50),
          hints: fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 3 }), {
            noNullPrototype: true,
          }),
        })
        .map((counts) => ({ ...times, ...counts })),
    );
  const progress = fc.dictionary(fc.constantFrom('lab00', 'lab01', 'lab02'), lab, {
    noNullPrototype: true,
  });

  it('becomes the same whichever is taken in, and however often', () => {
    fc.assert(
      fc.property(progress, progress, (a, b) => {
        const merged = mergeProgress(a, b);
        expect(merged).toEqual(mergeProgress(b, a));
        expect(mergeProgress(merged, b)).toEqual(merged);
        expect(decodeProgress(encodeProgress(merged))).toEqual(merged);
      }),
    );
  });

  it('loses no pass, no point and no hint', () => {
    fc.assert(
      fc.property(progress, progress, (a, b) => {
        const merged = mergeProgress(a, b);
        for (const [id, one] of [...Object.entries(a), ...Object.entries(b)]) {
          const both = progressOf(merged, id);
          expect(both.points).toBeGreaterThanOrEqual(one.points);
          expect(both.passedAt === undefined).toBe(
            (a[id]?.passedAt ?? b[id]?.passedAt) === undefined,
          );
          for (const [check, level] of Object.entries(one.hints)) {
            expect(both.hints[check]).toBeGreaterThanOrEqual(level);
          }
        }
      }),
    );
  });
});
