/**
 * The options of neighbour discovery: RFC 4861 §4.6, the nonce of RFC 3971 §5.3.2, DNS of RFC 8106 §5.
 *
 *    0               8               16
 *   +---------------+---------------+---------------- …
 *   |     Type      |    Length     |  body              Length counts units of eight octets, these two
 *   +---------------+---------------+---------------- …  octets among them, and is never zero.
 *
 * An option that is unknown, or known but of a length or with a value that makes no sense, is handed on
 * as `other`, and so passed over as §4.6 wants; only a length that leads nowhere spoils the message.
 * The route information of RFC 4191 is among the others: our hosts are of its type B.
 */
import { assert, type DecodeError } from '../../../base/errors.ts';
import { concat, view } from '../../../base/octets.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { ADDRESS_LENGTH, type Ipv6Address, type Ipv6Prefix } from '../ipv6/address.ts';
import { decodeDomains, encodeDomains } from './domains.ts';

export const OPTION = {
  sourceLinkLayerAddress: 1,
  targetLinkLayerAddress: 2,
  prefixInformation: 3,
  redirectedHeader: 4,
  mtu: 5,
  nonce: 14,
  recursiveDnsServers: 25,
  dnsSearchList: 31,
} as const;

/** A lifetime that never ends, in seconds on the wire (§4.6.2). */
export const INFINITE_s = 0xffff_ffff;

const UNIT = 8;
/** An Ethernet address, the type and the length fill one unit (RFC 2464 §6). */
const HARDWARE_LENGTH = 6;
const PREFIX_BODY_LENGTH = 30;
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;

export interface PrefixInformation {
  readonly kind: 'prefix information';
  /** Bits behind its length are to be ignored. */
  readonly prefix: Ipv6Prefix;
  readonly onLink: boolean;
  readonly autonomous: boolean;
  readonly valid_s: number;
  readonly preferred_s: number;
}

export type Option =
  | {
      readonly kind: 'source link-layer address' | 'target link-layer address';
      /** Six octets: of Ethernet. */
      readonly hardware: Uint8Array;
    }
  | PrefixInformation
  /** As much of the packet that was redirected as fits, from its IPv6 header on. */
  | { readonly kind: 'redirected header'; readonly quoted: Uint8Array }
  | { readonly kind: 'mtu'; readonly mtu: number }
  | { readonly kind: 'nonce'; readonly nonce: Uint8Array }
  | {
      readonly kind: 'recursive dns servers';
      readonly lifetime_s: number;
      readonly servers: readonly Ipv6Address[];
    }
  | {
      readonly kind: 'dns search list';
      readonly lifetime_s: number;
      readonly domains: readonly string[];
    }
  | { readonly kind: 'other'; readonly type: number; readonly body: Uint8Array };

/** The first option of `kind`: who sends two of what should be one is heard once. */
export function find<Kind extends Option['kind']>(
  options: readonly Option[],
  kind: Kind,
): Extract<Option, { readonly kind: Kind }> | undefined {
  for (const option of options) {
    if (option.kind === kind) return option as Extract<Option, { readonly kind: Kind }>;
  }
  return undefined;
}

/** The hardware address that an option tells, or undefined. A view of the packet. */
export function hardwareOf(
  options: readonly Option[],
  kind: 'source link-layer address' | 'target link-layer address',
): Uint8Array | undefined {
  for (const option of options) if (option.kind === kind) return option.hardware;
  return undefined;
}

/** All of `octets` must be options; what they hold are views of it. */
export function decodeOptions(octets: Uint8Array): Result<readonly Option[], DecodeError> {
  const options: Option[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = (octets[at + 1] ?? 0) * UNIT;
    if (length === 0 || at + length > octets.length) {
      return fail({
        code: 'bad-field',
        protocol: 'nd',
        field: 'option length',
        value: length / UNIT,
      });
    }
    options.push(optionOf(octets[at] as number, octets.subarray(at + 2, at + length)));
    at += length;
  }
  return ok(options);
}

function optionOf(type: number, body: Uint8Array): Option {
  return knownOption(type, body) ?? { kind: 'other', type, body };
}

