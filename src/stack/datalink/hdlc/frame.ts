/**
 * A frame between two flags, ISO/IEC 13239:2002 §4.2: address, control, information, frame check sequence.
 *
 *   +---------+---------+------ … ------+---------+
 *   | address | control |  information  |   FCS   |
 *   |   1 …   |  1 or 2 |     0 …       |    2    |
 *   +---------+---------+------ … ------+---------+
 *
 * ADCCP (ANSI X3.66) is the same protocol in fields, bits and numbers. What its text calls otherwise: an invalid
 * frame is "in error", and the frame that refuses was CMDR, command reject, before it took HDLC's name.
 */
import type { DecodeError } from '../../../base/errors.ts';
import { appendFcs16, FCS16_LENGTH, isFcs16Good } from '../../../base/fcs16.ts';
import { concat } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { decodeAddress, encodeAddress } from './address.ts';
import {
  type Control,
  decodeControl,
  encodeControl,
  isSupervisory,
  type Modulus,
} from './control.ts';

export interface FrameFormat {
  readonly modulus: Modulus;
  /** More than one octet of address. */
  readonly extendedAddress?: boolean;
}

export interface Frame {
  readonly address: number;
  readonly control: Control;
  readonly information: Uint8Array;
}

/** Frames that may carry information (§5.5); TEST and XID with it do more than without. */
const INFORMED = new Set<Control['kind']>(['I', 'UI', 'TEST', 'XID', 'FRMR']);

export const mayInform = (kind: Control['kind']): boolean => INFORMED.has(kind);

/** `octets`: what stood between two flags, stuffing undone. The information is a view of them. */
export function decode(octets: Uint8Array, format: FrameFormat): Result<Frame, DecodeError> {
  const need = 2 + FCS16_LENGTH;
  if (octets.length < need) {
    return fail({ code: 'truncated', protocol: 'hdlc', need, have: octets.length });
  }
  if (!isFcs16Good(octets)) return fail({ code: 'bad-checksum', protocol: 'hdlc' });
  const body = octets.subarray(0, -FCS16_LENGTH);
  const address = decodeAddress(body, format.extendedAddress);
  if (!address.ok) return address;
  const rest = body.subarray(address.value.length);
  const control = decodeControl(rest, format.modulus);
  if (!control.ok) return control;
  return ok({
    address: address.value.value,
    control: control.value.control,
    information: rest.subarray(control.value.length),
  });
}

export function encode(frame: Frame, format: FrameFormat): Uint8Array {
  return appendFcs16(
    concat([
      encodeAddress(frame.address, format.extendedAddress),
      encodeControl(frame.control, format.modulus),
      frame.information,
    ]),
  );
}

/** `RR N(R)=3 F`, `I N(S)=1 N(R)=0 P`: as transcripts name a frame. */
export function describeControl(control: Control, command: boolean): string {
  const parts: string[] = [control.kind];
  if (control.kind === 'I') parts.push(`N(S)=${control.ns}`, `N(R)=${control.nr}`);
  else if (isSupervisory(control.kind) && 'nr' in control) parts.push(`N(R)=${control.nr}`);
  if (control.pf) parts.push(command ? 'P' : 'F');
  return parts.join(' ');
}
