/**
 * Which of our addresses a datagram has as its source: the rules of RFC 6724 §5 that say something on a
 * host without mobility, tunnels and labels, for IPv4 as for IPv6:
 *
 *   1. the destination itself, when it is ours;
 *   2. the least scope that reaches the destination;
 *   3. one that is not deprecated;
 *   8. the one that has the most leading bits in common with the next hop, then with the destination.
 *
 * Rule 5 is met by looking at the addresses of the outgoing interface first, and at all others only when
 * it has none (RFC 6724 §4 wants that for IPv6; a router's unnumbered interface needs it for IPv4).
 */
import {
  type IpAddress,
  isIpv4,
  isIpv4Words,
  isLinkLocal,
  isLoopback,
  isMulticast,
  same,
  toWords,
} from '../network/ip/address.ts';
import { multicastScope } from '../network/ipv6/address.ts';
import type { Interface } from './interface.ts';
import type { OwnAddress, OwnAddresses } from './own-addresses.ts';

const SCOPE_LINK = 2;
const SCOPE_GLOBAL = 14;

/** RFC 6724 §3.1 and §3.2. */
function scopeOf(a: IpAddress): number {
  if (!isIpv4(a) && isMulticast(a)) return multicastScope(a);
  return isLinkLocal(a) || isLoopback(a) ? SCOPE_LINK : SCOPE_GLOBAL;
}

export function chooseSource(
  addresses: OwnAddresses,
  device: Interface,
  destination: IpAddress,
  nextHop: IpAddress,
): IpAddress | undefined {
  const own = best(addresses.of(device), destination, nextHop);
  if (own !== undefined) return own.address;
  // A link-local address of another link would mean somebody else there.
  const others = [...addresses.all()].filter(({ address }) => !isLinkLocal(address));
  return best(others, destination, nextHop)?.address;
}

function best(
  candidates: readonly OwnAddress[],
  destination: IpAddress,
  nextHop: IpAddress,
): OwnAddress | undefined {
  let chosen: OwnAddress | undefined;
  for (const candidate of candidates) {
    if (candidate.state === 'tentative') continue;
    if (isIpv4(candidate.address) !== isIpv4(destination)) continue;
    if (chosen === undefined || isBetter(candidate, chosen, destination, nextHop)) {
      chosen = candidate;
    }
  }
  return chosen;
}

function isBetter(
  a: OwnAddress,
  b: OwnAddress,
  destination: IpAddress,
  nextHop: IpAddress,
): boolean {
  if (same(a.address, destination)) return true;
  if (same(b.address, destination)) return false;
  const [scopeA, scopeB] = [scopeOf(a.address), scopeOf(b.address)];
  if (scopeA !== scopeB) {
    const least = Math.min(scopeA, scopeB);
    const leastReaches = least >= scopeOf(destination);
    return (scopeA === least) === leastReaches;
  }
  if (a.state !== b.state) return a.state === 'preferred';
  const near = common(a, nextHop) - common(b, nextHop);
  return near !== 0 ? near > 0 : common(a, destination) > common(b, destination);
}

/** Leading bits in common, of the prefix only (RFC 6724 §2.2). */
function common(own: OwnAddress, other: IpAddress): number {
  if (isIpv4(own.address) !== isIpv4(other)) return 0;
  const words = toWords(other);
  const first = isIpv4Words(words, 0) ? 3 : 0;
  for (let i = first; i < 4; i++) {
    const differing = (own.words[i] as number) ^ (words[i] as number);
    if (differing !== 0)
      return Math.min(own.prefixLength, 32 * (i - first) + Math.clz32(differing));
  }
  return own.prefixLength;
}
