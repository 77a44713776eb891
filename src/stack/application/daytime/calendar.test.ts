/** What GNU date(1) says of the same numbers: `date -u -d @N '+%A, %B %-d, %Y %T-UTC'`. */
import { expect, it } from 'vitest';
import { formatDaytime } from './calendar.ts';

it.each([
  [0, 'Thursday, January 1, 1970 00:00:00-UTC'],
  [951_782_399, 'Monday, February 28, 2000 23:59:59-UTC'],
  [951_782_400, 'Tuesday, February 29, 2000 00:00:00-UTC'],
  [1_709_251_199, 'Thursday, February 29, 2024 23:59:59-UTC'],
  [1_798_761_599, 'Thursday, December 31, 2026 23:59:59-UTC'],
  [4_107_542_400, 'Monday, March 1, 2100 00:00:00-UTC'],
  [1_767_323_045.9, 'Friday, January 2, 2026 03:04:05-UTC'],
])('%d is %s', (seconds, text) => {
  expect(formatDaytime(seconds)).toBe(text);
});
