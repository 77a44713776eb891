/**
 * The IPv4 header, RFC 791 §3.1.
 *
 *    0       4       8               16  19                           32
 *   +-------+-------+---------------+-------------------------------+
 *   |Version|  IHL  | DSCP      ECN |         Total Length          |
 *   +-------+-------+---------------+---+---------------------------+
 *   |        Identification         |0DM|      Fragment Offset      |
 *   +---------------+---------------+---+---------------------------+
 *   | Time to Live  |   Protocol    |        Header Checksum        |
 *   +---------------+---------------+-------------------------------+
 *   |                        Source Address                         |
 *   +---------------------------------------------------------------+
 *   |                      Destination Address                      |
 *   +---------------------------------------------------------------+
 *   |           Options, padded to a multiple of 32 bits            |
 *   +---------------------------------------------------------------+
 *
 * The hot path: `validate` where a header may lie, then the fields by name. `decode` and `encode` are
 * the same for people and tests.
 */
import { complement, fold, SUM_VALID, sumHeader, update } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { address, type Ipv4Address } from './address.ts';

/** Without options. */
export const HEADER_LENGTH = 20;
export const HEADER_LENGTH_MAX = 60;
export const OPTIONS_LENGTH_MAX = HEADER_LENGTH_MAX - HEADER_LENGTH;
export const TOTAL_LENGTH_MAX = 0xffff;
/** Every host takes a datagram of so many octets, whole or in fragments (§3.2). */
export const RECEIVE_MIN = 576;
/** Every link carries so many in one piece (§3.2). */
export const MTU_MIN = 68;

export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;
/** The fragment offset counts units of eight octets. */
export const FRAGMENT_UNIT = 8;
const FRAGMENT_OFFSET = 0x1fff;

const VERSION_4 = 0x40;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FLAGS = 6;
const TIME_TO_LIVE = 8;
const HEADER_CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;

/** What may be wrong with a header, as numbers: the hot path makes no object to refuse a datagram. */
export const FAULT = {
  none: 0,
  truncated: 1,
  version: 2,
  headerLength: 3,
  totalLength: 4,
  checksum: 5,
} as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

export const trafficClass = (p: Packet, at: number): number => p.view.getUint8(at + 1);
/** With its options, in octets. */
export const headerLength = (p: Packet, at: number): number => (p.view.getUint8(at) & 0xf) << 2;
export const totalLength = (p: Packet, at: number): number => p.view.getUint16(at + TOTAL_LENGTH);
export const identification = (p: Packet, at: number): number =>
  p.view.getUint16(at + IDENTIFICATION);
export const dontFragment = (p: Packet, at: number): boolean =>
  (p.view.getUint16(at + FLAGS) & DONT_FRAGMENT) !== 0;
export const moreFragments = (p: Packet, at: number): boolean =>
  (p.view.getUint16(at + FLAGS) & MORE_FRAGMENTS) !== 0;
/** In octets. */
export const fragmentOffset = (p: Packet, at: number): number =>
  (p.view.getUint16(at + FLAGS) & FRAGMENT_OFFSET) * FRAGMENT_UNIT;
