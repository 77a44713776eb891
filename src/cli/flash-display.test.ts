import { describe, expect, it } from 'vitest';
import { bar } from './flash-display.ts';

describe('the bar', () => {
  it.each([
    [0, 100, '░░░░░░░░░░░░░░░░░░░░░░░░   0 %'],
    [33, 100, '███████░░░░░░░░░░░░░░░░░  33 %'],
    [99, 100, '███████████████████████░  99 %'],
    [100, 100, '████████████████████████ 100 %'],
    [0, 0, '████████████████████████ 100 %'],
  ])('of %i of %i is %s', (done, total, text) => {
    expect(bar(done, total)).toBe(text);
  });
});
