import { type IpAddress, type IpPrefix, isIpv4 } from '../../stack/network/ip/address.ts';
import { UNSPECIFIED } from '../../stack/network/ipv4/address.ts';
import { UNSPECIFIED as UNSPECIFIED_6 } from '../../stack/network/ipv6/address.ts';

/** What a default route leads to, in the version of `address`. */
export const everywhere = (address: IpAddress): IpPrefix =>
  isIpv4(address) ? { address: UNSPECIFIED, length: 0 } : { address: UNSPECIFIED_6, length: 0 };
