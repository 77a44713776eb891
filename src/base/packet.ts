/**
 * One stretch of memory at three widths. The hot path takes a packet and an offset in place of a
 * subarray: a view made for each header costs as much as all that is then done with the header.
 */
import { view } from './octets.ts';
import { giveMemory, takeMemory } from './sum-kernel.ts';

export interface Packet {
  readonly octets: Uint8Array;
  readonly view: DataView;
  /** The aligned 32-bit lanes over the same memory, in the machine's own byte order. */
  readonly words: Uint32Array;
  /** Octet `i` lies in lane `(i + skew) >> 2`: 0 when `octets` begins on a lane. */
  readonly skew: number;
  /** Where `octets` begin in the memory of the sum kernel; −1: they are not there. */
  readonly address: number;
}

/** Views of `octets`, which it shares and does not copy. */
export function asPacket(octets: Uint8Array, address = -1): Packet {
  const skew = octets.byteOffset & 3;
  const words = new Uint32Array(
    octets.buffer,
    octets.byteOffset - skew,
    (octets.byteLength + skew) >> 2,
  );
  return { octets, view: view(octets), words, skew, address };
}

export const newPacket = (length: number): Packet => asPacket(new Uint8Array(length));

/**
 * A packet whose octets are summed and copied several times as fast, as long as there is memory for such: for
 * buffers that are made once and used for every frame. `releasePacket` gives the memory to others.
 */
export function newLastingPacket(length: number): Packet {
  const memory = takeMemory(length);
  return memory === undefined ? newPacket(length) : asPacket(memory.octets, memory.address);
}

/** Nobody looks at the packet, or at a view of it, any more. */
export function releasePacket({ octets, address }: Packet): void {
  if (address >= 0) giveMemory(address, octets.length);
}
