/**
 * The Internet checksum, RFC 1071: the one's complement of the one's complement sum of all 16-bit words.
 *
 * A sum may be had in any byte order and turned at the end (§2(B)), and in wider lanes folded at the end
 * (§2(C)); so it is read as 32-bit lanes in the machine's order and added as doubles, which hold 2^53
 * and thus never lose a carry. 1460 octets (Node 20, Xeon 2.5 GHz): 0.26 µs in pairs on four chains, as
 * here; one lane at a time 0.36, 32-bit integers with a second sum of the high halves 0.40, DataView
 * lanes 0.51, carries counted one by one 0.75, BigInt lanes 9.8. C's plain loop at gcc -O2: 0.31. Packets
 * that lie in the memory of sum-kernel.ts are summed there, with vectors.
 */
import type { Packet } from './packet.ts';
import { kernel } from './sum-kernel.ts';

/** 1 on a machine that stores the less significant octet first. */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The sum of a packet whose checksum, itself included, is right (RFC 1071 §1). */
export const SUM_VALID = 0xffff;

/** The 16-bit one's complement sum of a plain sum below 2^53. */
export function fold(total: number): number {
  if (total <= SMALL_MAX) {
    // Of most, in integers alone.
    const once = (total & 0xffff) + (total >>> 16);
    return (once & 0xffff) + (once >>> 16);
  }
  const low = total >>> 0;
  const thrice = ((total / 0x1_0000_0000) | 0) + (low >>> 16) + (low & 0xffff);
  const twice = (thrice & 0xffff) + (thrice >>> 16);
  const once = (twice & 0xffff) + (twice >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

const SMALL_MAX = 0x7fff_ffff;

/** Fewer octets are summed sooner here than in the kernel, which must be called. */
const KERNEL_MIN = 128;

/** What goes into the checksum field. */
export const complement = (sum: number): number => ~sum & 0xffff;

/** A sum with its octets exchanged: the sum of the same octets begun at an odd offset (§2(B)). */
export const exchange = (sum: number): number => ((sum & 0xff) << 8) | (sum >>> 8);

/**
 * The folded sum of the octets `start` … `end` − 1, a last odd one padded with zero, and of `initial`: a
 * sum of what came before, which had an even number of octets, in any number of 16-bit words.
 */
export function sum(packet: Packet, start: number, end: number, initial = 0): number {
  const { octets, words, skew, address } = packet;
  if (address >= 0 && kernel !== undefined && end - start >= KERNEL_MIN) {
    const plain = kernel.sum(address + start, address + end);
    return fold(initial + exchange(fold(plain)));
  }
  let at = start;
  let edges = 0;
  for (; at < end && ((at + skew) & 3) !== 0; at++) edges += edge(octets, at, skew);
  const lanes = sumLanes(words, at + skew, end + skew);
  at = Math.max(at, ((end + skew) & ~3) - skew);
  for (; at < end; at++) edges += edge(octets, at, skew);
  const own = fold(lanes + edges);
  const exchanged = ((start + skew) & 1) !== LITTLE_ENDIAN;
  return fold(initial + (exchanged ? exchange(own) : own));
}

/**
 * The plain sum of a header at `at` … `end` − 1, which is a multiple of four octets long and short: below 2^31, and for
 * `fold`. Integers and no lanes: a fourth of the time of `sum`.
 */
export function sumHeader({ view }: Packet, at: number, end: number): number {
  let total = 0;
  for (let i = at; i < end; i += 4) {
    const word = view.getInt32(i);
    total += (word >>> 16) + (word & 0xffff);
  }
  return total;
}

/** The plain sum of the whole lanes in the octets `from` … `to` − 1 of all lanes. */
function sumLanes(words: Uint32Array, from: number, to: number): number {
  let lane = from >> 2;
  const last = to >> 2;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const lastEight = last - 7;
  while (lane < lastEight) {
    a += (words[lane] as number) + (words[lane + 1] as number);
    b += (words[lane + 2] as number) + (words[lane + 3] as number);
    c += (words[lane + 4] as number) + (words[lane + 5] as number);
    d += (words[lane + 6] as number) + (words[lane + 7] as number);
    lane += 8;
  }
  for (; lane < last; lane++) a += words[lane] as number;
  return a + b + c + d;
}

// V8 compiles for the numbers that it has seen. Payload of small ones alone, as of zeros, has it add them as
// 31-bit integers with a check each: 0.41 µs in place of 0.26, and a new start when others come. So it
// sees the largest first, often enough to take note.
for (let i = 0; i < 4; i++) sumLanes(new Uint32Array(1024).fill(0xffff_ffff), 0, 4096);

/** An octet outside the whole lanes, where the machine's order puts it in its 16-bit word. */
const edge = (octets: Uint8Array, at: number, skew: number): number =>
  (octets[at] as number) << ((((at + skew) & 1) ^ LITTLE_ENDIAN ^ 1) << 3);

/** The checksum field for the octets `start` … `end` − 1, in which that field is zero or left out. */
export const checksum = (packet: Packet, start: number, end: number, initial = 0): number =>
  complement(sum(packet, start, end, initial));

/**
 * Copies the octets `start` … `end` − 1 of `from` to offset `at` of another packet, and sums them as `sum` does:
 * in one pass when both lie in the kernel's memory. Elsewhere two passes, the second from a warm cache, are the
 * faster: 0.43 µs for 1460 octets; lane by lane in one pass 0.51.
 */
export function copyAndSum(
  from: Packet,
  start: number,
  end: number,
  to: Packet,
  at: number,
  initial = 0,
): number {
  if (kernel !== undefined && from.address >= 0 && to.address >= 0) {
    const plain = kernel.copy(from.address + start, from.address + end, to.address + at);
    return fold(initial + exchange(fold(plain)));
  }
  to.octets.set(from.octets.subarray(start, end), at);
  return sum(to, at, at + (end - start), initial);
}

/** The same without the sum. */
export function copy(from: Packet, start: number, end: number, to: Packet, at: number): void {
  if (kernel !== undefined && from.address >= 0 && to.address >= 0) {
    kernel.copy(from.address + start, from.address + end, to.address + at);
  } else {
    to.octets.set(from.octets.subarray(start, end), at);
  }
}

/**
 * The checksum after one 16-bit word of what it covers went from `before` to `after`: equation 3 of
 * RFC 1624 §3, which never makes the −0 that RFC 1141 could.
 */
export function update(previous: number, before: number, after: number): number {
  const changed = complement(previous) + complement(before) + after;
  const once = (changed & 0xffff) + (changed >>> 16);
  return complement((once & 0xffff) + (once >>> 16));
}
