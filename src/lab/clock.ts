/** The time that a person waits: a run's deadlines and durations are on it, whatever the board's clock says. */
import type { Duration, Instant } from '../base/time.ts';

export interface Clock {
  /** Monotonic. */
  now(): Instant;
  /** Calls `action` once, after `delay`. The function returned takes the appointment back. */
  schedule(delay: Duration, action: () => void): () => void;
}

/** What a run needs of an AbortSignal, which is one. */
export interface Interrupt {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
