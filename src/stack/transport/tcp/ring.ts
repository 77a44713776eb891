/**
 * A ring of octets that grows as they come. `#head` is where offset 0 lies. Its memory is that of a lasting packet,
 * so that octets go between it and frames with one pass, and their sum is had on the way.
 */
import { copy, copyAndSum, exchange, fold } from '../../../base/checksum.ts';
import { newLastingPacket, type Packet, releasePacket } from '../../../base/packet.ts';

const CAPACITY_MIN = 2048;

export class Ring {
  #memory: Packet = newLastingPacket(CAPACITY_MIN);
  #head = 0;

  /** Has room for `needed` octets from now on; `limit` is the most that will ever be asked for. */
  reserve(needed: number, limit: number): void {
    const { length } = this.#memory.octets;
    if (needed <= length) return;
    let capacity = length;
    while (capacity < needed) capacity *= 2;
    const memory = newLastingPacket(Math.max(needed, Math.min(capacity, limit)));
    const old = this.#memory.octets;
    memory.octets.set(old.subarray(this.#head));
    memory.octets.set(old.subarray(0, this.#head), length - this.#head);
    releasePacket(this.#memory);
    this.#memory = memory;
    this.#head = 0;
  }

  put(octets: Uint8Array, offset: number): void {
    const ring = this.#memory.octets;
    const at = this.#at(offset);
    const straight = ring.length - at;
    if (octets.length <= straight) {
      ring.set(octets, at);
      return;
    }
    ring.set(octets.subarray(0, straight), at);
    ring.set(octets.subarray(straight), 0);
  }

  /** Copies packet[start … end) to `offset`. */
  putFrom(packet: Packet, start: number, end: number, offset: number): void {
    const at = this.#at(offset);
    const straight = Math.min(end - start, this.#memory.octets.length - at);
    copy(packet, start, start + straight, this.#memory, at);
    if (start + straight < end) copy(packet, start + straight, end, this.#memory, 0);
  }

  /** The same; the folded sum of the octets. */
  putAndSum(packet: Packet, start: number, end: number, offset: number): number {
    const at = this.#at(offset);
    const straight = Math.min(end - start, this.#memory.octets.length - at);
    const first = copyAndSum(packet, start, start + straight, this.#memory, at);
    if (start + straight === end) return first;
    return join(first, straight, copyAndSum(packet, start + straight, end, this.#memory, 0));
  }

  /** Copies `length` octets from `offset` on to `to` of a packet; their folded sum. */
  copyTo(packet: Packet, to: number, offset: number, length: number): number {
    const at = this.#at(offset);
    const straight = Math.min(length, this.#memory.octets.length - at);
    const first = copyAndSum(this.#memory, at, at + straight, packet, to);
    if (straight === length) return first;
    const rest = copyAndSum(this.#memory, 0, length - straight, packet, to + straight);
    return join(first, straight, rest);
  }

  /** The octets from offset 0 on, `max` at most, fewer where the ring turns. */
  view(max: number): Uint8Array {
    const end = Math.min(this.#head + max, this.#memory.octets.length);
    return this.#memory.octets.subarray(this.#head, end);
  }

  /** What was offset `octets` is offset 0. */
  drop(octets: number): void {
    this.#head = this.#at(octets);
  }

  /** Nothing of what is in it matters. */
  clear(): void {
    this.#head = 0;
  }

  dispose(): void {
    releasePacket(this.#memory);
  }

  #at(offset: number): number {
    const at = this.#head + offset;
    const { length } = this.#memory.octets;
    return at >= length ? at - length : at;
  }
}

/** The folded sum of two stretches, one behind the other, the first of `octets`. */
const join = (first: number, octets: number, second: number): number =>
  fold(first + ((octets & 1) === 0 ? second : exchange(second)));
