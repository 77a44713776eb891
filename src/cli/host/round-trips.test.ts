import { expect, it } from 'vitest';
import { sumUp } from './round-trips.ts';

it('no round trip has no sum', () => {
  expect(sumUp([])).toBeUndefined();
});

it('mdev is the deviation of the whole population', () => {
  // 2, 4, 4, 4, 5, 5, 7, 9: the textbook's sample with deviation 2.
  expect(sumUp([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ min_ms: 2, avg_ms: 5, max_ms: 9, mdev_ms: 2 });
});

it('one round trip does not deviate', () => {
  expect(sumUp([0.5])).toEqual({ min_ms: 0.5, avg_ms: 0.5, max_ms: 0.5, mdev_ms: 0 });
});
