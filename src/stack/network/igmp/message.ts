/**
 * IGMP: version 3, RFC 3376 §4; version 2, RFC 2236 §2; version 1, RFC 1112 appendix I.
 *
 *    0               8               16                              32
 *   +---------------+---------------+-------------------------------+
 *   |     Type      | Max Resp Code |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |  query, and all of versions 1 and 2: Group Address            |
 *   |  version 3 report: reserved | Number of Group Records         |
 *   +-------+-+-----+---------------+-------------------------------+
 *   |  version 3 query: Resv | S | QRV | QQIC | Number of Sources   |
 *   +---------------------------------------------------------------+
 *   |  version 3: sources, 4 octets each · records: type, aux length, sources, group, sources, aux …
 *
 * A form is what a version makes of it: `bare` version 1, `plain` version 2, `full` version 3. The message
 * begins behind the IPv4 header; its checksum covers nothing else and is this codec's. What is sent has
 * TTL 1, precedence of Internetwork Control (0xc0) and the router alert option (§4), the host's to put on.
 */
import { checksum, SUM_VALID, sum } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import { type Ipv4Address, isMulticast, UNSPECIFIED } from '../ipv4/address.ts';
import { ALL_ROUTERS, ALL_SYSTEMS, ALL_V3_ROUTERS } from './address.ts';

export const PROTOCOL_IGMP = 2;

export const TYPE = {
  query: 0x11,
  v1Report: 0x12,
  v2Report: 0x16,
  v2Leave: 0x17,
  v3Report: 0x22,
} as const;

const HEADER_LENGTH = 8;
const QUERY_V3_LENGTH = 12;
const RECORD_LENGTH = 8;
const CHECKSUM = 2;
const GROUP = 4;
const SUPPRESS = 0x08;
/** RFC 1112: the response time of a version 1 query, which does not say (RFC 3376 §7.2.1). */
const RESPONSE_TIME_V1 = seconds(10);

/** §4.2.12, by their numbers. */
const RECORD_TYPES = [undefined, 'IS_IN', 'IS_EX', 'TO_IN', 'TO_EX', 'ALLOW', 'BLOCK'] as const;

export type RecordType = Exclude<(typeof RECORD_TYPES)[number], undefined>;

export interface GroupRecord {
  readonly type: RecordType;
  readonly group: Ipv4Address;
  readonly sources: readonly Ipv4Address[];
}

export interface Query {
  readonly kind: 'query';
  readonly form: 'bare' | 'plain' | 'full';
  /** None in a general query. */
  readonly group: Ipv4Address | undefined;
  readonly sources: readonly Ipv4Address[];
  /** Tenths of a second on the wire; §4.1.1 rounds what is 12.8 s or more. */
  readonly maxResponse: Duration;
  readonly suppress: boolean;
  /** 0 when the querier does not say, as older ones cannot. */
  readonly robustness: number;
  readonly interval: Duration;
}

export type Message =
  | Query
  | { readonly kind: 'report'; readonly records: readonly GroupRecord[] }
  | {
      readonly kind: 'group report';
      readonly form: 'bare' | 'plain';
      readonly group: Ipv4Address;
    }
  | { readonly kind: 'leave'; readonly group: Ipv4Address };

/** Where a message is sent to (§4.1.12, §4.2.14, RFC 2236 §9). */
export function destinationOf(message: Message): Ipv4Address {
  switch (message.kind) {
    case 'query':
      return message.group ?? ALL_SYSTEMS;
    case 'report':
      return ALL_V3_ROUTERS;
    case 'group report':
      return message.group;
    case 'leave':
      return ALL_ROUTERS;
  }
}

/** §4.1.1 and §4.1.7: eight bits, a float of 3 + 4 bits from 128 on. */
const fromCode = (code: number): number =>
  code < 0x80 ? code : ((code & 0xf) | 0x10) << (((code >>> 4) & 7) + 3);

