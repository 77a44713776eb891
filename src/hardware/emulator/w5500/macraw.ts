/** Which frames socket 0 takes in MACRAW mode: Sn_MR's upper bits, datasheet §4.2 (Sn_MR). */
import { BCASTB, MFEN, MIP6B, MMB } from './registers.ts';

const ETHERTYPE_IPV6 = 0x86dd;

const startsWith = (frame: Uint8Array, octets: ArrayLike<number>): boolean => {
  for (let i = 0; i < octets.length; i++) if (frame[i] !== octets[i]) return false;
  return true;
};

const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
/** The block of group addresses that IPv4 multicast maps to, RFC 1112 §6.4. */
const IPV4_MULTICAST = [0x01, 0x00, 0x5e];

/**
 * @param mode Sn_MR. MFEN admits what is for `address`, for everyone or for a group; BCASTB and MMB take
 *   broadcast and IPv4 multicast out again; MIP6B blocks IPv6 whatever MFEN says.
 */
export function admits(mode: number, address: Uint8Array, frame: Uint8Array): boolean {
  const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  if ((mode & MIP6B) !== 0 && type === ETHERTYPE_IPV6) return false;
  if ((mode & MFEN) === 0) return true;
  if (startsWith(frame, BROADCAST)) return (mode & BCASTB) === 0;
  if (startsWith(frame, IPV4_MULTICAST)) return (mode & MMB) === 0;
  return ((frame[0] ?? 0) & 1) === 1 || startsWith(frame, address);
}