/** Either flag or offset tell it. */
export const isFragment = (p: Packet, at: number): boolean =>
  (p.view.getUint16(at + FLAGS) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0;
export const timeToLive = (p: Packet, at: number): number => p.view.getUint8(at + TIME_TO_LIVE);
export const protocol = (p: Packet, at: number): number => p.view.getUint8(at + 9);
export const headerChecksum = (p: Packet, at: number): number =>
  p.view.getUint16(at + HEADER_CHECKSUM);
export const source = (p: Packet, at: number): Ipv4Address =>
  p.view.getUint32(at + SOURCE) as Ipv4Address;
export const destination = (p: Packet, at: number): Ipv4Address =>
  p.view.getUint32(at + DESTINATION) as Ipv4Address;

/**
 * Is there a datagram at `at`? It must end at `end` or before: a link may pad behind it, so that the
 * total length rules from here on. RFC 1122 §3.2.1.1 and §3.2.1.2; options are options.ts's.
 */
export function validate(p: Packet, at: number, end: number): Fault {
  const have = end - at;
  if (have < HEADER_LENGTH) return FAULT.truncated;
  const first = p.view.getUint8(at);
  if (first >>> 4 !== 4) return FAULT.version;
  const header = (first & 0xf) << 2;
  if (header < HEADER_LENGTH) return FAULT.headerLength;
  const total = p.view.getUint16(at + TOTAL_LENGTH);
  if (total < header) return FAULT.totalLength;
  if (total > have) return FAULT.truncated;
  if (fold(sumHeader(p, at, at + header)) !== SUM_VALID) return FAULT.checksum;
  return FAULT.none;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, p: Packet, at: number, end: number): DecodeError {
  const have = end - at;
  const field = (name: string, value: number): DecodeError => ({
    code: 'bad-field',
    protocol: 'ipv4',
    field: name,
    value,
  });
  switch (fault) {
    case FAULT.version:
      return field('version', p.view.getUint8(at) >>> 4);
    case FAULT.headerLength:
      return field('IHL', p.view.getUint8(at) & 0xf);
    case FAULT.totalLength:
      return field('total length', totalLength(p, at));
    case FAULT.checksum:
      return { code: 'bad-checksum', protocol: 'ipv4' };
    case FAULT.truncated: {
      const need = have < HEADER_LENGTH ? HEADER_LENGTH : totalLength(p, at);
      return { code: 'truncated', protocol: 'ipv4', need, have };
    }
    case FAULT.none:
      assert(false, 'there is nothing to explain');
  }
}

/**
 * Writes the header in front of a payload that already lies at `at + 20 + optionsLength`; the options
 * are already in their place too. `flagsAndOffset` is the whole 16-bit field.
 */
export function write(
  p: Packet,
  at: number,
  optionsLength: number,
  payloadLength: number,
  trafficClass: number,
  identification: number,
  flagsAndOffset: number,
  timeToLive: number,
  protocol: number,
  source: Ipv4Address,
  destination: Ipv4Address,
): void {
  const header = HEADER_LENGTH + optionsLength;
  const { view } = p;
  const first = ((VERSION_4 | (header >>> 2)) << 8) | trafficClass;
  const total = header + payloadLength;
  const fifth = (timeToLive << 8) | protocol;
  view.setInt32(at, (first << 16) | total);
  view.setInt32(at + IDENTIFICATION, (identification << 16) | flagsAndOffset);
  view.setUint32(at + SOURCE, source);
  view.setUint32(at + DESTINATION, destination);
  // Of what was just written only the options are read again: a wide load of narrow stores waits for them.
  let plain = first + total + identification + flagsAndOffset + fifth;
  plain += (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
  if (optionsLength > 0) plain += sumHeader(p, at + HEADER_LENGTH, at + header);
  view.setInt32(at + TIME_TO_LIVE, (fifth << 16) | complement(fold(plain)));
}

/** Makes the checksum afresh, after more was changed than can be mended word by word. */
export function writeChecksum(p: Packet, at: number): void {
  p.view.setUint16(at + HEADER_CHECKSUM, 0);
  const sum = fold(sumHeader(p, at, at + headerLength(p, at)));
  p.view.setUint16(at + HEADER_CHECKSUM, complement(sum));
}

/** One hop less, the checksum mended (RFC 1812 §5.3.1, RFC 1624). The caller saw that some are left. */
export function decrementTimeToLive(p: Packet, at: number): void {
  const before = p.view.getUint16(at + TIME_TO_LIVE);
  replace(p, at, TIME_TO_LIVE, before, before - 0x100);
}

/** Another DSCP and ECN field, the checksum mended. */
export function setTrafficClass(p: Packet, at: number, trafficClass: number): void {
  const before = p.view.getUint16(at);
  replace(p, at, 0, before, (before & 0xff00) | trafficClass);
}

/** Turns the header of a first fragment into that of the whole, which ends with the packet. */
export function makeWhole(p: Packet, at: number, trafficClass: number): void {
  p.view.setUint8(at + 1, trafficClass);
  p.view.setUint16(at + TOTAL_LENGTH, p.octets.length - at);
  p.view.setUint16(at + FLAGS, p.view.getUint16(at + FLAGS) & DONT_FRAGMENT);
  writeChecksum(p, at);
}

function replace(p: Packet, at: number, field: number, before: number, after: number): void {
  p.view.setUint16(at + field, after);
  p.view.setUint16(at + HEADER_CHECKSUM, update(headerChecksum(p, at), before, after));
}

export interface Datagram {
  readonly trafficClass: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In octets: a multiple of 8. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  /** As on the wire, padded to a multiple of four octets. */
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

/** Options and payload are views of `octets`. */
export function decode(octets: Uint8Array): Result<Datagram, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length);
  if (fault !== FAULT.none) return fail(explain(fault, p, 0, octets.length));
  const header = headerLength(p, 0);
  return ok({
    trafficClass: trafficClass(p, 0),
    identification: identification(p, 0),
    dontFragment: dontFragment(p, 0),
    moreFragments: moreFragments(p, 0),
    fragmentOffset: fragmentOffset(p, 0),
    timeToLive: timeToLive(p, 0),
    protocol: protocol(p, 0),
    source: source(p, 0),
    destination: destination(p, 0),
    options: octets.subarray(HEADER_LENGTH, header),
    payload: octets.subarray(header, totalLength(p, 0)),
  });
}

export function encode(d: Datagram): Uint8Array {
  const header = HEADER_LENGTH + d.options.length;
  assert(d.options.length % 4 === 0, 'options end on a 32-bit boundary');
  assert(d.options.length <= OPTIONS_LENGTH_MAX, 'options take 40 octets at most');
  assert(header + d.payload.length <= TOTAL_LENGTH_MAX, 'a datagram has 65535 octets at most');
  assert(d.fragmentOffset % FRAGMENT_UNIT === 0, 'a fragment begins at a multiple of 8 octets');
  const p = newPacket(header + d.payload.length);
  p.octets.set(d.options, HEADER_LENGTH);
  p.octets.set(d.payload, header);
  const flags = (d.dontFragment ? DONT_FRAGMENT : 0) | (d.moreFragments ? MORE_FRAGMENTS : 0);
  write(
    p,
    0,
    d.options.length,
    d.payload.length,
    d.trafficClass,
    d.identification,
    flags | (d.fragmentOffset / FRAGMENT_UNIT),
    d.timeToLive,
    d.protocol,
    address(d.source),
    address(d.destination),
  );
  return p.octets;
}
