/**
 * What the application wrote and the peer has not acknowledged: a ring of octets from SND.UNA on. It grows
 * as octets come, up to `limit`, and goes back to a pool when all were acknowledged.
 */
import type { Packet } from '../../../base/packet.ts';
import type { Pooled } from './pool.ts';

const CAPACITY_MIN = 2048;

export class SendBuffer implements Pooled {
  length = 0;
  #ring = new Uint8Array(CAPACITY_MIN);
  #head = 0;

  reset(): void {
    this.length = 0;
    this.#head = 0;
  }

  /** Copies as much of `octets` as `limit` leaves room for; how many were taken. */
  append(octets: Uint8Array, limit: number): number {
    const taken = Math.min(octets.length, limit - this.length);
    if (taken <= 0) return 0;
    if (this.length + taken > this.#ring.length) this.#grow(this.length + taken, limit);
    const capacity = this.#ring.length;
    const tail = wrap(this.#head + this.length, capacity);
    const straight = Math.min(taken, capacity - tail);
    this.#ring.set(
      taken === octets.length && straight === taken ? octets : octets.subarray(0, straight),
      tail,
    );
    if (straight < taken) this.#ring.set(octets.subarray(straight, taken), 0);
    this.length += taken;
    return taken;
  }

  /** Copies `length` octets from `offset` on to `at` of a packet. */
  copyTo(packet: Packet, at: number, offset: number, length: number): void {
    const ring = this.#ring;
    const from = wrap(this.#head + offset, ring.length);
    const straight = Math.min(length, ring.length - from);
    packet.octets.set(ring.subarray(from, from + straight), at);
    if (straight < length) packet.octets.set(ring.subarray(0, length - straight), at + straight);
  }

  /** The first `length` octets are done with. */
  consume(length: number): void {
    this.length -= length;
    this.#head = this.length === 0 ? 0 : wrap(this.#head + length, this.#ring.length);
  }

  #grow(needed: number, limit: number): void {
    let capacity = this.#ring.length;
    while (capacity < needed) capacity *= 2;
    const ring = new Uint8Array(Math.max(needed, Math.min(capacity, limit)));
    const straight = Math.min(this.length, this.#ring.length - this.#head);
    ring.set(this.#ring.subarray(this.#head, this.#head + straight));
    ring.set(this.#ring.subarray(0, this.length - straight), straight);
    this.#ring = ring;
    this.#head = 0;
  }
}

const wrap = (index: number, capacity: number): number =>
  index >= capacity ? index - capacity : index;
