/** A network interface card as the layers above see it: frames without FCS, out and in. */
import type { Instant } from '../../base/time.ts';

export interface ReceivedFrame {
  /** Destination address to the last octet of data, padding included, FCS not. */
  readonly octets: Uint8Array;
  /** When its reception was complete, on the device's own clock. */
  readonly at: Instant;
}

export interface LinkDevice {
  /** Its own address, six octets. */
  readonly address: Uint8Array;
  /** Octets of payload that a frame carries at most: 1500 on Ethernet. */
  readonly mtu: number;
  /** Queues a frame. False when it was dropped: the link is down or the queue is full. */
  send(frame: Uint8Array): boolean;
  /** The oldest frame not yet taken. */
  receive(): ReceivedFrame | undefined;
}
