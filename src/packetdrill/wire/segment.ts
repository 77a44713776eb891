/**
 * TCP segments (RFC 9293 §3.1) as plain data. The interpreter has this codec to itself and shares none with
 * the stack that it judges: an error of the one would hide behind the same error of the other.
 */
import { checksum, SUM_VALID, sum } from '../../base/checksum.ts';
import { assert, type DecodeError } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import { asPacket } from '../../base/packet.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Flags, TcpOption } from '../language/ast.ts';
import { optionLength } from '../language/tcp-option.ts';

export const PROTOCOL_TCP = 6;
const HEADER_LENGTH = 20;

export type WireOption =
  | TcpOption
  | { readonly kind: 'unknown'; readonly code: number; readonly octets: Uint8Array };

export interface Segment {
  readonly protocol: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: Flags;
  /** The three bits between data offset and AE. */
  readonly reserved: number;
  readonly window: number;
  readonly urgent: number;
  readonly options: readonly WireOption[];
  readonly payload: Uint8Array;
}

const KIND = {
  eol: 0,
  nop: 1,
  mss: 2,
  wscale: 3,
  sackOK: 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
  fastOpen: 34,
  experimental: 254,
} as const;

/** RFC 6994 §3: what tells a fast open option of before RFC 7413 from other experiments. */
const FAST_OPEN_EXPERIMENT = 0xf989;

/** The bit of each flag in the fourth word of 16 bits, RFC 9293 §3.1 and RFC 9768 §2.1. */
const BITS: Readonly<Record<keyof Flags, number>> = {
  fin: 0x001,
  syn: 0x002,
  rst: 0x004,
  psh: 0x008,
  ack: 0x010,
  urg: 0x020,
  ece: 0x040,
  cwr: 0x080,
  ae: 0x100,
};
export const FLAG_NAMES = Object.keys(BITS) as readonly (keyof Flags)[];

/** `addressSum` is what both addresses add to the pseudo-header. */
export function encodeSegment(segment: Segment, addressSum: number): Uint8Array {
  const options = encodeOptions(segment.options);
  assert(options.length % 4 === 0, 'options end on a 32-bit boundary');
  const header = HEADER_LENGTH + options.length;
  const octets = new Uint8Array(header + segment.payload.length);
  const v = view(octets);
  let bits = ((header / 4) << 12) | (segment.reserved << 9);
  for (const name of FLAG_NAMES) if (segment.flags[name]) bits |= BITS[name];
  v.setUint16(0, segment.sourcePort);
  v.setUint16(2, segment.destinationPort);
  v.setUint32(4, segment.sequence);
  v.setUint32(8, segment.acknowledgment);
  v.setUint16(12, bits);
  v.setUint16(14, segment.window);
  v.setUint16(18, segment.urgent);
  octets.set(options, HEADER_LENGTH);
  octets.set(segment.payload, header);
  const pseudoHeader = addressSum + PROTOCOL_TCP + octets.length;
  v.setUint16(16, checksum(asPacket(octets), 0, octets.length, pseudoHeader));
  return octets;
}

function encodeOptions(options: readonly WireOption[]): Uint8Array {
  return Uint8Array.from(options.flatMap(encodeOption));
}

function encodeOption(option: WireOption): number[] {
  switch (option.kind) {
    case 'eol':
      return [KIND.eol];
    case 'nop':
      return [KIND.nop];
    case 'sackOK':
      return [KIND.sackOK, 2];
    case 'mss':
      return [KIND.mss, 4, ...u16(option.value)];
    case 'wscale':
      return [KIND.wscale, 3, option.value];
    case 'sack':
      return [KIND.sack, optionLength(option), ...option.blocks.flat().flatMap(u32)];
    case 'timestamp':
      assert(option.value !== 'any' && option.echo !== 'any', 'what is sent has a value');
      return [KIND.timestamp, 10, ...u32(option.value), ...u32(option.echo)];
    case 'md5':
      return [KIND.md5, optionLength(option), ...option.digest];
    case 'fast-open': {
      const { cookie, experimental } = option;
      assert(cookie !== 'own', 'what is sent has a cookie');
      const length = optionLength(option);
      if (!experimental) return [KIND.fastOpen, length, ...cookie];
      return [KIND.experimental, length, ...u16(FAST_OPEN_EXPERIMENT), ...cookie];
    }
    case 'unknown':
      return [option.code, 2 + option.octets.length, ...option.octets];
  }
}

