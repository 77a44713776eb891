/**
 * Logical link control, IEEE 802.2-1998 (ISO/IEC 8802-2) §3 and §5.
 *
 *    0        1        2             3 or 4
 *   +--------+--------+-------------+---------- … ----------+
 *   |  DSAP  |  SSAP  |   Control   |      Information      |
 *   +--------+--------+-------------+---------- … ----------+
 *
 *   Control, the least significant bit on the right:
 *     I   N(S) 0 · N(R) P/F      two octets
 *     S   0000 SS 01 · N(R) P/F  two octets
 *     U   MMM P/F MM 11          one octet
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

/** The low bit of the SSAP octet: a response, not a command (§3.3.1.2). */
const RESPONSE = 0x01;
const POLL_FINAL_U = 0x10;
const POLL_FINAL = 0x01;
/** The address octets and the shorter control field. */
const HEADER_MIN = 3;

/** Supervisory functions, §5.4.2.2: the first control octet. */
const SUPERVISORY = { RR: 0x01, RNR: 0x05, REJ: 0x09 } as const;

/** Unnumbered functions, §5.4.1 and §5.4.2.3 and, type 3, §5.4.3: the control octet with P/F 0. */
const UNNUMBERED = {
  UI: 0x03,
  DM: 0x0f,
  DISC: 0x43,
  UA: 0x63,
  AC0: 0x67,
  SABME: 0x6f,
  FRMR: 0x87,
  XID: 0xaf,
  TEST: 0xe3,
  AC1: 0xe7,
} as const;

type SupervisoryFunction = keyof typeof SUPERVISORY;
export type UnnumberedFunction = keyof typeof UNNUMBERED;

/** `pollFinal` is P in a command, F in a response; `ns` and `nr` count modulo 128. */
export type Control =
  | {
      readonly format: 'I';
      readonly ns: number;
      readonly nr: number;
      readonly pollFinal: boolean;
    }
  | {
      readonly format: 'S';
      readonly function: SupervisoryFunction;
      readonly nr: number;
      readonly pollFinal: boolean;
    }
  | {
      readonly format: 'U';
      readonly function: UnnumberedFunction;
      readonly pollFinal: boolean;
    };

export interface Pdu {
  /** The whole octet: its low bit tells a group address. */
  readonly dsap: number;
  /** Even: the octet without its C/R bit. */
  readonly ssap: number;
  readonly response: boolean;
  readonly control: Control;
  readonly information: Uint8Array;
}

/** Sends datagrams without a connection: what all but a few LLC users need. */
export const UI: Control = { format: 'U', function: 'UI', pollFinal: false };

function named<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  code: number,
): Name | undefined {
  for (const name in codes) if (codes[name] === code) return name;
  return undefined;
}

function decodeControl(first: number, second: number): Control | undefined {
  const nr = second >> 1;
  const pollFinal = (second & POLL_FINAL) !== 0;
  if ((first & 0x01) === 0) return { format: 'I', ns: first >> 1, nr, pollFinal };
  if ((first & 0x02) === 0) {
    // The upper four bits are reserved, sent as 0 (§5.4.2.2) and not looked at.
    const name = named(SUPERVISORY, first & 0x0f);
    return name && { format: 'S', function: name, nr, pollFinal };
  }
  const name = named(UNNUMBERED, first & ~POLL_FINAL_U);
  return name && { format: 'U', function: name, pollFinal: (first & POLL_FINAL_U) !== 0 };
}

/** `information` is a view of `octets`, which end where the frame's length field says. */
export function decode(octets: Uint8Array): Result<Pdu, DecodeError> {
  const [dsap = 0, ssap = 0, first = 0, second = 0] = octets;
  const long = octets.length >= HEADER_MIN && (first & 0x03) !== 0x03;
  const length = long ? HEADER_MIN + 1 : HEADER_MIN;
  if (octets.length < length) {
    return fail({ code: 'truncated', protocol: 'llc', need: length, have: octets.length });
  }
  const control = decodeControl(first, second);
  if (control === undefined) {
    return fail({ code: 'bad-field', protocol: 'llc', field: 'control', value: first });
  }
  return ok({
    dsap,
    ssap: ssap & ~RESPONSE,
    response: (ssap & RESPONSE) !== 0,
    control,
    information: octets.subarray(length),
  });
}

function encodeControl(control: Control): readonly number[] {
  if (control.format === 'U') {
    return [UNNUMBERED[control.function] | (control.pollFinal ? POLL_FINAL_U : 0)];
  }
  assert(control.nr >= 0 && control.nr < 128, `N(R) ${control.nr} is not modulo 128`);
  const second = (control.nr << 1) | (control.pollFinal ? POLL_FINAL : 0);
  if (control.format === 'S') return [SUPERVISORY[control.function], second];
  assert(control.ns >= 0 && control.ns < 128, `N(S) ${control.ns} is not modulo 128`);
  return [control.ns << 1, second];
}

export function encode({ dsap, ssap, response, control, information }: Pdu): Uint8Array {
  assert(dsap >= 0 && dsap <= 0xff, `DSAP ${dsap} is no octet`);
  assert(ssap >= 0 && ssap <= 0xff && ssap % 2 === 0, `SSAP ${ssap} is no even octet`);
  const header = [dsap, response ? ssap | RESPONSE : ssap, ...encodeControl(control)];
  const octets = new Uint8Array(header.length + information.length);
  octets.set(header);
  octets.set(information, header.length);
  return octets;
}
