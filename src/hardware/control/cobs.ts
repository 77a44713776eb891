/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999):
 * the same octets without 0x00, at the price of at most one octet in 254.
 *
 *   group:  code n (1 … 255), then n − 1 octets that are not 0x00; it stands for those octets and one
 *           0x00 after them, save that a code of 255 and the last group stand for no 0x00.
 *
 * Encoding is canonical: no empty last group after a group of 255.
 */
const GROUP_MAX = 254;

export const encodedLengthMax = (length: number): number =>
  length + Math.max(1, Math.ceil(length / GROUP_MAX));

/**
 * Encodes `source` from 0 up to `length` into `target` from `at` on, without a delimiter.
 * @returns where the encoded octets end.
 */
export function encodeCobs(
  source: Uint8Array,
  length: number,
  target: Uint8Array,
  at: number,
): number {
  let codeAt = at;
  let out = at + 1;
  for (let i = 0; i < length; i++) {
    if (out - codeAt > GROUP_MAX) {
      target[codeAt] = out - codeAt;
      codeAt = out++;
    }
    const octet = source[i] as number;
    if (octet === 0) {
      target[codeAt] = out - codeAt;
      codeAt = out++;
    } else {
      target[out++] = octet;
    }
  }
  target[codeAt] = out - codeAt;
  return out;
}

/**
 * Decodes all of `encoded` into `target`, which has room for `encoded.length` octets.
 * @returns how many octets came out; −1 when a code runs past the end or there is a 0x00.
 */
export function decodeCobs(encoded: Uint8Array, target: Uint8Array): number {
  const end = encoded.length;
  let out = 0;
  let at = 0;
  while (at < end) {
    const code = encoded[at++] as number;
    const next = at + code - 1;
    if (code === 0 || next > end) return -1;
    while (at < next) {
      const octet = encoded[at++] as number;
      if (octet === 0) return -1;
      target[out++] = octet;
    }
    if (code !== 0xff && at < end) target[out++] = 0;
  }
  return out;
}
