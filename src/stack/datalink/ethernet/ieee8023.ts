/**
 * IEEE 802.3: the header's last field is the length of the data, so that padding can be told from it
 * (IEEE 802.3-2018 §3.2.6 a). The data is an LLC PDU.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { DATA_MAX, decodeHeader, encodeFrame, HEADER_LENGTH } from './header.ts';

export interface Ieee8023Frame {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  /** As many octets as the length field says. */
  readonly payload: Uint8Array;
}

/** Addresses and payload are views of `frame`; padding is cut off. */
export function decode(frame: Uint8Array): Result<Ieee8023Frame, DecodeError> {
  const header = decodeHeader(frame);
  if (!header.ok) return header;
  const { destination, source, lengthOrType: length } = header.value;
  if (length > DATA_MAX) {
    return fail({ code: 'bad-field', protocol: '802.3', field: 'length', value: length });
  }
  const need = HEADER_LENGTH + length;
  if (need > frame.length) {
    return fail({ code: 'truncated', protocol: '802.3', need, have: frame.length });
  }
  return ok({ destination, source, payload: frame.subarray(HEADER_LENGTH, need) });
}

export function encode({ destination, source, payload }: Ieee8023Frame): Uint8Array {
  assert(payload.length <= DATA_MAX, `${payload.length} octets are too many for a frame`);
  return encodeFrame({ destination, source, lengthOrType: payload.length }, payload);
}
