/**
 * The Subnetwork Access Protocol, IEEE 802-2014 §9.2, with the LLC header that it always has: both SAPs
 * 0xAA, control UI.
 *
 *    0      1      2      3                    6             8
 *   +------+------+------+--------------------+-------------+----- … -----+
 *   |  AA  |  AA  |  03  |        OUI         | Protocol ID |   payload   |
 *   +------+------+------+--------------------+-------------+----- … -----+
 *
 * RFC 1042: under the OUI 00-00-00 the protocol identifier is an EtherType, so IPv4 is AA AA 03 00 00 00
 * 08 00.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

const HEADER_LENGTH = 8;
/** The OUI under which the protocol identifier is an EtherType, RFC 1042. */
export const OUI_ETHERTYPE = 0x000000;

/** DSAP, SSAP and control in one number. */
const LLC = 0xaaaa03;

export interface SnapPdu {
  /** 24 bits. */
  readonly oui: number;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** `pdu` begins with the DSAP and ends where the frame's length field says; `payload` is a view of it. */
export function decode(pdu: Uint8Array): Result<SnapPdu, DecodeError> {
  if (pdu.length < HEADER_LENGTH) {
    return fail({ code: 'truncated', protocol: 'snap', need: HEADER_LENGTH, have: pdu.length });
  }
  const header = view(pdu);
  const llc = header.getUint32(0) >>> 8;
  if (llc !== LLC) {
    return fail({ code: 'bad-field', protocol: 'snap', field: 'LLC header', value: llc });
  }
  return ok({
    oui: header.getUint32(2) & 0xffffff,
    protocol: header.getUint16(6),
    payload: pdu.subarray(HEADER_LENGTH),
  });
}

/** The whole LLC PDU, ready to be the data of an IEEE 802.3 frame. */
export function encode({ oui, protocol, payload }: SnapPdu): Uint8Array {
  assert(oui >= 0 && oui <= 0xffffff, `${oui} is no OUI`);
  assert(protocol >= 0 && protocol <= 0xffff, `${protocol} is no protocol identifier`);
  const pdu = new Uint8Array(HEADER_LENGTH + payload.length);
  const header = view(pdu);
  header.setUint32(0, LLC * 0x100 + (oui >>> 16));
  header.setUint16(4, oui & 0xffff);
  header.setUint16(6, protocol);
  pdu.set(payload, HEADER_LENGTH);
  return pdu;
}
