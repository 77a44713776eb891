/**
 * A mutant of the solution: gives up a word whose wrong bit is a check bit, though its data are right.
 * Caught by: over-the-wire
 */

export type Parity = 'even' | 'odd';
export type Code = 'parity' | 'checksum' | 'crc16' | 'crc32';

/** What came of a Hamming code word: the octet, and the position of the bit that was wrong, if one was. */
export interface Mended {
  octet: number;
  corrected: number | undefined;
}

/** Data bits of a code word, in order, stand at the positions that are no powers of two. */
const DATA_POSITIONS = [3, 5, 6, 7, 9, 10, 11, 12];
const WORD_LENGTH = 13;

const CRC16_POLYNOMIAL = 0x8408;
const CRC32_POLYNOMIAL = 0xedb88320;

/** The bit that makes the number of ones in `octets`, itself included, even or odd. */
export function parityBit(octets: Uint8Array, parity: Parity): number {
  let ones = 0;
  for (const octet of octets) {
    for (let bits = octet; bits !== 0; bits >>= 1) ones += bits & 1;
  }
  return parity === 'even' ? ones % 2 : 1 - (ones % 2);
}

/** The Internet checksum (RFC 1071): the complement of the one's complement sum of all 16-bit words. */
export function checksum(octets: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i += 2) {
    const high = octets[i] ?? 0;
    const low = octets[i + 1] ?? 0;
    sum += (high << 8) | low;
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return 0xffff - sum;
}

/** HDLC's FCS, CRC-16/X-25: 0x906E for "123456789". */
export function crc16(octets: Uint8Array): number {
  let remainder = 0xffff;
  for (const octet of octets) {
    remainder ^= octet;
    for (let bit = 0; bit < 8; bit++) {
      const out = remainder & 1;
      remainder >>= 1;
      if (out === 1) remainder ^= CRC16_POLYNOMIAL;
    }
  }
  return remainder ^ 0xffff;
}

/** Ethernet's FCS, CRC-32: 0xCBF43926 for "123456789". */
export function crc32(octets: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const octet of octets) {
    remainder ^= octet;
    for (let bit = 0; bit < 8; bit++) {
      const out = remainder & 1;
      remainder >>>= 1;
      if (out === 1) remainder ^= CRC32_POLYNOMIAL;
    }
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

/** The frame with its CRC-32 behind it, the least significant octet first. */
export function appendFcs(frame: Uint8Array): Uint8Array {
  const octets = new Uint8Array(frame.length + 4);
  octets.set(frame);
  const fcs = crc32(frame);
  for (let i = 0; i < 4; i++) octets[frame.length + i] = (fcs >>> (8 * i)) & 0xff;
  return octets;
}

/** The frame without its FCS; undefined when the FCS is wrong or there is no room for one. */
export function checkFcs(octets: Uint8Array): Uint8Array | undefined {
  if (octets.length < 4) return undefined;
  const frame = octets.slice(0, octets.length - 4);
  const right = appendFcs(frame);
  for (let i = frame.length; i < octets.length; i++) {
    if (octets[i] !== right[i]) return undefined;
  }
  return frame;
}

/** An octet as an extended Hamming code word of 13 bits: bit n of the number is position n. */
export function hammingEncode(octet: number): number {
  let word = 0;
  for (let i = 0; i < DATA_POSITIONS.length; i++) {
    const position = DATA_POSITIONS[i] ?? 0;
    if ((octet >> i) & 1) word |= 1 << position;
  }
  // The check bits make the exclusive or of all positions that hold a one zero.
  const checks = syndromeOf(word);
  for (const position of [1, 2, 4, 8]) {
    if (checks & position) word |= 1 << position;
  }
  return word | (onesOf(word) % 2);
}

/** Mends one wrong bit, and finds two: undefined. */
export function hammingDecode(word: number): Mended | undefined {
  const position = syndromeOf(word);
  const odd = onesOf(word) % 2 === 1;
  if (!odd && position !== 0) return undefined;
  if (position >= WORD_LENGTH || [1, 2, 4, 8].includes(position)) return undefined;
  const right = odd ? word ^ (1 << position) : word;
  let octet = 0;
  for (let i = 0; i < DATA_POSITIONS.length; i++) {
    if ((right >> (DATA_POSITIONS[i] ?? 0)) & 1) octet |= 1 << i;
  }
  return { octet, corrected: odd ? position : undefined };
}

/**
 * For each block, whether `code` finds nothing wrong with it. Behind the data stand: for 'parity' an octet with an even
 * parity bit; for 'checksum' the checksum, in network order; for 'crc16' and 'crc32' the CRC, least significant octet
 * first.
 */
export function passes(code: Code, blocks: Uint8Array[]): boolean[] {
  return blocks.map((block) => {
    if (code === 'parity') return parityBit(block, 'even') === 0;
    if (code === 'checksum') return checksum(block) === 0;
    if (code === 'crc32') return checkFcs(block) !== undefined;
    const end = block.length - 2;
    const fcs = (block[end] ?? 0) | ((block[end + 1] ?? 0) << 8);
    return end >= 0 && crc16(block.slice(0, end)) === fcs;
  });
}

/** The exclusive or of the numbers of all positions that hold a one. */
function syndromeOf(word: number): number {
  let syndrome = 0;
  for (let position = 1; position < WORD_LENGTH; position++) {
    if ((word >> position) & 1) syndrome ^= position;
  }
  return syndrome;
}

function onesOf(word: number): number {
  let ones = 0;
  for (let bits = word; bits !== 0; bits >>= 1) ones += bits & 1;
  return ones;
}
