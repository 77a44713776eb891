/** A script as data. Times are in microseconds of script time, lines counted from 1. */
import type { Duration } from '../../base/time.ts';
import type { Profile } from '../../stack/transport/tcp/config.ts';
import type { Program } from '../python/program.ts';

export interface Script {
  readonly file: string;
  /** Whose policies the script holds, as a comment says: `// profiles: linux`. None: anyone's. */
  readonly profiles: readonly Profile[];
  readonly options: readonly ScriptOption[];
  readonly init: CommandAction | undefined;
  readonly events: readonly ScriptEvent[];
  readonly cleanup: CommandAction | undefined;
}

export interface ScriptOption {
  readonly line: number;
  readonly name: string;
  readonly value: string | undefined;
}

export type EventTime =
  | { readonly kind: 'absolute' | 'relative'; readonly at: Duration }
  | {
      readonly kind: 'absolute-range' | 'relative-range';
      readonly from: Duration;
      readonly to: Duration;
    }
  | { readonly kind: 'any' };

export interface ScriptEvent {
  readonly line: number;
  readonly time: EventTime;
  readonly action: PacketAction | CallAction | CommandAction | CodeAction;
}

export interface CommandAction {
  readonly kind: 'command';
  readonly line: number;
  readonly text: string;
}

export interface CodeAction {
  readonly kind: 'code';
  readonly line: number;
  readonly text: string;
  readonly program: Program;
}

export interface CallAction {
  readonly kind: 'call';
  readonly line: number;
  readonly name: string;
  readonly parameters: readonly Expression[];
  readonly result: Expression;
  readonly errno: string | undefined;
  /** Set for a call that blocks: when it returns, absolute or relative as its start. */
  readonly end: Duration | undefined;
}

export type Expression =
  /** `...` */
  | { readonly kind: 'any'; readonly line: number }
  | { readonly kind: 'number'; readonly line: number; readonly value: number }
  | { readonly kind: 'word'; readonly line: number; readonly name: string }
  | { readonly kind: 'text'; readonly line: number; readonly value: string }
  /** `[a, b]` */
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly Expression[] }
  /** `{a = 1, b = 2}`, or `{a, b}` */
  | { readonly kind: 'struct'; readonly line: number; readonly items: readonly Expression[] }
  /** `a | b` */
  | {
      readonly kind: 'or';
      readonly line: number;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `name = value`, and `msg_iov(1) = value` */
  | {
      readonly kind: 'field';
      readonly line: number;
      readonly name: string;
      readonly parameters: readonly Expression[];
      readonly value: Expression;
    }
  /** `htons(80)` */
  | {
      readonly kind: 'apply';
      readonly line: number;
      readonly name: string;
      readonly parameters: readonly Expression[];
    };

export type Ecn = 'noecn' | 'ect0' | 'ect1' | 'ce' | 'ect01';

/** Undefined: not given, thus not checked on the way out and plain on the way in. */
export interface IpSpec {
  readonly ecn: Ecn | undefined;
  readonly trafficClass: number | undefined;
  readonly flowLabel: number | undefined;
  readonly timeToLive: number | undefined;
}

export interface PacketAction {
  readonly kind: 'packet';
  readonly line: number;
  readonly direction: 'inbound' | 'outbound';
  readonly ip: IpSpec;
  readonly ports: Ports | undefined;
  readonly transport: TcpSpec | UdpSpec | IcmpSpec;
}

export interface Ports {
  readonly source: number;
  readonly destination: number;
}

export interface Flags {
  readonly fin: boolean;
  readonly syn: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly ack: boolean;
  readonly urg: boolean;
  readonly ece: boolean;
  readonly cwr: boolean;
  readonly ae: boolean;
}

export interface TcpSpec {
  readonly protocol: 'tcp';
  readonly flags: Flags;
  /** The three bits AE, CWR and ECE as one number: `.5`. */
  readonly ace: number | undefined;
  readonly sequence: number;
  /** Octets of payload. */
  readonly length: number;
  readonly acknowledgment: number | 'any';
  /** `any`: not checked. */
  readonly window: number | 'any';
  readonly urgent: number;
  /** `any`: `<...>`, outbound only. */
  readonly options: readonly TcpOption[] | 'any';
}

export type TcpOption =
  | { readonly kind: 'eol' | 'nop' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [number, number])[] }
  | { readonly kind: 'timestamp'; readonly value: number | 'any'; readonly echo: number | 'any' }
  /** RFC 2385 §3.0. */
  | { readonly kind: 'md5'; readonly digest: Uint8Array }
  | {
      readonly kind: 'fast-open';
      /** `own`: the one that the stack gives the peer, which the script calls TFO_COOKIE. */
      readonly cookie: Uint8Array | 'own';
      readonly experimental: boolean;
    };

interface UdpSpec {
  readonly protocol: 'udp';
  /** Octets of payload. */
  readonly length: number;
}

export interface IcmpSpec {
  readonly protocol: 'icmp';
  readonly type: string;
  readonly code: string | undefined;
  readonly mtu: number | undefined;
  readonly identifier: number | undefined;
  readonly quoted: Quoted;
}

export type Quoted =
  | { readonly protocol: 'tcp'; readonly sequence: number; readonly length: number }
  | { readonly protocol: 'udp'; readonly length: number }
  | { readonly protocol: 'raw'; readonly length: number };
