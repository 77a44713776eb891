/** IPv4 addresses: one unsigned 32-bit number, the first octet on the wire the most significant. */
declare const addressBrand: unique symbol;
export type Ipv4Address = number & { readonly [addressBrand]: true };

/** An address and how many of its leading bits name its network, as in `192.0.2.1/24`. */
export interface Ipv4Prefix {
  readonly address: Ipv4Address;
  /** 0 … 32 */
  readonly length: number;
}

export const address = (n: number): Ipv4Address => (n >>> 0) as Ipv4Address;

/** "This host on this network": a source only, RFC 1122 §3.2.1.3 (a). */
export const UNSPECIFIED = address(0);
/** All hosts of this network: never forwarded, RFC 1122 §3.2.1.3 (c). */
export const LIMITED_BROADCAST = address(0xffffffff);

/**
 * Four decimal numbers with dots between them and nothing else: no leading zero, which some readers take
 * for octal, and no shorter form (RFC 6943 §3.1.1).
 */
export function parse(text: string): Ipv4Address | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return undefined;
  let value = 0;
  for (const part of text.split('.')) {
    const octet = Number(part);
    if (octet > 0xff) return undefined;
    value = value * 0x100 + octet;
  }
  return address(value);
}

export const format = (a: Ipv4Address): string =>
  `${a >>> 24}.${(a >>> 16) & 0xff}.${(a >>> 8) & 0xff}.${a & 0xff}`;

/** Reads `192.0.2.1/24`. The bits after the prefix are kept: an interface is given so. */
export function parsePrefix(text: string): Ipv4Prefix | undefined {
  const [before = '', length = '', ...rest] = text.split('/');
  const parsed = parse(before);
  if (parsed === undefined || rest.length > 0 || !/^(?:\d|[12]\d|3[0-2])$/.test(length)) {
    return undefined;
  }
  return { address: parsed, length: Number(length) };
}

export const formatPrefix = (p: Ipv4Prefix): string => `${format(p.address)}/${p.length}`;

/** `length` ones, then zeros. JavaScript shifts by the count modulo 32, so that 0 is a case of its own. */
export const mask = (length: number): number =>
  length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;

/** The prefix's own address, all its host bits zero. */
export const network = (p: Ipv4Prefix): Ipv4Address => address(p.address & mask(p.length));

export const contains = (p: Ipv4Prefix, a: Ipv4Address): boolean =>
  ((p.address ^ a) & mask(p.length)) === 0;

/**
 * The address of all hosts on the prefix's network, RFC 1122 §3.2.1.3 (d). None on a /31, both of whose
 * addresses are hosts (RFC 3021 §2.1), and none on a /32.
 */
export const directedBroadcast = (p: Ipv4Prefix): Ipv4Address | undefined =>
  p.length > 30 ? undefined : address(p.address | ~mask(p.length));

/** Class D, RFC 1112 §4. */
export const isMulticast = (a: Ipv4Address): boolean => a >>> 28 === 0xe;

/** 127/8, which shall not be seen on a wire, RFC 1122 §3.2.1.3 (g). */
export const isLoopback = (a: Ipv4Address): boolean => a >>> 24 === 127;

/** Class E without the limited broadcast, RFC 1112 §4. */
export const isReserved = (a: Ipv4Address): boolean => a >>> 28 === 0xf && a !== LIMITED_BROADCAST;

/** 169.254/16, which no router forwards, RFC 3927 §2.7. */
export const isLinkLocal = (a: Ipv4Address): boolean => a >>> 16 === 0xa9fe;

/** 0/8: this network, RFC 1122 §3.2.1.3 (a) and (b). */
export const isThisNetwork = (a: Ipv4Address): boolean => a >>> 24 === 0;

/** May one host be named so: as the source of a datagram that wants an answer, as a neighbour. */
export const isUnicast = (a: Ipv4Address): boolean =>
  a >>> 28 < 0xe && !isThisNetwork(a) && !isLoopback(a);

/** What the two addresses add to the checksum of a pseudo-header (RFC 9293 §3.1, RFC 768), unfolded. */
export const addressSum = (source: Ipv4Address, destination: Ipv4Address): number =>
  (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
