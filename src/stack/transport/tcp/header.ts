/**
 * The TCP header, RFC 9293 §3.1.
 *
 *    0       4       8               16                              32
 *   +-------------------------------+-------------------------------+
 *   |          Source Port          |       Destination Port        |
 *   +-------------------------------+-------------------------------+
 *   |                        Sequence Number                        |
 *   +---------------------------------------------------------------+
 *   |                    Acknowledgment Number                      |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *   | Data  |       |C|E|U|A|P|R|S|F|                               |
 *   |Offset | Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
 *   |       |       |R|E|G|K|H|T|N|N|                               |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *   |           Checksum            |         Urgent Pointer        |
 *   +-------------------------------+-------------------------------+
 *   |                 Options, padded to 32 bits                    |
 *   +---------------------------------------------------------------+
 *
 * Of the pseudo-header only the sum of the two addresses comes from below, as in udp/header.ts.
 */
import { complement, fold, SUM_VALID, sum, sumHeader } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { type Seq, seq } from './seq.ts';

export const PROTOCOL_TCP = 6;
/** Without options. */
export const HEADER_LENGTH = 20;
export const OPTIONS_LENGTH_MAX = 40;

const DESTINATION_PORT = 2;
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const OFFSET_AND_FLAGS = 12;
const WINDOW = 14;
const CHECKSUM = 16;
const URGENT = 18;

/** The payload's sum is not known yet. */
const UNKNOWN = -1;

export const FLAG = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
} as const;

export const FAULT = { none: 0, truncated: 1, dataOffset: 2, checksum: 3 } as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

export const sourcePort = (p: Packet, at: number): number => p.view.getUint16(at);
export const destinationPort = (p: Packet, at: number): number =>
  p.view.getUint16(at + DESTINATION_PORT);
export const sequence = (p: Packet, at: number): Seq => p.view.getInt32(at + SEQUENCE) as Seq;
export const acknowledgment = (p: Packet, at: number): Seq =>
  p.view.getInt32(at + ACKNOWLEDGMENT) as Seq;
/** With its options, in octets. */
export const headerLength = (p: Packet, at: number): number =>
  (p.view.getUint8(at + OFFSET_AND_FLAGS) >>> 4) << 2;
export const flags = (p: Packet, at: number): number => p.view.getUint8(at + OFFSET_AND_FLAGS + 1);
/** As on the wire, not scaled; unsigned (MUST-1). */
export const window = (p: Packet, at: number): number => p.view.getUint16(at + WINDOW);
export const urgentPointer = (p: Packet, at: number): number => p.view.getUint16(at + URGENT);

/** Is there a segment at `at` … `end` − 1? MUST-3: the checksum is checked always. */
export function validate(p: Packet, at: number, end: number, addressSum: number): Fault {
  const have = end - at;
  if (have < HEADER_LENGTH) return FAULT.truncated;
  const header = headerLength(p, at);
  if (header < HEADER_LENGTH) return FAULT.dataOffset;
  if (header > have) return FAULT.truncated;
  return sum(p, at, end, addressSum + PROTOCOL_TCP + have) === SUM_VALID
    ? FAULT.none
    : FAULT.checksum;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, p: Packet, at: number, end: number): DecodeError {
  const have = end - at;
  switch (fault) {
    case FAULT.truncated: {
      const need = have < HEADER_LENGTH ? HEADER_LENGTH : headerLength(p, at);
      return { code: 'truncated', protocol: 'tcp', need, have };
    }
    case FAULT.dataOffset: {
      const value = headerLength(p, at) >>> 2;
      return { code: 'bad-field', protocol: 'tcp', field: 'data offset', value };
    }
    case FAULT.checksum:
      return { code: 'bad-checksum', protocol: 'tcp' };
    case FAULT.none:
      assert(false, 'there is nothing to explain');
  }
}

/**
 * Writes the header in front of options and payload that already lie at `at + 20` … `end` − 1, of which
 * the options are `header − 20` octets (MUST-2: the checksum is always made). `payloadSum` is the folded sum of the
 * payload where that is known.
 */
export function write(
  p: Packet,
  at: number,
  header: number,
  end: number,
  sourcePort: number,
  destinationPort: number,
  sequence: Seq,
  acknowledgment: Seq,
  flags: number,
  window: number,
  urgentPointer: number,
  addressSum: number,
  payloadSum = UNKNOWN,
): void {
  const { view } = p;
  view.setInt32(at, (sourcePort << 16) | destinationPort);
  view.setInt32(at + SEQUENCE, sequence);
  view.setInt32(at + ACKNOWLEDGMENT, acknowledgment);
  view.setInt32(at + OFFSET_AND_FLAGS, (header << 26) | (flags << 16) | window);
  // Of what was just written only the options are read again: a wide load of narrow stores waits for them.
  let total = addressSum + PROTOCOL_TCP + (end - at) + sourcePort + destinationPort;
  total += (sequence >>> 16) + (sequence & 0xffff);
  total += (acknowledgment >>> 16) + (acknowledgment & 0xffff);
  total += ((header << 10) | flags) + window + urgentPointer;
  if (header > HEADER_LENGTH) total += sumHeader(p, at + HEADER_LENGTH, at + header);
  const whole = payloadSum < 0 ? sum(p, at + header, end, total) : fold(total + payloadSum);
  view.setInt32(at + CHECKSUM, (complement(whole) << 16) | urgentPointer);
}

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: Seq;
  readonly acknowledgment: Seq;
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  /** As on the wire, padded to a multiple of four octets. */
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

/** Options and payload are views of `octets`. */
export function decode(octets: Uint8Array, addressSum: number): Result<TcpSegment, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length, addressSum);
  if (fault !== FAULT.none) return fail(explain(fault, p, 0, octets.length));
  const header = headerLength(p, 0);
  return ok({
    sourcePort: sourcePort(p, 0),
    destinationPort: destinationPort(p, 0),
    sequence: sequence(p, 0),
    acknowledgment: acknowledgment(p, 0),
    flags: flags(p, 0),
    window: window(p, 0),
    urgentPointer: urgentPointer(p, 0),
    options: octets.subarray(HEADER_LENGTH, header),
    payload: octets.subarray(header),
  });
}

export function encode(segment: TcpSegment, addressSum: number): Uint8Array {
  const { options, payload } = segment;
  assert(options.length % 4 === 0, 'options end on a 32-bit boundary');
  assert(options.length <= OPTIONS_LENGTH_MAX, 'options take 40 octets at most');
  const header = HEADER_LENGTH + options.length;
  const p = newPacket(header + payload.length);
  p.octets.set(options, HEADER_LENGTH);
  p.octets.set(payload, header);
  const { sourcePort, destinationPort, flags, window, urgentPointer } = segment;
  write(
    p,
    0,
    header,
    p.octets.length,
    sourcePort,
    destinationPort,
    seq(segment.sequence),
    seq(segment.acknowledgment),
    flags,
    window,
    urgentPointer,
    addressSum,
  );
  return p.octets;
}
