/** What a loader's client asks of one USB interface with a bulk endpoint each way, and how that ends (USB 2.0 §5, §8.5). */
import type { Duration } from '../../base/time.ts';

export type UsbTransfer = {
  /** It is over by then, as `timeout` if not otherwise. */
  readonly patience: Duration;
} & (
  | { readonly kind: 'out'; readonly octets: Uint8Array }
  /** At most `length` octets; a shorter packet ends it before. */
  | { readonly kind: 'in'; readonly length: number }
  /** CLEAR_FEATURE(ENDPOINT_HALT), which begins the data toggle anew at both ends. */
  | { readonly kind: 'clear-halt'; readonly endpoint: 'in' | 'out' }
  /** A vendor request to the interface, with no data or with some to come. */
  | { readonly kind: 'control-out'; readonly request: number }
  | { readonly kind: 'control-in'; readonly request: number; readonly length: number }
);

export type UsbOutcome =
  /** `octets`: what came; empty for what goes out. */
  | { readonly kind: 'ok'; readonly octets: Uint8Array }
  | { readonly kind: 'stall' }
  /** Nothing, or not all of it, in time; or the system could not do it for a reason that may pass. */
  | { readonly kind: 'timeout' }
  /** The device left the bus. */
  | { readonly kind: 'gone' };

/** Where a device has the interface. */
export interface UsbInterface {
  readonly number: number;
  /** Endpoint addresses, bit 7 of the second being set. */
  readonly out: number;
  readonly in: number;
}
