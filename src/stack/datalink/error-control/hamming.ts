/**
 * The extended Hamming code (R. W. Hamming, "Error Detecting and Error Correcting Codes", Bell System Technical
 * Journal 29, 1950): positions are counted from 1, those that are powers of two hold parity over all positions
 * whose number has that bit, and position 0 holds the parity of all. Single errors are corrected, double ones
 * detected (SECDED).
 *
 *   position   0  1  2  3  4  5  6  7  8  9 10 11 12
 *   (13, 8)    P p1 p2 d0 p4 d1 d2 d3 p8 d4 d5 d6 d7
 */
import { assert } from '../../../base/errors.ts';

/** Bits in, bits out: an element each. */
type Bits = Uint8Array;

const isPower = (position: number): boolean => (position & (position - 1)) === 0;

/** How many check bits `dataBits` need: the least r with 2^r ≥ data + r + 1, and one for the parity of all. */
export function checkBits(dataBits: number): number {
  let r = 0;
  while (2 ** r < dataBits + r + 1) r += 1;
  return r + 1;
}

/** The positions of `length` that hold data, in order. */
function* dataPositions(length: number): Generator<number> {
  for (let position = 1; position < length; position++) if (!isPower(position)) yield position;
}

/** The exclusive or of the numbers of all positions that hold a one. */
const syndrome = (word: Bits): number =>
  word.reduce((sum, bit, position) => (bit === 1 ? sum ^ position : sum), 0);

const parity = (word: Bits): number => word.reduce((sum, bit) => sum ^ bit, 0);

/** A code word of `bits.length` + `checkBits(bits.length)` bits. */
export function encode(bits: Bits): Bits {
  assert(bits.length > 0, 'a code word carries at least one bit');
  const word = new Uint8Array(bits.length + checkBits(bits.length));
  let next = 0;
  for (const position of dataPositions(word.length)) word[position] = bits[next++] as number;
  const checks = syndrome(word);
  for (let position = 1; position < word.length; position *= 2) {
    word[position] = checks & position ? 1 : 0;
  }
  word[0] = parity(word);
  return word;
}

export type Decoded =
  | { readonly kind: 'good'; readonly bits: Bits }
  | { readonly kind: 'corrected'; readonly bits: Bits; readonly position: number }
  /** Two bits are wrong, or more: which, nobody can tell. */
  | { readonly kind: 'bad' };

export function decode(word: Bits): Decoded {
  const position = syndrome(word);
  const odd = parity(word) === 1;
  if (position === 0 && !odd) return { kind: 'good', bits: extract(word) };
  if (!odd || position >= word.length) return { kind: 'bad' };
  const corrected = word.slice();
  corrected[position] = 1 - (corrected[position] as number);
  return { kind: 'corrected', bits: extract(corrected), position };
}

const extract = (word: Bits): Bits =>
  Uint8Array.from(dataPositions(word.length), (position) => word[position] as number);
