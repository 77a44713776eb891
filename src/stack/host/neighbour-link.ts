/** What a host needs of the neighbours on one link, however their hardware addresses are found. */
import type { Instant } from '../../base/time.ts';
import type { IpAddress } from '../network/ip/address.ts';

/** What waits until a neighbour's hardware address is known: one datagram, or all its fragments. */
export interface Held {
  readonly pieces: readonly Uint8Array[];
  /** It came from another: if nobody answers, ICMP tells its source. */
  readonly forwarded: boolean;
}

export interface NeighbourLink<A extends IpAddress> {
  /** The hardware address if it is known; not to be written to. */
  lookup(target: A, now: Instant): Uint8Array | undefined;
  /** Sends `held` when the hardware address is known. */
  send(target: A, held: Held, now: Instant): void;
  confirm(target: A, now: Instant): void;
  /** It may be gone: it is asked when something is sent to it next. */
  doubt(target: A, now: Instant): void;
  pollTimeout(): Instant | undefined;
  handleTimeout(now: Instant): void;
}
