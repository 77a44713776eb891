/** What the board contract is held against: a board, its line, and the other end of its cable. */
import type { Duration } from '../../src/base/time.ts';
import type { Transport } from '../../src/hardware/board/transport.ts';

/** The network card at the other end of the cable. */
export interface Peer {
  /** Puts a frame, without FCS, on the cable. */
  send(frame: Uint8Array): Promise<void>;
  /** The next frame that came from the board; undefined when none did within `timeout`. */
  receive(timeout: Duration): Promise<Uint8Array | undefined>;
}

export interface ContractSubject {
  readonly transport: Transport;
  readonly peer: Peer;
  /** Resets the board, as its RESET pin does. */
  reset?(): Promise<void>;
  /** Plugs the cable in, or pulls it out. */
  setCable?(plugged: boolean): Promise<void>;
  /** A subject whose line has a rate that can be changed names one that the board can make. */
  readonly otherRate?: number;
  close(): Promise<void>;
}
