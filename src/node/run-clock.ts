/** The clock of a run: real time, with appointments. */
import type { Clock } from '../lab/clock.ts';
import { monotonicNow } from './clock.ts';

export const runClock: Clock = {
  now: monotonicNow,
  schedule(delay, action) {
    const timer = setTimeout(action, delay / 1000);
    return () => clearTimeout(timer);
  },
};
