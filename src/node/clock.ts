import { performance } from 'node:perf_hooks';
import type { Instant } from '../base/time.ts';

/** The machine's monotonic clock: it never jumps when somebody sets the time of day. */
export const monotonicNow = (): Instant => Math.round(performance.now() * 1000) as Instant;
