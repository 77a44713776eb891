/** Ethernet II: the header's last field is a type (IEEE 802.3-2018 §3.2.6 b; once DIX 2.0). */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { DATA_MAX, decodeHeader, encodeFrame, HEADER_LENGTH, TYPE_MIN } from './header.ts';

/** Types that netlab's protocols and labs use, from the IEEE registry. */
export const TYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  /** IEEE 802.1Q: a tag follows. */
  tag: 0x8100,
  ipv6: 0x86dd,
  /** IEEE 802 Local Experimental Ethertype 1 and 2: for use within one laboratory. */
  experimental1: 0x88b5,
  experimental2: 0x88b6,
} as const;

/** Room for the tag and the type behind it, IEEE 802.3-2018 §3.2.7 b. */
const TAGGED_DATA_MAX = DATA_MAX + 4;

const dataMax = (type: number): number => (type === TYPE.tag ? TAGGED_DATA_MAX : DATA_MAX);

export interface EthernetIIFrame {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly type: number;
  /** Padding included: nothing in this form tells it from data, the protocol above must. */
  readonly payload: Uint8Array;
}

/** Addresses and payload are views of `frame`. */
export function decode(frame: Uint8Array): Result<EthernetIIFrame, DecodeError> {
  const header = decodeHeader(frame);
  if (!header.ok) return header;
  const { destination, source, lengthOrType: type } = header.value;
  if (type < TYPE_MIN) {
    return fail({ code: 'bad-field', protocol: 'ethernet-ii', field: 'type', value: type });
  }
  const payload = frame.subarray(HEADER_LENGTH);
  if (payload.length > dataMax(type)) {
    const field = 'payload length';
    return fail({ code: 'bad-field', protocol: 'ethernet-ii', field, value: payload.length });
  }
  return ok({ destination, source, type, payload });
}

export function encode({ destination, source, type, payload }: EthernetIIFrame): Uint8Array {
  assert(type >= TYPE_MIN && type <= 0xffff, `${type} is no type`);
  assert(payload.length <= dataMax(type), `${payload.length} octets are too many for a frame`);
  return encodeFrame({ destination, source, lengthOrType: type }, payload);
}
