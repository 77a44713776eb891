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

  it('fits a terminal', () => {
    const wide = { title, svg: '<svg></svg>', text: ['x'.repeat(121)] };
    expect(pictureFlaw('curve', wide)).toMatch(/columns/);
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

  it('marks a rising line from the lower left to the upper right', () => {
    const points = [
      [0, 0],
      [1, 1],
    ] as const;
    const { text: drawn } = plot({
      title,
      x: 'G',
      y: 'S',
      curves: [{ name: 'S', points, as: 'line' }],
    });
    expect(drawn[1]?.trimEnd().endsWith('*')).toBe(true);
    expect(drawn[16]?.indexOf('*')).toBe(drawn[16]?.indexOf('|') === undefined ? -1 : 3);
  });
});
