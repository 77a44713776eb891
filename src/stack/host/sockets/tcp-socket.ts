/** A TCP connection on promises: what waits is settled when the host has news, and in no other way. */
import { EXIT, NetlabError, UsageError } from '../../../base/errors.ts';
import { fromWords, type IpAddress, WORDS } from '../../network/ip/address.ts';
import type { ConnectionOptions } from '../../transport/tcp/config.ts';
import type { Connection } from '../../transport/tcp/connection.ts';
import type { TcpInfo } from '../../transport/tcp/info.ts';
import type { HostPath } from '../path.ts';
import type { Settling, SocketOwner } from './owner.ts';
import { Pending, type Wait } from './wait.ts';

const READ_MAX = 65536;

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

interface PendingWrite {
  readonly octets: Uint8Array;
  taken: number;
  readonly pending: Pending<void>;
}

export class TcpSocket implements Settling {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #owner: SocketOwner;
  readonly #connection: Connection<HostPath>;
  #connecting: Pending<void> | undefined;
  #reading: { readonly max: number; readonly pending: Pending<Uint8Array | undefined> } | undefined;
  readonly #writes: PendingWrite[] = [];
  #ending: Pending<void> | undefined;
  #finishing: Pending<void> | undefined;
  #ended = false;
  #closed = false;

  constructor(owner: SocketOwner, connection: Connection<HostPath>) {
    this.#owner = owner;
    this.#connection = connection;
    // Read now: a connection that has ended has none any more.
    const words = connection.addresses;
    this.local = { address: fromWords(words, 0), port: connection.localPort };
    this.remote = { address: fromWords(words, WORDS), port: connection.remotePort };
    connection.context = this;
  }

  get connection(): Connection<HostPath> {
    return this.#connection;
  }

  get options(): ConnectionOptions {
    return this.#connection.options;
  }

  setOptions(changed: Partial<ConnectionOptions>): void {
    this.#connection.setOptions(changed, this.#owner.now());
    this.#owner.wake();
  }

  info(): TcpInfo {
    return this.#connection.info(this.#owner.now());
  }