const VALUE_MAX = 0x1f << 10;

/** The code of the largest value that it can say and that is no more than `value`. */
function toCode(value: number): number {
  const whole = Math.min(Math.floor(value), VALUE_MAX);
  if (whole < 0x80) return whole;
  const exponent = 31 - Math.clz32(whole) - 4;
  return 0x80 | ((exponent - 3) << 4) | ((whole >>> exponent) & 0xf);
}

const bad = (field: string, value: number): Result<never, DecodeError> =>
  fail({ code: 'bad-field', protocol: 'igmp', field, value });
const truncated = (need: number, have: number): Result<never, DecodeError> =>
  fail({ code: 'truncated', protocol: 'igmp', need, have });

/**
 * `routerAlert`: the datagram had the option. Without it a query of version 2 or 3 is forged: sent from
 * elsewhere to one host alone (§9.1).
 */
export function decode(octets: Uint8Array, routerAlert: boolean): Result<Message, DecodeError> {
  const p = asPacket(octets);
  if (octets.length < HEADER_LENGTH) return truncated(HEADER_LENGTH, octets.length);
  if (sum(p, 0, octets.length) !== SUM_VALID) {
    return fail({ code: 'bad-checksum', protocol: 'igmp' });
  }
  const type = p.view.getUint8(0);
  switch (type) {
    case TYPE.query:
      return decodeQuery(p, routerAlert);
    case TYPE.v1Report:
    case TYPE.v2Report:
    case TYPE.v2Leave: {
      const group = addressAt(p, GROUP);
      if (!isMulticast(group)) return bad('group address', group);
      if (type === TYPE.v2Leave) return ok({ kind: 'leave', group });
      const form = type === TYPE.v1Report ? 'bare' : 'plain';
      return ok({ kind: 'group report', form, group });
    }
    case TYPE.v3Report:
      return decodeReport(p);
    default:
      return bad('type', type);
  }
}

const addressAt = (p: Packet, at: number): Ipv4Address => p.view.getUint32(at) as Ipv4Address;

/** §7.1: a query's version is known by its length, and version 1 by its code of zero. */
function decodeQuery(p: Packet, routerAlert: boolean): Result<Query, DecodeError> {
  const { length } = p.octets;
  const code = p.view.getUint8(1);
  const older = { kind: 'query', sources: [], suppress: false, robustness: 0 } as const;
  const none = 0 as Duration;
  if (length === HEADER_LENGTH && code === 0) {
    const maxResponse = RESPONSE_TIME_V1;
    return ok({ ...older, form: 'bare', group: undefined, maxResponse, interval: none });
  }
  if (!routerAlert) return bad('router alert', 0);
  const named = addressAt(p, GROUP);
  if (named !== UNSPECIFIED && !isMulticast(named)) return bad('group address', named);
  const group = named === UNSPECIFIED ? undefined : named;
  if (length === HEADER_LENGTH) {
    const maxResponse = milliseconds(code * 100);
    return ok({ ...older, form: 'plain', group, maxResponse, interval: none });
  }
  if (length < QUERY_V3_LENGTH) return truncated(QUERY_V3_LENGTH, length);
  const count = p.view.getUint16(10);
  const need = QUERY_V3_LENGTH + 4 * count;
  if (length < need) return truncated(need, length);
  if (group === undefined && count > 0) return bad('number of sources', count);
  const flags = p.view.getUint8(8);
  return ok({
    kind: 'query',
    form: 'full',
    group,
    sources: addresses(p, QUERY_V3_LENGTH, count),
    maxResponse: milliseconds(fromCode(code) * 100),
    suppress: (flags & SUPPRESS) !== 0,
    robustness: flags & 7,
    interval: seconds(fromCode(p.view.getUint8(9))),
  });
}

const addresses = (p: Packet, at: number, count: number): Ipv4Address[] =>
  Array.from({ length: count }, (_, i) => addressAt(p, at + 4 * i));

