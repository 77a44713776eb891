/**
 * A socket of SOCK_STREAM on the stack's TCP, with the errors of a Unix.
 *
 *    idle ──listen──▶ listening            The connection's own states are TCP's.
 *      └───connect──▶ connection
 *
 * Invariants
 *  1. An error of the connection is told once, by the first call that can; after that the socket is closed.
 *  2. A call waits only if the socket blocks, and leaves the socket as it was while it waits.
 */
import { UsageError } from '../../base/errors.ts';
import { after, type Instant, seconds } from '../../base/time.ts';
import type { ListenOptions } from '../../stack/transport/tcp/config.ts';
import type { Connection } from '../../stack/transport/tcp/connection.ts';
import type { Listener } from '../../stack/transport/tcp/listener.ts';
import type { Path } from '../../stack/transport/tcp/network.ts';
import type { CallResult, Errno, PendingCall, SocketCall } from '../subject.ts';
import { type Descriptor, failure, immediate, pending, READY, result } from './descriptor.ts';
import { readOption, writeOption } from './socket-options.ts';
import type { Options, Stream, StreamHost } from './stream.ts';
import { receive } from './stream-receive.ts';
import { send } from './stream-send.ts';

const ERRNOS: Readonly<Record<string, Errno>> = {
  refused: 'ECONNREFUSED',
  reset: 'ECONNRESET',
  'timed-out': 'ETIMEDOUT',
  unreachable: 'EHOSTUNREACH',
  aborted: 'ECONNABORTED',
};

/** Nothing waits any more, neither to read nor to write. */
const ENDED = READY.in | READY.out | READY.hangUp | READY.peerClosed;

/** States in which the peer's FIN has come. */
const PEER_CLOSED = ['CLOSE-WAIT', 'LAST-ACK', 'CLOSING', 'TIME-WAIT'];
/** States in which our own FIN is not acknowledged. */
const FINISHING = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

export class StreamSocket implements Descriptor, Stream {
  readonly kind = 'stream';
  nonBlocking: boolean;
  readonly host: StreamHost;
  readonly options: Options;
  listener: Listener<Path> | undefined;
  connection: Connection<Path> | undefined;
  /** The application was told that the connection is there. */
  connected = false;
  readShut = false;
  writeShut = false;
  deferred: number | undefined;
  #port = 0;
  #arrivals = 0;
  #errorTold = false;

  constructor(host: StreamHost, options: Options, nonBlocking: boolean) {
    this.host = host;
    this.options = options;
    this.nonBlocking = nonBlocking;
  }

  get arrivals(): number {
    return this.#arrivals + (this.connection?.readable ?? 0) + (this.listener?.pending ?? 0);
  }

  /** So many octets or connections that had come were taken. */
  taken(count: number): void {
    this.#arrivals += count;
  }

  ports(): { local: number; remote: number } {
    const { connection } = this;
    return {
      local: connection?.localPort ?? this.#port,
      remote: connection?.remotePort ?? 0,
    };
  }