  /** For `Sockets.connect`: until the peer has answered. Gives up the connection if that is called off. */
  async connected(wait: Wait): Promise<this> {
    const pending = new Pending<void>(this.#owner.deadlines, wait, this.#owner.now());
    this.#connecting = pending;
    this.settle();
    try {
      await pending.promise;
    } catch (error) {
      this.abort();
      throw error;
    }
    return this;
  }

  /**
   * The next octets, up to `max`, as soon as there are any; undefined when the peer has said all.
   * @throws NetlabError connection-…, timed-out, cancelled; UsageError busy, closed
   */
  read(max = READ_MAX, wait: Wait = {}): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    if (this.#reading !== undefined && !this.#reading.pending.settled) {
      return Promise.reject(new UsageError('busy', 'another read of this socket is under way'));
    }
    const { deadlines } = this.#owner;
    const pending = new Pending<Uint8Array | undefined>(deadlines, wait, this.#owner.now());
    this.#reading = { max, pending };
    this.#settleRead();
    return pending.promise;
  }

  /**
   * Until all of `octets` are in the send buffer: so a writer waits for a slow peer. They must not be
   * changed before. What was called off may be sent in part.
   */
  write(octets: Uint8Array, wait: Wait = {}): Promise<void> {
    this.#assertOpen();
    if (this.#ended) throw new UsageError('closed', 'the end was written already');
    const pending = new Pending<void>(this.#owner.deadlines, wait, this.#owner.now());
    this.#writes.push({ octets, taken: 0, pending });
    this.#settleWrites();
    this.#owner.wake();
    return pending.promise;
  }

  /** Half-close: no more is written, and reading goes on. Until all before it is in the send buffer. */
  end(wait: Wait = {}): Promise<void> {
    this.#assertOpen();
    if (this.#ended) return Promise.resolve();
    this.#ended = true;
    this.#ending = new Pending<void>(this.#owner.deadlines, wait, this.#owner.now());
    const { promise } = this.#ending;
    this.#settleWrites();
    this.#owner.wake();
    return promise;
  }

  /**
   * After `end`: until both have said all, and the peer has acknowledged it. Then nothing is lost if the host
   * goes too.
   */
  finished(wait: Wait = {}): Promise<void> {
    this.#assertOpen();
    this.#finishing = new Pending<void>(this.#owner.deadlines, wait, this.#owner.now());
    const { promise } = this.#finishing;
    this.#settleFinishing();
    return promise;
  }

  /** Nobody reads or writes any more: what was written is still sent, and what comes is refused. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.release(this.#owner.now());
    this.#rejectAll(new NetlabError('closed', EXIT.interrupted, 'the socket was closed'));
    this.#owner.wake();
  }

  /** RST: all that waits is dropped. */
  abort(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.abort(this.#owner.now());
    this.#rejectAll(new NetlabError('closed', EXIT.interrupted, 'the connection was aborted'));
    this.#owner.wake();
  }

  settle(): void {
    this.#settleConnecting();
    this.#settleRead();
    this.#settleWrites();
    this.#settleFinishing();
  }

  #settleFinishing(): void {
    const { state, error } = this.#connection;
    if (state !== 'CLOSED' && state !== 'TIME-WAIT') return;
    if (error === undefined) this.#finishing?.resolve();
    else this.#finishing?.reject(this.#failure());
  }

  #settleConnecting(): void {
    const connecting = this.#connecting;
    if (connecting === undefined) return;
    if (this.#connection.isConnected) connecting.resolve();
    else if (this.#connection.state === 'CLOSED') connecting.reject(this.#failure());
    if (connecting.settled) this.#connecting = undefined;
  }

  #settleRead(): void {
    const reading = this.#reading;
    if (reading === undefined) return;
    const { max, pending } = reading;
    const { readable, atEnd, state } = this.#connection;
    if (pending.settled) this.#reading = undefined;
    else if (readable > 0) {
      pending.resolve(this.#connection.receive(max));
      this.#owner.wake(); // The window may have to be told of.
    } else if (atEnd) pending.resolve(undefined);
    else if (state === 'CLOSED') pending.reject(this.#failure());
    if (pending.settled) this.#reading = undefined;
  }

  #settleWrites(): void {
    if (this.#connection.state === 'CLOSED') {
      const failure = this.#failure();
      for (const { pending } of this.#writes.splice(0)) pending.reject(failure);
      this.#ending?.reject(failure);
      return;
    }
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      if (!write.pending.settled && !this.#take(write)) return;
      write.pending.resolve();
      this.#writes.shift();
    }
    if (this.#ending === undefined || this.#ending.settled) return;
    this.#connection.close(this.#owner.now());
    this.#ending.resolve();
  }

  /** True when all of it is in the send buffer. */
  #take(write: PendingWrite): boolean {
    const rest = write.octets.subarray(write.taken);
    if (rest.length === 0) return true;
    if (this.#connection.writable === 0) return false;
    write.taken += this.#connection.send(rest, this.#owner.now());
    return write.taken === write.octets.length;
  }

  #rejectAll(error: Error): void {
    this.#connecting?.reject(error);
    this.#reading?.pending.reject(error);
    for (const { pending } of this.#writes.splice(0)) pending.reject(error);
    this.#ending?.reject(error);
    this.#finishing?.reject(error);
  }

  #failure(): NetlabError {
    const { error = 'closed' } = this.#connection;
    const exit = error === 'timed-out' ? EXIT.timeout : EXIT.boardFault;
    return new NetlabError(`connection-${error}`, exit, `the connection ended: ${error}`);
  }

  #assertOpen(): void {
    if (this.#closed) throw new UsageError('closed', 'the socket is closed');
  }
}