/** Records of unknown types are passed over (§4.2.12), and so are auxiliary data (§4.2.10). */
function decodeReport(p: Packet): Result<Message, DecodeError> {
  const { length } = p.octets;
  const records: GroupRecord[] = [];
  let at = HEADER_LENGTH;
  for (let left = p.view.getUint16(6); left > 0; left--) {
    if (at + RECORD_LENGTH > length) return truncated(at + RECORD_LENGTH, length);
    const count = p.view.getUint16(at + 2);
    const end = at + RECORD_LENGTH + 4 * (count + p.view.getUint8(at + 1));
    if (end > length) return truncated(end, length);
    const group = addressAt(p, at + 4);
    if (!isMulticast(group)) return bad('multicast address', group);
    const type = RECORD_TYPES[p.view.getUint8(at)];
    const sources = addresses(p, at + RECORD_LENGTH, count);
    if (type !== undefined) records.push({ type, group, sources });
    at = end;
  }
  return ok({ kind: 'report', records });
}

export function encode(message: Message): Uint8Array {
  const p = write(message);
  p.view.setUint16(CHECKSUM, checksum(p, 0, p.octets.length));
  return p.octets;
}

function write(message: Message): Packet {
  switch (message.kind) {
    case 'query':
      return writeQuery(message);
    case 'report':
      return writeReport(message.records);
    case 'group report': {
      const type = message.form === 'bare' ? TYPE.v1Report : TYPE.v2Report;
      return writeShort(type, 0, message.group);
    }
    case 'leave':
      return writeShort(TYPE.v2Leave, 0, message.group);
  }
}

function writeShort(type: number, code: number, group: Ipv4Address): Packet {
  const p = newPacket(HEADER_LENGTH);
  p.view.setUint8(0, type);
  p.view.setUint8(1, code);
  p.view.setUint32(GROUP, group);
  return p;
}

function writeQuery(query: Query): Packet {
  const { sources, form } = query;
  const group = query.group ?? UNSPECIFIED;
  const tenths = query.maxResponse / milliseconds(100);
  if (form === 'bare') return writeShort(TYPE.query, 0, UNSPECIFIED);
  if (form === 'plain') {
    // A code of zero would make it one of version 1.
    return writeShort(TYPE.query, Math.min(Math.max(Math.floor(tenths), 1), 0xff), group);
  }
  assert(sources.length === 0 || query.group !== undefined, 'sources are those of a group');
  const p = newPacket(QUERY_V3_LENGTH + 4 * sources.length);
  p.view.setUint8(0, TYPE.query);
  p.view.setUint8(1, toCode(tenths));
  p.view.setUint32(GROUP, group);
  p.view.setUint8(8, (query.suppress ? SUPPRESS : 0) | (query.robustness & 7));
  p.view.setUint8(9, toCode(query.interval / seconds(1)));
  writeSources(p, 10, QUERY_V3_LENGTH, sources);
  return p;
}

function writeReport(records: readonly GroupRecord[]): Packet {
  let length = HEADER_LENGTH;
  for (const { sources } of records) length += RECORD_LENGTH + 4 * sources.length;
  const p = newPacket(length);
  p.view.setUint8(0, TYPE.v3Report);
  p.view.setUint16(6, records.length);
  let at = HEADER_LENGTH;
  for (const { type, group, sources } of records) {
    p.view.setUint8(at, RECORD_TYPES.indexOf(type));
    p.view.setUint32(at + 4, group);
    writeSources(p, at + 2, at + RECORD_LENGTH, sources);
    at += RECORD_LENGTH + 4 * sources.length;
  }
  return p;
}

function writeSources(p: Packet, countAt: number, at: number, all: readonly Ipv4Address[]): void {
  p.view.setUint16(countAt, all.length);
  for (const [i, source] of all.entries()) p.view.setUint32(at + 4 * i, source);
}
