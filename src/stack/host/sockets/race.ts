/**
 * One connection to whichever of several addresses answers first, RFC 8305: of a name that has addresses of
 * both versions, one of which leads nowhere. Whose addresses they are the caller has asked.
 *
 *   attempt ── 250 ms, or it failed ──▶ the next beside it … the first that is connected ends all others
 *
 * Invariants:
 *   (1) At most one connection is left when it is over, and none when it failed or was called off.
 *   (2) It fails when all have failed, with what the first said: that is the address best liked.
 */
import { after, type Instant, milliseconds } from '../../../base/time.ts';
import { type IpAddress, version } from '../../network/ip/address.ts';
import type { ConnectOptions } from '../host.ts';
import type { TcpSocket } from './tcp-socket.ts';
import { Cancellation, type Deadlines, Pending, type Wait } from './wait.ts';

/** §8: the Connection Attempt Delay. */
const ATTEMPT_DELAY = milliseconds(250);

export interface TcpConnectOptions extends ConnectOptions, Wait {}

/** Who makes a single connection. */
export interface Dialler {
  readonly deadlines: Deadlines;
  now(): Instant;
  connect(remote: IpAddress, port: number, options: TcpConnectOptions): Promise<TcpSocket>;
}

export class Race {
  readonly #dialler: Dialler;
  readonly #port: number;
  readonly #options: Omit<TcpConnectOptions, keyof Wait>;
  readonly #left: IpAddress[];
  readonly #running = new Set<Cancellation>();
  readonly #result: Pending<TcpSocket>;
  #failure: Error | undefined;

  constructor(
    dialler: Dialler,
    addresses: readonly IpAddress[],
    port: number,
    { timeout, cancellation, ...options }: TcpConnectOptions,
  ) {
    this.#dialler = dialler;
    this.#port = port;
    this.#options = options;
    this.#left = inTurns(addresses);
    const wait = {
      ...(timeout !== undefined && { timeout }),
      ...(cancellation !== undefined && { cancellation }),
    };
    this.#result = new Pending(dialler.deadlines, wait, dialler.now());
  }

  async run(): Promise<TcpSocket> {
    this.#next();
    try {
      return await this.#result.promise;
    } finally {
      this.#dialler.deadlines.clear(this);
      for (const cancellation of this.#running) cancellation.cancel();
    }
  }

  /** For the deadlines: the attempt takes long, and another is made beside it. */
  expire(): void {
    this.#dialler.deadlines.clear(this);
    if (!this.#result.settled) this.#next();
  }

  #next(): void {
    const address = this.#left.shift();
    if (address === undefined) return;
    void this.#attempt(address);
    const { deadlines } = this.#dialler;
    if (this.#left.length > 0) deadlines.set(this, after(this.#dialler.now(), ATTEMPT_DELAY));
  }

  async #attempt(address: IpAddress): Promise<void> {
    const cancellation = new Cancellation();
    this.#running.add(cancellation);
    try {
      const options = { ...this.#options, cancellation };
      const socket = await this.#dialler.connect(address, this.#port, options);
      this.#running.delete(cancellation);
      if (this.#result.settled) socket.abort();
      else this.#result.resolve(socket);
    } catch (error) {
      this.#running.delete(cancellation);
      this.#lose(error as Error);
    }
  }

  #lose(error: Error): void {
    if (this.#result.settled) return;
    this.#failure ??= error;
    if (this.#left.length > 0) this.#next();
    else if (this.#running.size === 0) this.#result.reject(this.#failure);
  }
}

/** §4: the versions in turns, beginning with that of the first, and each in the order in which it came. */
function inTurns(addresses: readonly IpAddress[]): IpAddress[] {
  const [first] = addresses;
  if (first === undefined) return [];
  const same = addresses.filter((address) => version(address) === version(first));
  const others = addresses.filter((address) => version(address) !== version(first));
  const longest = Math.max(same.length, others.length);
  return Array.from({ length: longest }, (_, i) => [same[i], others[i]])
    .flat()
    .filter((address) => address !== undefined);
}
