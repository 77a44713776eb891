/**
 * ICMP, RFC 792; codes of RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1; the next hop's MTU of RFC 1191 §4.
 *
 *    0               8               16                              32
 *   +---------------+---------------+-------------------------------+
 *   |     Type      |     Code      |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |  echo: Identifier | Sequence  ·  unreachable: 0 | Next-Hop MTU |
 *   |  redirect: Gateway Address    ·  parameter problem: Pointer | 0 |
 *   +---------------------------------------------------------------+
 *   |  echo: data · error: the datagram's header and at least 8 octets behind it     …
 */
import { checksum, SUM_VALID, sum, update } from '../../../base/checksum.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { asPacket, newPacket, type Packet } from '../../../base/packet.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { address, type Ipv4Address } from '../ipv4/address.ts';

export const PROTOCOL_ICMP = 1;
export const HEADER_LENGTH = 8;

export const TYPE = {
  echoReply: 0,
  destinationUnreachable: 3,
  /** Neither sent nor heeded: RFC 6633 §3. */
  sourceQuench: 4,
  redirect: 5,
  echo: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

export const UNREACHABLE = {
  network: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  sourceRouteFailed: 5,
  networkUnknown: 6,
  hostUnknown: 7,
  sourceHostIsolated: 8,
  networkProhibited: 9,
  hostProhibited: 10,
  networkForTypeOfService: 11,
  hostForTypeOfService: 12,
  communicationProhibited: 13,
  hostPrecedenceViolation: 14,
  precedenceCutoff: 15,
} as const;

export const REDIRECT = {
  network: 0,
  host: 1,
  typeOfServiceAndNetwork: 2,
  typeOfServiceAndHost: 3,
} as const;

export const TIME_EXCEEDED = { inTransit: 0, inReassembly: 1 } as const;

export const PARAMETER_PROBLEM = { pointer: 0, missingOption: 1, badLength: 2 } as const;

const CHECKSUM = 2;
const REST = 4;
/** The least that an error quotes: a header and the 64 bits behind it, which hold the ports. */
const QUOTE_MIN = 28;

export const FAULT = { none: 0, truncated: 1, checksum: 2, quote: 3 } as const;

export type Fault = (typeof FAULT)[keyof typeof FAULT];

export const type = (p: Packet, at: number): number => p.view.getUint8(at);
export const code = (p: Packet, at: number): number => p.view.getUint8(at + 1);
export const identifier = (p: Packet, at: number): number => p.view.getUint16(at + REST);
export const sequenceNumber = (p: Packet, at: number): number => p.view.getUint16(at + REST + 2);
/** 0 from a router that does not know of RFC 1191 (§5). */
export const nextHopMtu = (p: Packet, at: number): number => p.view.getUint16(at + REST + 2);
export const gateway = (p: Packet, at: number): Ipv4Address =>
  p.view.getUint32(at + REST) as Ipv4Address;
export const pointer = (p: Packet, at: number): number => p.view.getUint8(at + REST);

/** The messages that tell of a datagram and quote it; about them no error is ever sent. */
export const isError = (type: number): boolean =>
  type === TYPE.destinationUnreachable ||
  type === TYPE.sourceQuench ||
  type === TYPE.redirect ||
  type === TYPE.timeExceeded ||
  type === TYPE.parameterProblem;

/** Is there a message in `at` … `end` − 1, of which each octet belongs to it? */
export function validate(p: Packet, at: number, end: number): Fault {
  if (end - at < HEADER_LENGTH) return FAULT.truncated;
  if (sum(p, at, end) !== SUM_VALID) return FAULT.checksum;
  if (isError(type(p, at)) && end - at < HEADER_LENGTH + QUOTE_MIN) return FAULT.quote;
  return FAULT.none;
}

/** `fault`, which `validate` found in the same octets, in words. */
export function explain(fault: Fault, at: number, end: number): DecodeError {
  const have = end - at;
  switch (fault) {
    case FAULT.truncated:
      return { code: 'truncated', protocol: 'icmp', need: HEADER_LENGTH, have };
    case FAULT.quote:
      return { code: 'truncated', protocol: 'icmp', need: HEADER_LENGTH + QUOTE_MIN, have };
    case FAULT.checksum:
      return { code: 'bad-checksum', protocol: 'icmp' };
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
): void {
  p.view.setUint16(at, (type << 8) | code);
  p.view.setUint16(at + CHECKSUM, 0);
  p.view.setUint32(at + REST, rest);
  p.view.setUint16(at + CHECKSUM, checksum(p, at, at + HEADER_LENGTH + dataLength));
}

/** Turns the echo at `at` into its reply, all data as they came (RFC 1122 §3.2.2.6). */
export function turnIntoReply(p: Packet, at: number): void {
  const before = p.view.getUint16(at);
  const after = TYPE.echoReply << 8;
  p.view.setUint16(at, after);
  p.view.setUint16(at + CHECKSUM, update(p.view.getUint16(at + CHECKSUM), before, after));
}

export type Message =
  | {
      readonly kind: 'echo' | 'echo reply';
      readonly identifier: number;
      readonly sequenceNumber: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: 'destination unreachable';
      readonly code: number;
      /** Of the next hop; 0 unless the code is fragmentation needed and the router knows RFC 1191. */
      readonly mtu: number;
      readonly quoted: Uint8Array;
    }
  | {
      readonly kind: 'redirect';
      readonly code: number;
      readonly gateway: Ipv4Address;
      readonly quoted: Uint8Array;
    }
  | { readonly kind: 'time exceeded'; readonly code: number; readonly quoted: Uint8Array }
  | {
      readonly kind: 'parameter problem';
      readonly code: number;
      readonly pointer: number;
      readonly quoted: Uint8Array;
    }
  /** A type that is not ours: to be dropped in silence (RFC 1122 §3.2.2). */
  | {
      readonly kind: 'other';
      readonly type: number;
      readonly code: number;
      readonly rest: number;
      readonly payload: Uint8Array;
    };

/** What is quoted, and a payload, are views of `octets`. */
export function decode(octets: Uint8Array): Result<Message, DecodeError> {
  const p = asPacket(octets);
  const fault = validate(p, 0, octets.length);
  if (fault !== FAULT.none) return fail(explain(fault, 0, octets.length));
  const behind = octets.subarray(HEADER_LENGTH);
  return ok(messageOf(p, behind));
}

function messageOf(p: Packet, behind: Uint8Array): Message {
  const own = code(p, 0);
  switch (type(p, 0)) {
    case TYPE.echo:
    case TYPE.echoReply:
      return {
        kind: type(p, 0) === TYPE.echo ? 'echo' : 'echo reply',
        identifier: identifier(p, 0),
        sequenceNumber: sequenceNumber(p, 0),
        payload: behind,
      };
    case TYPE.destinationUnreachable: {
      const mtu = own === UNREACHABLE.fragmentationNeeded ? nextHopMtu(p, 0) : 0;
      return { kind: 'destination unreachable', code: own, mtu, quoted: behind };
    }
    case TYPE.redirect:
      return { kind: 'redirect', code: own, gateway: gateway(p, 0), quoted: behind };
    case TYPE.timeExceeded:
      return { kind: 'time exceeded', code: own, quoted: behind };
    case TYPE.parameterProblem:
      return { kind: 'parameter problem', code: own, pointer: pointer(p, 0), quoted: behind };
    default: {
      const rest = p.view.getUint32(REST);
      return { kind: 'other', type: type(p, 0), code: own, rest, payload: behind };
    }
  }
}

export function encode(message: Message): Uint8Array {
  switch (message.kind) {
    case 'echo':
    case 'echo reply': {
      const rest = message.identifier * 0x1_0000 + message.sequenceNumber;
      const type = message.kind === 'echo' ? TYPE.echo : TYPE.echoReply;
      return assemble(type, 0, rest, message.payload);
    }
    case 'destination unreachable':
      return assemble(TYPE.destinationUnreachable, message.code, message.mtu, message.quoted);
    case 'redirect':
      return assemble(TYPE.redirect, message.code, address(message.gateway), message.quoted);
    case 'time exceeded':
      return assemble(TYPE.timeExceeded, message.code, 0, message.quoted);
    case 'parameter problem': {
      const rest = message.pointer * 0x100_0000;
      return assemble(TYPE.parameterProblem, message.code, rest, message.quoted);
    }
    case 'other':
      return assemble(message.type, message.code, message.rest, message.payload);
  }
}

function assemble(type: number, code: number, rest: number, behind: Uint8Array): Uint8Array {
  assert(!isError(type) || behind.length >= QUOTE_MIN, 'an error quotes a header and 8 octets');
  const p = newPacket(HEADER_LENGTH + behind.length);
  p.octets.set(behind, HEADER_LENGTH);
  write(p, 0, behind.length, type, code, rest);
  return p.octets;
}
