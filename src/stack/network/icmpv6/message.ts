/**
 * ICMPv6, RFC 4443. The messages of neighbour discovery (`nd/`) and of multicast listeners (`mld/`) have
 * types of their own and are no business of this file: it validates them, hands them on as `other`, and
 * fills in the checksum of what their codecs wrote.
 *
 *    0               8               16                              32
 *   +---------------+---------------+-------------------------------+
 *   |     Type      |     Code      |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |  echo: Identifier | Sequence  ·  too big: MTU  ·  parameter problem: Pointer  |
 *   +---------------------------------------------------------------+
 *   |  echo: data · error: as much of the packet as fits in 1280 octets             …
 */
import { complement, SUM_VALID, sum } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

export const PROTOCOL_ICMPV6 = 58;
export const HEADER_LENGTH = 8;
/** The least message: type, code and checksum (§2.1). */
const LENGTH_MIN = 4;

export const TYPE = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
} as const;

/** §3.1 */
export const UNREACHABLE = {
  noRoute: 0,
  prohibited: 1,
  beyondScope: 2,
  address: 3,
  port: 4,
  sourcePolicy: 5,
  rejectRoute: 6,
} as const;

/** §3.3 */
export const TIME_EXCEEDED = { inTransit: 0, inReassembly: 1 } as const;

/** §3.4 */
export const PARAMETER_PROBLEM = { field: 0, nextHeader: 1, option: 2 } as const;

const CHECKSUM = 2;
const REST = 4;

export const FAULT = { none: 0, truncated: 1, checksum: 2 } as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

export const type = (p: Packet, at: number): number => p.view.getUint8(at);
export const code = (p: Packet, at: number): number => p.view.getUint8(at + 1);
export const identifier = (p: Packet, at: number): number => p.view.getUint16(at + REST);
export const sequenceNumber = (p: Packet, at: number): number => p.view.getUint16(at + REST + 2);
/** MTU or pointer: the whole second word. */
export const rest = (p: Packet, at: number): number => p.view.getUint32(at + REST);

/** §2.1: the high bit tells an error, about which no error is ever sent (§2.4 (e)), from the others. */
export const isError = (type: number): boolean => type < 128;

/**
 * Is there a message in `at` … `end` − 1, of which each octet belongs to it? `addressSum` is that of the
 * packet's addresses: unlike ICMP's, the checksum covers a pseudo-header (§2.3).
 */
export function validate(p: Packet, at: number, end: number, addressSum: number): Fault {
  const length = end - at;
  if (length < LENGTH_MIN) return FAULT.truncated;
  if (sum(p, at, end, addressSum + PROTOCOL_ICMPV6 + length) !== SUM_VALID) return FAULT.checksum;
  // Errors and echoes have a second word; of the others their own files know.
  const short = length < HEADER_LENGTH && type(p, at) <= TYPE.echoReply;
  return short ? FAULT.truncated : FAULT.none;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, at: number, end: number): DecodeError {
  const have = end - at;
  switch (fault) {
    case FAULT.truncated: {
      const need = have < LENGTH_MIN ? LENGTH_MIN : HEADER_LENGTH;
      return { code: 'truncated', protocol: 'icmpv6', need, have };
    }
    case FAULT.checksum:
      return { code: 'bad-checksum', protocol: 'icmpv6' };
    case FAULT.none:
      assert(false, 'there is nothing to explain');
  }
}

/** Writes the header in front of data that already lie at `at + 8`; `rest` is its second word. */
export function write(
  p: Packet,
  at: number,
  dataLength: number,
  type: number,
  code: number,
  rest: number,
  addressSum: number,
): void {
  p.view.setUint16(at, (type << 8) | code);
  p.view.setUint32(at + REST, rest);
  writeChecksum(p, at, at + HEADER_LENGTH + dataLength, addressSum);
}

/** Fills in the checksum of the message in `at` … `end` − 1, whoever wrote it. */
export function writeChecksum(p: Packet, at: number, end: number, addressSum: number): void {
  p.view.setUint16(at + CHECKSUM, 0);
  const pseudoHeader = addressSum + PROTOCOL_ICMPV6 + (end - at);
  p.view.setUint16(at + CHECKSUM, complement(sum(p, at, end, pseudoHeader)));
}

export type Message =
  | {
      readonly kind: 'echo request' | 'echo reply';
      readonly identifier: number;
      readonly sequenceNumber: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: 'destination unreachable' | 'time exceeded';
      readonly code: number;
      readonly quoted: Uint8Array;
    }
  | { readonly kind: 'packet too big'; readonly mtu: number; readonly quoted: Uint8Array }
  | {
      readonly kind: 'parameter problem';
      readonly code: number;
      /** From the IPv6 header of the packet; it may lie behind what is quoted. */
      readonly pointer: number;
      readonly quoted: Uint8Array;
    }
  | {
      readonly kind: 'other';
      readonly type: number;
      readonly code: number;
      /** All behind the checksum. */
      readonly body: Uint8Array;
    };

/** What is quoted, and a payload, are views of `octets`. */
export function decode(octets: Uint8Array, addressSum: number): Result<Message, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length, addressSum);
  return fault === FAULT.none ? ok(messageOf(p)) : fail(explain(fault, 0, octets.length));
}

function messageOf(p: Packet): Message {
  const own = { type: type(p, 0), code: code(p, 0) };
  const behind = p.octets.subarray(HEADER_LENGTH);
  switch (own.type) {
    case TYPE.echoRequest:
    case TYPE.echoReply:
      return {
        kind: own.type === TYPE.echoRequest ? 'echo request' : 'echo reply',
        identifier: identifier(p, 0),
        sequenceNumber: sequenceNumber(p, 0),
        payload: behind,
      };
    case TYPE.destinationUnreachable:
      return { kind: 'destination unreachable', code: own.code, quoted: behind };
    case TYPE.packetTooBig:
      return { kind: 'packet too big', mtu: rest(p, 0), quoted: behind };
    case TYPE.timeExceeded:
      return { kind: 'time exceeded', code: own.code, quoted: behind };
    case TYPE.parameterProblem:
      return { kind: 'parameter problem', code: own.code, pointer: rest(p, 0), quoted: behind };
    default:
      return { kind: 'other', ...own, body: p.octets.subarray(LENGTH_MIN) };
  }
}

export function encode(message: Message, addressSum: number): Uint8Array {
  const make = (type: number, code: number, word: number, behind: Uint8Array): Uint8Array => {
    const p = newPacket(HEADER_LENGTH + behind.length);
    p.octets.set(behind, HEADER_LENGTH);
    write(p, 0, behind.length, type, code, word, addressSum);
    return p.octets;
  };
  switch (message.kind) {
    case 'echo request':
    case 'echo reply': {
      const type = message.kind === 'echo reply' ? TYPE.echoReply : TYPE.echoRequest;
      const word = message.identifier * 0x1_0000 + message.sequenceNumber;
      return make(type, 0, word, message.payload);
    }
    case 'destination unreachable':
      return make(TYPE.destinationUnreachable, message.code, 0, message.quoted);
    case 'packet too big':
      return make(TYPE.packetTooBig, 0, message.mtu, message.quoted);
    case 'time exceeded':
      return make(TYPE.timeExceeded, message.code, 0, message.quoted);
    case 'parameter problem':
      return make(TYPE.parameterProblem, message.code, message.pointer, message.quoted);
    case 'other': {
      assert(message.body.length >= 4, 'the messages that are sent have a second word');
      const word = asPacket(message.body).view.getUint32(0);
      return make(message.type, message.code, word, message.body.subarray(4));
    }
  }
}
