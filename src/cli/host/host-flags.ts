/** What the commands that run a host of netlab's own have in common: where it is, and what it is like. */
import * as Flags from '@oclif/core/flags';
import { UsageError } from '../../base/errors.ts';
import { microseconds, milliseconds } from '../../base/time.ts';
import type { ImpairmentSettings } from '../../medium/fate.ts';
import { freshSeed } from '../../node/chance.ts';
import type { Side } from '../../node/live-host/open-attachments.ts';
import {
  contains,
  formatPrefix,
  type IpAddress,
  type IpPrefix,
  isIpv4,
  parse,
  parsePrefix,
} from '../../stack/network/ip/address.ts';
import { boardFlag, seedFlag } from '../flags.ts';
import { en } from '../messages/en.ts';
import { quantity } from './quantity.ts';

const HOST = 'HOST';
const IMPAIRMENTS = 'IMPAIRMENTS';
const PERCENT = { min: 0, max: 100, helpGroup: IMPAIRMENTS };
const MILLISECONDS = { min: 0, max: 60_000, helpGroup: IMPAIRMENTS };
/** What comes after such a flag's one value is not its. */
const SEVERAL = { multiple: true, multipleNonGreedy: true, helpGroup: HOST } as const;

export const hostFlags = {
  tap: Flags.string({ summary: en['help.flag.tap'], helpGroup: HOST }),
  on: Flags.string({ summary: en['help.flag.on'], helpGroup: HOST }),
  board: boardFlag,
  address: Flags.string({ summary: en['help.flag.address'], ...SEVERAL }),
  gateway: Flags.string({ summary: en['help.flag.gateway'], ...SEVERAL }),
  kernel: Flags.string({ summary: en['help.flag.kernel'], ...SEVERAL }),
  neighbour: Flags.string({ summary: en['help.flag.neighbour'], helpGroup: HOST }),
  dhcp: Flags.boolean({ summary: en['help.flag.dhcp'], helpGroup: HOST }),
  slaac: Flags.boolean({ summary: en['help.flag.slaac'], allowNo: true, helpGroup: HOST }),
  detect: Flags.boolean({ summary: en['help.flag.detect'], allowNo: true, helpGroup: HOST }),
  dns: Flags.string({ summary: en['help.flag.dns'], ...SEVERAL }),
  mtu: Flags.integer({
    summary: en['help.flag.mtu'],
    default: 1500,
    min: 68,
    max: 1500,
    helpGroup: HOST,
  }),
  capture: Flags.string({ summary: en['help.flag.capture'], helpGroup: HOST }),
  seed: seedFlag,
  loss: quantity({ summary: en['help.flag.loss'], ...PERCENT }),
  duplicate: quantity({ summary: en['help.flag.duplicate'], ...PERCENT }),
  reorder: quantity({ summary: en['help.flag.reorder'], ...PERCENT }),
  corrupt: quantity({ summary: en['help.flag.corrupt'], ...PERCENT }),
  delay: quantity({ summary: en['help.flag.delay'], ...MILLISECONDS }),
  jitter: quantity({ summary: en['help.flag.jitter'], ...MILLISECONDS }),
};

export interface HostFlags {
  readonly tap?: string | undefined;
  readonly on?: string | undefined;
  readonly board: string;
  readonly address?: readonly string[] | undefined;
  readonly gateway?: readonly string[] | undefined;
  readonly kernel?: readonly string[] | undefined;
  readonly neighbour?: string | undefined;
  readonly dhcp: boolean;
  readonly slaac?: boolean | undefined;
  readonly detect?: boolean | undefined;
  readonly dns?: readonly string[] | undefined;
  readonly mtu: number;
  readonly capture?: string | undefined;
  readonly seed?: number | undefined;
  readonly loss?: number | undefined;
  readonly duplicate?: number | undefined;
  readonly reorder?: number | undefined;
  readonly corrupt?: number | undefined;
  readonly delay?: number | undefined;
  readonly jitter?: number | undefined;
}

interface OwnAddress {
  readonly prefix: IpPrefix;
  readonly interface: number;
}

export interface HostRequest {
  readonly tap: { readonly name: string; readonly kernel: readonly IpPrefix[] } | undefined;
  readonly on: string | undefined;
  readonly board: string;
  readonly addresses: readonly OwnAddress[];
  readonly gateways: readonly { readonly address: IpAddress; readonly interface: number }[];
  readonly neighbour: IpPrefix | undefined;
  readonly dhcp: boolean;
  readonly slaac: boolean;
  readonly detect: boolean;
  readonly dns: readonly IpAddress[];
  readonly mtu: number;
  readonly capture: string | undefined;
  readonly seed: number;
  readonly forwarding: boolean;
  readonly impairments: Omit<ImpairmentSettings, 'seed'> | undefined;
}

