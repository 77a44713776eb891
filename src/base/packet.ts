/**
 * One stretch of memory at three widths. The hot path takes a packet and an offset in place of a
 * subarray: a view made for each header costs as much as all that is then done with the header.
 */
import { view } from './octets.ts';

export interface Packet {
  readonly octets: Uint8Array;
  readonly view: DataView;
  /** The aligned 32-bit lanes over the same memory, in the machine's own byte order. */
  readonly words: Uint32Array;
  /** Octet `i` lies in lane `(i + skew) >> 2`: 0 when `octets` begins on a lane. */
  readonly skew: number;
}

/** Views of `octets`, which it shares and does not copy. */
export function asPacket(octets: Uint8Array): Packet {
  const skew = octets.byteOffset & 3;
  const words = new Uint32Array(
    octets.buffer,
    octets.byteOffset - skew,
    (octets.byteLength + skew) >> 2,
  );
  return { octets, view: view(octets), words, skew };
}

export const newPacket = (length: number): Packet => asPacket(new Uint8Array(length));
