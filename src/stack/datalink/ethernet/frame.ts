/**
 * Which form a frame has, as a reader must find out before it can go on.
 *
 *   L/T ≥ 0x0600 ─┬─ 0x8100 ──────────────────── tagged        IEEE 802.1Q §9.4
 *                 └─ else ────────────────────── ethernet-ii   IEEE 802.3 §3.2.6
 *   L/T ≤ 1500 ───┬─ data begins FF FF ───────── refused: Novell's raw 802.3, with no LLC
 *                 ├─ data begins AA AA 03 ────── 802.3-snap    IEEE 802-2014 §9.2
 *                 └─ else ────────────────────── 802.3-llc     IEEE 802.2
 */
import type { DecodeError } from '../../../base/errors.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import * as ethernetII from './ethernet-ii.ts';
import { decodeHeader, TYPE_MIN } from './header.ts';
import * as ieee8023 from './ieee8023.ts';

const SNAP_SAP = 0xaa;
const UI = 0x03;
const RAW = 0xffff;

export type Frame =
  | ({ readonly form: 'ethernet-ii' } & ethernetII.EthernetIIFrame)
  /** The payload begins with the tag's TCI: `vlan/tag.ts` takes the tag out of the frame. */
  | ({ readonly form: 'tagged' } & ethernetII.EthernetIIFrame)
  /** The payload is the LLC PDU: `llc/header.ts` reads it. */
  | ({ readonly form: '802.3-llc' } & ieee8023.Ieee8023Frame)
  /** The payload is the LLC PDU with its SNAP header: `snap/header.ts` reads it. */
  | ({ readonly form: '802.3-snap' } & ieee8023.Ieee8023Frame);

/** Addresses and payload are views of `octets`. */
export function decode(octets: Uint8Array): Result<Frame, DecodeError> {
  const header = decodeHeader(octets);
  if (!header.ok) return header;
  if (header.value.lengthOrType >= TYPE_MIN) {
    const typed = ethernetII.decode(octets);
    if (!typed.ok) return typed;
    const form = typed.value.type === ethernetII.TYPE.tag ? 'tagged' : 'ethernet-ii';
    return ok({ form, ...typed.value });
  }
  const counted = ieee8023.decode(octets);
  if (!counted.ok) return counted;
  const [dsap, ssap, control] = counted.value.payload;
  if (dsap === 0xff && ssap === 0xff) {
    return fail({ code: 'bad-field', protocol: '802.3', field: 'DSAP and SSAP', value: RAW });
  }
  const snap = dsap === SNAP_SAP && ssap === SNAP_SAP && control === UI;
  return ok({ form: snap ? '802.3-snap' : '802.3-llc', ...counted.value });
}
