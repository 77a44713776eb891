/** Which frames a W5500 in MACRAW mode lets through: Sn_MR, datasheet §4.2. */
import { FILTER } from '../control/messages.ts';

const IPV6 = 0x86dd;

/** `frame` has at least 14 octets; `filter` is a sum of FILTER, `own` the address in SHAR. */
export function passes(frame: Uint8Array, filter: number, own: Uint8Array): boolean {
  const type = ((frame[12] as number) << 8) | (frame[13] as number);
  if ((filter & FILTER.MIP6B) !== 0 && type === IPV6) return false;
  if ((filter & FILTER.MFEN) === 0) return true;
  if (startsWith(frame, BROADCAST)) return (filter & FILTER.BCASTB) === 0;
  if (startsWith(frame, IPV4_MULTICAST)) return (filter & FILTER.MMB) === 0;
  const group = ((frame[0] as number) & 1) === 1; // I/G bit, IEEE 802 §8.2.
  return group || startsWith(frame, own);
}

const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
const IPV4_MULTICAST = Uint8Array.of(0x01, 0x00, 0x5e); // RFC 1112 §6.4.

const startsWith = (frame: Uint8Array, prefix: Uint8Array): boolean =>
  prefix.every((octet, i) => frame[i] === octet);
