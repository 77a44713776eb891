/** Which groups listener discovery tells of, and to whom: RFC 3810 §5.2.14, §6, RFC 4291 §2.7. */
import { type Ipv6Address, isMulticast, multicastScope, sameAddress } from '../ipv6/address.ts';
import { ALL_NODES } from '../nd/address.ts';

/** ff02::16. Not to be written to. */
export const ALL_MLDV2_ROUTERS: Ipv6Address = Uint8Array.of(
  ...[0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16],
);

const SCOPE_INTERFACE = 1;

/** §6: not all nodes, to which every node belongs, and not what stays in the node: scopes 0 and 1. */
export const isReported = (group: Ipv6Address): boolean =>
  isMulticast(group) && multicastScope(group) > SCOPE_INTERFACE && !sameAddress(group, ALL_NODES);
