/**
 * What a host's TCP is set to. A profile is a whole set: `rfc` takes each SHOULD at its word, `linux` and
 * `freebsd` have the policies that scripts written for those systems hold.
 */
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import type { CongestionName } from './congestion.ts';
import type { OptionOrder } from './options.ts';

export type Profile = 'linux' | 'freebsd' | 'rfc';

export interface TcpConfig {
  readonly profile: Profile;
  readonly optionOrder: OptionOrder;
  readonly windowScaling: boolean;
  /** Rcv.Wind.Shift is this or what the receive buffer needs, whichever is more. */
  readonly windowShiftMin: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  /** RFC 8985. Without it losses are counted by duplicate acknowledgments (RFC 5681, 6675). */
  readonly rack: boolean;
  readonly tailLossProbe: boolean;
  /** RFC 3168 (SHLD-8): never, when the peer asks for it, or asked for by us. */
  readonly ecn: 'off' | 'passive' | 'active';
  readonly fastOpen: { readonly client: boolean; readonly server: boolean };
  /** Take fast-open data without a cookie (RFC 7413 §4.2.2 leaves it to closed networks). */
  readonly fastOpenWithoutCookie: boolean;
  /** MAY-18 */
  readonly congestion: CongestionName;
  /** In slow start an acknowledgment counts for a few segments at most (RFC 3465 §2.2, RFC 9406 §4.3). */
  readonly slowStartLimit: boolean;
  /** CUBIC's flows share a bottleneck alike though their round trips are long and unlike (hybla.ts). */
  readonly rttFairness: boolean;
  /** cwnd grows by what an acknowledgment newly tells of, not by what SACKs or duplicates told of before. */
  readonly growsByDelivery: boolean;
  /** In segments: 10 after RFC 6928, up to 4 after RFC 5681. */
  readonly initialWindow: number;
  /** After silence the window is what it was at first (RFC 5681 §4.1). */
  readonly restartAfterIdle: boolean;
  /** Limits in octets. Memory is taken as octets come, and given back. */
  readonly sendBuffer: number;
  readonly receiveBuffer: number;
  /** The receive buffer becomes a whole number of the peer's segments, so that the last one fits too. */
  readonly receiveWhole: boolean;
  /** RFC 1122 §4.2.3.2: less than half a second (MUST-40). */
  readonly delayedAck: Duration;
  /** An opening of the window is told when it is worth a segment (MUST-39), or with whatever leaves. */
  readonly windowInSteps: boolean;
  /** A RST drops what was received and not read (RFC 9293 §3.10.7.4), or leaves it to be read before the error. */
  readonly flushOnReset: boolean;
  /** The acknowledgment of a FIN may be delayed as that of data: an application that is done will send its own. */
  readonly delayedFinAck: boolean;
  /** So many segments at the start, and after a loss at the peer, are acknowledged at once. */
  readonly quickAcks: number;
  /** What acknowledges data that was never sent is told so (RFC 9293 §3.10.7.4), or dropped in silence. */
  readonly challengeUnsent: boolean;
  /** Segments a little smaller than they might be, so that a narrow window is a whole number of them. */
  readonly evenSegments: boolean;
  /** `minshall` holds back only behind another small segment, `nagle` behind any data (RFC 9293 §3.7.4). */
  readonly nagle: 'nagle' | 'minshall';
  /** The silence of a sender at a closed window: with one octet of data (RFC 9293 §3.8.6.1), or with none. */
  readonly windowProbe: 'octet' | 'empty';
  readonly rtoInitial: Duration;
  readonly rtoMin: Duration;
  readonly rtoMax: Duration;
  /** Retransmissions of a SYN; the last one is waited for too. Three minutes at least in all (MUST-23). */
  readonly synRetries: number;
  readonly synAckRetries: number;
  /** R2 of RFC 9293 §3.8.3 in retransmissions: 100 seconds at least (SHLD-11). */
  readonly retries: number;
  /** The same for a connection that no application holds. */
  readonly orphanRetries: number;
  /** How long TIME-WAIT lasts: two maximum segment lifetimes. */
  readonly timeWait: Duration;
  /** How long FIN-WAIT-2 waits for a FIN when no application reads. */
  readonly finWait2: Duration;
  readonly timeWaitMax: number;
  /** MUST-27; two hours at first (MUST-28). */
  readonly keepAliveIdle: Duration;
  readonly keepAliveInterval: Duration;
  readonly keepAliveProbes: number;
  /** Half-open connections of a listener; above it SYN cookies, or nothing. */
  readonly synBacklog: number;
  readonly synCookies: 'off' | 'when full' | 'always';
  /** Challenge ACKs a second (RFC 5961 §7), and the time between answers to bad segments of one connection. */
  readonly challengeAcks: number;
  readonly challengeInterval: Duration;
  /** RFC 7323 §3.2: a segment without timestamps where they were agreed on is dropped. */
  readonly timestampsRequired: boolean;
  /** The smallest maximum segment size that a peer may ask for: smaller ones cost more than they carry. */
  readonly segmentMin: number;
  /** Of the maximum segment size that is assumed when the peer names none: 536, or 1220 over IPv6 (MUST-15). */
  readonly segmentDefault: { readonly ipv4: number; readonly ipv6: number };
  readonly connectionsMax: number;
  /** A keyed clock a connection (RFC 7323 §5.4), or one that scripts can foretell. */
  readonly timestampOffset: 'random' | 'zero';
}

