/**
 * The MAC header that all forms of an Ethernet frame share, IEEE 802.3-2018 §3.1.1, without preamble
 * and FCS: the network card makes and takes those.
 *
 *    0                       6                       12      14
 *   +-----------------------+-----------------------+-------+-------- … --------+-----+
 *   |  Destination Address  |    Source Address     | L / T |  MAC client data  | pad |
 *   +-----------------------+-----------------------+-------+-------- … --------+-----+
 *
 * L/T is a length up to 1500 and a type from 0x0600 on; what lies between is undefined (§3.2.6).
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { ADDRESS_LENGTH } from './address.ts';

export const HEADER_LENGTH = 14;
/** The most MAC client data that a basic frame carries, §3.2.7. */
export const DATA_MAX = 1500;
/** minFrameSize (64) without the FCS, §4.4.2. */
export const FRAME_MIN = 60;
/** The least number that is a type, §3.2.6. */
export const TYPE_MIN = 0x0600;

const SOURCE = 6;
const LENGTH_OR_TYPE = 12;

export interface Header {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly lengthOrType: number;
}

/** The addresses are views of `frame`. Shorter than 60 octets is taken too: a medium need not pad. */
export function decodeHeader(frame: Uint8Array): Result<Header, DecodeError> {
  if (frame.length < HEADER_LENGTH) {
    return fail({
      code: 'truncated',
      protocol: 'ethernet',
      need: HEADER_LENGTH,
      have: frame.length,
    });
  }
  return ok({
    destination: frame.subarray(0, SOURCE),
    source: frame.subarray(SOURCE, LENGTH_OR_TYPE),
    lengthOrType: view(frame).getUint16(LENGTH_OR_TYPE),
  });
}

/** Header and data, padded with zeros to 60 octets (§3.2.8). */
export function encodeFrame(header: Header, data: Uint8Array): Uint8Array {
  assert(header.destination.length === ADDRESS_LENGTH, 'a destination address has six octets');
  assert(header.source.length === ADDRESS_LENGTH, 'a source address has six octets');
  const frame = new Uint8Array(Math.max(FRAME_MIN, HEADER_LENGTH + data.length));
  frame.set(header.destination);
  frame.set(header.source, SOURCE);
  view(frame).setUint16(LENGTH_OR_TYPE, header.lengthOrType);
  frame.set(data, HEADER_LENGTH);
  return frame;
}
