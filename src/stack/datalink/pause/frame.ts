/**
 * The PAUSE frame, IEEE 802.3-2018 clause 31 and annex 31B: a MAC Control frame that asks the other end of a full-duplex
 * link to send no data for a time. To 01-80-C2-00-00-01, which no bridge forwards.
 *
 *    0           6        12      14      16      18
 *   +-----------+--------+-------+-------+-------+------ … ------+
 *   | multicast | source | 88 08 | 00 01 | quanta| zeros to 60   |
 *   +-----------+--------+-------+-------+-------+------ … ------+
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { equal, view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

export const PAUSE_ADDRESS: Uint8Array = Uint8Array.of(0x01, 0x80, 0xc2, 0x00, 0x00, 0x01);
const MAC_CONTROL = 0x8808;
const OPCODE_PAUSE = 0x0001;
const FRAME_LENGTH = 60;
const FIELDS_END = 18;
/** A quantum, in bit times of the link (§31B.2). */
export const QUANTUM_BITS = 512;

export interface Pause {
  readonly source: Uint8Array;
  /** How long, in quanta of 512 bit times, 0 … 65535. 0 lets the other go on at once. */
  readonly quanta: number;
}

/** `own`: this station's address. A frame to another is refused. */
export function decode(frame: Uint8Array, own?: Uint8Array): Result<Pause, DecodeError> {
  if (frame.length < FIELDS_END) {
    return fail({ code: 'truncated', protocol: 'pause', need: FIELDS_END, have: frame.length });
  }
  const fields = view(frame);
  const destination = frame.subarray(0, 6);
  const mine = equal(destination, PAUSE_ADDRESS) || (own !== undefined && equal(destination, own));
  if (!mine) return refuse('destination', fields.getUint16(0));
  if (fields.getUint16(12) !== MAC_CONTROL) return refuse('type', fields.getUint16(12));
  if (fields.getUint16(14) !== OPCODE_PAUSE) return refuse('opcode', fields.getUint16(14));
  return ok({ source: frame.slice(6, 12), quanta: fields.getUint16(16) });
}

const refuse = (field: string, value: number) =>
  fail({ code: 'bad-field', protocol: 'pause', field, value } as const);

export function encode({ source, quanta }: Pause): Uint8Array {
  assert(quanta >= 0 && quanta <= 0xffff, `${quanta} quanta do not fit the field`);
  const frame = new Uint8Array(FRAME_LENGTH);
  frame.set(PAUSE_ADDRESS);
  frame.set(source, 6);
  const fields = view(frame);
  fields.setUint16(12, MAC_CONTROL);
  fields.setUint16(14, OPCODE_PAUSE);
  fields.setUint16(16, quanta);
  return frame;
}
