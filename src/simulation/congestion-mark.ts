/** What a router's queue does in place of a drop: Congestion Experienced in the IP header, RFC 3168 §5. */
import { TYPE } from '../stack/datalink/ethernet/ethernet-ii.ts';
import { HEADER_LENGTH } from '../stack/datalink/ethernet/header.ts';
import { ECN, ecn } from '../stack/network/ipv4/dscp.ts';
import { setTrafficClass, trafficClass } from '../stack/network/ipv4/header.ts';
import { trafficClass as trafficClass6 } from '../stack/network/ipv6/header.ts';
import type { Frame } from './frame.ts';

const TYPE_AT = 12;
/** Where the ECN field lies in the second octet of an IPv6 header. */
const ECN_IPV6 = 0x30;

/** False when the frame's sender does not understand marks, so that it must be dropped to be told. */
export function mark({ packet, start, end }: Frame): boolean {
  const at = start + HEADER_LENGTH;
  if (end - at < 2) return false;
  const type = packet.view.getUint16(start + TYPE_AT);
  if (type === TYPE.ipv4) {
    const before = trafficClass(packet, at);
    if (ecn(before) === ECN.notEct || end - at < 20) return false;
    setTrafficClass(packet, at, before | ECN.ce);
    return true;
  }
  if (type !== TYPE.ipv6 || ecn(trafficClass6(packet, at)) === ECN.notEct) return false;
  packet.view.setUint8(at + 1, packet.view.getUint8(at + 1) | ECN_IPV6);
  return true;
}
