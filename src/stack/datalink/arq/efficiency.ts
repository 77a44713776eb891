/**
 * What part of a line's time carries new frames, in theory (M. Schwartz, "Telecommunication Networks", 1987, §4.2;
 * D. Bertsekas and R. Gallager, "Data Networks", 1992, §2.4). Acknowledgments are short and never lost, and the time-out
 * is just the round trip.
 */
export interface LinkFigures {
  /** a: the one-way delay in units of the time that a frame takes to send. */
  readonly delay: number;
  /** p: the probability that a frame is lost or damaged. */
  readonly loss: number;
}

/** (1 − p) / (1 + 2a) */
export const stopAndWait = ({ delay, loss }: LinkFigures): number => (1 - loss) / (1 + 2 * delay);

/**
 * A window that covers the round trip: (1 − p) / (1 + 2ap). A smaller one: N (1 − p) / ((1 + 2a)(1 − p + Np)).
 */
export function goBackN({ delay, loss }: LinkFigures, window: number): number {
  const roundTrip = 1 + 2 * delay;
  if (window >= roundTrip) return (1 - loss) / (1 + 2 * delay * loss);
  return (window * (1 - loss)) / (roundTrip * (1 - loss + window * loss));
}

/**
 * 1 − p. Where the window does not cover the round trip N (1 − p) / (1 + 2a), which is a bound: a full window also waits
 * for the one frame in it that was lost.
 */
export const selectiveRepeat = ({ delay, loss }: LinkFigures, window: number): number =>
  Math.min(1, window / (1 + 2 * delay)) * (1 - loss);
