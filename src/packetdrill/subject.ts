/**
 * The port to what is tested: a stack with the system calls of a Unix in front and a line of IP datagrams
 * behind it. Its clock is the interpreter's.
 */
import type { Duration, Instant } from '../base/time.ts';
import type { IpAddress } from '../stack/network/ip/address.ts';
import type { Profile, TcpConfig } from '../stack/transport/tcp/config.ts';

export interface SubjectConfig {
  readonly profile: Profile;
  readonly seed: number;
  readonly local: IpAddress;
  readonly remote: IpAddress;
  readonly mtu: number;
  /** What the script's settings change of the profile. */
  readonly tcp: Partial<TcpConfig>;
}

export type SubjectFactory = (config: SubjectConfig) => Subject;

export interface Subject {
  /** Settings that a script makes while it runs. */
  reconfigure(tcp: Partial<TcpConfig>, now: Instant): void;
  /** Begins a call; it has its result at once unless it blocks. */
  begin(call: SocketCall, now: Instant): PendingCall;
  /** A datagram arrives; the octets are the subject's from here on. */
  inject(datagram: Uint8Array, now: Instant): void;
  /** The next datagram that the stack sends at `now`. */
  pollDatagram(now: Instant): Uint8Array | undefined;
  pollTimeout(): Instant | undefined;
  handleTimeout(now: Instant): void;
  /** What the stack gives the peer as a cookie for fast open; not there: scripts cannot name it. */
  fastOpenCookie?(now: Instant): Uint8Array;
  /** The ports of a socket, as far as they are known: 0 is not. */
  portsOf(fd: number): { readonly local: number; readonly remote: number };
  /** The state of a connection as Linux's `tcp_info` names it; undefined when `fd` is none. */
  info(fd: number, now: Instant): Readonly<Record<string, number>> | undefined;
}

export interface PendingCall {
  /** Undefined while the call blocks. */
  poll(now: Instant): CallResult | undefined;
  /** When the call ends at the latest, if it has an end of its own. */
  pollTimeout(): Instant | undefined;
}

export type Errno =
  | 'EBADF'
  | 'EFAULT'
  | 'EINVAL'
  | 'EAGAIN'
  | 'EPIPE'
  | 'ENOTSOCK'
  | 'EMSGSIZE'
  | 'EPROTONOSUPPORT'
  | 'EOPNOTSUPP'
  | 'ENOPROTOOPT'
  | 'EAFNOSUPPORT'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ENETUNREACH'
  | 'ECONNABORTED'
  | 'ECONNRESET'
  | 'EISCONN'
  | 'ENOTCONN'
  | 'EDESTADDRREQ'
  | 'ETIMEDOUT'
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH'
  | 'EALREADY'
  | 'EINPROGRESS'
  | 'EEXIST'
  | 'ENOENT';

export type OptionValue =
  | number
  | string
  | { readonly onoff: number; readonly linger: number }
  /** SO_RCVTIMEO and SO_SNDTIMEO. */
  | { readonly seconds: number; readonly microseconds: number };

export interface Descriptor {
  readonly fd: number;
  /** Bits of POLLIN, POLLOUT, …, the same on all systems. */
  readonly events: number;
}

export interface CallResult {
  /** −1 with an `errno`. */
  readonly value: number;
  readonly errno?: Errno;
  /** What was read. */
  readonly octets?: Uint8Array;
  /** Octets that are left to be read, one at least at the end: of a socket with TCP_INQ. */
  readonly unread?: number;
  readonly option?: OptionValue;
  readonly ready?: readonly Descriptor[];
  readonly from?: { readonly address: IpAddress; readonly port: number };
}

/** Options have their symbolic names: `IPPROTO_TCP`, `TCP_NODELAY`. */
export type SocketCall =
  | {
      readonly name: 'socket';
      readonly type: 'stream' | 'datagram';
      readonly version: 4 | 6;
      readonly nonBlocking: boolean;
    }
  | {
      readonly name: 'bind' | 'connect';
      readonly fd: number;
      readonly address: IpAddress;
      readonly port: number;
    }
  /** connect() to AF_UNSPEC. */
  | { readonly name: 'disconnect'; readonly fd: number }
  | { readonly name: 'listen'; readonly fd: number; readonly backlog: number }
  | { readonly name: 'accept'; readonly fd: number; readonly nonBlocking: boolean }
  | {
      readonly name: 'send';
      readonly fd: number;
      readonly octets: Uint8Array;
      readonly flags: SendFlags;
      readonly to: { readonly address: IpAddress; readonly port: number } | undefined;
      /** The octets lie where none can be read. */
      readonly isNull?: boolean;
    }
  | {
      readonly name: 'receive';
      readonly fd: number;
      readonly max: number;
      readonly flags: ReceiveFlags;
      /** They are to be put where none can be written. */
      readonly isNull?: boolean;
    }
  | { readonly name: 'close'; readonly fd: number }
  | { readonly name: 'shutdown'; readonly fd: number; readonly how: 'read' | 'write' | 'both' }
  | {
      readonly name: 'get-option';
      readonly fd: number;
      readonly level: string;
      readonly option: string;
    }
  | {
      readonly name: 'set-option';
      readonly fd: number;
      readonly level: string;
      readonly option: string;
      readonly value: OptionValue;
    }
  | { readonly name: 'get-flags'; readonly fd: number }
  | { readonly name: 'set-flags'; readonly fd: number; readonly nonBlocking: boolean }
  /** Octets that can be read; that were sent and not acknowledged, with those unsent; that are unsent. */
  | { readonly name: 'ioctl'; readonly fd: number; readonly request: 'input' | 'output' | 'unsent' }
  | {
      readonly name: 'poll';
      readonly descriptors: readonly Descriptor[];
      /** Undefined: without end. */
      readonly timeout: Duration | undefined;
    }
  | { readonly name: 'epoll-create' }
  | {
      readonly name: 'epoll-control';
      readonly epoll: number;
      readonly operation: 'add' | 'modify' | 'delete';
      readonly fd: number;
      readonly events: number;
    }
  | {
      readonly name: 'epoll-wait';
      readonly epoll: number;
      readonly max: number;
      readonly timeout: Duration | undefined;
    };

export interface SendFlags {
  readonly outOfBand: boolean;
  readonly more: boolean;
  readonly dontWait: boolean;
  readonly fastOpen: boolean;
}

export interface ReceiveFlags {
  readonly peek: boolean;
  readonly dontWait: boolean;
  readonly waitAll: boolean;
  readonly outOfBand: boolean;
  /** The octets are dropped and not copied: Linux's MSG_TRUNC. */
  readonly truncate: boolean;
}
