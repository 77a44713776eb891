/**
 * DHCP options, RFC 2132: a code, a length, and so many octets; 0 pads and 255 ends.
 *
 * An option that comes more than once is one long option cut in pieces (RFC 3396 §7): so here each code
 * has one value, of any length.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { concat, fromAscii, toAscii, view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Ipv4Address } from '../../network/ipv4/address.ts';

/** RFC 2132, in its order; RFC 3046, 3397, 3442. */
export const OPTION = {
  pad: 0,
  subnetMask: 1,
  router: 3,
  domainNameServer: 6,
  hostName: 12,
  domainName: 15,
  interfaceMtu: 26,
  broadcastAddress: 28,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maximumMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  clientIdentifier: 61,
  relayAgentInformation: 82,
  domainSearch: 119,
  classlessRoutes: 121,
  end: 255,
} as const;

/** RFC 2132 §9.6 */
export const MESSAGE_TYPE = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

export type MessageType = (typeof MESSAGE_TYPE)[keyof typeof MESSAGE_TYPE];

/** In the order of the wire. */
export type Options = ReadonlyMap<number, Uint8Array>;

/** The most that one length octet can say. */
const PIECE_MAX = 255;

/**
 * Adds the options in `field` to `options`, the pieces of one option put together. A field whose end is not
 * marked ends with its octets: such messages are about.
 */
export function readOptions(
  field: Uint8Array,
  options: Map<number, Uint8Array>,
): Result<undefined, DecodeError> {
  const pieces = new Map<number, Uint8Array[]>();
  for (let at = 0; at < field.length; ) {
    const code = field[at] as number;
    if (code === OPTION.end) break;
    if (code === OPTION.pad) {
      at += 1;
      continue;
    }
    const length = field[at + 1];
    const need = at + 2 + (length ?? 0);
    if (length === undefined || need > field.length) {
      return fail({ code: 'truncated', protocol: 'dhcp', need, have: field.length });
    }
    const piece = field.subarray(at + 2, need);
    const before = pieces.get(code);
    if (before === undefined) pieces.set(code, [piece]);
    else before.push(piece);
    at = need;
  }
  for (const [code, parts] of pieces) {
    const before = options.get(code);
    options.set(code, concat(before === undefined ? parts : [before, ...parts]));
  }
  return ok(undefined);
}

/** One of the places of a message that options are written to. */
export interface Field {
  readonly room: number;
  readonly octets: number[];
}

/**
 * Writes an option to the first of `fields` that has room for it and for an end behind it. Of a long one only
 * the last piece is short enough to go elsewhere than to the first field, and so they stay in their order
 * (RFC 3396 §5). False, with nothing written, when it does not fit.
 */
export function writeOption(fields: readonly Field[], code: number, value: Uint8Array): boolean {
  assert(code > OPTION.pad && code < OPTION.end, `${code} is no option's code`);
  const before = fields.map((field) => field.octets.length);
  let at = 0;
  do {
    const piece = value.subarray(at, at + PIECE_MAX);
    const need = 2 + piece.length + 1;
    const field = fields.find(({ room, octets }) => room - octets.length >= need);
    if (field === undefined) {
      for (const [i, { octets }] of fields.entries()) octets.length = before[i] ?? 0;
      return false;
    }
    field.octets.push(code, piece.length, ...piece);
    at += PIECE_MAX;
  } while (at < value.length);
  return true;
}

// The values, by their forms. What has not the length that its form wants is as if it were not there.

export function messageType(options: Options): MessageType | undefined {
  const type = uint8(options, OPTION.messageType) ?? 0;
  return type >= MESSAGE_TYPE.discover && type <= MESSAGE_TYPE.inform
    ? (type as MessageType)
    : undefined;
}

const sized = (options: Options, code: number, length: number): DataView | undefined => {
  const value = options.get(code);
  return value?.length === length ? view(value) : undefined;
};

export const uint8 = (options: Options, code: number): number | undefined =>
  sized(options, code, 1)?.getUint8(0);
export const uint16 = (options: Options, code: number): number | undefined =>
  sized(options, code, 2)?.getUint16(0);
export const uint32 = (options: Options, code: number): number | undefined =>
  sized(options, code, 4)?.getUint32(0);
export const addressIn = (options: Options, code: number): Ipv4Address | undefined =>
  uint32(options, code) as Ipv4Address | undefined;

/** None when the option is not there, or is no whole number of addresses. */
export function addressesIn(options: Options, code: number): readonly Ipv4Address[] {
  const value = options.get(code) ?? new Uint8Array();
  if (value.length % 4 !== 0) return [];
  const octets = view(value);
  return Array.from({ length: value.length / 4 }, (_, i) => octets.getUint32(4 * i) as Ipv4Address);
}

/** Without the NUL that some put at its end (RFC 2132 §2); what is not printable is a dot. */
export function textIn(options: Options, code: number): string | undefined {
  const value = options.get(code);
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  const text = toAscii(end < 0 ? value : value.subarray(0, end));
  return text === '' ? undefined : text;
}

export const ofUint8 = (n: number): Uint8Array => Uint8Array.of(n);
export const ofUint16 = (n: number): Uint8Array => Uint8Array.of(n >>> 8, n & 0xff);
export const ofUint32 = (n: number): Uint8Array =>
  Uint8Array.of(n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);
export const ofAddresses = (...addresses: readonly Ipv4Address[]): Uint8Array =>
  concat(addresses.map(ofUint32));
export const ofText = (text: string): Uint8Array => fromAscii(text);
