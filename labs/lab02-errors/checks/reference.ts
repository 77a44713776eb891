/**
 * The check values once more, written as slowly and plainly as the definitions are: polynomials as strings of bits, sums
 * with their carries by hand. The oracle of the random checks; nothing in it is shared with what learners are taught.
 */
import { concat } from '../../../src/base/octets.ts';

export type Code = 'parity' | 'checksum' | 'crc16' | 'crc32';

export const ascii = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const bitsOf = (octets: Uint8Array): number[] =>
  [...octets].flatMap((octet) => Array.from({ length: 8 }, (_, i) => (octet >> i) & 1));

/** Long division on paper: `generator` from its highest power down, the first bits of the message inverted. */
function remainderOf(octets: Uint8Array, generator: string): number[] {
  const divisor = [...generator].map(Number);
  const width = divisor.length - 1;
  const message = [...bitsOf(octets), ...Array.from({ length: width }, () => 0)];
  for (let i = 0; i < width; i++) message[i] = 1 - (message[i] as number);
  for (let at = 0; at + width < message.length; at++) {
    if (message[at] === 0) continue;
    divisor.forEach((bit, i) => {
      message[at + i] = (message[at + i] as number) ^ bit;
    });
  }
  return message.slice(-width).map((bit) => 1 - bit);
}

/** The remainder's highest power is the least significant bit of the number, as it is the first on the line. */
const asNumber = (bits: readonly number[]): number =>
  bits.reduce((sum, bit, i) => sum + bit * 2 ** i, 0);

/** x^16 + x^12 + x^5 + 1 */
export const crc16 = (octets: Uint8Array): number =>
  asNumber(remainderOf(octets, '10001000000100001'));

/** IEEE 802.3 §3.2.9: x^32 + x^26 + x^23 + x^22 + x^16 + x^12 + x^11 + x^10 + x^8 + x^7 + x^5 + x^4 + x^2 + x + 1 */
export const crc32 = (octets: Uint8Array): number =>
  asNumber(remainderOf(octets, '100000100110000010001110110110111'));

/** RFC 1071 §1. */
export function checksum(octets: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i += 2)
    sum += (octets[i] as number) * 256 + (octets[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

export const parity = (octets: Uint8Array): number =>
  bitsOf(octets).reduce((sum, bit) => sum ^ bit, 0);

const little = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) & 0xff);

/** `octets` with their check value behind them. */
export function protect(code: Code, octets: Uint8Array): Uint8Array {
  switch (code) {
    case 'parity':
      return concat([octets, Uint8Array.of(parity(octets))]);
    case 'checksum': {
      const sum = checksum(octets);
      return concat([octets, Uint8Array.of(sum >> 8, sum & 0xff)]);
    }
    case 'crc16':
      return concat([octets, little(crc16(octets), 2)]);
    case 'crc32':
      return concat([octets, little(crc32(octets), 4)]);
  }
}

/** Positions of the octet's bits 0 … 7. */
const DATA = [3, 5, 6, 7, 9, 10, 11, 12];

/** By the definition: each check bit is the parity of the positions whose number has it. */
export function hamming(octet: number): number {
  const word = Array.from({ length: 13 }, () => 0);
  DATA.forEach((position, i) => {
    word[position] = (octet >> i) & 1;
  });
  for (const check of [1, 2, 4, 8]) {
    word[check] = word.reduce(
      (sum, bit, position) => ((position & check) !== 0 ? sum ^ bit : sum),
      0,
    );
  }
  word[0] = word.reduce((sum, bit) => sum ^ bit, 0);
  return asNumber(word);
}

/** A copy in which the bits named, counted from the first on the line, are the other way round. */
export function flipped(octets: Uint8Array, bits: Iterable<number>): Uint8Array {
  const changed = octets.slice();
  for (const bit of bits) changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}
