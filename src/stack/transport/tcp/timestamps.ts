/** Timestamps and PAWS, RFC 7323 §4 and §5. */
import type { Instant } from '../../../base/time.ts';
import type { Path } from './network.ts';
import type { Segment } from './segment.ts';
import { before } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** §5.4: a tick between 1 ms and 1 s. */
const TICK = 1000;
/** §5.5: a TS.Recent of 24 days says nothing any more. */
const OUTDATED = 24 * 86_400 * 1_000_000;

/** TSval for what leaves now: a clock of milliseconds, from a start of the connection's own. */
export const timestampNow = <P extends Path>(t: Tcb<P>, now: Instant): number =>
  (Math.floor(now / TICK) + t.tsOffset) | 0;

/** How many microseconds ago a timestamp was made that comes back now. */
export const timestampAge = <P extends Path>(t: Tcb<P>, echo: number, now: Instant): number =>
  ((timestampNow(t, now) - echo) | 0) * TICK;

export const isEarlier = (a: number, b: number): boolean => ((a - b) | 0) < 0;

/** §5.3 R1: does the segment come from before the last one? */
export const failsPaws = <P extends Path>(t: Tcb<P>, s: Segment, now: Instant): boolean =>
  s.options.timestamps && isEarlier(s.options.tsval, t.tsRecent) && now - t.tsRecentAt < OUTDATED;

/** §4.3 (2): what is to be echoed, from a segment that begins at or before what was last acknowledged. */
export function remember<P extends Path>(t: Tcb<P>, s: Segment, now: Instant): void {
  if (!s.options.timestamps || before(t.rcvAcked, s.seq)) return;
  if (isEarlier(s.options.tsval, t.tsRecent) && now - t.tsRecentAt < OUTDATED) return;
  t.tsRecent = s.options.tsval;
  t.tsRecentAt = now;
}
