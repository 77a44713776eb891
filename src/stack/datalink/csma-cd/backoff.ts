/**
 * Truncated binary exponential backoff, IEEE 802.3-2018 §4.2.3.2.5: before the n-th retransmission a station waits r slot
 * times, 0 ≤ r < 2^k, k = min(n, 10).
 */
import { below, type Rng } from '../../../base/random.ts';

/** Table 4-2, the parameters up to 100 Mbit/s: times in bits. */
export const SLOT_BITS = 512;
export const INTERPACKET_GAP_BITS = 96;
export const JAM_BITS = 32;
export const ATTEMPT_LIMIT = 16;
const BACKOFF_LIMIT = 10;

/** r, after the `collisions`-th (1 …) collision of a frame. */
export const backoffSlots = (rng: Rng, collisions: number): number =>
  below(rng, 2 ** Math.min(collisions, BACKOFF_LIMIT));
