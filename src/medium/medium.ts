/**
 * What lies between network cards. A medium is a machine without I/O: frames go in with the time, come
 * out when their time has come, and whoever drives it wakes it when it asks.
 */
import type { Instant } from '../base/time.ts';

/** Names one end of a medium; `attach` gives them out from 0 on. */
export type PortNumber = number;

export interface Delivery {
  readonly port: PortNumber;
  /** Destination address … data, without FCS. */
  readonly frame: Uint8Array;
  /** When its last octet has arrived. */
  readonly at: Instant;
}

export interface Medium {
  attach(): PortNumber;
  /** False when the cable at `port` is unplugged or nobody is at its other end. */
  linked(port: PortNumber): boolean;
  send(port: PortNumber, frame: Uint8Array, now: Instant): void;
  /** The next delivery whose time has come, in order of time. */
  pollDelivery(): Delivery | undefined;
  pollTimeout(): Instant | undefined;
  handleTimeout(now: Instant): void;
}

/** Sees each frame that is put on a medium, as it was put there. */
export type Tap = (frame: Uint8Array, at: Instant, port: PortNumber) => void;