function knownOption(type: number, body: Uint8Array): Option | undefined {
  switch (type) {
    case OPTION.sourceLinkLayerAddress:
    case OPTION.targetLinkLayerAddress: {
      if (body.length !== HARDWARE_LENGTH) return undefined;
      const source = type === OPTION.sourceLinkLayerAddress;
      const kind = source ? 'source link-layer address' : 'target link-layer address';
      return { kind, hardware: body };
    }
    case OPTION.prefixInformation:
      return prefixInformation(body);
    case OPTION.redirectedHeader:
      return { kind: 'redirected header', quoted: body.subarray(6) };
    case OPTION.mtu:
      return body.length === 6 ? { kind: 'mtu', mtu: view(body).getUint32(2) } : undefined;
    case OPTION.nonce:
      return { kind: 'nonce', nonce: body };
    case OPTION.recursiveDnsServers:
      return recursiveDnsServers(body);
    case OPTION.dnsSearchList: {
      const domains = decodeDomains(body.subarray(6));
      if (domains === undefined) return undefined;
      return { kind: 'dns search list', lifetime_s: view(body).getUint32(2), domains };
    }
    default:
      return undefined;
  }
}

function prefixInformation(body: Uint8Array): Option | undefined {
  const length = body[0] as number;
  if (body.length !== PREFIX_BODY_LENGTH || length > 128) return undefined;
  const flags = body[1] as number;
  return {
    kind: 'prefix information',
    prefix: { address: body.subarray(14), length },
    onLink: (flags & ON_LINK) !== 0,
    autonomous: (flags & AUTONOMOUS) !== 0,
    valid_s: view(body).getUint32(2),
    preferred_s: view(body).getUint32(6),
  };
}

function recursiveDnsServers(body: Uint8Array): Option | undefined {
  const count = (body.length - 6) / ADDRESS_LENGTH;
  if (count < 1 || !Number.isInteger(count)) return undefined; // RFC 8106 §5.3.1
  const servers = Array.from({ length: count }, (_, i) => {
    const at = 6 + i * ADDRESS_LENGTH;
    return body.subarray(at, at + ADDRESS_LENGTH);
  });
  return { kind: 'recursive dns servers', lifetime_s: view(body).getUint32(2), servers };
}

export const encodeOptions = (options: readonly Option[]): Uint8Array =>
  concat(options.map(encodeOption));

function encodeOption(option: Option): Uint8Array {
  switch (option.kind) {
    case 'source link-layer address':
      return assemble(OPTION.sourceLinkLayerAddress, option.hardware);
    case 'target link-layer address':
      return assemble(OPTION.targetLinkLayerAddress, option.hardware);
    case 'prefix information':
      return assemble(OPTION.prefixInformation, prefixBody(option));
    case 'redirected header':
      return assemble(OPTION.redirectedHeader, concat([new Uint8Array(6), option.quoted]));
    case 'mtu':
      return assemble(OPTION.mtu, withWord(option.mtu, new Uint8Array()));
    case 'nonce':
      return assemble(OPTION.nonce, option.nonce);
    case 'recursive dns servers':
      return assemble(
        OPTION.recursiveDnsServers,
        withWord(option.lifetime_s, concat(option.servers)),
      );
    case 'dns search list':
      return assemble(
        OPTION.dnsSearchList,
        withWord(option.lifetime_s, encodeDomains(option.domains)),
      );
    case 'other':
      return assemble(option.type, option.body);
  }
}

/** Two octets that are reserved, `word`, and `behind`. */
function withWord(word: number, behind: Uint8Array): Uint8Array {
  const body = new Uint8Array(6 + behind.length);
  view(body).setUint32(2, word);
  body.set(behind, 6);
  return body;
}

function prefixBody(option: PrefixInformation): Uint8Array {
  const { prefix } = option;
  assert(prefix.address.length === ADDRESS_LENGTH, 'a prefix has 16 octets');
  const body = new Uint8Array(PREFIX_BODY_LENGTH);
  body[0] = prefix.length;
  body[1] = (option.onLink ? ON_LINK : 0) | (option.autonomous ? AUTONOMOUS : 0);
  view(body).setUint32(2, option.valid_s);
  view(body).setUint32(6, option.preferred_s);
  body.set(prefix.address, 14);
  return body;
}

/** Padded with zeros to whole units. */
function assemble(type: number, body: Uint8Array): Uint8Array {
  const units = Math.ceil((body.length + 2) / UNIT);
  assert(units <= 0xff, 'an option has 2040 octets at most');
  const octets = new Uint8Array(units * UNIT);
  octets[0] = type;
  octets[1] = units;
  octets.set(body, 2);
  return octets;
}
