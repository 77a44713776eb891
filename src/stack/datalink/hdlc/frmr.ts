/**
 * The information field of a FRMR, ISO/IEC 13239:2002 §5.5.3.4.2: the control field that was refused, the numbers
 * of who refuses, and why.
 *
 *   modulo 8      control 8 | 0 V(S) 3 C/R V(R) 3 | W X Y Z 0 0 0 0            (lowest bit first)
 *   modulo 128    control 16 | 0 V(S) 7 | C/R V(R) 7 | W X Y Z 0 0 0 0
 */
import type { DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Modulus } from './control.ts';

export interface Rejection {
  /** The refused control field: one octet in the low eight bits, or two, the first in the low eight. */
  readonly control: number;
  /** V(S) and V(R) of the station that refuses. */
  readonly vs: number;
  readonly vr: number;
  /** The refused frame was a response. */
  readonly response: boolean;
  /** W: the control field means nothing, or is not implemented. */
  readonly undefinedControl: boolean;
  /** X: information in a frame that must have none; W is set too. */
  readonly informed: boolean;
  /** Y: the information is longer than the station takes. */
  readonly tooLong: boolean;
  /** Z: N(R) acknowledges what was never sent, or was acknowledged before. */
  readonly invalidNr: boolean;
}

export function encodeRejection(rejection: Rejection, modulus: Modulus): Uint8Array {
  const { control, vs, vr, response } = rejection;
  const reasons =
    (rejection.undefinedControl ? 1 : 0) |
    (rejection.informed ? 2 : 0) |
    (rejection.tooLong ? 4 : 0) |
    (rejection.invalidNr ? 8 : 0);
  const answer = response ? 1 : 0;
  if (modulus === 8) return Uint8Array.of(control, (vs << 1) | (answer << 4) | (vr << 5), reasons);
  return Uint8Array.of(control & 0xff, control >> 8, vs << 1, answer | (vr << 1), reasons);
}

export function decodeRejection(
  information: Uint8Array,
  modulus: Modulus,
): Result<Rejection, DecodeError> {
  const need = modulus === 8 ? 3 : 5;
  if (information.length < need) {
    return fail({ code: 'truncated', protocol: 'hdlc', need, have: information.length });
  }
  const at = (index: number): number => information[index] as number;
  const reasons = at(need - 1);
  const numbers =
    modulus === 8
      ? { control: at(0), vs: (at(1) >> 1) & 7, response: (at(1) & 0x10) !== 0, vr: at(1) >> 5 }
      : {
          control: at(0) | (at(1) << 8),
          vs: at(2) >> 1,
          response: (at(3) & 1) === 1,
          vr: at(3) >> 1,
        };
  return ok({
    ...numbers,
    undefinedControl: (reasons & 1) !== 0,
    informed: (reasons & 2) !== 0,
    tooLong: (reasons & 4) !== 0,
    invalidNr: (reasons & 8) !== 0,
  });
}
