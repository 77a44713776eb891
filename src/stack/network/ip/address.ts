/**
 * An address of either version of IP, in two forms: a value for people and tables, and four signed 32-bit
 * words for the path of every packet, where an IPv4 address is ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). That
 * form stays within this machine: on a wire such an IPv6 address has no place.
 */
import * as ipv4 from '../ipv4/address.ts';
import * as ipv6 from '../ipv6/address.ts';

type Ipv4Address = ipv4.Ipv4Address;
type Ipv6Address = ipv6.Ipv6Address;

export type IpAddress = Ipv4Address | Ipv6Address;
export type IpPrefix = ipv4.Ipv4Prefix | ipv6.Ipv6Prefix;

/** The words of one address. */
export const WORDS = 4;
/** The third word of an IPv4 address; the two before it are zero. */
export const IPV4_MAPPED_WORD = 0xffff;

export const isIpv4 = (a: IpAddress): a is Ipv4Address => typeof a === 'number';
export const isIpv4Prefix = (p: IpPrefix): p is ipv4.Ipv4Prefix => isIpv4(p.address);

export const version = (a: IpAddress): 4 | 6 => (isIpv4(a) ? 4 : 6);

/** Reads either form, told apart by the colon; undefined for all else, a zone or a port included. */
export const parse = (text: string): IpAddress | undefined =>
  text.includes(':') ? ipv6.parse(text) : ipv4.parse(text);

export const format = (a: IpAddress): string => (isIpv4(a) ? ipv4.format(a) : ipv6.format(a));

/** Reads `192.0.2.1/24` or `2001:db8::1/64`. The bits after the prefix are kept. */
export const parsePrefix = (text: string): IpPrefix | undefined =>
  text.includes(':') ? ipv6.parsePrefix(text) : ipv4.parsePrefix(text);

export const formatPrefix = (p: IpPrefix): string => `${format(p.address)}/${p.length}`;

export const same = (a: IpAddress, b: IpAddress): boolean =>
  isIpv4(a) || isIpv4(b) ? a === b : ipv6.sameAddress(a, b);

export function contains(p: IpPrefix, a: IpAddress): boolean {
  if (isIpv4Prefix(p)) return isIpv4(a) && ipv4.contains(p, a);
  return !isIpv4(a) && ipv6.contains(p, a);
}

export const isMulticast = (a: IpAddress): boolean =>
  isIpv4(a) ? ipv4.isMulticast(a) : ipv6.isMulticast(a);

/** 127/8 or ::1. */
export const isLoopback = (a: IpAddress): boolean =>
  isIpv4(a) ? ipv4.isLoopback(a) : ipv6.isLoopback(a);

export const isUnspecified = (a: IpAddress): boolean =>
  isIpv4(a) ? a === ipv4.UNSPECIFIED : ipv6.isUnspecified(a);

export const isLinkLocal = (a: IpAddress): boolean =>
  isIpv4(a) ? ipv4.isLinkLocal(a) : ipv6.isLinkLocal(a);

/** As on the wire: 4 or 16 octets, which are the caller's. */
export const octetsOf = (a: IpAddress): Uint8Array =>
  isIpv4(a) ? Uint8Array.of(a >>> 24, a >>> 16, a >>> 8, a) : a.slice();

export function writeWords(a: IpAddress, words: Int32Array, at: number): void {
  if (isIpv4(a)) {
    words[at] = 0;
    words[at + 1] = 0;
    words[at + 2] = IPV4_MAPPED_WORD;
    words[at + 3] = a;
    return;
  }
  for (let word = 0; word < WORDS; word++) words[at + word] = wordOf(a, 4 * word);
}

const wordOf = (octets: Uint8Array, at: number): number =>
  ((octets[at] as number) << 24) |
  ((octets[at + 1] as number) << 16) |
  ((octets[at + 2] as number) << 8) |
  (octets[at + 3] as number);

export const toWords = (a: IpAddress): Int32Array => {
  const words = new Int32Array(WORDS);
  writeWords(a, words, 0);
  return words;
};

export const isIpv4Words = (words: Int32Array, at: number): boolean =>
  words[at + 2] === IPV4_MAPPED_WORD && words[at + 1] === 0 && words[at] === 0;

/** An IPv6 address is made anew, and the caller's. */
export function fromWords(words: Int32Array, at: number): IpAddress {
  if (isIpv4Words(words, at)) return ipv4.address(words[at + 3] as number);
  const octets = new Uint8Array(ipv6.ADDRESS_LENGTH);
  for (let i = 0; i < octets.length; i++) {
    octets[i] = (words[at + (i >>> 2)] as number) >>> (24 - 8 * (i & 3));
  }
  return octets;
}

/** Are the words from `at` of `a` those from `bt` of `b`? The last differ most often, so they come first. */
export const sameWords = (a: Int32Array, at: number, b: Int32Array, bt: number): boolean =>
  a[at + 3] === b[bt + 3] && a[at + 2] === b[bt + 2] && a[at + 1] === b[bt + 1] && a[at] === b[bt];

/** What the address adds to the sum of a pseudo-header, RFC 9293 §3.1 and RFC 8200 §8.1; unfolded. */
export function sumOf(words: Int32Array, at: number): number {
  const low = words[at + 3] as number;
  let total = (low >>> 16) + (low & 0xffff);
  // The words that make an IPv4 address a mapped one are not on the wire, and not in the sum.
  if (isIpv4Words(words, at)) return total;
  for (let i = at; i < at + 3; i++) {
    const word = words[i] as number;
    total += (word >>> 16) + (word & 0xffff);
  }
  return total;
}
