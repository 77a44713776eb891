/** A socket of SOCK_STREAM as its own parts see it: reading, writing, options. */
import type { Instant } from '../../base/time.ts';
import type { ListenOptions } from '../../stack/transport/tcp/config.ts';
import type { Connection } from '../../stack/transport/tcp/connection.ts';
import type { Listener } from '../../stack/transport/tcp/listener.ts';
import type { Path } from '../../stack/transport/tcp/network.ts';
import type { Errno, OptionValue, PendingCall } from '../subject.ts';
import type { Descriptor } from './descriptor.ts';
import type { IpLine } from './ip-line.ts';

export interface StreamHost {
  readonly line: IpLine;
  readonly isLinux: boolean;
  /** What a socket has that sets nothing. */
  defaults(): ListenOptions;
  /** Gives an accepted socket its descriptor. */
  open(socket: Descriptor): number;
  forget(socket: Descriptor): void;
}

export interface Options {
  /** What was set before there was a connection, and is set on it when there is one. */
  tcp: Partial<ListenOptions>;
  linger: { readonly onoff: number; readonly linger: number };
  /** Values that are kept and mean nothing here, by name. */
  kept: ReadonlyMap<string, OptionValue>;
}

export interface Stream {
  readonly host: StreamHost;
  readonly options: Options;
  readonly nonBlocking: boolean;
  readonly listener: Listener<Path> | undefined;
  readonly connection: Connection<Path> | undefined;
  readonly readShut: boolean;
  readonly writeShut: boolean;
  /** The handshake is not done. */
  readonly isOpening: boolean;
  readonly isClosed: boolean;
  /** The port of a connect() that waits for the first octets, to take them along (TCP_FASTOPEN_CONNECT). */
  readonly deferred: number | undefined;
  /** `fastOpen`: octets to go with the SYN, none of them to ask for a cookie. */
  connect(port: number, fastOpen: Uint8Array | undefined, now: Instant): PendingCall;
  /** The error that the connection ended with, once. */
  takeError(): Errno | undefined;
  /** So many octets or connections that had come were taken. */
  taken(count: number): void;
}
