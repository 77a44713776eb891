/** A port that is listened on, on promises. */
import { EXIT, NetlabError, UsageError } from '../../../base/errors.ts';
import type { Listener } from '../../transport/tcp/listener.ts';
import type { HostPath } from '../path.ts';
import type { Settling, SocketOwner } from './owner.ts';
import { TcpSocket } from './tcp-socket.ts';
import { Pending, type Wait } from './wait.ts';

export class TcpServer implements Settling {
  readonly #owner: SocketOwner;
  readonly #listener: Listener<HostPath>;
  readonly #waiting: Pending<TcpSocket>[] = [];
  #closed = false;

  constructor(owner: SocketOwner, listener: Listener<HostPath>) {
    this.#owner = owner;
    this.#listener = listener;
    listener.context = this;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** The next connection; several may be waited for, and come in that order. */
  accept(wait: Wait = {}): Promise<TcpSocket> {
    if (this.#closed) throw new UsageError('closed', 'the server is closed');
    const pending = new Pending<TcpSocket>(this.#owner.deadlines, wait, this.#owner.now());
    this.#waiting.push(pending);
    this.settle();
    return pending.promise;
  }

  /** Connections that nobody accepted are reset. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close(this.#owner.now());
    const error = new NetlabError('closed', EXIT.interrupted, 'the server was closed');
    for (const pending of this.#waiting.splice(0)) pending.reject(error);
    this.#owner.wake();
  }

  settle(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      // One that gave up takes no connection from those who wait.
      if (!first.settled) {
        const connection = this.#listener.accept();
        if (connection === undefined) return;
        first.resolve(new TcpSocket(this.#owner, connection));
      }
      this.#waiting.shift();
    }
  }
}
