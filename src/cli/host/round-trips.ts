/** Round trips in milliseconds, summed up as ping does. */
export interface RoundTrips {
  readonly min_ms: number;
  readonly avg_ms: number;
  readonly max_ms: number;
  /** The population's standard deviation. */
  readonly mdev_ms: number;
}

/** Undefined of none. */
export function sumUp(times_ms: readonly number[]): RoundTrips | undefined {
  if (times_ms.length === 0) return undefined;
  const average = times_ms.reduce((sum, time) => sum + time, 0) / times_ms.length;
  const squares = times_ms.reduce((sum, time) => sum + (time - average) ** 2, 0);
  return {
    min_ms: Math.min(...times_ms),
    avg_ms: round(average),
    max_ms: Math.max(...times_ms),
    mdev_ms: round(Math.sqrt(squares / times_ms.length)),
  };
}

const round = (time_ms: number): number => Math.round(time_ms * 1000) / 1000;
