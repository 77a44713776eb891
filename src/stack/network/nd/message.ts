/**
 * The messages of neighbour discovery, RFC 4861 §4, with the router preference of RFC 4191 §2.2.
 *
 *    0               8               16                              32
 *   +---------------+---------------+-------------------------------+
 *   |     Type      |   Code = 0    |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |  RA: Cur Hop Limit | M O · Prf  · Router Lifetime · NA: R S O · else reserved  |
 *   +---------------------------------------------------------------+
 *   |  RA: Reachable Time, Retrans Timer · NS, NA: Target · Redirect: Target, Destination
 *   +---------------------------------------------------------------+
 *   |  options                                                      …
 *
 * The codec begins at the ICMPv6 type. The checksum is not its own: `icmpv6/message.ts` validates it
 * before `decode` and fills it in (`writeChecksum`) after `encode`, which leaves it zero. What is sent has
 * hop limit 255, and is never fragmented; what came in fragments the host drops (RFC 6980 §5).
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { concat, view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import {
  ADDRESS_LENGTH,
  type Ipv6Address,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  sameAddress,
  solicitedNode,
} from '../ipv6/address.ts';
import { decodeOptions, encodeOptions, hardwareOf, type Option } from './options.ts';

export const TYPE = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  redirect: 137,
} as const;

type Type = (typeof TYPE)[keyof typeof TYPE];

/** Is it one of our types, which `decode` takes? */
export const isNeighbourDiscovery = (type: number): type is Type =>
  type >= TYPE.routerSolicitation && type <= TYPE.redirect;

/** What no router could have passed on (§3.1). */
export const HOP_LIMIT = 255;

/** The octets before the options. */
const FIXED_LENGTH: Readonly<Record<Type, number>> = {
  [TYPE.routerSolicitation]: 8,
  [TYPE.routerAdvertisement]: 16,
  [TYPE.neighbourSolicitation]: 24,
  [TYPE.neighbourAdvertisement]: 24,
  [TYPE.redirect]: 40,
};

const MANAGED = 0x80;
const OTHER_CONFIGURATION = 0x40;
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;

export type Preference = 'low' | 'medium' | 'high';

/** RFC 4191 §2.1; 2 is reserved and counts as medium. */
const PREFERENCES: readonly Preference[] = ['medium', 'high', 'medium', 'low'];
const PREFERENCE_BITS: Readonly<Record<Preference, number>> = { medium: 0, high: 1, low: 3 };

export interface RouterAdvertisement {
  readonly kind: 'router advertisement';
  /** 0 when the router does not say; so are the two times. */
  readonly currentHopLimit: number;
  readonly managed: boolean;
  readonly otherConfiguration: boolean;
  readonly preference: Preference;
  /** 0 when it is no default router. */
  readonly lifetime_s: number;
  readonly reachableTime_ms: number;
  readonly retransTimer_ms: number;
  readonly options: readonly Option[];
}

export interface NeighbourSolicitation {
  readonly kind: 'neighbour solicitation';
  readonly target: Ipv6Address;
  readonly options: readonly Option[];
}

export interface NeighbourAdvertisement {
  readonly kind: 'neighbour advertisement';
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly target: Ipv6Address;
  readonly options: readonly Option[];
}

export interface Redirect {
  readonly kind: 'redirect';
  /** The better first hop; `destination` itself when that is on the link. */
  readonly target: Ipv6Address;
  readonly destination: Ipv6Address;
  readonly options: readonly Option[];
}

export type Message =
  | { readonly kind: 'router solicitation'; readonly options: readonly Option[] }
  | RouterAdvertisement
  | NeighbourSolicitation
  | NeighbourAdvertisement
  | Redirect;

/** What the packet's IPv6 header says. */
export interface Envelope {
  readonly hopLimit: number;
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
}

const bad = (field: string, value: number): Result<never, DecodeError> =>
  fail({ code: 'bad-field', protocol: 'nd', field, value });

/**
 * Makes every check of §6.1, §7.1 and §8.1 but two: the checksum's, and whether a redirect comes from the
 * first hop, which `destinations.ts` knows. Addresses and options are views of `octets`.
 */
export function decode(octets: Uint8Array, envelope: Envelope): Result<Message, DecodeError> {
  const type = octets[0] ?? 0;
  if (!isNeighbourDiscovery(type)) return bad('type', type);
  const need = FIXED_LENGTH[type];
  if (octets.length < need) {
    return fail({ code: 'truncated', protocol: 'nd', need, have: octets.length });
  }
  if (envelope.hopLimit !== HOP_LIMIT) return bad('hop limit', envelope.hopLimit);
  if (octets[1] !== 0) return bad('code', octets[1] as number);
  const options = decodeOptions(octets.subarray(need));
  if (!options.ok) return options;
  const message = messageOf(type, octets, options.value);
  const fault = faultIn(message, envelope);
  return fault === undefined ? ok(message) : bad(fault.field, fault.value);
}

function messageOf(type: Type, octets: Uint8Array, options: readonly Option[]): Message {
  switch (type) {
    case TYPE.routerSolicitation:
      return { kind: 'router solicitation', options };
    case TYPE.routerAdvertisement:
      return routerAdvertisement(octets, options);
    case TYPE.neighbourSolicitation:
      return { kind: 'neighbour solicitation', target: octets.subarray(8, 24), options };
    case TYPE.neighbourAdvertisement: {
      const flags = octets[4] as number;
      return {
        kind: 'neighbour advertisement',
        router: (flags & ROUTER) !== 0,
        solicited: (flags & SOLICITED) !== 0,
        override: (flags & OVERRIDE) !== 0,
        target: octets.subarray(8, 24),
        options,
      };
    }
    case TYPE.redirect:
      return {
        kind: 'redirect',
        target: octets.subarray(8, 24),
        destination: octets.subarray(24, 40),
        options,
      };
  }
}

