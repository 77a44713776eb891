/** What a lab may have besides plain checks: fixtures of a check's own, pictures, a verdict at any time. */
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../src/lab/lab.ts';
import { check, memorySubstrate, run, text, toyLab } from './toy-lab.ts';

const drawn: Picture = { title: text('a curve'), svg: '<svg></svg>', text: ['*'] };
const passes = check('passes', async (_, steps) => steps.expect(text('it'), true, text('why')));

describe('a check with fixtures of its own', () => {
  it('runs where the lab’s are missing, and the others are skipped', async () => {
    const lab = toyLab({ ...passes, fixtures: [] }, { ...passes, id: 'needs-cable' });
    const { verdict } = await run(lab, { substrate: memorySubstrate({ fixtures: [] }) });
    expect(verdict.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['passes', 'PASS'],
      ['needs-cable', 'SKIPPED'],
    ]);
    expect(verdict.checks[1]?.reason?.en).toContain('cable:peer');
  });
});

describe('a picture', () => {
  it('is told with its SVG, and kept in the verdict without', async () => {
    const lab = toyLab(check('draws', async (_, steps) => steps.picture('curve', drawn)));
    const { verdict, events } = await run(lab);
    const kept = { file: 'pictures/draws-curve.svg', title: drawn.title, text: drawn.text };
    expect(verdict.checks[0]?.pictures).toEqual([kept]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'picture', picture: kept, svg: drawn.svg }),
    );
  });

  it('that may not be kept is a bug of the lab', async () => {
    const bad = { ...drawn, svg: '<svg><script/></svg>' };
    const lab = toyLab(check('draws', async (_, steps) => steps.picture('curve', bad)));
    await expect(run(lab)).rejects.toThrow(/does more than draw/);
  });
});

describe('the verdict so far', () => {
  it('has every check, and says of the one under way that the run ended in it', async () => {
    const { events } = await run(
      toyLab(passes, { ...passes, id: 'second' }, { ...passes, id: 'third' }),
    );
    const soFar = events.flatMap((event) =>
      event.kind === 'verdict-so-far' ? [event.verdict] : [],
    );
    expect(soFar.map(({ checks }) => checks.map(({ verdict }) => verdict))).toEqual([
      ['INTERRUPTED', 'SKIPPED', 'SKIPPED'],
      ['PASS', 'INTERRUPTED', 'SKIPPED'],
      ['PASS', 'PASS', 'INTERRUPTED'],
    ]);
    expect(
      soFar.every(({ verdict, points }) => verdict === 'INTERRUPTED' && points.possible === 30),
    ).toBe(true);
  });
});
