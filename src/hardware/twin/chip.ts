/** The W5500 as the firmware uses it: socket 0 in MACRAW, and the PHY. */
import { assert } from '../../base/errors.ts';
import type { Instant } from '../../base/time.ts';
import { PHY_MODE, type PhyState, STATUS, type Status } from '../control/messages.ts';
import { MAC_COUNTER, zeroed } from '../control/statistics.ts';
import { passes } from './mac-filter.ts';
import { phyState } from './phy.ts';

/** VERSIONR of a W5500 (datasheet §4.1). */
export const VERSIONR = 4;

/** Socket 0 has all of the receive memory; each frame lies there with its length, two octets. */
const RECEIVE_BUFFER = 16_384;
const LENGTH_FIELD = 2;

export interface BufferedFrame {
  readonly octets: Uint8Array;
  readonly at: Instant;
}

export class Chip {
  /** VERSIONR as read: another value stands for a chip that is not there. */
  readonly version: number;
  counters = zeroed(MAC_COUNTER);
  phyMode: number = PHY_MODE['ALL-AUTO'];
  /** Whether the cable is in, with something at its other end. */
  cable = true;
  #mac: { readonly address: Uint8Array; filter: number } | undefined;
  readonly #received: BufferedFrame[] = [];
  #used = 0;
  readonly #sent: Uint8Array[] = [];

  constructor(version: number) {
    this.version = version;
  }

  get isPresent(): boolean {
    return this.version === VERSIONR;
  }

  get phy(): PhyState {
    return phyState(this.cable, this.phyMode);
  }

  openMac(address: Uint8Array, filter: number): void {
    this.closeMac();
    this.#mac = { address: address.slice(), filter };
  }

  closeMac(): void {
    this.#mac = undefined;
    this.#received.length = 0;
    this.#used = 0;
  }

  get isOpen(): boolean {
    return this.#mac !== undefined;
  }

  setFilter(filter: number): void {
    assert(this.#mac !== undefined, 'the MAC is closed');
    this.#mac.filter = filter;
  }

  send(frame: Uint8Array): Status {
    if (this.#mac === undefined) return STATUS.BAD_STATE;
    if (!this.phy.link) {
      this.counters.send_failures += 1;
      return STATUS.LINK_DOWN;
    }
    this.counters.frames_sent += 1;
    this.counters.octets_sent += frame.length;
    this.#sent.push(frame.slice());
    return STATUS.OK;
  }

  /** The next frame that leaves on the cable. */
  pollSent(): Uint8Array | undefined {
    return this.#sent.shift();
  }

  /** A frame from the cable. What the filter stops or the buffer has no room for is gone. */
  receive(octets: Uint8Array, at: Instant): void {
    if (this.#mac === undefined || !this.phy.link) return;
    if (!passes(octets, this.#mac.filter, this.#mac.address)) return;
    const used = this.#used + octets.length + LENGTH_FIELD;
    if (used > RECEIVE_BUFFER) {
      this.counters.receive_buffer_full += 1;
      return;
    }
    this.#used = used;
    this.#received.push({ octets: octets.slice(), at });
  }

  /** The oldest frame in the buffer. */
  peekReceived(): BufferedFrame | undefined {
    return this.#received[0];
  }

  /** Frees the room of the frame that `peekReceived` gave: the RECV command. */
  takeReceived(): void {
    const frame = this.#received.shift();
    if (frame === undefined) return;
    this.#used -= frame.octets.length + LENGTH_FIELD;
    this.counters.frames_received += 1;
    this.counters.octets_received += frame.octets.length;
  }
}
