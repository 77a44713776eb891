/**
 * Frames that wait to leave, first in, first out, in buffers that are used again: the one freed last is
 * taken first, for it is still in the cache.
 *
 * Invariants:
 *   (1) At most `capacity` frames wait.
 *   (2) What `poll` gave is left alone until the next `poll`.
 */
import { newPacket, type Packet } from '../../base/packet.ts';

/** Room for a frame of the largest usual MTU with its tag, and for the datagram's place in it. */
const SLOT_LENGTH = 1600;

export interface Slot {
  packet: Packet;
  /** Where it goes; −1 for the host itself. */
  interface: number;
  start: number;
  end: number;
}

export class FrameQueue {
  readonly #capacity: number;
  readonly #waiting: Slot[] = [];
  /** How many of `#waiting` were polled: a shift of each would cost its length. */
  #taken = 0;
  readonly #free: Slot[] = [];
  #lent: Slot | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#waiting.length - this.#taken;
  }

  /** A slot of at least `length` octets at the queue's end, for the caller to fill; undefined when full. */
  open(length: number): Slot | undefined {
    if (this.size >= this.#capacity) return undefined;
    let slot = this.#free.pop();
    if (slot === undefined || slot.packet.octets.length < length) {
      const packet = newPacket(Math.max(length, SLOT_LENGTH));
      slot = { packet, interface: -1, start: 0, end: 0 };
    }
    if (this.#taken > this.#capacity) {
      this.#waiting.splice(0, this.#taken);
      this.#taken = 0;
    }
    this.#waiting.push(slot);
    return slot;
  }

  poll(): Slot | undefined {
    if (this.#lent !== undefined) {
      this.#free.push(this.#lent);
      this.#lent = undefined;
    }
    if (this.#taken === this.#waiting.length) return undefined;
    const slot = this.#waiting[this.#taken++];
    if (this.#taken === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#taken = 0;
    }
    this.#lent = slot;
    return slot;
  }
}
