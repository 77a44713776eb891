/**
 * Multicast listener discovery: version 2, RFC 3810 §5; version 1, RFC 2710 §3.
 *
 *    0               8               16                              32
 *   +---------------+---------------+-------------------------------+
 *   |     Type      |   Code = 0    |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |  query, version 1: Maximum Response Code | reserved           |
 *   |  version 2 report: reserved | Number of Records               |
 *   +---------------------------------------------------------------+
 *   |  query, version 1: Multicast Address, 16 octets               |
 *   +-------+-+-----+---------------+-------------------------------+
 *   |  version 2 query: Resv | S | QRV | QQIC | Number of Sources   |
 *   +---------------------------------------------------------------+
 *   |  version 2: sources, 16 octets each · records: type, aux length, sources, group, sources, aux …
 *
 * A form is what a version makes of it: `plain` version 1, `full` version 2. The codec begins at the ICMPv6
 * type. The checksum is not its own: `icmpv6/message.ts` validates it before `decode` and fills it in
 * (`writeChecksum`) after `encode`, which leaves it zero. What is sent has hop limit 1, a link-local
 * source (:: while there is none, RFC 3590), and the router alert option in a hop-by-hop header, all the
 * host's to put on.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import {
  ADDRESS_LENGTH,
  type Ipv6Address,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  UNSPECIFIED,
} from '../ipv6/address.ts';
import { ALL_NODES, ALL_ROUTERS } from '../nd/address.ts';
import { ALL_MLDV2_ROUTERS } from './address.ts';

export const TYPE = { query: 130, v1Report: 131, v1Done: 132, v2Report: 143 } as const;

/** Is it one of our types, which `decode` takes? */
export const isListenerDiscovery = (type: number): boolean =>
  (type >= TYPE.query && type <= TYPE.v1Done) || type === TYPE.v2Report;

export const HOP_LIMIT = 1;

const V1_LENGTH = 24;
const QUERY_V2_LENGTH = 28;
const REPORT_LENGTH = 8;
const RECORD_LENGTH = 20;
const GROUP = 8;
const SUPPRESS = 0x08;

/** §5.2.12, by their numbers. */
const RECORD_TYPES = [undefined, 'IS_IN', 'IS_EX', 'TO_IN', 'TO_EX', 'ALLOW', 'BLOCK'] as const;

export type RecordType = Exclude<(typeof RECORD_TYPES)[number], undefined>;

export interface GroupRecord {
  readonly type: RecordType;
  readonly group: Ipv6Address;
  readonly sources: readonly Ipv6Address[];
}

export interface Query {
  readonly kind: 'query';
  readonly form: 'plain' | 'full';
  /** None in a general query. */
  readonly group: Ipv6Address | undefined;
  readonly sources: readonly Ipv6Address[];
  /** Milliseconds on the wire; §5.1.3 rounds what is 32.768 s or more. */
  readonly maxResponse: Duration;
  readonly suppress: boolean;
  /** 0 when the querier does not say, as older ones cannot. */
  readonly robustness: number;
  readonly interval: Duration;
}

export type Message =
  | Query
  | { readonly kind: 'report'; readonly records: readonly GroupRecord[] }
  | { readonly kind: 'group report'; readonly form: 'plain'; readonly group: Ipv6Address }
  /** Version 1's done. */
  | { readonly kind: 'leave'; readonly group: Ipv6Address };

/** Where a message is sent to (§5.1.15, §5.2.14, RFC 2710 §5). */
export function destinationOf(message: Message): Ipv6Address {
  switch (message.kind) {
    case 'query':
      return message.group ?? ALL_NODES;
    case 'report':
      return ALL_MLDV2_ROUTERS;
    case 'group report':
      return message.group;
    case 'leave':
      return ALL_ROUTERS;
  }
}

/** What the packet's headers say. */
export interface Envelope {
  readonly hopLimit: number;
  readonly source: Ipv6Address;
  /** There is the option in a hop-by-hop header. */
  readonly routerAlert: boolean;
}

