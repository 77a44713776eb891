/**
 * What all clients of a chip's loader on a serial line have in common. They are machines without a line or
 * a clock: who drives one does what `pollOutput` says in its order, brings it the octets that come, and
 * calls `handleTimeout` when the time of `pollTimeout` has come.
 */
import type { Instant } from '../../base/time.ts';

export type LineAction =
  | { readonly kind: 'write'; readonly octets: Uint8Array }
  /** True: asserted, which on the pin of a USB adapter is low. */
  | { readonly kind: 'signals'; readonly dtr: boolean; readonly rts: boolean }
  /** In bit/s, from here on; what was written before has gone out. */
  | { readonly kind: 'rate'; readonly rate: number };

export type LoaderPhase = 'enter' | 'write' | 'verify' | 'restart';

export type LoaderEvent =
  | { readonly kind: 'phase'; readonly phase: LoaderPhase }
  /** In octets of the phase. */
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly fault: LoaderFault };

/** Why it gave up, after what can be tried again was. */
export type LoaderFault =
  | { readonly code: 'loader-silent' }
  /** It answered before, and then did not, or not sensibly, however often it was begun again. */
  | { readonly code: 'loader-lost'; readonly op: string; readonly address: number }
  /** It said why it does not do what it was told, however often it was begun again. */
  | {
      readonly code: 'loader-refused';
      readonly op: string;
      readonly address: number;
      readonly status: string;
    }
  /** It left the bus. */
  | { readonly code: 'loader-gone'; readonly op: string; readonly address: number }
  | { readonly code: 'wrong-chip'; readonly expected: string; readonly found: string }
  | {
      readonly code: 'digest-differs';
      readonly address: number;
      readonly expected: string;
      readonly actual: string;
    }
  | {
      readonly code: 'verify-failed';
      readonly address: number;
      readonly expected: number;
      readonly actual: number;
    };

export interface LoaderMachine {
  start(now: Instant): void;
  handleOctets(octets: Uint8Array, now: Instant): void;
  pollOutput(): LineAction | undefined;
  pollEvent(): LoaderEvent | undefined;
  pollTimeout(): Instant | undefined;
  handleTimeout(now: Instant): void;
}
