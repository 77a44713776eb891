/**
 * The UDP header, RFC 768; over IPv6, RFC 8200 §8.1.
 *
 *    0               2               4               6               8
 *   +---------------+---------------+---------------+---------------+
 *   |  Source Port  |   Dest Port   |    Length     |   Checksum    |
 *   +---------------+---------------+---------------+---------------+
 *
 * Of the pseudo-header only the sum of the two addresses comes from below, so that one code serves IPv4
 * and IPv6: what else is in it, protocol and length, is known here and adds the same to the sum.
 */
import { complement, SUM_VALID, sum } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

export const PROTOCOL_UDP = 17;
export const HEADER_LENGTH = 8;
export const LENGTH_MAX = 0xffff;

const DESTINATION_PORT = 2;
const LENGTH = 4;
const CHECKSUM = 6;

/** The checksum field of a sender that made none (RFC 768). */
const NO_CHECKSUM = 0;

/** What may be wrong with a datagram, as numbers: the hot path makes no object to refuse one. */
export const FAULT = { none: 0, truncated: 1, length: 2, checksum: 3, noChecksum: 4 } as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

/** Whether a datagram may come without a checksum: over IPv4 yes, over IPv6 no (RFC 8200 §8.1). */
export type ChecksumRule = 'optional' | 'required';

export const sourcePort = (p: Packet, at: number): number => p.view.getUint16(at);
export const destinationPort = (p: Packet, at: number): number =>
  p.view.getUint16(at + DESTINATION_PORT);
/** Of header and payload, in octets. */
export const length = (p: Packet, at: number): number => p.view.getUint16(at + LENGTH);

/**
 * Is there a datagram at `at`? Its length rules and may end before `end`. `addressSum` is the plain or
 * folded sum of source and destination address.
 */
export function validate(
  p: Packet,
  at: number,
  end: number,
  addressSum: number,
  rule: ChecksumRule,
): Fault {
  const have = end - at;
  if (have < HEADER_LENGTH) return FAULT.truncated;
  const own = length(p, at);
  if (own < HEADER_LENGTH) return FAULT.length;
  if (own > have) return FAULT.truncated;
  if (p.view.getUint16(at + CHECKSUM) === NO_CHECKSUM) {
    return rule === 'optional' ? FAULT.none : FAULT.noChecksum;
  }
  const pseudoHeader = addressSum + PROTOCOL_UDP + own;
  return sum(p, at, at + own, pseudoHeader) === SUM_VALID ? FAULT.none : FAULT.checksum;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, p: Packet, at: number, end: number): DecodeError {
  const have = end - at;
  switch (fault) {
    case FAULT.truncated: {
      const need = have < HEADER_LENGTH ? HEADER_LENGTH : length(p, at);
      return { code: 'truncated', protocol: 'udp', need, have };
    }
    case FAULT.length:
      return { code: 'bad-field', protocol: 'udp', field: 'length', value: length(p, at) };
    case FAULT.noChecksum:
      return { code: 'bad-field', protocol: 'udp', field: 'checksum', value: NO_CHECKSUM };
    case FAULT.checksum:
      return { code: 'bad-checksum', protocol: 'udp' };
    case FAULT.none:
      assert(false, 'there is nothing to explain');
  }
}

/** Writes the header in front of a payload that already lies at `at + 8`. */
export function write(
  p: Packet,
  at: number,
  payloadLength: number,
  sourcePort: number,
  destinationPort: number,
  addressSum: number,
): void {
  const own = HEADER_LENGTH + payloadLength;
  const { view } = p;
  view.setUint16(at, sourcePort);
  view.setUint16(at + DESTINATION_PORT, destinationPort);
  view.setUint16(at + LENGTH, own);
  view.setUint16(at + CHECKSUM, 0);
  const computed = complement(sum(p, at, at + own, addressSum + PROTOCOL_UDP + own));
  // RFC 768: a computed checksum of zero is sent as all ones; zero would mean that there is none.
  view.setUint16(at + CHECKSUM, computed || 0xffff);
}

export interface Datagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** The payload is a view of `octets`. */
export function decode(
  octets: Uint8Array,
  addressSum: number,
  rule: ChecksumRule,
): Result<Datagram, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length, addressSum, rule);
  if (fault !== FAULT.none) return fail(explain(fault, p, 0, octets.length));
  return ok({
    sourcePort: sourcePort(p, 0),
    destinationPort: destinationPort(p, 0),
    payload: octets.subarray(HEADER_LENGTH, length(p, 0)),
  });
}

export function encode(datagram: Datagram, addressSum: number): Uint8Array {
  const own = HEADER_LENGTH + datagram.payload.length;
  assert(own <= LENGTH_MAX, `a UDP length of ${own} does not fit in 16 bits`);
  const p = newPacket(own);
  p.octets.set(datagram.payload, HEADER_LENGTH);
  write(p, 0, datagram.payload.length, datagram.sourcePort, datagram.destinationPort, addressSum);
  return p.octets;
}