/** A packet that is held back is overtaken by those of so long. */
const HOLD = milliseconds(5);
/** RFC 8200 §5: no IPv6 over less. */
const IPV6_MTU_MIN = 1280;

/** What is taken for granted differs: a host is there for long, a ping is to be quick. */
export interface Defaults {
  readonly detect: boolean;
  readonly forwarding: boolean;
}

/** @throws UsageError no-attachment, bad-prefix, bad-ip-address, no-such-side, gateway-off-link */
export function readHostFlags(flags: HostFlags, defaults: Defaults): HostRequest {
  const sides = sidesOf(flags);
  const addresses = (flags.address ?? []).map((text) => readOwnAddress(text, sides));
  const { slaac = !defaults.forwarding, detect = defaults.detect } = flags;
  return {
    tap:
      flags.tap === undefined
        ? undefined
        : { name: flags.tap, kernel: (flags.kernel ?? []).map(readPrefix) },
    on: flags.on,
    board: flags.board,
    addresses,
    gateways: (flags.gateway ?? []).map((text) => readGateway(text, addresses, sides)),
    neighbour: flags.neighbour === undefined ? undefined : readPrefix(flags.neighbour),
    dhcp: flags.dhcp,
    slaac: slaac && flags.mtu >= IPV6_MTU_MIN,
    detect,
    dns: (flags.dns ?? []).map(readAddress),
    mtu: flags.mtu,
    capture: flags.capture,
    seed: flags.seed ?? freshSeed(),
    forwarding: defaults.forwarding,
    impairments: readImpairments(flags),
  };
}

function sidesOf({ tap, on }: HostFlags): readonly Side[] {
  if (tap === undefined && on === undefined) {
    throw new UsageError('no-attachment', 'a host is somewhere: --tap or --on');
  }
  return [
    ...(tap === undefined ? [] : ['tap' as const]),
    ...(on === undefined ? [] : ['board' as const]),
  ];
}

/** @throws UsageError bad-ip-address */
export function readAddress(text: string): IpAddress {
  const address = parse(text);
  if (address !== undefined) return address;
  throw new UsageError('bad-ip-address', `${text} is no IP address`, { address: text });
}

function readPrefix(text: string): IpPrefix {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return prefix;
  throw new UsageError('bad-prefix', `${text} is no address with a length`, { address: text });
}

/** `192.0.2.2/24`, or with the side that it is for: `192.0.2.2/24%board`. */
function readOwnAddress(text: string, sides: readonly Side[]): OwnAddress {
  const [address = '', side] = splitSide(text);
  return { prefix: readPrefix(address), interface: indexOf(side, sides) ?? 0 };
}

function readGateway(
  text: string,
  addresses: readonly OwnAddress[],
  sides: readonly Side[],
): { readonly address: IpAddress; readonly interface: number } {
  const [given = '', side] = splitSide(text);
  const address = readAddress(given);
  const near = addresses.find(
    ({ prefix }) => isSameVersion(prefix, address) && contains(prefix, address),
  );
  const index = indexOf(side, sides) ?? near?.interface ?? (isIpv4(address) ? undefined : 0);
  if (index !== undefined) return { address, interface: index };
  const own = addresses.map(({ prefix }) => formatPrefix(prefix)).join(', ');
  const details = { gateway: given, addresses: own };
  throw new UsageError('gateway-off-link', `${given} is on no link of the host`, details);
}

const isSameVersion = (prefix: IpPrefix, address: IpAddress): boolean =>
  isIpv4(prefix.address) === isIpv4(address);

const splitSide = (text: string): string[] => text.split('%', 2);

function indexOf(side: string | undefined, sides: readonly Side[]): number | undefined {
  if (side === undefined) return undefined;
  const index = (sides as readonly string[]).indexOf(side);
  if (index >= 0) return index;
  throw new UsageError('no-such-side', `there is no ${side} here`, {
    side,
    sides: sides.join(', '),
  });
}

function readImpairments(flags: HostFlags): HostRequest['impairments'] {
  const { loss = 0, duplicate = 0, reorder = 0, corrupt = 0, delay = 0, jitter = 0 } = flags;
  if ([loss, duplicate, reorder, corrupt, delay, jitter].every((value) => value === 0)) {
    return undefined;
  }
  return {
    loss: loss / 100,
    duplication: duplicate / 100,
    reordering: { probability: reorder / 100, hold: HOLD },
    // Handed up: no FCS is between a TAP device and us, and the checksums of the stack are to show.
    corruption: { probability: corrupt / 100, handUp: true },
    delay: microseconds(delay * 1000),
    jitter: microseconds(jitter * 1000),
  };
}
