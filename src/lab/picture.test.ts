import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureFlaw, plot } from './picture.ts';

const title = { en: 'Throughput', ko: '처리량' };
const text = ['a line'];

describe('a picture', () => {
  it.each([
    ['<svg xmlns="http://www.w3.org/2000/svg"></svg>', undefined],
    ['<svg><script>alert(1)</script></svg>', 'it does more than draw'],
    ['<svg><g onload="x()"></g></svg>', 'it does more than draw'],
    ['<svg><image href="http://there"/></svg>', 'it does more than draw'],
    ['<svg><rect style="fill:url(http://there)"/></svg>', 'it does more than draw'],
    ['<!DOCTYPE svg><svg></svg>', 'it is no SVG document'],
    ['<svg>', 'it is no SVG document'],
  ])('of %s: %s', (svg, flaw) => {
    expect(pictureFlaw('curve', { title, svg, text })).toBe(flaw);
  });

  it('has a name that is one of a file, and no path', () => {
    expect(pictureFlaw('../x', { title, svg: '<svg></svg>', text })).toMatch(/kebab-case/);
  });

  it('fits a terminal of eighty columns, two for each syllable of Hangul', () => {
    for (const line of ['x'.repeat(77), { en: '', ko: '가'.repeat(39) }]) {
      const wide = { title, svg: '<svg></svg>', text: [line] };
      expect(pictureFlaw('curve', wide)).toMatch(/columns/);
    }
  });
});

describe('a plot', () => {
  it('keeps the bounds of a picture, whatever its points and names are', () => {
    const curve = fc.record({
      name: fc.string({ maxLength: 300 }),
      points: fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 50 }),
      as: fc.constantFrom('line' as const, 'points' as const),
    });
    fc.assert(
      fc.property(fc.array(curve, { maxLength: 8 }), fc.string(), (curves, axis) => {
        const drawn = plot({ title, x: axis, y: axis, curves });
        expect(pictureFlaw('curve', drawn)).toBeUndefined();
      }),
    );
  });

  const rising = [
    [0, 0],
    [2, 1],
  ] as const;
  const drawn = plot({
    title,
    x: { en: 'load', ko: '부하' },
    y: 'S',
    curves: [
      { name: { en: 'theory', ko: '이론' }, points: rising, as: 'line' },
      { name: 'measured', points: [[1, 0.5]], as: 'points' },
    ],
  });

  it('draws a line through every column, with the points over it and numbers at both axes', () => {
    const rows = drawn.text.slice(1, 17).map(String);
    expect(rows[0]?.trimEnd().endsWith('*')).toBe(true);
    expect(rows[15]?.startsWith('  0 +*')).toBe(true);
    expect(rows.join('').match(/[*o]/g)).toHaveLength(64);
    expect(rows.join('').match(/o/g)).toHaveLength(1);
    expect(String(drawn.text[18]).trim().split(/ +/)).toEqual(['0', '0.5', '1', '1.5', '2']);
  });

  it('says axes and curves in the reader’s language; the SVG, which has no reader yet, in both', () => {
    expect(drawn.text.slice(19)).toEqual([
      { en: expect.stringMatching(/^ +load$/), ko: expect.stringMatching(/^ +부하$/) },
      { en: '* theory', ko: '* 이론' },
      { en: 'o measured', ko: 'o measured' },
    ]);
    for (const words of [title.en, title.ko, 'load · 부하', 'theory · 이론', '>measured<']) {
      expect(drawn.svg).toContain(words);
    }
  });

  it('has its legend below the axes, where no curve is', () => {
    const heights = [...drawn.svg.matchAll(/y="([\d.]+)" text-anchor="start">(theory|measured)/g)];
    const axis = Number(/V(\d+)H/.exec(drawn.svg)?.[1]);
    expect(heights).toHaveLength(2);
    for (const [, height] of heights) expect(Number(height)).toBeGreaterThan(axis);
  });
});
