/**
 * Lab 02: finding and mending errors. This file is yours.
 *
 * What travels over a wire may arrive changed. Here you write five ways to notice, and one that mends. Octets come in
 * as Uint8Array; a check value is a plain number, never negative.
 *
 * Nothing in this module throws. Where octets cannot be what they ought to be, the answer is `undefined` or `false`.
 *
 * Replace each `yourTurn(…)` by code of your own. Add functions of your own as you like; keep the names and the types
 * that stand here, since the checks call them. Import nothing.
 */

export type Parity = 'even' | 'odd';
export type Code = 'parity' | 'checksum' | 'crc16' | 'crc32';

/** What came of a Hamming code word: the octet, and the position of the bit that was wrong, if one was. */
export interface Mended {
  octet: number;
  corrected: number | undefined;
}

/**
 * The bit that makes the number of ones in `octets`, itself included, even or odd.
 *
 *     parityBit(Uint8Array.of(0x07), 'even')   →  1: three ones, and this is the fourth
 *     parityBit(Uint8Array.of(0x07), 'odd')    →  0
 */
export function parityBit(octets: Uint8Array, parity: Parity): number {
  return yourTurn(-1, octets, parity);
}

/**
 * The Internet checksum (RFC 1071): the octets are read as 16-bit words in network order, a last odd one as if a zero
 * followed; the words are added, each carry out of 16 bits is added in again at the low end, and the sum is
 * complemented.
 *
 *     00 01 f2 03 f4 f5 f6 f7   →  0x220D: the sum is 0x2DDF0, with its carry 0xDDF2, complemented 0x220D
 */
export function checksum(octets: Uint8Array): number {
  return yourTurn(-1, octets);
}

/**
 * HDLC's FCS, the CRC-16/X-25: generator x^16 + x^12 + x^5 + 1, start with all ones, each octet least significant bit
 * first, complement at the end. 0x906E for the octets of "123456789".
 */
export function crc16(octets: Uint8Array): number {
  return yourTurn(-1, octets);
}

/**
 * Ethernet's FCS, the CRC-32 (IEEE 802.3 §3.2.9): generator 0x04C11DB7, start with all ones, each octet least
 * significant bit first, complement at the end. 0xCBF43926 for the octets of "123456789".
 */
export function crc32(octets: Uint8Array): number {
  return yourTurn(-1, octets);
}

/** The frame with its CRC-32 behind it, the least significant octet first. */
export function appendFcs(frame: Uint8Array): Uint8Array {
  return yourTurn(frame.slice(0, 0), frame);
}

/** The frame without its FCS; undefined when the FCS is wrong or there is no room for one. */
export function checkFcs(octets: Uint8Array): Uint8Array | undefined {
  return yourTurn(octets, octets);
}

/**
 * An octet as an extended Hamming code word of 13 bits: bit n of the number is position n. Positions 3, 5, 6, 7, 9, 10,
 * 11, 12 hold the octet's bits 0 … 7; positions 1, 2, 4, 8 each make the parity even over all positions whose number has
 * that bit; position 0 makes the parity of all thirteen even.
 *
 *     hammingEncode(0x01)   →  0b1111: bit 0 is at position 3, which positions 1 and 2 guard, and these three want a fourth
 */
export function hammingEncode(octet: number): number {
  return yourTurn(-1, octet);
}

/**
 * The octet in a code word in which at most one bit is wrong, and the position of that bit. Undefined when two are wrong,
 * or when the position that the checks name does not exist.
 */
export function hammingDecode(word: number): Mended | undefined {
  return yourTurn({ octet: -1, corrected: -1 }, word);
}

/**
 * For each block, whether `code` finds nothing wrong with it. Behind the data stand: for 'parity' an octet with an even
 * parity bit; for 'checksum' the checksum, in network order; for 'crc16' and 'crc32' the CRC, least significant octet
 * first. A block with no room for its check value does not pass.
 */
export function passes(code: Code, blocks: Uint8Array[]): boolean[] {
  return yourTurn([], code, blocks);
}

/** Stands where your code will, and answers `placeholder`. Delete it when nothing calls it any more. */
function yourTurn<T>(placeholder: T, ..._arguments: unknown[]): T {
  return placeholder;
}
