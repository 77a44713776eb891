/**
 * What the application wrote and the peer has not acknowledged, from SND.UNA on. It grows up to `limit`, and goes
 * back to a pool when all was acknowledged.
 */
import type { Packet } from '../../../base/packet.ts';
import type { Pooled } from './pool.ts';
import { Ring } from './ring.ts';

export class SendBuffer implements Pooled {
  length = 0;
  readonly #ring = new Ring();

  reset(): void {
    this.length = 0;
    this.#ring.clear();
  }

  dispose(): void {
    this.#ring.dispose();
  }

  /** Copies as much of `octets` as `limit` leaves room for; how many were taken. */
  append(octets: Uint8Array, limit: number): number {
    const taken = Math.min(octets.length, limit - this.length);
    if (taken <= 0) return 0;
    this.#ring.reserve(this.length + taken, limit);
    this.#ring.put(taken === octets.length ? octets : octets.subarray(0, taken), this.length);
    this.length += taken;
    return taken;
  }

  /** Copies `length` octets from `offset` on to `at` of a packet; their folded sum. */
  copyTo(packet: Packet, at: number, offset: number, length: number): number {
    return this.#ring.copyTo(packet, at, offset, length);
  }

  /** The first `length` octets are done with. */
  consume(length: number): void {
    this.length -= length;
    if (this.length === 0) this.#ring.clear();
    else this.#ring.drop(length);
  }
}
