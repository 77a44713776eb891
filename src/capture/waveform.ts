import type { Instant } from '../base/time.ts';

/** What a raw line carried: levels at equal steps of time. */
export interface Waveform {
  /** `sent`, `sampled`. Waves of one name are parts of one signal. */
  readonly name: string;
  /** Samples a second. */
  readonly rate: number;
  /** Each 0 or 1. */
  readonly levels: Uint8Array;
  /** When its first level was; the beginning of time unless said. */
  readonly at?: Instant;
}