function routerAdvertisement(octets: Uint8Array, options: readonly Option[]): RouterAdvertisement {
  const fields = view(octets);
  const flags = fields.getUint8(5);
  return {
    kind: 'router advertisement',
    currentHopLimit: fields.getUint8(4),
    managed: (flags & MANAGED) !== 0,
    otherConfiguration: (flags & OTHER_CONFIGURATION) !== 0,
    preference: PREFERENCES[(flags >>> 3) & 3] as Preference,
    lifetime_s: fields.getUint16(6),
    reachableTime_ms: fields.getUint32(8),
    retransTimer_ms: fields.getUint32(12),
    options,
  };
}

interface FieldFault {
  readonly field: string;
  /** The first octet of the address at fault, or the flag. */
  readonly value: number;
}

const faulty = (field: string, address: Ipv6Address): FieldFault => ({
  field,
  value: address[0] as number,
});

/** What is wrong between the message and the packet that it came in. */
function faultIn(message: Message, envelope: Envelope): FieldFault | undefined {
  const { source, destination } = envelope;
  switch (message.kind) {
    case 'router solicitation': // §6.1.1
      return nameless(message.options, source);
    case 'router advertisement': // §6.1.2
      return isLinkLocal(source) ? undefined : faulty('source', source);
    case 'neighbour solicitation':
      return faultInSolicitation(message, envelope);
    case 'neighbour advertisement': // §7.1.2
      if (isMulticast(message.target)) return faulty('target', message.target);
      return message.solicited && isMulticast(destination)
        ? { field: 'solicited flag', value: 1 }
        : undefined;
    case 'redirect':
      return faultInRedirect(message, source);
  }
}

/** §7.1.1 */
function faultInSolicitation(
  { target, options }: NeighbourSolicitation,
  { source, destination }: Envelope,
): FieldFault | undefined {
  if (isMulticast(target)) return faulty('target', target);
  if (isUnspecified(source) && !sameAddress(destination, solicitedNode(target))) {
    return faulty('destination', destination);
  }
  return nameless(options, source);
}

/** §8.1 */
function faultInRedirect(
  { target, destination }: Redirect,
  source: Ipv6Address,
): FieldFault | undefined {
  if (!isLinkLocal(source)) return faulty('source', source);
  if (isMulticast(destination)) return faulty('redirected destination', destination);
  return isLinkLocal(target) || sameAddress(target, destination)
    ? undefined
    : faulty('target', target);
}

/** Who has no address yet has none to tell the hardware address of. */
function nameless(options: readonly Option[], source: Ipv6Address): FieldFault | undefined {
  if (!isUnspecified(source)) return undefined;
  const hardware = hardwareOf(options, 'source link-layer address');
  return hardware === undefined
    ? undefined
    : { field: 'source link-layer address', value: hardware[0] as number };
}

/** From the ICMPv6 type on, the checksum zero. */
export function encode(message: Message): Uint8Array {
  const octets = concat([new Uint8Array(fixedLength(message)), encodeOptions(message.options)]);
  octets[0] = typeOf(message);
  switch (message.kind) {
    case 'router solicitation':
      break;
    case 'router advertisement':
      writeRouterAdvertisement(octets, message);
      break;
    case 'neighbour advertisement':
      octets[4] =
        (message.router ? ROUTER : 0) |
        (message.solicited ? SOLICITED : 0) |
        (message.override ? OVERRIDE : 0);
      writeAddress(octets, 8, message.target);
      break;
    case 'neighbour solicitation':
      writeAddress(octets, 8, message.target);
      break;
    case 'redirect':
      writeAddress(octets, 8, message.target);
      writeAddress(octets, 24, message.destination);
      break;
  }
  return octets;
}

function writeRouterAdvertisement(octets: Uint8Array, message: RouterAdvertisement): void {
  const fields = view(octets);
  fields.setUint8(4, message.currentHopLimit);
  fields.setUint8(
    5,
    (message.managed ? MANAGED : 0) |
      (message.otherConfiguration ? OTHER_CONFIGURATION : 0) |
      (PREFERENCE_BITS[message.preference] << 3),
  );
  fields.setUint16(6, message.lifetime_s);
  fields.setUint32(8, message.reachableTime_ms);
  fields.setUint32(12, message.retransTimer_ms);
}

function writeAddress(octets: Uint8Array, at: number, address: Ipv6Address): void {
  assert(address.length === ADDRESS_LENGTH, 'an address has 16 octets');
  octets.set(address, at);
}

const TYPE_OF: Readonly<Record<Message['kind'], Type>> = {
  'router solicitation': TYPE.routerSolicitation,
  'router advertisement': TYPE.routerAdvertisement,
  'neighbour solicitation': TYPE.neighbourSolicitation,
  'neighbour advertisement': TYPE.neighbourAdvertisement,
  redirect: TYPE.redirect,
};

const typeOf = (message: Message): Type => TYPE_OF[message.kind];
const fixedLength = (message: Message): number => FIXED_LENGTH[typeOf(message)];
