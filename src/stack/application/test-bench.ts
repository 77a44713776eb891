/** Two hosts on one wire in virtual time, with their sockets, for the tests of this folder. */
import { concat } from '../../base/octets.ts';
import { seededRng } from '../../base/random.ts';
import { type Duration, milliseconds, seconds } from '../../base/time.ts';
import { Host } from '../host/host.ts';
import { Sockets } from '../host/sockets/sockets.ts';
import type { TcpSocket } from '../host/sockets/tcp-socket.ts';
import { mac, prefix } from '../host/test-bench.ts';
import { VirtualNetwork } from '../host/virtual-network.ts';
import type { Setting } from './service.ts';

/** Those who wait take their turns: more than any test here has one behind the other. */
const TURNS = 16;

export class Bench {
  readonly network = new VirtualNetwork();
  readonly host: Host;
  readonly serverHost: Host;
  readonly client: Sockets;
  readonly server: Sockets;

  constructor() {
    this.host = this.#host(1);
    this.client = this.#sockets(this.host);
    this.serverHost = this.#host(2);
    this.server = this.#sockets(this.serverHost);
    const end = (host: Sockets) => ({ host, interface: 0 });
    this.network.join(end(this.client), end(this.server));
  }

  get setting(): Setting {
    return {
      sockets: this.server,
      // 2026-01-02T03:04:05Z, by `date -u -d @…`.
      epoch: () => 1_767_323_045,
      rng: seededRng(1),
      page: () => ({ title: 'a <host>', lines: ['frames & octets: 1', '—'] }),
    };
  }

  /** Lets virtual time pass. */
  async pass(duration: Duration): Promise<void> {
    for (let spent = 0; spent < duration; spent += milliseconds(1)) {
      this.network.run(milliseconds(1));
      for (let i = 0; i < TURNS; i++) await Promise.resolve();
    }
  }

  /** Lets virtual time pass while `promise` wants it, and no longer than `limit`. */
  async during<T>(promise: Promise<T>, limit: Duration = seconds(20)): Promise<T> {
    let done = false;
    const settled = promise.finally(() => {
      done = true;
    });
    settled.catch(() => {});
    for (let spent = 0; !done && spent < limit; spent += milliseconds(1)) {
      await this.pass(milliseconds(1));
    }
    if (!done) throw new Error('nothing came of it');
    return settled;
  }

  #host(n: number): Host {
    const host = new Host({ seed: n });
    host.addInterface({ name: 'eth0', hardware: mac(n) });
    host.addAddress(0, prefix(`192.0.2.${n}/24`), this.network.now);
    return host;
  }

  #sockets(host: Host): Sockets {
    const driver = { now: () => this.network.now, wake: () => {} };
    return this.network.add(new Sockets(host, driver));
  }
}

export async function readAll(socket: TcpSocket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let part = await socket.read(); part !== undefined; part = await socket.read()) {
    parts.push(part);
  }
  return concat(parts);
}

export const asText = (octets: Uint8Array): string => String.fromCharCode(...octets);
