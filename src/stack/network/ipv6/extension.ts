/**
 * IPv6 extension headers, RFC 8200 §4: from the header to what it carries, past what lies between.
 *
 *   +-------------+-------------+-------- … --------+      hop-by-hop and destination options, routing:
 *   | Next Header | Hdr Ext Len |                   |      8 × (Hdr Ext Len + 1) octets
 *   +-------------+-------------+-------- … --------+
 *
 * The walk ends at a fragment header, which is for the reassembler, and at all that is no extension
 * header. Its cost is bounded: eight headers at most, of as many octets as the packet has (RFC 8504 §5.3).
 */
import { assert } from '../../../base/errors.ts';
import type { Packet } from '../../../base/packet.ts';
import { HEADER_LENGTH, nextHeader } from './header.ts';

export const EXTENSION = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  noNextHeader: 59,
  destinationOptions: 60,
} as const;

const HEADERS_MAX = 8;

/** Why a packet is dropped on the way, and whether ICMPv6 tells its source (RFC 8200 §4.2 … §4.4). */
export const PROBLEM = {
  /** A header runs past the end: in silence. */
  truncated: 0,
  /** More headers than anyone needs: in silence. */
  tooMany: 1,
  /** An option that says so: in silence. */
  optionDiscard: 2,
  /** Parameter Problem, code 0. */
  field: 3,
  /** Hop-by-hop options elsewhere than first: code 1. */
  nextHeader: 4,
  /** An unknown option that asks for it: code 2. */
  optionReport: 5,
  /** The same, but nothing is sent when the destination was a group. */
  optionReportUnicast: 6,
} as const;

export type Problem = (typeof PROBLEM)[keyof typeof PROBLEM];

const OPTION_PAD1 = 0;
const OPTION_PADN = 1;
const OPTION_ROUTER_ALERT = 5; // RFC 2711
const ROUTER_ALERT_LENGTH = 2;

/** What the two highest bits of an unknown option's type want (§4.2); 00 is to pass over it. */
const ACTION = [
  undefined,
  PROBLEM.optionDiscard,
  PROBLEM.optionReport,
  PROBLEM.optionReportUnicast,
];

/**
 * Where a walk ended, in one number so that the hot path makes no object: 256 × offset + protocol, or
 * less than zero for a problem. `offsetOf` counts from the IPv6 header, as ICMPv6's pointer does.
 */
export type Walk = number;

export const isProblem = (walk: Walk): boolean => walk < 0;
export const protocolOf = (walk: Walk): number => walk & 0xff;
export const problemOf = (walk: Walk): Problem => ((-walk - 1) & 0xff) as Problem;
/** Of what the packet carries, or of the octet at fault. */
export const offsetOf = (walk: Walk): number => (walk < 0 ? -walk - 1 : walk) >>> 8;

const arrived = (offset: number, protocol: number): Walk => (offset << 8) | protocol;
const stopped = (offset: number, problem: Problem): Walk => -((offset << 8) | problem) - 1;

/** Walks from the IPv6 header at `at`, which `validate` passed and whose payload ends at `end`. */
export function walk(p: Packet, at: number, end: number): Walk {
  let protocol = nextHeader(p, at);
  let offset = HEADER_LENGTH;
  for (let headers = 0; isWalked(protocol); headers++) {
    if (headers === HEADERS_MAX) return stopped(offset, PROBLEM.tooMany);
    if (protocol === EXTENSION.hopByHop && offset !== HEADER_LENGTH) {
      return stopped(offset, PROBLEM.nextHeader);
    }
    const here = at + offset;
    if (here + 8 > end) return stopped(offset, PROBLEM.truncated);
    const length = (p.view.getUint8(here + 1) + 1) * 8;
    if (here + length > end) return stopped(offset, PROBLEM.truncated);
    const problem =
      protocol === EXTENSION.routing
        ? checkRouting(p, at, offset)
        : checkOptions(p, at, offset + 2, offset + length);
    if (problem !== 0) return problem;
    protocol = p.view.getUint8(here);
    offset += length;
  }
  return arrived(offset, protocol);
}

const isWalked = (protocol: number): boolean =>
  protocol === EXTENSION.hopByHop ||
  protocol === EXTENSION.routing ||
  protocol === EXTENSION.destinationOptions;

/** §4.4: we route by none, so segments may be left of none; type 0 is dead (RFC 5095). 0 when right. */
function checkRouting(p: Packet, at: number, offset: number): Walk {
  const segmentsLeft = p.view.getUint8(at + offset + 3);
  return segmentsLeft === 0 ? 0 : stopped(offset + 2, PROBLEM.field);
}

/** The options at `start` … `end` − 1 from the IPv6 header. 0 when all are right. */
function checkOptions(p: Packet, at: number, start: number, end: number): Walk {
  for (let offset = start; offset < end; ) {
    const type = p.view.getUint8(at + offset);
    if (type === OPTION_PAD1) {
      offset += 1;
      continue;
    }
    const length = offset + 1 < end ? p.view.getUint8(at + offset + 1) : 0xff;
    if (offset + 2 + length > end) return stopped(Math.min(offset + 1, end - 1), PROBLEM.field);
    const problem = problemOfOption(type, length);
    if (problem !== undefined) {
      // A known option of a wrong length is at fault in its length octet, an unknown one in its type.
      return stopped(problem === PROBLEM.field ? offset + 1 : offset, problem);
    }
    offset += 2 + length;
  }
  return 0;
}

function problemOfOption(type: number, length: number): Problem | undefined {
  if (type === OPTION_PADN) return undefined;
  if (type !== OPTION_ROUTER_ALERT) return ACTION[type >>> 6];
  return length === ROUTER_ALERT_LENGTH ? undefined : PROBLEM.field;
}

/** The fragment header, §4.5: eight octets where a walk found `EXTENSION.fragment`. */
export const FRAGMENT_HEADER_LENGTH = 8;

const MORE_FRAGMENTS = 0x0001;

export const fragmentNextHeader = (p: Packet, at: number): number => p.view.getUint8(at);
/** In octets. */
export const fragmentOffset = (p: Packet, at: number): number => p.view.getUint16(at + 2) & 0xfff8;
export const moreFragments = (p: Packet, at: number): boolean =>
  (p.view.getUint16(at + 2) & MORE_FRAGMENTS) !== 0;
export const fragmentIdentification = (p: Packet, at: number): number => p.view.getUint32(at + 4);

export function writeFragmentHeader(
  p: Packet,
  at: number,
  nextHeader: number,
  offset: number,
  more: boolean,
  identification: number,
): void {
  assert(offset % 8 === 0 && offset <= 0xfff8, 'a fragment begins at a multiple of 8');
  p.view.setUint16(at, nextHeader << 8);
  p.view.setUint16(at + 2, offset | (more ? MORE_FRAGMENTS : 0));
  p.view.setUint32(at + 4, identification);
}
