import { describe, expect, it } from 'vitest';
import { after, earliest, milliseconds, START, seconds, since } from './time.ts';

describe('time', () => {
  it('counts whole microseconds', () => {
    expect(milliseconds(1.5)).toBe(1500);
    expect(seconds(2)).toBe(2_000_000);
    expect(since(after(START, milliseconds(3)), START)).toBe(3000);
  });

  it('finds the earliest of what is set', () => {
    const soon = after(START, milliseconds(1));
    expect(earliest(undefined, after(START, seconds(1)), soon)).toBe(soon);
    expect(earliest(undefined)).toBeUndefined();
  });
});
