/**
 * HyStart++, RFC 9406: leaves the first slow start when the round-trip time begins to rise, before a queue
 * overflows. The RFC's names.
 *
 *                 delay rose                       CSS_ROUNDS rounds
 *   SLOW-START ─────────────▶ CSS, a quarter of ───────────────────▶ done
 *        ▲                    the growth │
 *        └───────────────────────────────┘ delay fell below the baseline: the rise was jitter
 *
 * A round ends when what was outstanding at its beginning is acknowledged. Here that is counted down in
 * octets, which says the same as the RFC's windowEnd and needs no sequence number.
 */
import { type Duration, milliseconds } from '../../../base/time.ts';

const MIN_RTT_THRESH = milliseconds(4);
const MAX_RTT_THRESH = milliseconds(16);
const MIN_RTT_DIVISOR = 8;
const N_RTT_SAMPLE = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;

/** §4.3: for a sender that does not pace. */
export const HYSTART_L = 8;

/** Longer than any round trip. */
const INFINITE = 0x7fff_ffff;

/** A connection may have these among its own. */
export interface HyStart {
  /** It is used, and no congestion avoidance was before. */
  hystart: boolean;
  /** Octets until the round ends. */
  windowEnd: number;
  lastRoundMinRtt: number;
  currentRoundMinRtt: number;
  rttSampleCount: number;
  /** INFINITE in standard slow start. */
  cssBaselineMinRtt: number;
  /** Rounds of CSS that began, the one in which it was entered among them. */
  cssRounds: number;
}

export function beginHyStart(h: HyStart): void {
  h.windowEnd = 0;
  h.lastRoundMinRtt = INFINITE;
  h.currentRoundMinRtt = INFINITE;
  h.rttSampleCount = 0;
  h.cssBaselineMinRtt = INFINITE;
  h.cssRounds = 0;
}

/** Conservative slow start goes on. */
export const isConservative = (h: HyStart): boolean => h.cssBaselineMinRtt !== INFINITE;

/** What the growth of slow start is divided by now. */
export const divisor = (h: HyStart): number => (isConservative(h) ? CSS_GROWTH_DIVISOR : 1);

/** `octets` were acknowledged, `flight` are outstanding still. True when slow start is over. */
export function endsSlowStart(
  h: HyStart,
  octets: number,
  flight: number,
  rtt: Duration | 0,
): boolean {
  // What ends a round is the last that was sent in it, and the sample that it brings belongs to it.
  h.windowEnd -= octets;
  if (rtt > 0) {
    h.currentRoundMinRtt = Math.min(h.currentRoundMinRtt, rtt);
    h.rttSampleCount += 1;
    if (h.rttSampleCount >= N_RTT_SAMPLE) judge(h);
  }
  return h.windowEnd <= 0 && beginRound(h, flight);
}

function judge(h: HyStart): void {
  if (isConservative(h)) {
    if (h.currentRoundMinRtt < h.cssBaselineMinRtt) h.cssBaselineMinRtt = INFINITE;
    return;
  }
  if (h.lastRoundMinRtt === INFINITE) return;
  const part = Math.min(h.lastRoundMinRtt / MIN_RTT_DIVISOR, MAX_RTT_THRESH);
  const rttThresh = Math.max(MIN_RTT_THRESH, part);
  if (h.currentRoundMinRtt >= h.lastRoundMinRtt + rttThresh) {
    h.cssBaselineMinRtt = h.currentRoundMinRtt;
    h.cssRounds = 1;
  }
}

/** True when slow start is over. */
function beginRound(h: HyStart, flight: number): boolean {
  h.windowEnd = flight;
  h.lastRoundMinRtt = h.currentRoundMinRtt;
  h.currentRoundMinRtt = INFINITE;
  h.rttSampleCount = 0;
  if (!isConservative(h)) return false;
  h.cssRounds += 1;
  return h.cssRounds > CSS_ROUNDS;
}
