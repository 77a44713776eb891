/** What a client makes of an ACK: RFC 2131 §4.4.5, RFC 2132. */
import { after, type Duration, type Instant, NEVER, seconds } from '../../../base/time.ts';
import {
  address,
  type Ipv4Address,
  type Ipv4Prefix,
  isUnicast,
  mask,
  UNSPECIFIED,
} from '../../network/ipv4/address.ts';
import { decodeDomainSearch } from './domain-search.ts';
import type { Message } from './message.ts';
import { addressesIn, addressIn, OPTION, type Options, textIn, uint16, uint32 } from './options.ts';
import { decodeRoutes, type Route } from './routes.ts';

/** RFC 2131 §3.3: for ever. */
export const INFINITE = 0xffff_ffff;
/** A lease that ends before a lost message is sent again twice is no lease, but a way to keep us busy. */
const LEASE_SECONDS_MIN = 10;
/** Half of that: a sooner T1 is not believed. */
const RENEWAL_SECONDS_MIN = 5;
/** RFC 2132 §5.1 */
const MTU_MIN = 68;
/** Of servers, search domains and routes: more than anybody can use. */
const LIST_MAX = 32;

export interface Lease {
  /** With the length of its network's prefix: the interface's address. */
  readonly address: Ipv4Prefix;
  /** The server identifier. */
  readonly server: Ipv4Address;
  /** All that are to be had, the default route among them. */
  readonly routes: readonly Route[];
  readonly domainNameServers: readonly Ipv4Address[];
  readonly domainName?: string;
  readonly domainSearch: readonly string[];
  readonly mtu?: number;
  /** T1: from then on the server is asked for more time. */
  readonly renewAt: Instant;
  /** T2: from then on any server is. */
  readonly rebindAt: Instant;
  readonly expiresAt: Instant;
  /** All that the server said, for what is not above. */
  readonly options: Options;
}

/** Undefined for what is no lease. It begins when the request left: `requestedAt` (RFC 2131 §4.4.1). */
export function leaseOf({ yiaddr, options }: Message, requestedAt: Instant): Lease | undefined {
  const server = addressIn(options, OPTION.serverIdentifier);
  const lifetime = uint32(options, OPTION.leaseTime);
  if (server === undefined || !isUnicast(server) || !isUnicast(yiaddr)) return undefined;
  if (lifetime === undefined || lifetime < LEASE_SECONDS_MIN) return undefined;
  const domainName = textIn(options, OPTION.domainName);
  const mtu = uint16(options, OPTION.interfaceMtu);
  return {
    address: { address: yiaddr, length: prefixLength(yiaddr, options) },
    server,
    routes: routesIn(options).slice(0, LIST_MAX),
    domainNameServers: addressesIn(options, OPTION.domainNameServer)
      .filter(isUnicast)
      .slice(0, LIST_MAX),
    ...(domainName === undefined ? {} : { domainName }),
    domainSearch: domainSearchIn(options),
    ...(mtu === undefined || mtu < MTU_MIN ? {} : { mtu }),
    ...times(lifetime, options, requestedAt),
    options,
  };
}

/** §4.4.5: T1 is half the lease and T2 seven eighths of it, unless the server has other sensible times. */
function times(lifetime: number, options: Options, requestedAt: Instant) {
  if (lifetime === INFINITE) return { renewAt: NEVER, rebindAt: NEVER, expiresAt: NEVER };
  const t1 = uint32(options, OPTION.renewalTime) ?? lifetime / 2;
  const t2 = uint32(options, OPTION.rebindingTime) ?? (lifetime * 7) / 8;
  const sensible = RENEWAL_SECONDS_MIN <= t1 && t1 < t2 && t2 < lifetime;
  const at = (n: number): Instant => after(requestedAt, seconds(n) as Duration);
  return {
    renewAt: at(sensible ? t1 : lifetime / 2),
    rebindAt: at(sensible ? t2 : (lifetime * 7) / 8),
    expiresAt: at(lifetime),
  };
}

/** From the subnet mask; when there is none, or one with holes, by the address's class (RFC 950 §2.1). */
function prefixLength(own: Ipv4Address, options: Options): number {
  const given = addressIn(options, OPTION.subnetMask);
  for (let length = 1; length <= 32; length++) if (given === mask(length)) return length;
  if (own >>> 31 === 0) return 8;
  return own >>> 30 === 2 ? 16 : 24;
}

/** RFC 3442: with classless routes the Router option counts for nothing. */
function routesIn(options: Options): readonly Route[] {
  const classless = decodeRoutes(options.get(OPTION.classlessRoutes) ?? new Uint8Array());
  const usable = classless.ok ? classless.value.filter(isUsable) : [];
  if (usable.length > 0) return usable;
  const everywhere = { address: address(0), length: 0 };
  return addressesIn(options, OPTION.router)
    .filter(isUnicast)
    .map((router) => ({ destination: everywhere, router }));
}

const isUsable = ({ router }: Route): boolean => router === UNSPECIFIED || isUnicast(router);

function domainSearchIn(options: Options): readonly string[] {
  const search = decodeDomainSearch(options.get(OPTION.domainSearch) ?? new Uint8Array());
  return search.ok ? search.value : [];
}