/** §5.1.3 and §5.1.9: a float of 3 bits and `mantissa` ones, from a set first bit on. */
const fromCode = (code: number, mantissa: number): number => {
  const hidden = 1 << mantissa;
  if (code < hidden << 3) return code;
  return ((code & (hidden - 1)) | hidden) << (((code >>> mantissa) & 7) + 3);
};

/** The code of the largest value that it can say and that is no more than `value`. */
function toCode(value: number, mantissa: number): number {
  const hidden = 1 << mantissa;
  const whole = Math.min(Math.floor(value), (2 * hidden - 1) << 10);
  if (whole < hidden << 3) return whole;
  const exponent = 31 - Math.clz32(whole) - mantissa;
  const fraction = (whole >>> exponent) & (hidden - 1);
  return (hidden << 3) | ((exponent - 3) << mantissa) | fraction;
}

const RESPONSE_MANTISSA = 12;
const INTERVAL_MANTISSA = 4;

const bad = (field: string, value: number): Result<never, DecodeError> =>
  fail({ code: 'bad-field', protocol: 'mld', field, value });
const truncated = (need: number, have: number): Result<never, DecodeError> =>
  fail({ code: 'truncated', protocol: 'mld', need, have });

/** Makes the checks of §6.2 and RFC 2710 §4 but the checksum's. Addresses are copies, to be kept. */
export function decode(octets: Uint8Array, envelope: Envelope): Result<Message, DecodeError> {
  const p = asPacket(octets);
  if (octets.length < REPORT_LENGTH) return truncated(REPORT_LENGTH, octets.length);
  if (envelope.hopLimit !== HOP_LIMIT) return bad('hop limit', envelope.hopLimit);
  if (!isLinkLocal(envelope.source)) return bad('source', envelope.source[0] as number);
  if (!envelope.routerAlert) return bad('router alert', 0);
  const type = p.view.getUint8(0);
  if (type === TYPE.v2Report) return decodeReport(p);
  if (!isListenerDiscovery(type)) return bad('type', type);
  if (octets.length < V1_LENGTH) return truncated(V1_LENGTH, octets.length);
  const group = octets.slice(GROUP, GROUP + ADDRESS_LENGTH);
  if (type === TYPE.query && isUnspecified(group)) return decodeQuery(p, undefined);
  if (!isMulticast(group)) return bad('multicast address', group[0] as number);
  if (type === TYPE.query) return decodeQuery(p, group);
  return ok(
    type === TYPE.v1Done
      ? { kind: 'leave', group }
      : { kind: 'group report', form: 'plain', group },
  );
}

/** §8.1: a query's version is known by its length. */
function decodeQuery(p: Packet, group: Ipv6Address | undefined): Result<Query, DecodeError> {
  const { length } = p.octets;
  const code = p.view.getUint16(4);
  if (length === V1_LENGTH) {
    const older = { suppress: false, robustness: 0, interval: 0 as Duration };
    const maxResponse = milliseconds(code);
    return ok({ kind: 'query', form: 'plain', group, sources: [], maxResponse, ...older });
  }
  if (length < QUERY_V2_LENGTH) return truncated(QUERY_V2_LENGTH, length);
  const count = p.view.getUint16(26);
  const need = QUERY_V2_LENGTH + ADDRESS_LENGTH * count;
  if (length < need) return truncated(need, length);
  if (group === undefined && count > 0) return bad('number of sources', count);
  const flags = p.view.getUint8(24);
  return ok({
    kind: 'query',
    form: 'full',
    group,
    sources: addresses(p, QUERY_V2_LENGTH, count),
    maxResponse: milliseconds(fromCode(code, RESPONSE_MANTISSA)),
    suppress: (flags & SUPPRESS) !== 0,
    robustness: flags & 7,
    interval: seconds(fromCode(p.view.getUint8(25), INTERVAL_MANTISSA)),
  });
}

const addresses = (p: Packet, first: number, count: number): Ipv6Address[] =>
  Array.from({ length: count }, (_, i) => {
    const at = first + ADDRESS_LENGTH * i;
    return p.octets.slice(at, at + ADDRESS_LENGTH);
  });

