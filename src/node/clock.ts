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

// biome-ignore lint/style/noRestrictedGlobals: it writes a time that was taken before
const dateOf = (at: Instant): Date => new Date(at / 1000);

/** `at`, which counts from 1970, in ISO 8601 to the microsecond. */
export function isoTime(at: Instant): string {
  const below = String(Math.floor(at) % 1000).padStart(3, '0');
  return dateOf(at).toISOString().replace('Z', `${below}Z`);
}

/** `at`, which counts from 1970, as a clock on the wall shows it here: `14:04:05.123`. */
export function wallTime(at: Instant): string {
  const date = dateOf(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
