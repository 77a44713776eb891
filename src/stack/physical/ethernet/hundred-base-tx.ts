/**
 * A packet on a 100BASE-TX line, IEEE 802.3-2018 clauses 24 and 25: 4B/5B between J K and T R, the side-stream
 * scrambler, MLT-3. The J K stands in place of the first octet of the preamble (§24.2.2.1.4).
 */
import type { DecodeError } from '../../../base/errors.ts';
import { fail, type Result } from '../../../base/result.ts';
import { decodeStream, encodeStream } from '../four-b-five-b.ts';
import { decode as decodeMlt3, encode as encodeMlt3, type TernaryCells } from '../mlt3.ts';
import { findState, sideStream } from '../scrambler.ts';

/** Groups of idle around a packet here: enough for a receiver to find the scrambler. */
const IDLE = 16;

/** `octets`: what follows J K, so six octets of preamble, the SFD, and a MAC frame with its FCS. */
export const encode = (octets: Uint8Array, scramblerState: number): TernaryCells =>
  encodeMlt3(sideStream(encodeStream(octets, IDLE), scramblerState));

/** The octets between J K and T R. `cells` begin in the idle in front of the packet. */
export function decode(cells: TernaryCells): Result<Uint8Array, DecodeError> {
  const bits = decodeMlt3(cells);
  if (!bits.ok) return bits;
  const state = findState(bits.value);
  if (state === undefined) {
    return fail({ code: 'bad-field', protocol: '100BASE-TX', field: 'scrambler', value: 0 });
  }
  return decodeStream(sideStream(bits.value, state));
}