/** Records of unknown types are passed over (§5.2.12), and so are auxiliary data (§5.2.10). */
function decodeReport(p: Packet): Result<Message, DecodeError> {
  const { length } = p.octets;
  const records: GroupRecord[] = [];
  let at = REPORT_LENGTH;
  for (let left = p.view.getUint16(6); left > 0; left--) {
    if (at + RECORD_LENGTH > length) return truncated(at + RECORD_LENGTH, length);
    const count = p.view.getUint16(at + 2);
    const end = at + RECORD_LENGTH + ADDRESS_LENGTH * count + 4 * p.view.getUint8(at + 1);
    if (end > length) return truncated(end, length);
    const group = p.octets.slice(at + 4, at + RECORD_LENGTH);
    if (!isMulticast(group)) return bad('multicast address', group[0] as number);
    const type = RECORD_TYPES[p.view.getUint8(at)];
    const sources = addresses(p, at + RECORD_LENGTH, count);
    if (type !== undefined) records.push({ type, group, sources });
    at = end;
  }
  return ok({ kind: 'report', records });
}

/** From the ICMPv6 type on, the checksum zero. */
export function encode(message: Message): Uint8Array {
  switch (message.kind) {
    case 'query':
      return message.form === 'full' ? writeQuery(message) : writeQueryV1(message);
    case 'report':
      return writeReport(message.records);
    case 'group report':
      return writeShort(TYPE.v1Report, 0, message.group);
    case 'leave':
      return writeShort(TYPE.v1Done, 0, message.group);
  }
}

function writeShort(type: number, code: number, group: Ipv6Address): Uint8Array {
  const p = newPacket(V1_LENGTH);
  p.view.setUint8(0, type);
  p.view.setUint16(4, code);
  writeAddress(p, GROUP, group);
  return p.octets;
}

function writeAddress(p: Packet, at: number, address: Ipv6Address): void {
  assert(address.length === ADDRESS_LENGTH, 'an address has 16 octets');
  p.octets.set(address, at);
}

function writeQueryV1({ maxResponse, group }: Query): Uint8Array {
  const code = Math.min(Math.floor(maxResponse / milliseconds(1)), 0xffff);
  return writeShort(TYPE.query, code, group ?? UNSPECIFIED);
}

function writeQuery(query: Query): Uint8Array {
  const { sources } = query;
  assert(sources.length === 0 || query.group !== undefined, 'sources are those of a group');
  const p = newPacket(QUERY_V2_LENGTH + ADDRESS_LENGTH * sources.length);
  p.view.setUint8(0, TYPE.query);
  p.view.setUint16(4, toCode(query.maxResponse / milliseconds(1), RESPONSE_MANTISSA));
  writeAddress(p, GROUP, query.group ?? UNSPECIFIED);
  p.view.setUint8(24, (query.suppress ? SUPPRESS : 0) | (query.robustness & 7));
  p.view.setUint8(25, toCode(query.interval / seconds(1), INTERVAL_MANTISSA));
  writeSources(p, 26, QUERY_V2_LENGTH, sources);
  return p.octets;
}

function writeReport(records: readonly GroupRecord[]): Uint8Array {
  let length = REPORT_LENGTH;
  for (const { sources } of records) length += RECORD_LENGTH + ADDRESS_LENGTH * sources.length;
  const p = newPacket(length);
  p.view.setUint8(0, TYPE.v2Report);
  p.view.setUint16(6, records.length);
  let at = REPORT_LENGTH;
  for (const { type, group, sources } of records) {
    p.view.setUint8(at, RECORD_TYPES.indexOf(type));
    writeAddress(p, at + 4, group);
    writeSources(p, at + 2, at + RECORD_LENGTH, sources);
    at += RECORD_LENGTH + ADDRESS_LENGTH * sources.length;
  }
  return p.octets;
}

function writeSources(p: Packet, countAt: number, at: number, all: readonly Ipv6Address[]): void {
  p.view.setUint16(countAt, all.length);
  for (const [i, source] of all.entries()) writeAddress(p, at + ADDRESS_LENGTH * i, source);
}
