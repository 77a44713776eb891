/** A transfer of many octets over one connection, each compared when it arrives. */

import { randomOctets, seededRng } from '../../src/base/random.ts';
import { after, type Duration, type Instant, seconds } from '../../src/base/time.ts';
import type { Simulation } from '../../src/simulation/simulation.ts';
import type { Place } from '../../src/simulation/topology.ts';
import type { HostPath } from '../../src/stack/host/path.ts';
import type { IpAddress } from '../../src/stack/network/ip/address.ts';
import type { ConnectionOptions } from '../../src/stack/transport/tcp/config.ts';
import type { Connection } from '../../src/stack/transport/tcp/connection.ts';

type HostConnection = Connection<HostPath>;

/** Prime, so that an octet and its neighbour a power of two further are seldom the same. */
const PERIOD = 65_521;
const CHUNK = 65_536;

/** What is sent: the same random octets again and again, twice in a row so that any chunk is one view. */
class Pattern {
  readonly #octets: Uint8Array;

  constructor(seed: number) {
    const once = randomOctets(seededRng(seed), PERIOD);
    this.#octets = new Uint8Array(PERIOD + CHUNK);
    this.#octets.set(once);
    this.#octets.set(this.#octets.subarray(0, CHUNK - 1), PERIOD);
  }

  /** The octets from `offset` on, CHUNK at most. */
  at(offset: number, length: number): Uint8Array {
    const from = offset % PERIOD;
    return this.#octets.subarray(from, from + Math.min(length, CHUNK));
  }

  /** Of the first octet in which `octets`, which came at `offset`, differ. */
  difference(octets: Uint8Array, offset: number): number | undefined {
    let from = offset % PERIOD;
    for (let i = 0; i < octets.length; i++) {
      if (octets[i] !== this.#octets[from]) return offset + i;
      from = from + 1 === PERIOD ? 0 : from + 1;
    }
    return undefined;
  }
}

export interface TransferOptions {
  readonly octets: number;
  readonly port?: number;
  /** IPv4 unless told otherwise. */
  readonly version?: 4 | 6;
  readonly connection?: Partial<ConnectionOptions>;
  /** The receiver takes so many octets at most at such intervals; all at once unless told otherwise. */
  readonly pace?: { readonly octets: number; readonly interval: Duration };
}

export class Transfer {
  readonly octets: number;
  readonly #pattern = new Pattern(7);
  sender: HostConnection;
  receiver: HostConnection | undefined = undefined;
  sent = 0;
  received = 0;
  /** The first octet that was not what was sent. */
  wrongAt: number | undefined = undefined;
  /** When the sender's connection was established. */
  establishedAt: Instant | undefined = undefined;
  /** When the receiver had the last octet. */
  lastAt: Instant | undefined = undefined;
  /** When it knew that it was the last. */
  completeAt: Instant | undefined = undefined;

  constructor(simulation: Simulation, from: Place, to: Place, options: TransferOptions) {
    const { octets, port = 9000, version = 4, connection = {}, pace } = options;
    this.octets = octets;
    const listener = to.host.listen(undefined, port, connection);
    const remote: IpAddress = version === 4 ? to.address : to.address6;
    this.sender = from.host.connect(remote, port, connection, simulation.now);
    attend(from, (now) => this.#send(now));
    attend(to, (now) => {
      this.receiver ??= listener.accept();
      if (pace === undefined) this.#receive(octets, now);
    });
    simulation.wake(from.seat);
    if (pace !== undefined) this.#pace(simulation, pace.octets, pace.interval);
  }

  get complete(): boolean {
    return this.completeAt !== undefined;
  }

  /** All is said: complete, or one end has failed. */
  get over(): boolean {
    return this.complete || this.failure !== undefined;
  }

  get failure(): string | undefined {
    if (this.wrongAt !== undefined) return `octet ${this.wrongAt} differs`;
    return this.sender.error ?? this.receiver?.error;
  }

  /** In octets a second, from the established connection until the last octet was there; 0 before. */
  get goodput(): number {
    const { establishedAt: from, lastAt: until } = this;
    return from === undefined || until === undefined ? 0 : (this.received * 1e6) / (until - from);
  }

  #send(now: Instant): void {
    if (this.sent === this.octets || !isOpen(this.sender)) return;
    this.establishedAt ??= now;
    for (let taken = 1; taken > 0 && this.sent < this.octets; this.sent += taken) {
      taken = this.sender.send(this.#pattern.at(this.sent, this.octets - this.sent), now);
    }
    if (this.sent === this.octets) this.sender.close(now);
  }

  #pace(simulation: Simulation, octets: number, interval: Duration): void {
    simulation.at(after(simulation.now, interval), () => {
      this.#receive(octets, simulation.now);
      if (!this.over) this.#pace(simulation, octets, interval);
    });
  }

  #receive(max: number, now: Instant): void {
    const { receiver } = this;
    if (receiver === undefined || this.complete) return;
    for (let left = max; left > 0 && receiver.readable > 0; ) {
      const octets = receiver.peek(left);
      this.wrongAt ??= this.#pattern.difference(octets, this.received);
      this.received += octets.length;
      left -= octets.length;
      receiver.consume(octets.length);
    }
    if (this.received === this.octets) this.lastAt ??= now;
    if (!receiver.atEnd || receiver.error !== undefined) return;
    if (this.received !== this.octets) this.wrongAt ??= this.received;
    this.completeAt = now;
    receiver.close(now);
  }
}

const isOpen = (connection: HostConnection): boolean =>
  connection.state === 'ESTABLISHED' || connection.state === 'CLOSE-WAIT';

/** Another application on a host, beside those that it has. */
function attend({ seat }: Place, application: (now: Instant) => void): void {
  const others = seat.attend;
  seat.attend = (now) => {
    others?.(now);
    application(now);
  };
}

/** Lets time pass until all transfers are over, an hour at most; what failed, in words. */
export function settle(
  simulation: Simulation,
  transfers: readonly Transfer[],
  limit = seconds(3600),
): string[] {
  const deadline = after(simulation.now, limit);
  simulation.runUntil(() => transfers.every((t) => t.over), deadline);
  return transfers.flatMap((t) => {
    if (t.complete && t.failure === undefined) return [];
    return [t.failure ?? `only ${t.received} of ${t.octets} octets arrived`];
  });
}
