/** What a script's `--options` set, over the defaults of the original. */
import { type Duration, microseconds } from '../base/time.ts';
import { type IpAddress, isIpv4, parse } from '../stack/network/ip/address.ts';
import type { ScriptOption } from './language/ast.ts';
import { Misfit } from './script-error.ts';

export interface ScriptConfig {
  /** Sockets of IPv6 may carry IPv4 (`ipv4-mapped-ipv6`): that changes nothing on the wire. */
  readonly version: 4 | 6;
  readonly local: IpAddress;
  readonly remote: IpAddress;
  readonly bindPort: number;
  readonly connectPort: number;
  readonly mtu: number;
  readonly tolerance: Duration;
  /** Of the time since the event before. */
  readonly tolerancePercent: number;
  /** Several segments may not stand for one long one of the script. */
  readonly strictSegments: boolean;
  readonly nonFatal: { readonly packet: boolean; readonly call: boolean };
  /** Microseconds of one tick of outbound timestamps; 0: their values are not checked. */
  readonly timestampTick: number;
  /** A timestamp echo that was never sent is taken in proportion. */
  readonly echoScaled: boolean;
  /** What was read and does nothing here. */
  readonly notes: readonly string[];
}

type Mutable = { -readonly [K in keyof ScriptConfig]: ScriptConfig[K] };

const IPV4 = { local: parse('192.168.0.1'), remote: parse('192.0.2.1') };
const IPV6 = { local: parse('fd3d:fa7b:d17d::1'), remote: parse('2001:db8::1') };

const MTU_MIN = 68;
const U16 = 0xffff;

/** Those that are about the original's way to run, its wires and its Python. */
const IGNORED: readonly string[] = [
  'code_command',
  'code_format',
  'code_sockopt',
  'debug',
  'dry_run',
  'gateway_ip',
  'init_scripts',
  'is_anyip',
  'mss',
  'netmask_ip',
  'send_omit_free',
  'so_filename',
  'so_flags',
  'speed',
  'use_expect',
  'verbose',
  'wire_client',
  'wire_client_dev',
  'wire_server',
  'wire_server_at',
  'wire_server_dev',
  'wire_server_ip',
  'wire_server_port',
  'udp_encaps',
  'persistent_tun_dev',
  'tun_dev',
  'ignore_ts_val',
];

/** Has done its work when the script was read. */
const READ: readonly string[] = ['define'];

type Setter = (config: Mutable, option: ScriptOption) => void;

const SETTERS: Readonly<Record<string, Setter>> = {
  ip_version: (config, option) => {
    const { value } = option;
    if (value !== 'ipv4' && value !== 'ipv6' && value !== 'ipv4-mapped-ipv6') refuse(option);
    config.version = value === 'ipv6' ? 6 : 4;
  },
  bind_port: (config, option) => {
    config.bindPort = number(option, 1, U16);
  },
  connect_port: (config, option) => {
    config.connectPort = number(option, 1, U16);
  },
  local_ip: (config, option) => {
    config.local = address(option);
  },
  remote_ip: (config, option) => {
    config.remote = address(option);
  },
  mtu: (config, option) => {
    config.mtu = number(option, MTU_MIN, U16);
  },
  tolerance_usecs: (config, option) => {
    config.tolerance = microseconds(number(option, 0, 1e9));
  },
  tolerance_percent: (config, option) => {
    config.tolerancePercent = number(option, 0, 100);
  },
  strict_segments: (config) => {
    config.strictSegments = true;
  },
  non_fatal: (config, option) => {
    const kinds = (option.value ?? '').split(/[, ]+/);
    config.nonFatal = { packet: kinds.includes('packet'), call: kinds.includes('syscall') };
  },
  tcp_ts_tick_usecs: (config, option) => {
    config.timestampTick = number(option, 0, 1e6);
  },
  tcp_ts_ecr_scaled: (config) => {
    config.echoScaled = true;
  },
};

/** @throws Misfit */
export function configure(options: readonly ScriptOption[], version: 4 | 6 = 4): ScriptConfig {
  const notes: string[] = [];
  const config: Mutable = { ...defaults(version), notes };
  // The version first: it decides which addresses are the default.
  for (const option of options) {
    if (option.name === 'ip_version') SETTERS[option.name]?.(config, option);
  }
  Object.assign(config, addressesOf(config.version));
  for (const option of options) apply(config, option, notes);
  for (const name of ['local', 'remote'] as const) {
    if (isIpv4(config[name]) !== (config.version === 4)) {
      throw new Misfit(1, `--${name}_ip is no address of IP version ${config.version}`);
    }
  }
  return config;
}

function apply(config: Mutable, option: ScriptOption, notes: string[]): void {
  const { name, line } = option;
  const set = Object.hasOwn(SETTERS, name) ? SETTERS[name] : undefined;
  if (set !== undefined) set(config, option);
  else if (IGNORED.includes(name)) notes.push(`line ${line}: --${name} is ignored`);
  else if (!READ.includes(name)) throw new Misfit(line, `the option --${name} is not known`);
}

const defaults = (version: 4 | 6): ScriptConfig => ({
  version,
  ...addressesOf(version),
  bindPort: 8080,
  connectPort: 8080,
  mtu: 1500,
  tolerance: microseconds(4000),
  tolerancePercent: 12.5,
  strictSegments: false,
  nonFatal: { packet: false, call: false },
  timestampTick: 0,
  echoScaled: false,
  notes: [],
});

function addressesOf(version: 4 | 6): { local: IpAddress; remote: IpAddress } {
  const { local, remote } = version === 4 ? IPV4 : IPV6;
  if (local === undefined || remote === undefined) throw new Misfit(1, 'no default addresses');
  return { local, remote };
}

function number(option: ScriptOption, min: number, max: number): number {
  const value = Number(option.value ?? Number.NaN);
  if (!(value >= min && value <= max)) refuse(option);
  return value;
}

/** A prefix length behind it says how the original's device is set up, and nothing here. */
function address(option: ScriptOption): IpAddress {
  const parsed = parse((option.value ?? '').replace(/\/\d+$/, ''));
  return parsed ?? refuse(option);
}

function refuse({ line, name, value }: ScriptOption): never {
  throw new Misfit(line, `--${name} cannot be ${value === undefined ? 'without a value' : value}`);
}
