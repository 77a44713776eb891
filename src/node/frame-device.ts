/** A network card as a loop in real time drives it: frames are handed over where they lie. */
import type { Packet } from '../base/packet.ts';

/** Octets `start` … `end` − 1 of `packet`: destination address … data, without FCS. */
export interface FrameSpan {
  readonly packet: Packet;
  readonly start: number;
  readonly end: number;
}

export interface FrameDevice {
  /** What `pollFrame` found. One object, filled anew each time. */
  readonly frame: FrameSpan;
  /** True: `frame` is the oldest not yet taken; its octets stay until the next call. */
  pollFrame(): boolean;
  /** Sends at once, and keeps no octet. False when the frame was dropped. */
  send(packet: Packet, start: number, end: number): boolean;
  /** Called when frames may have come since `pollFrame` last found none. */
  onReadable(listener: () => void): void;
  /** Called at most once: the device is gone, and no frame will come any more. */
  onLost(listener: (error: Error) => void): void;
  close(): void;
}

/**
 * How many frames are taken from one device at a time, before the host answers and others have their turn. They
 * hold more than 64 KiB of a TCP connection, which are acknowledged together.
 */
export const BATCH = 64;

/**
 * Where a received frame begins in its packet: the 14 octets of an Ethernet header then end where the
 * datagram behind them lies on a lane.
 */
export const FRAME_START = 2;
