/**
 * The frame check sequence, IEEE 802.3-2018 §3.2.9: a CRC-32 over addresses, length or type, data and
 * padding. Its first bit on the wire is x^31; as octets go out least significant bit first, that is the
 * reflected CRC in little-endian order.
 */
import { crc32 } from '../../../base/crc32.ts';
import { assert, type DecodeError } from '../../../base/errors.ts';
import { view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

const FCS_LENGTH = 4;

/** A copy of `frame` with its FCS. */
export function append(frame: Uint8Array): Uint8Array {
  assert(frame.length > 0, 'an empty frame has no FCS');
  const octets = new Uint8Array(frame.length + FCS_LENGTH);
  octets.set(frame);
  view(octets).setUint32(frame.length, crc32(frame), true);
  return octets;
}

/** The frame without its FCS, as a view of `octets`, when the FCS is right. */
export function check(octets: Uint8Array): Result<Uint8Array, DecodeError> {
  const length = octets.length - FCS_LENGTH;
  if (length <= 0) {
    const need = FCS_LENGTH + 1;
    return fail({ code: 'truncated', protocol: 'ethernet', need, have: octets.length });
  }
  const frame = octets.subarray(0, length);
  if (view(octets).getUint32(length, true) !== crc32(frame)) {
    return fail({ code: 'bad-checksum', protocol: 'ethernet' });
  }
  return ok(frame);
}
