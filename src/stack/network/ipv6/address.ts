/** IPv6 addresses, RFC 4291: sixteen octets; their text, RFC 5952. */
import { equal } from '../../../base/octets.ts';

export type Ipv6Address = Uint8Array;

export interface Ipv6Prefix {
  readonly address: Ipv6Address;
  /** 0 … 128 */
  readonly length: number;
}

export const ADDRESS_LENGTH = 16;

/** "The absence of an address", a source only (RFC 4291 §2.5.2). Not to be written to. */
export const UNSPECIFIED: Ipv6Address = new Uint8Array(ADDRESS_LENGTH);
/** RFC 4291 §2.5.3. Not to be written to. */
export const LOOPBACK: Ipv6Address = UNSPECIFIED.with(15, 1);

const GROUPS = 8;

/** Reads the forms of RFC 4291 §2.2, a last IPv4 address among them; no zone, no port, no brackets. */
export function parse(text: string): Ipv6Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const known = head.length + tail.length;
  // RFC 5952 §4.2.2 would not write "::" for one group, but RFC 4291 lets it be read.
  if (halves.length === 1 ? known !== GROUPS : known >= GROUPS) return undefined;
  const groups = [...head, ...new Array<number>(GROUPS - known).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
}

/** `last`: the address may end with what is read, and so with the dotted form of IPv4. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const dotted = last && i === parts.length - 1 ? parseDotted(part) : undefined;
    if (dotted === undefined) return undefined;
    groups.push(...dotted);
  }
  return groups;
}

function parseDotted(text: string): [number, number] | undefined {
  const [a, b, c, d, ...more] = text.split('.').map((part) => {
    const octet = /^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256;
    return octet <= 255 ? octet : undefined;
  });
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return more.length > 0 ? undefined : [(a << 8) | b, (c << 8) | d];
}

/**
 * RFC 5952 §4 and §5: lower case, no leading zeros, "::" for the longest run of two zero groups or more,
 * the first of equals; the dotted form for IPv4-mapped addresses.
 */
export function format(address: Ipv6Address): string {
  const groups = Array.from(
    { length: GROUPS },
    (_, i) => ((address[2 * i] as number) << 8) | (address[2 * i + 1] as number),
  );
  if (isIpv4Mapped(address)) return `::ffff:${address.subarray(12).join('.')}`;
  const { start, length } = longestZeros(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return length < 2 ? text(0, GROUPS) : `${text(0, start)}::${text(start + length, GROUPS)}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}

/** Reads `2001:db8::1/64`. The bits after the prefix are kept: an interface is given so. */
export function parsePrefix(text: string): Ipv6Prefix | undefined {
  const [before = '', length = '', ...rest] = text.split('/');
  const address = parse(before);
  if (address === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(length)) {
    return undefined;
  }
  return Number(length) > 128 ? undefined : { address, length: Number(length) };
}

export const formatPrefix = (p: Ipv6Prefix): string => `${format(p.address)}/${p.length}`;

export function contains(p: Ipv6Prefix, address: Ipv6Address): boolean {
  const whole = p.length >>> 3;
  for (let i = 0; i < whole; i++) if (p.address[i] !== address[i]) return false;
  const left = p.length & 7;
  if (left === 0) return true;
  return (((p.address[whole] as number) ^ (address[whole] as number)) & (0xff00 >>> left)) === 0;
}

export const sameAddress = (a: Ipv6Address, b: Ipv6Address): boolean => equal(a, b);
export const isUnspecified = (a: Ipv6Address): boolean => equal(a, UNSPECIFIED);
export const isLoopback = (a: Ipv6Address): boolean => equal(a, LOOPBACK);
export const isMulticast = (a: Ipv6Address): boolean => a[0] === 0xff;

/** fe80::/10, RFC 4291 §2.5.6. */
export const isLinkLocal = (a: Ipv6Address): boolean =>
  a[0] === 0xfe && ((a[1] as number) & 0xc0) === 0x80;

/** ::ffff:0:0/96, RFC 4291 §2.5.5.2: an API's, never on a wire. */
export const isIpv4Mapped = (a: Ipv6Address): boolean =>
  a.subarray(0, 10).every((octet) => octet === 0) && a[10] === 0xff && a[11] === 0xff;

/** How far a multicast address reaches, RFC 4291 §2.7: 1 this interface, 2 this link, … 14 the world. */
export const multicastScope = (a: Ipv6Address): number => (a[1] as number) & 0xf;

/** ff02::1:ffXX:XXXX, which a node joins for each of its addresses, RFC 4291 §2.7.1. */
export function solicitedNode(a: Ipv6Address): Ipv6Address {
  const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  group.set(a.subarray(13), 13);
  return group;
}

/** The Ethernet address of a multicast address, RFC 2464 §7. */
export const multicastHardware = (a: Ipv6Address): Uint8Array =>
  Uint8Array.of(0x33, 0x33, ...a.subarray(12));

/** The modified EUI-64 interface identifier of an EUI-48 address, RFC 2464 §4. */
export function interfaceIdentifier(hardware: Uint8Array): Uint8Array {
  const [first = 0, ...rest] = hardware;
  return Uint8Array.of(first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2));
}

/** The first 64 bits of `prefix` and an interface identifier, RFC 4862 §5.5.3 (d). */
export function fromInterfaceIdentifier(prefix: Ipv6Address, identifier: Uint8Array): Ipv6Address {
  const address = prefix.slice();
  address.set(identifier, 8);
  return address;
}