const u16 = (n: number): number[] => [(n >>> 8) & 0xff, n & 0xff];
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n)];

/** The payload is a view of `octets`. */
export function decodeSegment(
  octets: Uint8Array,
  addressSum: number,
): Result<Segment, DecodeError> {
  const have = octets.length;
  if (have < HEADER_LENGTH) {
    return fail({ code: 'truncated', protocol: 'tcp', need: HEADER_LENGTH, have });
  }
  const v = view(octets);
  const bits = v.getUint16(12);
  const header = (bits >>> 12) * 4;
  if (header < HEADER_LENGTH || header > have) {
    return fail({ code: 'bad-field', protocol: 'tcp', field: 'data offset', value: header / 4 });
  }
  if (sum(asPacket(octets), 0, have, addressSum + PROTOCOL_TCP + have) !== SUM_VALID) {
    return fail({ code: 'bad-checksum', protocol: 'tcp' });
  }
  const options = decodeOptions(octets.subarray(HEADER_LENGTH, header));
  if (!options.ok) return options;
  return ok({
    protocol: 'tcp',
    sourcePort: v.getUint16(0),
    destinationPort: v.getUint16(2),
    sequence: v.getUint32(4),
    acknowledgment: v.getUint32(8),
    flags: decodeFlags(bits),
    reserved: (bits >>> 9) & 7,
    window: v.getUint16(14),
    urgent: v.getUint16(18),
    options: options.value,
    payload: octets.subarray(header),
  });
}

function decodeFlags(bits: number): Flags {
  const has = (name: keyof Flags): boolean => (bits & BITS[name]) !== 0;
  return {
    fin: has('fin'),
    syn: has('syn'),
    rst: has('rst'),
    psh: has('psh'),
    ack: has('ack'),
    urg: has('urg'),
    ece: has('ece'),
    cwr: has('cwr'),
    ae: has('ae'),
  };
}

/** Octets behind the end of the list are shown as what they are: zeros, each one more end (MUST-69). */
function decodeOptions(octets: Uint8Array): Result<WireOption[], DecodeError> {
  const options: WireOption[] = [];
  let at = 0;
  let ended = false;
  while (at < octets.length) {
    const code = octets[at] ?? 0;
    if (ended || code === KIND.eol || code === KIND.nop) {
      options.push(single(code, ended));
      ended ||= code === KIND.eol;
      at++;
      continue;
    }
    const length = octets[at + 1] ?? 0;
    if (length < 2 || at + length > octets.length) {
      return fail({ code: 'bad-field', protocol: 'tcp', field: 'option length', value: length });
    }
    options.push(decodeOption(code, octets.subarray(at + 2, at + length)));
    at += length;
  }
  return ok(options);
}

function single(code: number, ended: boolean): WireOption {
  if (code === KIND.eol) return { kind: 'eol' };
  if (code === KIND.nop && !ended) return { kind: 'nop' };
  return { kind: 'unknown', code, octets: new Uint8Array() };
}

/** An option of a length that its kind does not have is an unknown one. */
function decodeOption(code: number, body: Uint8Array): WireOption {
  const v = view(body);
  const { length } = body;
  if (code === KIND.mss && length === 2) return { kind: 'mss', value: v.getUint16(0) };
  if (code === KIND.wscale && length === 1) return { kind: 'wscale', value: v.getUint8(0) };
  if (code === KIND.sackOK && length === 0) return { kind: 'sackOK' };
  if (code === KIND.timestamp && length === 8) {
    return { kind: 'timestamp', value: v.getUint32(0), echo: v.getUint32(4) };
  }
  if (code === KIND.sack && length > 0 && length % 8 === 0) {
    const blocks = Array.from(
      { length: length / 8 },
      (_, i) => [v.getUint32(8 * i), v.getUint32(8 * i + 4)] as const,
    );
    return { kind: 'sack', blocks };
  }
  if (code === KIND.md5 && length === 16) return { kind: 'md5', digest: body };
  if (code === KIND.fastOpen) return { kind: 'fast-open', cookie: body, experimental: false };
  if (code === KIND.experimental && length >= 2 && v.getUint16(0) === FAST_OPEN_EXPERIMENT) {
    return { kind: 'fast-open', cookie: body.subarray(2), experimental: true };
  }
  return { kind: 'unknown', code, octets: body };
}
