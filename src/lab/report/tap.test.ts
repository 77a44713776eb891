import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aVerdict, CHECKS } from '../../../test/labs/sample-verdict.ts';
import { tap } from './tap.ts';

interface Stream {
  readonly plan: number;
  readonly points: readonly { ok: boolean; number: number; text: string; skip: boolean }[];
  readonly blocks: number;
  readonly bailed: boolean;
}

const POINT = /^(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*?)(?: # (SKIP) ?.*)?$/;
const YAML = /^ {2}(\w+: (".*"|-?\d+|\w+|\|)| {2}\S?.*)$/;

/** A reader of TAP 14's own grammar, line by line; anything else throws. */
function parse(text: string): Stream {
  const [version, plan = '', ...lines] = text.replace(/\n$/, '').split('\n');
  expect(version).toBe('TAP version 14');
  expect(plan).toMatch(/^1\.\.\d+$/);
  const blocks = lines.filter((line) => line === '  ---').length;
  expect(lines.filter((line) => line === '  ...')).toHaveLength(blocks);
  const inside = lines.filter((line) => line.startsWith('  ') && !/^ {2}(---|\.\.\.)$/.test(line));
  for (const line of inside) expect(line).toMatch(YAML);
  const outside = lines.filter((line) => !line.startsWith('  '));
  const rest = outside.filter((line) => !POINT.test(line));
  for (const line of rest) expect(line).toMatch(/^(#|Bail out!)/);
  const points = outside.flatMap((line) => {
    const [, not, number, described = '', skip] = POINT.exec(line) ?? [];
    if (number === undefined) return [];
    return [{ ok: !not, number: Number(number), text: described, skip: skip !== undefined }];
  });
  const bailed = rest.some((line) => line.startsWith('Bail out!'));
  return { plan: Number(plan.slice('1..'.length)), points, blocks, bailed };
}

describe('the TAP report', () => {
  it('has a point a check, numbered, with what passed and what did not', () => {
    const { plan, points, blocks, bailed } = parse(tap.write(aVerdict(), 'en'));
    expect(plan).toBe(CHECKS.length);
    expect(points.map(({ ok, number, skip }) => [number, ok, skip])).toEqual([
      [1, true, false],
      [2, false, false],
      [3, true, false],
      [4, false, false],
      [5, true, true],
    ]);
    expect(blocks).toBe(3);
    expect(bailed).toBe(false);
  });

  it('bails out where the run was interrupted', () => {
    const verdict = aVerdict();
    const checks = verdict.checks.map((check) => ({ ...check, verdict: 'INTERRUPTED' as const }));
    expect(parse(tap.write({ ...verdict, checks }, 'en')).bailed).toBe(true);
  });

  it('grows at its end alone, as check after check ends', () => {
    const verdict = aVerdict();
    for (let ended = 1; ended <= CHECKS.length; ended++) {
      const before = tap.writePart?.(verdict, ended - 1, 'ko') ?? '';
      const after = tap.writePart?.(verdict, ended, 'ko') ?? '';
      expect(after.startsWith(before)).toBe(true);
      expect(parse(after).points).toHaveLength(ended);
    }
    expect(tap.writePart?.(verdict, CHECKS.length, 'ko')).toBe(tap.write(verdict, 'ko'));
  });

  it('is TAP whatever a learner prints or a title says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { points } = parse(tap.write(aVerdict(text), 'en'));
        expect(points).toHaveLength(CHECKS.length);
      }),
      { numRuns: 200 },
    );
  });
});
