/** What a text that a person or a program gave may mean: an address, this host, or names to be asked for. */
import { address, type Ipv4Address, parse as parseIpv4 } from '../../network/ipv4/address.ts';
import {
  type Ipv6Address,
  LOOPBACK as LOOPBACK_IPV6,
  parse as parseIpv6,
} from '../../network/ipv6/address.ts';
import { isWithin, join, type Name, parse } from './name.ts';
import { CLASS, type RecordData, type ResourceRecord, TYPE } from './record.ts';
import { reverseIpv4, reverseIpv6 } from './reverse.ts';

const LOOPBACK_IPV4 = address(0x7f000001);
const LOCALHOST = 'localhost' as Name;

export interface SearchRule {
  /** The domains below which a name may be meant, the likeliest first. */
  readonly search: readonly Name[];
  /** A name with so many dots in it is tried as it is first. */
  readonly ndots: number;
}

/** One IPv4 or IPv6 address in its text form, asked for as a name. */
export function literal(text: string): RecordData | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { kind: 'A', address: ipv4 };
  const ipv6 = parseIpv6(text);
  return ipv6 === undefined ? undefined : { kind: 'AAAA', address: ipv6 };
}

/** RFC 6761 §6.3: the loopback address, never asked for. */
export function localhost(name: Name, type: number): RecordData | undefined {
  if (!isWithin(name, LOCALHOST)) return undefined;
  if (type === TYPE.A) return { kind: 'A', address: LOOPBACK_IPV4 };
  return type === TYPE.AAAA ? { kind: 'AAAA', address: LOOPBACK_IPV6 } : undefined;
}

/** The name of an address for a PTR question. */
export const reverse = (data: RecordData): Name | undefined => {
  if (data.kind === 'A') return reverseIpv4(data.address);
  return data.kind === 'AAAA' ? reverseIpv6(data.address) : undefined;
};

/** The names to be asked for; none when `text` is no name. A dot at its end forbids the search. */
export function candidates(text: string, type: number, rule: SearchRule): readonly Name[] {
  const name = parse(text);
  if (name === undefined) return [];
  if (text.endsWith('.') || type === TYPE.PTR) return [name];
  const searched = rule.search
    .map((domain) => join(name, domain))
    .filter((candidate) => candidate !== undefined);
  const dots = name.split('.').length - 1;
  return dots >= rule.ndots ? [name, ...searched] : [...searched, name];
}

/** A record that came from no server and is not to be kept. */
export const localRecord = (name: Name, data: RecordData): ResourceRecord => ({
  name,
  class: CLASS.IN,
  ttl: 0,
  data,
});

/** The addresses among `records`, in their order. */
export const addressesOf = (
  records: readonly ResourceRecord[],
): readonly (Ipv4Address | Ipv6Address)[] =>
  records.flatMap(({ data }) => (data.kind === 'A' || data.kind === 'AAAA' ? [data.address] : []));
