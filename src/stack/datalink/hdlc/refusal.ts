/** Which frames a station in the information transfer state refuses with FRMR: ISO/IEC 13239:2002 §5.6.4. */
import { type Control, encodeControl, type Modulus } from './control.ts';
import { type Frame, mayInform } from './frame.ts';
import type { Rejection } from './frmr.ts';

export interface Limits {
  readonly modulus: Modulus;
  /** N1, in octets. */
  readonly informationMax: number;
  isValid(nr: number): boolean;
}

const KNOWN_COMMANDS = new Set<Control['kind']>(['I', 'RR', 'RNR', 'REJ', 'SREJ', 'TEST']);
const KNOWN_RESPONSES = new Set<Control['kind']>([...KNOWN_COMMANDS, 'UA']);

/** Why `frame` is refused; undefined when it is not. */
export function refusalOf(
  { control, information }: Frame,
  command: boolean,
  limits: Limits,
): Partial<Rejection> | undefined {
  if (information.length > 0 && !mayInform(control.kind)) {
    return { undefinedControl: true, informed: true };
  }
  if (information.length > limits.informationMax) return { tooLong: true };
  if ('nr' in control && !limits.isValid(control.nr)) return { invalidNr: true };
  const known = command ? KNOWN_COMMANDS : KNOWN_RESPONSES;
  return known.has(control.kind) ? undefined : { undefinedControl: true };
}

/** The control field as a FRMR gives it back: the first octet in the low eight bits. */
export function rawControl(control: Control, modulus: Modulus): number {
  const [first = 0, second = 0] = encodeControl(control, modulus);
  return first | (second << 8);
}
