/**
 * A frame of the plain link that the ARQ machines run over: as little as can be, so that the protocol is all there
 * is to see. The FCS is HDLC's (RFC 1662 appendix C.2).
 *
 *    0       1        2 …                n−2
 *   +-------+--------+------- … -------+---------+
 *   | kind  | number |    information  |   FCS   |
 *   +-------+--------+------- … -------+---------+
 *   kind: 0 data, 1 acknowledgment of all before `number`, 2 acknowledgment of `number` alone
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { appendFcs16, FCS16_LENGTH, isFcs16Good } from '../../../base/fcs16.ts';
import { concat } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

const KINDS = ['data', 'acknowledge-before', 'acknowledge-one'] as const;

export interface Frame {
  readonly kind: (typeof KINDS)[number];
  /** 0 … 255; the machines count modulo less. */
  readonly number: number;
  /** Empty in acknowledgments. */
  readonly information: Uint8Array;
}

const HEADER_LENGTH = 2;
export const OVERHEAD = HEADER_LENGTH + FCS16_LENGTH;

/** The information is a view of `octets`. */
export function decode(octets: Uint8Array): Result<Frame, DecodeError> {
  if (octets.length < OVERHEAD) {
    return fail({ code: 'truncated', protocol: 'arq', need: OVERHEAD, have: octets.length });
  }
  if (!isFcs16Good(octets)) return fail({ code: 'bad-checksum', protocol: 'arq' });
  const [value, number] = octets as Uint8Array & { 0: number; 1: number };
  const kind = KINDS[value];
  if (kind === undefined) return fail({ code: 'bad-field', protocol: 'arq', field: 'kind', value });
  const information = octets.subarray(HEADER_LENGTH, -FCS16_LENGTH);
  if (kind !== 'data' && information.length > 0) {
    return fail({ code: 'bad-field', protocol: 'arq', field: 'length', value: octets.length });
  }
  return ok({ kind, number: number as number, information });
}

export function encode({ kind, number, information }: Frame): Uint8Array {
  assert(number >= 0 && number <= 0xff, `number ${number} does not fit an octet`);
  assert(kind === 'data' || information.length === 0, 'an acknowledgment carries no information');
  return appendFcs16(concat([Uint8Array.of(KINDS.indexOf(kind), number), information]));
}
