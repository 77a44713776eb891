import { performance } from 'node:perf_hooks';
import type { Instant } from '../base/time.ts';

/** The machine's monotonic clock: it never jumps when somebody sets the time of day. */
export const monotonicNow = (): Instant => Math.round(performance.now() * 1000) as Instant;

/** The time of day in ISO 8601, for what people read and for names of files; never for measuring. */
// biome-ignore lint/style/noRestrictedGlobals: this is where the time of day comes from
export const timeOfDay = (): string => new Date().toISOString();

/** Microseconds since 1970, for the times of packets that were really sent. */
// biome-ignore lint/style/noRestrictedGlobals: this is where the time of day comes from
export const epochNow = (): Instant => (Date.now() * 1000) as Instant;
