/**
 * The control field, ISO/IEC 13239:2002 §5.3: one octet where frames are numbered modulo 8; two for I and S
 * frames modulo 128. Bit 1 is the lowest, and goes out first.
 *
 *            modulo 8                        modulo 128
 *            1  2  3  4   5   6  7  8        1  2  3 … 8     9   10 … 16
 *   I        0 |  N(S)  | P | N(R)  |        0 |  N(S)    | P/F |  N(R)  |
 *   S        1  0 |type |P/F| N(R)  |        1  0 |type|0 0 0 0| P/F | N(R) |
 *   U        1  1 |type |P/F| type  |        as modulo 8
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

export type Modulus = 8 | 128;

/** Receive ready, receive not ready, reject, selective reject (§5.5.2). */
export const SUPERVISORY = ['RR', 'RNR', 'REJ', 'SREJ'] as const;
export type Supervisory = (typeof SUPERVISORY)[number];

/** The type bits of U frames, P/F left out (§5.5.3, table 6). DM and SARM, DISC and RD share theirs. */
const UNNUMBERED = {
  UI: 0x03,
  SNRM: 0x83,
  SNRME: 0xcf,
  SARME: 0x4f,
  SABM: 0x2f,
  SABME: 0x6f,
  SIM: 0x07,
  DISC: 0x43,
  UP: 0x23,
  RSET: 0x8f,
  XID: 0xaf,
  TEST: 0xe3,
  UA: 0x63,
  DM: 0x0f,
  FRMR: 0x87,
} as const;
export type Unnumbered = keyof typeof UNNUMBERED;

const NAMES = new Map<number, Unnumbered>(
  Object.entries(UNNUMBERED).map(([name, bits]) => [bits, name as Unnumbered]),
);
const PF = 0x10;

export type Control =
  /** `pf`: the poll bit of a command, the final bit of a response. */
  | { readonly kind: 'I'; readonly ns: number; readonly nr: number; readonly pf: boolean }
  | { readonly kind: Supervisory; readonly nr: number; readonly pf: boolean }
  | { readonly kind: Unnumbered; readonly pf: boolean };

export interface DecodedControl {
  readonly control: Control;
  readonly length: 1 | 2;
}

/** The error's value is the octet, or both octets, that mean nothing: what a FRMR sends back. */
export function decodeControl(
  octets: Uint8Array,
  modulus: Modulus,
): Result<DecodedControl, DecodeError> {
  const [first, second] = octets;
  if (first === undefined) return truncated(1, 0);
  if ((first & 3) === 3) return decodeUnnumbered(first);
  if (modulus === 8)
    return ok({ control: numbered(first, first >> 5, (first & PF) !== 0, 7), length: 1 });
  if (second === undefined) return truncated(2, 1);
  if ((first & 1) === 1 && first >> 4 !== 0) {
    return fail({
      code: 'bad-field',
      protocol: 'hdlc',
      field: 'control',
      value: first | (second << 8),
    });
  }
  return ok({ control: numbered(first, second >> 1, (second & 1) === 1, 127), length: 2 });
}

function numbered(first: number, nr: number, pf: boolean, mask: 7 | 127): Control {
  if ((first & 1) === 0) return { kind: 'I', ns: (first >> 1) & mask, nr, pf };
  return { kind: SUPERVISORY[(first >> 2) & 3] as Supervisory, nr, pf };
}

function decodeUnnumbered(first: number): Result<DecodedControl, DecodeError> {
  const kind = NAMES.get(first & ~PF);
  if (kind === undefined) {
    return fail({ code: 'bad-field', protocol: 'hdlc', field: 'control', value: first });
  }
  return ok({ control: { kind, pf: (first & PF) !== 0 }, length: 1 });
}

const truncated = (need: number, have: number) =>
  fail({ code: 'truncated', protocol: 'hdlc', need, have } as const);

export const isSupervisory = (kind: Control['kind']): kind is Supervisory =>
  SUPERVISORY.some((name) => name === kind);

export function encodeControl(control: Control, modulus: Modulus): Uint8Array {
  const { kind, pf } = control;
  if (!('nr' in control)) {
    return Uint8Array.of(UNNUMBERED[kind as Unnumbered] | (pf ? PF : 0));
  }
  const { nr } = control;
  assert(nr >= 0 && nr < modulus, `N(R) ${nr} is not below ${modulus}`);
  const low =
    control.kind === 'I'
      ? numberOf(control.ns, modulus) << 1
      : 1 | (SUPERVISORY.indexOf(control.kind) << 2);
  if (modulus === 8) return Uint8Array.of(low | (pf ? PF : 0) | (nr << 5));
  return Uint8Array.of(low, (pf ? 1 : 0) | (nr << 1));
}

function numberOf(ns: number, modulus: Modulus): number {
  assert(ns >= 0 && ns < modulus, `N(S) ${ns} is not below ${modulus}`);
  return ns;
}
