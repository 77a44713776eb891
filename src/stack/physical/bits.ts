/** Octets as bits and back. Ethernet and HDLC send the least significant bit of an octet first. */
import { assert } from '../../base/errors.ts';
import type { Bits } from './line-code.ts';

export type BitOrder = 'least-significant-first' | 'most-significant-first';

const shift = (order: BitOrder, index: number): number =>
  order === 'least-significant-first' ? index & 7 : 7 - (index & 7);

export function toBits(octets: Uint8Array, order: BitOrder = 'least-significant-first'): Bits {
  const bits = new Uint8Array(octets.length * 8);
  for (let i = 0; i < bits.length; i++) {
    bits[i] = ((octets[i >> 3] as number) >> shift(order, i)) & 1;
  }
  return bits;
}

/** `bits` are whole octets. */
export function toOctets(bits: Bits, order: BitOrder = 'least-significant-first'): Uint8Array {
  assert(bits.length % 8 === 0, `${bits.length} bits are not whole octets`);
  const octets = new Uint8Array(bits.length / 8);
  for (let i = 0; i < bits.length; i++) {
    octets[i >> 3] = (octets[i >> 3] as number) | ((bits[i] as number) << shift(order, i));
  }
  return octets;
}

/** `1011`; other characters count for nothing. */
export const fromText = (text: string): Bits =>
  Uint8Array.from(text.replace(/[^01]/g, ''), (character) => Number(character));

export const toText = (bits: Bits): string => bits.join('');
