/** What a descriptor of the subject can do, whatever is behind it. */
import type { Instant } from '../../base/time.ts';
import type { CallResult, Errno, PendingCall, SocketCall } from '../subject.ts';

/** Bits of poll() and epoll, the same in both. */
export const READY = {
  in: 0x001,
  out: 0x004,
  error: 0x008,
  hangUp: 0x010,
  peerClosed: 0x2000,
} as const;

/** These are told to who did not ask. */
export const READY_ALWAYS = READY.error | READY.hangUp;

export interface Descriptor {
  readonly kind: 'stream' | 'datagram' | 'epoll';
  nonBlocking: boolean;
  /** A call for this descriptor. */
  begin(call: SocketCall, now: Instant): PendingCall;
  /** Bits of READY. */
  readiness(now: Instant): number;
  /** How many octets or connections came so far: edge-triggered waiting tells news by it. */
  readonly arrivals: number;
  ports(): { readonly local: number; readonly remote: number };
}

export const result = (value: number): CallResult => ({ value });
export const failure = (errno: Errno): CallResult => ({ value: -1, errno });

/** A call that has its result at once. */
export const immediate = (outcome: CallResult): PendingCall => ({
  poll: () => outcome,
  pollTimeout: () => undefined,
});

/** A call that may have to wait: `attempt` answers undefined while it does. */
export const pending = (
  attempt: (now: Instant) => CallResult | undefined,
  end?: Instant,
): PendingCall => ({ poll: attempt, pollTimeout: () => end });
