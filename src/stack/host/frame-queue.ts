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

/** Places of a ring that nothing ever waited in for long. */
const RING_MIN = 16;

export class FrameQueue {
  readonly #capacity: number;
  /** As many places as a power of two; those that are taken begin at `#first`. */
  #ring: (Slot | undefined)[] = new Array<undefined>(RING_MIN).fill(undefined);
  #first = 0;
  #size = 0;
  readonly #free: Slot[] = [];
  #lent: Slot | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** A slot of at least `length` octets at the queue's end, for the caller to fill; undefined when full. */
  open(length: number): Slot | undefined {
    if (this.#size >= this.#capacity) return undefined;
    let slot = this.#free.pop();
    if (slot === undefined || slot.packet.octets.length < length) {
      const packet = newPacket(Math.max(length, SLOT_LENGTH));
      slot = { packet, interface: -1, start: 0, end: 0 };
    }
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#size) & (this.#ring.length - 1)] = slot;
    this.#size += 1;
    return slot;
  }

  poll(): Slot | undefined {
    if (this.#lent !== undefined) {
      this.#free.push(this.#lent);
      this.#lent = undefined;
    }
    if (this.#size === 0) return undefined;
    const slot = this.#ring[this.#first];
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#size -= 1;
    this.#lent = slot;
    return slot;
  }

  #grow(): void {
    const { length } = this.#ring;
    const ordered = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    this.#ring = [...ordered, ...new Array<undefined>(length).fill(undefined)];
    this.#first = 0;
  }
}