const RFC: TcpConfig = {
  profile: 'rfc',
  optionOrder: 'linux',
  windowScaling: true,
  windowShiftMin: 0,
  timestamps: true,
  sack: true,
  rack: true,
  tailLossProbe: true,
  ecn: 'passive',
  fastOpen: { client: false, server: false },
  fastOpenWithoutCookie: false,
  congestion: 'cubic',
  slowStartLimit: true,
  rttFairness: false,
  growsByDelivery: false,
  initialWindow: 10,
  restartAfterIdle: true,
  sendBuffer: 262_144,
  receiveBuffer: 262_144,
  receiveWhole: false,
  delayedAck: milliseconds(40),
  windowInSteps: true,
  flushOnReset: true,
  delayedFinAck: false,
  quickAcks: 0,
  challengeUnsent: true,
  evenSegments: true,
  nagle: 'nagle',
  windowProbe: 'octet',
  rtoInitial: seconds(1),
  rtoMin: seconds(1),
  rtoMax: seconds(60),
  synRetries: 7,
  synAckRetries: 5,
  retries: 15,
  orphanRetries: 8,
  timeWait: seconds(240),
  finWait2: seconds(60),
  timeWaitMax: 32_768,
  keepAliveIdle: seconds(7200),
  keepAliveInterval: seconds(75),
  keepAliveProbes: 9,
  synBacklog: 1024,
  synCookies: 'when full',
  challengeAcks: 1000,
  challengeInterval: milliseconds(500),
  timestampsRequired: true,
  segmentMin: 88,
  segmentDefault: { ipv4: 536, ipv6: 1220 },
  connectionsMax: 1_048_576,
  timestampOffset: 'random',
};

const LINUX: TcpConfig = {
  ...RFC,
  profile: 'linux',
  windowShiftMin: 7,
  slowStartLimit: false,
  growsByDelivery: true,
  flushOnReset: false,
  delayedFinAck: true,
  quickAcks: 16,
  challengeUnsent: false,
  evenSegments: false,
  nagle: 'minshall',
  windowProbe: 'empty',
  rtoMin: milliseconds(200),
  rtoMax: seconds(120),
  synRetries: 6,
  timeWait: seconds(60),
  timestampsRequired: false,
};

const FREEBSD: TcpConfig = {
  ...RFC,
  profile: 'freebsd',
  optionOrder: 'bsd',
  windowShiftMin: 6,
  receiveBuffer: 65_536,
  receiveWhole: true,
  windowInSteps: false,
  evenSegments: false,
  rack: false,
  tailLossProbe: false,
  rtoMin: milliseconds(230),
  rtoMax: seconds(64),
  retries: 12,
  synRetries: 3,
  timeWait: seconds(60),
};

