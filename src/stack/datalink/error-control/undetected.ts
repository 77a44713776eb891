/**
 * How often wrong octets pass a check, in theory: what a measured curve is held against. On a binary symmetric
 * channel with bit error rate p, a word of n bits is wrong and passes when its error pattern is a code word;
 * with A(w) code words of weight w that is Σ A(w) p^w (1 − p)^(n − w).
 */
import { assert } from '../../../base/errors.ts';

/** A word of `bits` bits, its parity bit among them: any even number of errors but none. */
export function parityUndetected(bits: number, errorRate: number): number {
  return (1 + (1 - 2 * errorRate) ** bits) / 2 - (1 - errorRate) ** bits;
}

/**
 * A burst of exactly `length` bits, first and last wrong and those between fair, against a CRC of `width` bits
 * whose generator ends in 1 (W. W. Peterson and D. T. Brown, "Cyclic Codes for Error Detection", Proceedings of
 * the IRE, 1961).
 */
export function crcBurstUndetected(width: number, length: number): number {
  assert(length >= 1, 'a burst has at least one bit');
  if (length <= width) return 0;
  return length === width + 1 ? 2 ** -(width - 1) : 2 ** -width;
}

/**
 * A SECDED word of `bits` bits is delivered wrong: an odd number of errors, three or more, is taken for one and
 * "mended", if the position that its syndrome names is one of the word's. This is the bound for a full word (`bits` a
 * power of two), where every position is.
 */
export function hammingUndetected(bits: number, errorRate: number): number {
  const odd = (1 - (1 - 2 * errorRate) ** bits) / 2;
  return odd - bits * errorRate * (1 - errorRate) ** (bits - 1);
}