  begin(call: SocketCall, now: Instant): PendingCall {
    switch (call.name) {
      case 'bind':
        return immediate(this.#bind(call.port));
      case 'listen':
        return immediate(this.#listen(call.backlog));
      case 'accept':
        return this.#waiting(false, () => this.#accept(call.nonBlocking));
      case 'connect':
        return this.connect(call.port, undefined, now);
      case 'disconnect':
        return immediate(this.#disconnect(now));
      case 'send':
        return send(this, call, now);
      case 'receive':
        return receive(this, call);
      case 'close':
        return this.#close(now);
      case 'shutdown':
        return immediate(this.#shutdown(call.how, now));
      case 'get-option':
        return immediate(readOption(this, call.level, call.option, now));
      case 'set-option':
        return immediate(writeOption(this, call, now));
      case 'ioctl':
        return immediate(this.#ioctl(call.request, now));
      default:
        return immediate(failure('EINVAL'));
    }
  }

  /** Tries until there is a result; only once if neither the socket nor the call blocks. */
  #waiting(dontWait: boolean, attempt: (now: Instant) => CallResult | undefined): PendingCall {
    const once = dontWait || this.nonBlocking;
    return pending((now) => attempt(now) ?? (once ? failure('EAGAIN') : undefined));
  }

  #bind(port: number): CallResult {
    if (this.#port !== 0 || this.listener !== undefined || this.connection !== undefined) {
      return failure('EINVAL');
    }
    this.#port = port;
    return result(0);
  }

  #listen(backlog: number): CallResult {
    if (this.connection !== undefined) return failure('EINVAL');
    if (this.listener !== undefined) return result(0);
    try {
      const options: Partial<ListenOptions> = {
        ...this.options.tcp,
        backlog: this.#queueOf(backlog),
      };
      this.listener = this.host.line.tcp.listen(undefined, this.#port, options);
      this.#port = this.listener.port;
    } catch (error) {
      return usage(error);
    }
    return result(0);
  }

  /** Linux holds one connection more than was asked for. */
  #queueOf(backlog: number): number {
    return this.host.isLinux ? backlog + 1 : Math.max(1, backlog);
  }

  #accept(nonBlocking: boolean): CallResult | undefined {
    const { listener } = this;
    if (listener === undefined) return failure('EINVAL');
    const connection = listener.accept();
    if (connection === undefined) return undefined;
    this.taken(1);
    const socket = new StreamSocket(this.host, { ...this.options }, nonBlocking);
    socket.connection = connection;
    socket.connected = true;
    return result(this.host.open(socket));
  }

  /** `fastOpen`: octets to go with the SYN, none of them to ask for a cookie. */
  connect(port: number, fastOpen: Uint8Array | undefined, now: Instant): PendingCall {
    if (this.listener !== undefined) return immediate(failure('EISCONN'));
    if (this.connection !== undefined) return this.#reconnect();
    const { tcp, words, path, knowsCookie } = this.host.line;
    const opensFast = this.options.kept.get('IPPROTO_TCP TCP_FASTOPEN_CONNECT') === 1;
    if (opensFast && fastOpen === undefined && tcp.config.fastOpen.client) {
      if (!knowsCookie) return this.connect(port, new Uint8Array(), now);
      this.deferred = port;
      return immediate(result(0));
    }
    this.deferred = undefined;
    const data = fastOpen === undefined ? {} : { fastOpenData: fastOpen };
    try {
      const options = { ...this.options.tcp, ...data };
      this.connection = tcp.connect(path, words, this.#port, port, options, now);
    } catch (error) {
      return immediate(usage(error));
    }
    if (this.nonBlocking) return immediate(failure('EINPROGRESS'));
    return pending(() => this.#established());
  }

  #reconnect(): PendingCall {
    const told = this.connected;
    const known = this.#established();
    if (known === undefined) return immediate(failure('EALREADY'));
    // Linux tells that a connection is there once, in the result of another connect.
    if (known.value === 0 && (told || !this.host.isLinux)) return immediate(failure('EISCONN'));
    return immediate(known);
  }

  #established(): CallResult | undefined {
    const { connection } = this;
    if (connection === undefined) return failure('ENOTCONN');
    const error = this.takeError();
    if (error !== undefined) return failure(error);
    if (connection.state === 'SYN-SENT' || connection.state === 'SYN-RECEIVED') return undefined;
    if (connection.state === 'CLOSED') return failure('ECONNABORTED');
    this.connected = true;
    return result(0);
  }

  get isOpening(): boolean {
    const state = this.connection?.state;
    return (
      state === 'SYN-SENT' || (state === 'SYN-RECEIVED' && this.connection?.isConnected !== true)
    );
  }

  get isClosed(): boolean {
    return this.connection === undefined || this.connection.state === 'CLOSED';
  }

  /** The error that the connection ended with, once. */
  takeError(): Errno | undefined {
    const error = this.#error();
    if (error !== undefined) this.#errorTold = true;
    return error;
  }

  #error(): Errno | undefined {
    const error = this.connection?.error;
    if (error === undefined || this.#errorTold) return undefined;
    // Who was told that the peer closes, and goes on, writes into a broken pipe.
    return ERRNOS[error];
  }

  #disconnect(now: Instant): CallResult {
    this.connection?.abort(now);
    this.connection = undefined;
    this.connected = false;
    this.#errorTold = false;
    return result(0);
  }

  #close(now: Instant): PendingCall {
    this.host.forget(this);
    this.listener?.close(now);
    const { connection } = this;
    const { linger } = this.options;
    if (connection === undefined) return immediate(result(0));
    if (linger.onoff !== 0 && linger.linger === 0) connection.abort(now);
    else connection.release(now);
    if (linger.onoff === 0 || linger.linger === 0 || this.nonBlocking) return immediate(result(0));
    const end = after(now, seconds(linger.linger));
    const isDone = (at: Instant): boolean => at >= end || !FINISHING.includes(connection.state);
    return pending((at) => (isDone(at) ? result(0) : undefined), end);
  }

  #shutdown(how: 'read' | 'write' | 'both', now: Instant): CallResult {
    const { connection } = this;
    if (connection === undefined || this.isOpening || this.isClosed) return failure('ENOTCONN');
    if (how !== 'write') this.readShut = true;
    if (how !== 'read') {
      this.writeShut = true;
      connection.close(now);
    }
    return result(0);
  }

  #ioctl(request: 'input' | 'output' | 'unsent', now: Instant): CallResult {
    const { connection } = this;
    if (this.listener !== undefined) return failure('EINVAL');
    if (request === 'input') return { value: 0, option: connection?.readable ?? 0 };
    const info = connection?.info(now);
    const option =
      request === 'output' ? (connection?.unacknowledged ?? 0) : info?.tcpi_notsent_bytes;
    return { value: 0, option: option ?? 0 };
  }

  readiness(): number {
    const { connection, listener } = this;
    if (listener !== undefined) return listener.pending > 0 ? READY.in : 0;
    if (connection === undefined) return READY.out | READY.hangUp;
    if (this.#error() !== undefined) return READY.error | ENDED;
    if (connection.state === 'CLOSED') return ENDED;
    return this.isOpening ? 0 : this.#openReadiness(connection);
  }

  #openReadiness(connection: Connection<Path>): number {
    const ended = PEER_CLOSED.includes(connection.state) || connection.atEnd || this.readShut;
    const readable = connection.readable > 0 || ended;
    const writable = this.writeShut || this.#isWritable(connection);
    return (
      (readable ? READY.in : 0) |
      (writable ? READY.out : 0) |
      (ended ? READY.peerClosed : 0) |
      (ended && this.writeShut ? READY.hangUp : 0)
    );
  }

  /** Linux's rule: a third of the buffer is free. */
  #isWritable(connection: Connection<Path>): boolean {
    return connection.writable >= connection.unacknowledged / 2 && connection.writable > 0;
  }
}

/** What the stack refuses with a UsageError. */
function usage(error: unknown): CallResult {
  if (!(error instanceof UsageError)) throw error;
  return failure(error.code === 'address-in-use' ? 'EADDRINUSE' : 'EADDRNOTAVAIL');
}
