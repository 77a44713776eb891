/**
 * The least round-trip time of late, which RACK's reordering window is a part of (RFC 8985 §6.2).
 *
 * Two minima, of this half of the window and of the half before: what is given is the least of the last
 * half to whole window. Three numbers, where one for each sample would be exact.
 */
import type { Duration, Instant } from '../../../base/time.ts';

/** A connection may have these among its own. */
export interface MinRtt {
  minRttNow: Duration;
  minRttBefore: Duration;
  /** When this half began. */
  minRttSince: Instant;
}

/** Longer than any: there was no sample. */
const NONE = 0x7fff_ffff as Duration;

export const newMinRtt = (now: Instant): MinRtt => ({
  minRttNow: NONE,
  minRttBefore: NONE,
  minRttSince: now,
});

/** `window` is an even number. */
export function sample(m: MinRtt, rtt: Duration, now: Instant, window: Duration): void {
  const age = now - m.minRttSince;
  if (2 * age >= window) {
    const stale = age >= window;
    m.minRttBefore = stale ? NONE : m.minRttNow;
    m.minRttNow = NONE;
    m.minRttSince = stale ? now : ((m.minRttSince + window / 2) as Instant);
  }
  if (rtt < m.minRttNow) m.minRttNow = rtt;
}

/** 0 when there was none. */
export function minRtt(m: MinRtt): Duration {
  const least = Math.min(m.minRttNow, m.minRttBefore);
  return (least === NONE ? 0 : least) as Duration;
}
