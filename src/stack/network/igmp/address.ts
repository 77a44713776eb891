/** The groups of IGMP itself: RFC 1112 §4, RFC 2236 §9, RFC 3376 §4.2.14. */
import { address, type Ipv4Address, isMulticast } from '../ipv4/address.ts';

/** 224.0.0.1, to which every host belongs and which none reports (RFC 3376 §5). */
export const ALL_SYSTEMS = address(0xe000_0001);
/** 224.0.0.2 */
export const ALL_ROUTERS = address(0xe000_0002);
/** 224.0.0.22 */
export const ALL_V3_ROUTERS = address(0xe000_0016);

export const isReported = (group: Ipv4Address): boolean =>
  isMulticast(group) && group !== ALL_SYSTEMS;
