/**
 * The IPv6 header, RFC 8200 §3.
 *
 *    0       4               12              16      20             24             32
 *   +-------+---------------+-------------------------------------------------------+
 *   |Version| Traffic Class |                      Flow Label                       |
 *   +-------+---------------+-----------------------+---------------+---------------+
 *   |              Payload Length                   |  Next Header  |   Hop Limit   |
 *   +-----------------------------------------------+---------------+---------------+
 *   |                         Source Address, 16 octets                             |
 *   |                       Destination Address, 16 octets                          |
 *   +-------------------------------------------------------------------------------+
 *
 * The payload begins with whatever extension headers there are: extension.ts.
 */
import { sum } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { ADDRESS_LENGTH, type Ipv6Address } from './address.ts';

export const HEADER_LENGTH = 40;
/** Every link carries so many octets in one piece (RFC 8200 §5). */
export const MTU_MIN = 1280;
/** Jumbograms (RFC 2675) are not ours. */
export const PAYLOAD_LENGTH_MAX = 0xffff;

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;

export const FAULT = { none: 0, truncated: 1, version: 2 } as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

export const trafficClass = (p: Packet, at: number): number => (p.view.getUint16(at) >>> 4) & 0xff;
export const flowLabel = (p: Packet, at: number): number => p.view.getUint32(at) & 0xfffff;
/** Extension headers included, this header not. */
export const payloadLength = (p: Packet, at: number): number =>
  p.view.getUint16(at + PAYLOAD_LENGTH);
export const nextHeader = (p: Packet, at: number): number => p.view.getUint8(at + NEXT_HEADER);
export const hopLimit = (p: Packet, at: number): number => p.view.getUint8(at + HOP_LIMIT);
/** A view of the packet: to be copied by who keeps it. */
export const source = (p: Packet, at: number): Ipv6Address =>
  p.octets.subarray(at + SOURCE, at + DESTINATION);
export const destination = (p: Packet, at: number): Ipv6Address =>
  p.octets.subarray(at + DESTINATION, at + HEADER_LENGTH);
/** What both addresses add to the checksum of a pseudo-header, RFC 8200 §8.1. */
export const addressSum = (p: Packet, at: number): number =>
  sum(p, at + SOURCE, at + HEADER_LENGTH);

/** Is there a packet at `at`? Its payload length rules from here on: a link may pad behind it. */
export function validate(p: Packet, at: number, end: number): Fault {
  const have = end - at;
  if (have < HEADER_LENGTH) return FAULT.truncated;
  if (p.view.getUint8(at) >>> 4 !== 6) return FAULT.version;
  return HEADER_LENGTH + payloadLength(p, at) > have ? FAULT.truncated : FAULT.none;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, p: Packet, at: number, end: number): DecodeError {
  const have = end - at;
  switch (fault) {
    case FAULT.truncated: {
      const need = have < HEADER_LENGTH ? HEADER_LENGTH : HEADER_LENGTH + payloadLength(p, at);
      return { code: 'truncated', protocol: 'ipv6', need, have };
    }
    case FAULT.version: {
      const value = p.view.getUint8(at) >>> 4;
      return { code: 'bad-field', protocol: 'ipv6', field: 'version', value };
    }
    case FAULT.none:
      assert(false, 'there is nothing to explain');
  }
}

/** Writes the header in front of a payload that already lies at `at + 40`. */
export function write(
  p: Packet,
  at: number,
  payloadLength: number,
  trafficClass: number,
  flowLabel: number,
  nextHeader: number,
  hopLimit: number,
  source: Ipv6Address,
  destination: Ipv6Address,
): void {
  p.view.setUint32(at, 0x6000_0000 + trafficClass * 0x10_0000 + flowLabel);
  p.view.setUint16(at + PAYLOAD_LENGTH, payloadLength);
  p.view.setUint16(at + NEXT_HEADER, (nextHeader << 8) | hopLimit);
  p.octets.set(source, at + SOURCE);
  p.octets.set(destination, at + DESTINATION);
}

export const setPayloadLength = (p: Packet, at: number, length: number): void =>
  p.view.setUint16(at + PAYLOAD_LENGTH, length);

export const setTrafficClass = (p: Packet, at: number, trafficClass: number): void =>
  p.view.setUint16(at, (p.view.getUint16(at) & 0xf00f) | (trafficClass << 4));

/** One hop less; no checksum covers it. The caller saw that some are left. */
export const decrementHopLimit = (p: Packet, at: number): void =>
  p.view.setUint8(at + HOP_LIMIT, hopLimit(p, at) - 1);

export interface Ipv6Packet {
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
  /** Extension headers and what follows them. */
  readonly payload: Uint8Array;
}

/** Addresses and payload are views of `octets`. */
export function decode(octets: Uint8Array): Result<Ipv6Packet, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length);
  if (fault !== FAULT.none) return fail(explain(fault, p, 0, octets.length));
  return ok({
    trafficClass: trafficClass(p, 0),
    flowLabel: flowLabel(p, 0),
    nextHeader: nextHeader(p, 0),
    hopLimit: hopLimit(p, 0),
    source: source(p, 0),
    destination: destination(p, 0),
    payload: octets.subarray(HEADER_LENGTH, HEADER_LENGTH + payloadLength(p, 0)),
  });
}

export function encode(packet: Ipv6Packet): Uint8Array {
  const { payload, source, destination } = packet;
  assert(source.length === ADDRESS_LENGTH, 'a source address has 16 octets');
  assert(destination.length === ADDRESS_LENGTH, 'a destination address has 16 octets');
  assert(payload.length <= PAYLOAD_LENGTH_MAX, 'a payload has 65535 octets at most');
  const p = newPacket(HEADER_LENGTH + payload.length);
  p.octets.set(payload, HEADER_LENGTH);
  const { trafficClass, flowLabel, nextHeader, hopLimit } = packet;
  write(p, 0, payload.length, trafficClass, flowLabel, nextHeader, hopLimit, source, destination);
  return p.octets;
}
