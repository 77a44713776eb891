/**
 * What came and the application has not read: a ring of octets, those in order first. What came out of
 * order lies at its place behind them already, so that nothing is copied again when the gap is filled:
 * reassembly.ts says where it lies.
 *
 *    read by the application   │◀──── length ────▶│◀── out of order ──▶│
 *   ───────────────────────────┼──────────────────┼───── ▓▓▓ ── ▓▓ ────┼────────
 *                            #head             RCV.NXT          RCV.NXT + RCV.WND
 */
import type { Packet } from '../../../base/packet.ts';
import type { Pooled } from './pool.ts';

const CAPACITY_MIN = 2048;

export class ReceiveBuffer implements Pooled {
  /** Octets in order. */
  length = 0;
  #ring = new Uint8Array(CAPACITY_MIN);
  #head = 0;

  reset(): void {
    this.length = 0;
    this.#head = 0;
  }

  /** Puts packet[start … end) at `offset` behind RCV.NXT; the caller keeps it within the window. */
  write(packet: Packet, start: number, end: number, offset: number, limit: number): void {
    const count = end - start;
    const needed = this.length + offset + count;
    if (needed > this.#ring.length) this.#grow(needed, limit);
    const ring = this.#ring;
    const at = wrap(this.#head + this.length + offset, ring.length);
    const straight = Math.min(count, ring.length - at);
    ring.set(packet.octets.subarray(start, start + straight), at);
    if (straight < count) ring.set(packet.octets.subarray(start + straight, end), 0);
  }

  /** So many octets behind the end are in order now. */
  advance(octets: number): void {
    this.length += octets;
  }

  /** A view of the first octets in order: `max` at most, fewer where the ring turns. */
  peek(max: number): Uint8Array {
    const straight = Math.min(max, this.length, this.#ring.length - this.#head);
    return this.#ring.subarray(this.#head, this.#head + straight);
  }

  consume(octets: number): void {
    this.length -= octets;
    this.#head = wrap(this.#head + octets, this.#ring.length);
  }

  /** Everything in the ring moves: what is out of order lies behind `length`. */
  #grow(needed: number, limit: number): void {
    let capacity = this.#ring.length;
    while (capacity < needed) capacity *= 2;
    const ring = new Uint8Array(Math.max(needed, Math.min(capacity, limit)));
    const straight = this.#ring.length - this.#head;
    ring.set(this.#ring.subarray(this.#head));
    ring.set(this.#ring.subarray(0, this.#head), straight);
    this.#ring = ring;
    this.#head = 0;
  }
}

const wrap = (index: number, capacity: number): number =>
  index >= capacity ? index - capacity : index;
