/**
 * The address field, ISO/IEC 13239:2002 §4.2.2: one octet, or with extended addressing (§4.7.1) as many as
 * needed, of which the last alone has its lowest bit set. Commands carry the address of the station that
 * receives them, responses that of the one that sends them.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

/** The two ends of a balanced link as X.25 calls them: ITU-T X.25 §2.4.2. */
export const LAPB_A = 0x03;
export const LAPB_B = 0x01;

/** Four octets of seven bits each are more than anyone uses. */
const EXTENDED_MAX = 4;

export interface Address {
  /** The number in the field's bits; with extended addressing without the lowest bit of each octet. */
  readonly value: number;
  readonly length: number;
}

export function decodeAddress(octets: Uint8Array, extended = false): Result<Address, DecodeError> {
  if (octets.length === 0) {
    return fail({ code: 'truncated', protocol: 'hdlc', need: 1, have: 0 });
  }
  if (!extended) return ok({ value: octets[0] as number, length: 1 });
  let value = 0;
  for (let at = 0; at < Math.min(octets.length, EXTENDED_MAX); at++) {
    const octet = octets[at] as number;
    value = value * 128 + (octet >> 1);
    if ((octet & 1) === 1) return ok({ value, length: at + 1 });
  }
  if (octets.length < EXTENDED_MAX) {
    const have = octets.length;
    return fail({ code: 'truncated', protocol: 'hdlc', need: have + 1, have });
  }
  return fail({ code: 'bad-field', protocol: 'hdlc', field: 'address', value });
}

/** The shortest form of `value`: 0 … 255, or with extended addressing 0 … 2^28 − 1. */
export function encodeAddress(value: number, extended = false): Uint8Array {
  if (!extended) {
    assert(value >= 0 && value <= 0xff, `an address of ${value} does not fit one octet`);
    return Uint8Array.of(value);
  }
  assert(value >= 0 && value < 2 ** (7 * EXTENDED_MAX), `an address of ${value} is too long`);
  const octets = [((value & 0x7f) << 1) | 1];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift((rest & 0x7f) << 1);
  }
  return Uint8Array.from(octets);
}
