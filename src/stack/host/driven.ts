/** What a driver needs of a machine with frames and timers: a loop in real time, a simulation, a test. */
import type { Packet } from '../../base/packet.ts';
import type { Instant } from '../../base/time.ts';
import type { Frame } from './output.ts';

export interface Driven {
  /** A frame came by an interface; its octets may be read now and not be kept. */
  handleFrame(
    interfaceIndex: number,
    packet: Packet,
    start: number,
    end: number,
    now: Instant,
  ): void;
  /** True: `frame` is to be sent at once; its octets are good until the next call. */
  pollFrame(now: Instant): boolean;
  readonly frame: Readonly<Frame>;
  /** When `handleTimeout` next has something to do; the past: now. */
  pollTimeout(): Instant | undefined;
  handleTimeout(now: Instant): void;
}
