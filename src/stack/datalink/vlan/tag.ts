/**
 * The customer VLAN tag, IEEE 802.1Q-2018 §9.4 to §9.6. It stands between the source address and the
 * length or type of any frame, which with the tag taken out is an ordinary one again.
 *
 *    0                12      14  15              16
 *   +------- … -------+-------+-----+---+---------+-------+---- … ----+
 *   |    addresses    | 81 00 | PCP |DEI|   VID   |  L/T  |    data   |
 *   +------- … -------+-------+-----+---+---------+-------+---- … ----+
 *                       TPID    3 b  1 b   12 b
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

const TPID = 0x8100;
const TAG_LENGTH = 4;
/** Table 9-2: reserved for implementations, never in a tag. */
const VID_RESERVED = 0xfff;

const AT = 12;
/** Addresses, tag, and the length or type behind it. */
const TAGGED_HEADER_LENGTH = AT + TAG_LENGTH + 2;

export interface Tag {
  /** Priority code point, 0 … 7. */
  readonly pcp: number;
  /** Drop eligible indicator. */
  readonly dei: boolean;
  /** VLAN identifier, 0 … 4094; 0 is the null VID: priority alone (Table 9-2). */
  readonly vid: number;
}

export interface Untagged {
  readonly tag: Tag;
  /** A copy, not padded: a tagged frame of 60 octets leaves 56. */
  readonly frame: Uint8Array;
}

export function remove(tagged: Uint8Array): Result<Untagged, DecodeError> {
  if (tagged.length < TAGGED_HEADER_LENGTH) {
    const need = TAGGED_HEADER_LENGTH;
    return fail({ code: 'truncated', protocol: 'vlan', need, have: tagged.length });
  }
  const header = view(tagged);
  const tpid = header.getUint16(AT);
  if (tpid !== TPID) {
    return fail({ code: 'bad-field', protocol: 'vlan', field: 'TPID', value: tpid });
  }
  const tci = header.getUint16(AT + 2);
  const vid = tci & 0xfff;
  if (vid === VID_RESERVED) {
    return fail({ code: 'bad-field', protocol: 'vlan', field: 'VID', value: vid });
  }
  const frame = new Uint8Array(tagged.length - TAG_LENGTH);
  frame.set(tagged.subarray(0, AT));
  frame.set(tagged.subarray(AT + TAG_LENGTH), AT);
  return ok({ tag: { pcp: tci >> 13, dei: (tci & 0x1000) !== 0, vid }, frame });
}

/** A copy of `frame` with the tag in it; a padded frame keeps its padding. */
export function insert(frame: Uint8Array, { pcp, dei, vid }: Tag): Uint8Array {
  assert(frame.length >= TAGGED_HEADER_LENGTH - TAG_LENGTH, 'a frame has at least its header');
  assert(pcp >= 0 && pcp <= 7, `PCP ${pcp} is not in 0 … 7`);
  assert(vid >= 0 && vid < VID_RESERVED, `VID ${vid} is not in 0 … 4094`);
  const tagged = new Uint8Array(frame.length + TAG_LENGTH);
  tagged.set(frame.subarray(0, AT));
  tagged.set(frame.subarray(AT), AT + TAG_LENGTH);
  const header = view(tagged);
  header.setUint16(AT, TPID);
  header.setUint16(AT + 2, (pcp << 13) | (dei ? 0x1000 : 0) | vid);
  return tagged;
}
