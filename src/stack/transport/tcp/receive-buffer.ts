/**
 * What came and the application has not read: those octets in order first. What came out of order lies at its
 * place behind them already, so that nothing is copied again when the gap is filled: reassembly.ts says where it
 * lies.
 *
 *    read by the application   │◀──── length ────▶│◀── out of order ──▶│
 *   ───────────────────────────┼──────────────────┼───── ▓▓▓ ── ▓▓ ────┼────────
 *                           offset 0           RCV.NXT          RCV.NXT + RCV.WND
 */
import type { Packet } from '../../../base/packet.ts';
import type { Pooled } from './pool.ts';
import { Ring } from './ring.ts';

export class ReceiveBuffer implements Pooled {
  /** Octets in order. */
  length = 0;
  readonly #ring = new Ring();

  reset(): void {
    this.length = 0;
    this.#ring.clear();
  }

  dispose(): void {
    this.#ring.dispose();
  }

  /** Puts packet[start … end) at `offset` behind RCV.NXT; the caller keeps it within the window. */
  write(packet: Packet, start: number, end: number, offset: number, limit: number): void {
    this.#ring.reserve(this.length + offset + (end - start), limit);
    this.#ring.putFrom(packet, start, end, this.length + offset);
  }

  /** Puts packet[start … end) at RCV.NXT, and gives their folded sum. */
  writeNext(packet: Packet, start: number, end: number, limit: number): number {
    this.#ring.reserve(this.length + (end - start), limit);
    return this.#ring.putAndSum(packet, start, end, this.length);
  }

  /** So many octets behind the end are in order now. */
  advance(octets: number): void {
    this.length += octets;
  }

  /** A view of the first octets in order: `max` at most, fewer where the ring turns. */
  peek(max: number): Uint8Array {
    return this.#ring.view(Math.min(max, this.length));
  }

  consume(octets: number): void {
    this.length -= octets;
    this.#ring.drop(octets);
  }
}
