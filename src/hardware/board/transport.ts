/**
 * The host's end of a serial line to a board, and the clock that its time is measured on: the wall
 * clock before a real port, virtual time before an emulated board, the recorded time in a replay.
 *
 * A driver is written against `read` alone: it waits nowhere else. So one driver serves them all, and a
 * run in virtual time is the same octet for octet each time.
 */
import type { Duration, Instant } from '../../base/time.ts';

/** What a UART has found wrong with its line, each how often. */
export interface LineErrors {
  readonly breaks: number;
  readonly framing: number;
  readonly parity: number;
  readonly overruns: number;
}

/** For the message when nobody answers. */
export interface Diagnostics {
  /** How many octets came in all, and the last few of them. */
  readonly received: number;
  readonly sample: Uint8Array;
  /** Absent where the port tells of none: that is most ports. */
  readonly errors?: LineErrors;
}

export interface Transport {
  /** What a person calls the port: `/dev/ttyACM0`, `emulated w5500-evb-pico`. */
  readonly name: string;

  now(): Instant;

  /** Queues `octets` for the board and never blocks. The queue is bounded by the protocol's window. */
  write(octets: Uint8Array): void;

  /**
   * The encoded frames that came, their delimiters taken off: at once when there are some, else as soon
   * as one comes, and none when `until` has passed first.
   * @throws NetlabError `port-lost` when the port has vanished.
   */
  read(until: Instant): Promise<readonly Uint8Array[]>;

  /** Makes a pending `read` return at once, with none. */
  wake(): void;

  /** Resolves when all that was written has left. */
  drain(): Promise<void>;

  /** In bit/s. Does nothing where the line has no rate. */
  setLineRate(rate: number): Promise<void>;

  /** The line's rate in bit/s, 0 where it has none. */
  lineRate(): number;

  /** Resets the board by the port's own means (DTR/RTS, power); false where there is none. */
  resetBoard(): Promise<boolean>;

  diagnostics(): Diagnostics;

  close(): Promise<void>;
}

/** How long a driver waits for what, at most. */
export interface Deadlines {
  readonly open: Duration;
  readonly request: Duration;
  readonly silence: Duration;
}
