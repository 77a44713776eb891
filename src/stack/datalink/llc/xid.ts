/** The basic XID information field, IEEE 802.2-1998 §5.4.1.1.2: what a station's LLC can do. */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

const FORMAT = 0x81;
const LENGTH = 3;
const TYPES = 0x1f;

export interface Xid {
  /** The types of service, a bit each: 1 connectionless, 2 connection-mode, 4 acknowledged. */
  readonly types: number;
  /** k: how many I PDUs may be unacknowledged, 0 … 127. */
  readonly receiveWindow: number;
}

export function decode(information: Uint8Array): Result<Xid, DecodeError> {
  const [format = 0, types = 0, window = 0] = information;
  if (information.length < LENGTH) {
    return fail({ code: 'truncated', protocol: 'xid', need: LENGTH, have: information.length });
  }
  if (format !== FORMAT) {
    return fail({ code: 'bad-field', protocol: 'xid', field: 'format', value: format });
  }
  return ok({ types: types & TYPES, receiveWindow: window >> 1 });
}

export function encode({ types, receiveWindow }: Xid): Uint8Array {
  assert(types >= 0 && types <= TYPES, `${types} are no service types`);
  assert(receiveWindow >= 0 && receiveWindow < 128, `a window of ${receiveWindow} is too wide`);
  return Uint8Array.of(FORMAT, types, receiveWindow << 1);
}
