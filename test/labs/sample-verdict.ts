/** A verdict with a check of each outcome, for the tests of the reports. */
import type { CheckResult, Outcome, Verdict } from '../../src/lab/verdict.ts';

export const CHECKS: readonly Outcome[] = ['PASS', 'FAIL', 'FLAKY', 'BOARD', 'SKIPPED'];

const VISIBILITIES = ['visible', 'visible', 'after-due-date', 'after-published', 'hidden'] as const;

/** @param words stand wherever a person's words may */
export function aVerdict(words = 'words # and \\ more'): Verdict {
  const text = { en: words, ko: words };
  const failure = {
    kind: 'expectation',
    code: 'value',
    message: text,
    step: 1,
    place: { file: 'frame.ts', line: 3, column: 1, source: words },
    difference: { kind: 'value', expected: words, actual: words },
  } as const;
  const checks = CHECKS.map((verdict, i): CheckResult => {
    const passed = verdict === 'PASS' || verdict === 'FLAKY';
    return {
      id: `check-${i + 1}`,
      title: text,
      visibility: VISIBILITIES[i] ?? 'visible',
      verdict,
      points: { earned: passed ? 20 : 0, possible: 20 },
      attempts: 1,
      duration_ms: 12,
      steps: [
        { number: 1, kind: 'expectation', text, at_us: 0, outcome: 'failed', output: [words] },
      ],
      ...((verdict === 'FAIL' || verdict === 'BOARD') && { failure }),
      ...(verdict === 'FLAKY' && { firstFailure: failure }),
      ...(verdict === 'SKIPPED' && { reason: text }),
    };
  });
  return {
    schema: 1,
    netlab: '1.2.3',
    lab: 'lab90',
    name: 'lab90-toy',
    title: text,
    verdict: 'FAIL',
    exitCode: 1,
    points: { earned: 40, possible: 100 },
    seed: 7,
    startedAt: '2026-01-02T03:04:05.000Z',
    duration_ms: 1500,
    exercised: {
      substrate: {
        kind: 'emulated',
        name: words,
        board: 'toy',
        firmwareVersion: '1',
        sourceHash: '00',
        peer: 'peer',
      },
      code: { kind: 'learner', path: words, sha256: 'ab' },
    },
    checks,
  };
}
