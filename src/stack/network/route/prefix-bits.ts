/** Bits of addresses and prefixes, which lie in octets or in words. */

/** Bits that one step of the trie takes. */
export const STRIDE = 4;

const KEY_BITS = 32;

/** The 32 bits of the address at `at` from bit `depth` on, zeros behind its end. */
export function keyOf(octets: DataView, at: number, depth: number): number {
  const last = octets.byteLength < 16 ? 0 : 12;
  const octet = depth >>> 3;
  const word = Math.min(octet, last);
  const shift = depth - 8 * word;
  if (shift >= KEY_BITS) return 0;
  const bits = octets.getInt32(at + word) << shift;
  // One that is read whole goes on in the four bits of the next octet.
  return shift === 4 && word < last ? bits | (octets.getUint8(at + word + 4) >>> 4) : bits;
}

/** The prefix in four words from `long` on. */
export function octetsOf(words: Int32Array, long: number): DataView {
  const octets = new DataView(new ArrayBuffer(16));
  for (let i = 0; i < 4; i++) octets.setInt32(4 * i, words[long + i] as number);
  return octets;
}

/** Are the first `length` bits of the words from `first` on those of the address at `at`? */
export function covers(
  words: Int32Array,
  first: number,
  length: number,
  octets: DataView,
  at: number,
): boolean {
  let left = length;
  let i = 0;
  for (; left >= 32; left -= 32, i++) {
    if (words[first + i] !== octets.getInt32(at + 4 * i)) return false;
  }
  if (left === 0) return true;
  return ((words[first + i] as number) ^ octets.getInt32(at + 4 * i)) >>> (32 - left) === 0;
}

/** The four bits of the address from bit `depth` on. */
export const slotOf = (octets: DataView, depth: number): number =>
  (octets.getUint8(depth >>> 3) >>> (4 - (depth & 4))) & 0xf;

/** Where in its node, which begins at bit `depth`, the prefix of `length` bits has its place. */
export function placeOf(octets: DataView, depth: number, length: number): number {
  const bits = length - depth;
  return (1 << bits) | (slotOf(octets, depth) >>> (STRIDE - bits));
}