export const PROFILES: Readonly<Record<Profile, TcpConfig>> = {
  rfc: RFC,
  linux: LINUX,
  freebsd: FREEBSD,
};

/**
 * What hosts have when nothing else is said: Linux's timing, which the networks of today are used to, RFC 9293's
 * manners, and a CUBIC that does not ask how far away the peer is.
 */
export const DEFAULTS: TcpConfig = {
  ...LINUX,
  profile: 'rfc',
  windowShiftMin: 0,
  slowStartLimit: true,
  rttFairness: true,
  growsByDelivery: false,
  flushOnReset: true,
  delayedFinAck: false,
  challengeUnsent: true,
  evenSegments: true,
};

/** What one connection is set to; all can be changed while it lives. */
export interface ConnectionOptions {
  /** No Nagle algorithm (MUST-17). */
  readonly noDelay: boolean;
  /** Only whole segments leave, until it is taken back. */
  readonly cork: boolean;
  /** MAY-5: on and off as the application says (MUST-24), and off unless it does (MUST-25). */
  readonly keepAlive: boolean;
  readonly keepAliveIdle: Duration;
  readonly keepAliveInterval: Duration;
  readonly keepAliveProbes: number;
  /** How long data may stay unacknowledged (RFC 9293 §3.8.3, MUST-21; RFC 5482); 0: as the retries allow. */
  readonly userTimeout: Duration;
  /** Acknowledge at once. */
  readonly quickAck: boolean;
  readonly sendBuffer: number;
  readonly receiveBuffer: number;
  /** The most octets of a segment's payload; 0: as the path allows. */
  readonly segmentMax: number;
  readonly congestion: CongestionName;
  /** DSCP and zero ECN bits, as in the IP header (MUST-48, SHLD-21, SHLD-22). */
  readonly trafficClass: number;
  /** Asks for more or less than `config.ecn` does. */
  readonly ecn: TcpConfig['ecn'];
  /** Octets to go with the SYN if a fast-open cookie is known. */
  readonly fastOpenData: Uint8Array | undefined;
}

export const defaultOptions = (config: TcpConfig): ConnectionOptions => ({
  noDelay: false,
  cork: false,
  keepAlive: false,
  keepAliveIdle: config.keepAliveIdle,
  keepAliveInterval: config.keepAliveInterval,
  keepAliveProbes: config.keepAliveProbes,
  userTimeout: 0 as Duration,
  quickAck: false,
  sendBuffer: config.sendBuffer,
  receiveBuffer: config.receiveBuffer,
  segmentMax: 0,
  congestion: config.congestion,
  trafficClass: 0,
  ecn: config.ecn,
  fastOpenData: undefined,
});

/**
 * A copy of `whole` with what is `changed`. However many hosts and connections there are, each with changes of its
 * own, V8 knows one shape of such copies; a spread of both would make a new one for each set of names.
 */
export const withChanges = <T extends object>(whole: T, changed: Partial<T>): T =>
  Object.assign({ ...whole }, changed);

export interface ListenOptions extends ConnectionOptions {
  /** Connections that wait to be accepted; the next one is not established before there is room. */
  readonly backlog: number;
  /** Data that comes with a SYN and a good cookie is taken (RFC 7413). */
  readonly fastOpen: boolean;
}

/** A host's. */
export const configOf = (changed: Partial<TcpConfig> = {}): TcpConfig =>
  withChanges(DEFAULTS, changed);

/** What a listener's connections begin with. */
export const optionsOfConnections = (
  config: TcpConfig,
  options: ListenOptions,
): ConnectionOptions => {
  const { backlog: _, fastOpen: __, ...others } = options;
  return Object.assign(defaultOptions(config), others);
};

export const defaultListenOptions = (config: TcpConfig): ListenOptions => ({
  ...defaultOptions(config),
  backlog: 128,
  fastOpen: config.fastOpen.server,
});
