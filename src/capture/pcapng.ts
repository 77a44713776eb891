/**
 * Packet captures, draft-ietf-opsawg-pcapng-02: a file is a sequence of blocks, each written as soon as
 * there is something to write. Nothing of the machine or the wall clock is in them, so that one run
 * gives one file.
 *
 *    0        4        8                        n−4       n
 *   +--------+--------+-------- … -------------+---------+
 *   |  type  |    n   |  body, options, padded |    n    |
 *   +--------+--------+-------- … -------------+---------+
 */
import { assert } from '../base/errors.ts';
import { concat, view } from '../base/octets.ts';
import type { Instant } from '../base/time.ts';
import { encodeUtf8 } from './utf8.ts';

export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 0x00000001,
  enhancedPacket: 0x00000006,
} as const;

/** Codes of options, §3.5 and with the blocks that they belong to. */
export const OPTION = {
  endofopt: 0,
  comment: 1,
  shb_userappl: 4,
  if_name: 2,
  if_description: 3,
  if_speed: 8,
  if_tsresol: 9,
  if_fcslen: 13,
  if_tsoffset: 14,
  epb_flags: 2,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
/** Bits 0 and 1 of epb_flags, §4.3.1. */
export const DIRECTION = { inbound: 1, outbound: 2 } as const;

const TSRESOL_MICROSECONDS = 6;
const OPTION_MAX = 0xffff;

export interface CaptureInterface {
  readonly name: string;
  readonly description?: string;
  /** In bit/s. */
  readonly speed?: number;
  /** From the registry of link types; Ethernet unless told otherwise. */
  readonly linkType?: number;
  /** In octets: how much of each packet's end is its FCS; none unless told otherwise. */
  readonly fcsLength?: number;
}

export interface CapturedPacket {
  /** Which of the capture's interfaces, from 0 on. */
  readonly interface: number;
  /** Microseconds since 1970 in a run on the wall clock, since its start in virtual time. */
  readonly at: Instant;
  readonly octets: Uint8Array;
  /** As it was on the wire, when `octets` is only its beginning. */
  readonly originalLength?: number;
  /** Seen from the interface. */
  readonly direction?: 'inbound' | 'outbound';
  /** At most 65535 octets of UTF-8. */
  readonly comment?: string;
}

type Option = readonly [code: number, value: Uint8Array];

const padded = (length: number): number => (length + 3) & ~3;

function encodeOptions(options: readonly Option[]): Uint8Array {
  let length = options.length === 0 ? 0 : 4; // opt_endofopt is all zeros.
  for (const [, value] of options) length += 4 + padded(value.length);
  const octets = new Uint8Array(length);
  let at = 0;
  for (const [code, value] of options) {
    assert(value.length <= OPTION_MAX, `an option of ${value.length} octets is too long`);
    view(octets).setUint16(at, code, true);
    view(octets).setUint16(at + 2, value.length, true);
    octets.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return octets;
}

function encodeBlock(type: number, fixed: Uint8Array, options: readonly Option[]): Uint8Array {
  const encoded = encodeOptions(options);
  const length = 8 + padded(fixed.length) + encoded.length + 4;
  const block = new Uint8Array(length);
  view(block).setUint32(0, type, true);
  view(block).setUint32(4, length, true);
  block.set(fixed, 8);
  block.set(encoded, 8 + padded(fixed.length));
  view(block).setUint32(length - 4, length, true);
  return block;
}

/** The first block of a capture; `application` is who wrote it: `netlab 0.1.0`. */
export function encodeSectionHeader(application: string): Uint8Array {
  const fixed = new Uint8Array(16);
  view(fixed).setUint32(0, BYTE_ORDER_MAGIC, true);
  view(fixed).setUint16(4, 1, true); // Major version; the minor one is 0.
  fixed.fill(0xff, 8); // The section's length is not known while it is being written.
  const options: Option[] = [[OPTION.shb_userappl, encodeUtf8(application)]];
  return encodeBlock(BLOCK.sectionHeader, fixed, options);
}

/** The first of these in a capture describes interface 0, the next interface 1, … */
export function encodeInterface(described: CaptureInterface): Uint8Array {
  const fixed = new Uint8Array(8); // A SnapLen of 0: no limit.
  view(fixed).setUint16(0, described.linkType ?? LINKTYPE_ETHERNET, true);
  const options: Option[] = [[OPTION.if_name, encodeUtf8(described.name)]];
  if (described.description !== undefined) {
    options.push([OPTION.if_description, encodeUtf8(described.description)]);
  }
  if (described.speed !== undefined) {
    const speed = new Uint8Array(8);
    view(speed).setBigUint64(0, BigInt(described.speed), true);
    options.push([OPTION.if_speed, speed]);
  }
  options.push([OPTION.if_tsresol, Uint8Array.of(TSRESOL_MICROSECONDS)]);
  // Without this a reader guesses whether the last four octets of a frame are its FCS.
  options.push([OPTION.if_fcslen, Uint8Array.of(described.fcsLength ?? 0)]);
  return encodeBlock(BLOCK.interfaceDescription, fixed, options);
}

export function encodePacket(packet: CapturedPacket): Uint8Array {
  const { octets, at, comment, direction } = packet;
  assert(at >= 0, 'a packet is not captured before time began');
  const fixed = new Uint8Array(20 + octets.length);
  const header = view(fixed);
  header.setUint32(0, packet.interface, true);
  header.setUint32(4, Math.floor(at / 2 ** 32), true);
  header.setUint32(8, at % 2 ** 32, true);
  header.setUint32(12, octets.length, true);
  header.setUint32(16, packet.originalLength ?? octets.length, true);
  fixed.set(octets, 20);
  const options: Option[] = [];
  if (comment !== undefined) options.push([OPTION.comment, encodeUtf8(comment)]);
  if (direction !== undefined) {
    options.push([OPTION.epb_flags, Uint8Array.of(DIRECTION[direction], 0, 0, 0)]);
  }
  return encodeBlock(BLOCK.enhancedPacket, fixed, options);
}

/** A whole capture at once. */
export function encodeCapture(
  application: string,
  interfaces: readonly CaptureInterface[],
  packets: readonly CapturedPacket[],
): Uint8Array {
  return concat([
    encodeSectionHeader(application),
    ...interfaces.map(encodeInterface),
    ...packets.map(encodePacket),
  ]);
}
