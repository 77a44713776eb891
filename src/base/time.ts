declare const instantBrand: unique symbol;
declare const durationBrand: unique symbol;

/** A point on a monotonic clock, in whole microseconds. Only differences mean anything. */
export type Instant = number & { readonly [instantBrand]: true };
/** A length of time, in whole microseconds. */
export type Duration = number & { readonly [durationBrand]: true };

export const START = 0 as Instant;
/** Later than any instant that occurs. */
export const NEVER = Number.MAX_SAFE_INTEGER as Instant;

export const microseconds = (n: number): Duration => Math.round(n) as Duration;
export const milliseconds = (n: number): Duration => Math.round(n * 1000) as Duration;
export const seconds = (n: number): Duration => milliseconds(n * 1000);
export const after = (now: Instant, delay: Duration): Instant => (now + delay) as Instant;
export const since = (now: Instant, then: Instant): Duration => (now - then) as Duration;
export const earliest = (...instants: readonly (Instant | undefined)[]): Instant | undefined => {
  let first: Instant | undefined;
  for (const instant of instants) {
    if (instant !== undefined && (first === undefined || instant < first)) first = instant;
  }
  return first;
};
