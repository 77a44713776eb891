/** Applications on promises, over a line that loses, repeats and reorders, in virtual time. */
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/base/crc32.ts';
import { concat, equal } from '../../src/base/octets.ts';
import { after, microseconds, milliseconds, seconds } from '../../src/base/time.ts';
import type { Link, LinkOptions } from '../../src/simulation/link.ts';
import { Simulation } from '../../src/simulation/simulation.ts';
import { Host } from '../../src/stack/host/host.ts';
import { Sockets } from '../../src/stack/host/sockets/sockets.ts';
import type { TcpSocket } from '../../src/stack/host/sockets/tcp-socket.ts';
import { address, type Ipv4Address } from '../../src/stack/network/ipv4/address.ts';
import { octets } from '../tcp/octets.ts';
import { scenario } from './scenario.ts';

const PORT = 7;
const SERVER = address(0xc0000202);
const LOSSY: LinkOptions = {
  rate: 10e6,
  propagation: milliseconds(5),
  impairments: {
    loss: 0.1,
    duplication: 0.05,
    reordering: { probability: 0.05, hold: milliseconds(7) },
  },
};
const HOUR = seconds(3600);

/** A client and a server on one line, and a record of what they say of themselves and of what they send. */
class Bench {
  readonly simulation: Simulation;
  readonly client: Sockets;
  readonly server: Sockets;
  readonly link: Link;
  /** When, and what. */
  readonly record: string[] = [];

  constructor(simulation: Simulation, options: LinkOptions = LOSSY) {
    this.simulation = simulation;
    const client = this.#place('client', address(0xc0000201));
    const server = this.#place('server', SERVER);
    this.client = client.sockets;
    this.server = server.sockets;
    const [one, other] = [client, server].map(({ seat }) => ({ seat, interface: 0 }));
    if (one === undefined || other === undefined) throw new Error('there are two');
    this.link = simulation.connect(one, other, options);
    this.link.tap = (frame, at, port) =>
      this.record.push(`${at} frame from ${port}: ${digest(frame)}`);
  }

  #place(name: string, own: Ipv4Address) {
    const { simulation } = this;
    const host = new Host({ seed: simulation.newSeed() });
    const hardware = Uint8Array.of(2, 0, 0, 0, 0, own & 0xff);
    host.addInterface({ name: 'eth0', hardware });
    host.addAddress(0, { address: own, length: 24 }, simulation.now, { detect: false });
    const driver = { now: () => simulation.now, wake: () => simulation.wake(seat) };
    const sockets = new Sockets(host, driver);
    const seat = simulation.add(name, sockets);
    seat.attend = () => sockets.dispatch();
    return { sockets, seat };
  }

  note(what: string): void {
    this.record.push(`${this.simulation.now} ${what}`);
  }

  /** Both ends of a connection. */
  async connected(): Promise<[TcpSocket, TcpSocket]> {
    const server = this.server.listen(PORT);
    const both = Promise.all([this.client.connect(SERVER, PORT), server.accept()]);
    const [near, far] = await this.simulation.settle(both, HOUR);
    this.note('connected');
    return [near, far];
  }

  /** What `socket` reads until the peer has said all. */
  async all(socket: TcpSocket): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let part = await socket.read(); part !== undefined; part = await socket.read()) {
      this.note(`${part.length} octets read`);
      parts.push(part);
    }
    this.note('end read');
    return concat(parts);
  }
}

const digest = (frame: Uint8Array): string => `${frame.length} octets, ${crc32(frame)}`;

const failure = (code: string) => ({ code });

/** Sends back what comes, as long as something comes. */
async function echo(socket: TcpSocket): Promise<void> {
  for (let part = await socket.read(); part !== undefined; part = await socket.read()) {
    await socket.write(part);
  }
  await socket.end();
  await socket.finished();
}

/** An application that asks and is answered. */
async function ask(bench: Bench, socket: TcpSocket, question: Uint8Array): Promise<Uint8Array> {
  const asking = async (): Promise<void> => {
    for (let at = 0; at < question.length; at += 10_000) {
      await socket.write(question.subarray(at, at + 10_000));
      await bench.simulation.sleep(milliseconds(3));
    }
    await socket.end();
    bench.note('end written');
  };
  const [answer] = await Promise.all([bench.all(socket), asking()]);
  await socket.finished();
  return answer;
}

describe('sockets over a line that loses, repeats and reorders', () => {
  scenario('have all of an echo, and both ends come to an end', async (simulation) => {
    const bench = new Bench(simulation);
    const [client, server] = await bench.connected();
    const question = octets(150_000);
    const both = Promise.all([ask(bench, client, question), echo(server)]);
    const [answer] = await simulation.settle(both, HOUR);
    expect(equal(answer, question)).toBe(true);
    expect([client.connection.state, server.connection.state]).toEqual(['TIME-WAIT', 'CLOSED']);
    expect(bench.link.wires[0].counters.lost).toBeGreaterThan(0);
  });

  scenario('answer after the other has said all (half-close)', async (simulation) => {
    const bench = new Bench(simulation);
    const [client, server] = await bench.connected();
    const answer = octets(100_000);
    const serve = async (): Promise<number> => {
      const { length } = await bench.all(server);
      await bench.simulation.sleep(seconds(30));
      expect(client.connection.state).toBe('FIN-WAIT-2');
      await server.write(answer);
      await server.end();
      return length;
    };
    const both = Promise.all([ask(bench, client, octets(1234)), serve()]);
    const [got, length] = await simulation.settle(both, HOUR);
    expect([length, equal(got, answer)]).toEqual([1234, true]);
  });

  scenario('tell the writer that the reader has aborted', async (simulation) => {
    const bench = new Bench(simulation);
    const [client, server] = await bench.connected();
    const writing = client.write(octets(3_000_000));
    writing.catch(() => {});
    await simulation.settle(server.read(), HOUR);
    server.abort();
    // The RST may be lost: what is sent again meets another.
    await expect(simulation.settle(writing, HOUR)).rejects.toMatchObject(
      failure('connection-reset'),
    );
    await expect(client.read()).rejects.toMatchObject(failure('connection-reset'));
    expect(() => server.read()).toThrow('closed');
  });

  scenario(
    'wait as long as they are told to the microsecond, and go on after it',
    async (simulation) => {
      const bench = new Bench(simulation);
      const [client, server] = await bench.connected();
      simulation.run(after(simulation.now, microseconds(12_345)));
      const from = simulation.now;
      const reading = client.read(10, { timeout: seconds(3) });
      await expect(simulation.settle(reading, HOUR)).rejects.toMatchObject(failure('timed-out'));
      expect(simulation.now - from).toBe(seconds(3));
      await server.write(octets(10));
      expect(await simulation.settle(client.read(10), HOUR)).toEqual(octets(10));
    },
  );

  scenario('give up a line that is dead after the user timeout', async (simulation) => {
    const bench = new Bench(simulation);
    const [client] = await bench.connected();
    client.setOptions({ userTimeout: seconds(5) });
    simulation.setLink(bench.link, false);
    const from = simulation.now;
    await client.write(octets(10));
    const reading = simulation.settle(client.read(), HOUR);
    await expect(reading).rejects.toMatchObject(failure('connection-timed-out'));
    expect(simulation.now - from).toBe(seconds(5));
  });

  scenario(
    'are not waited for beyond a limit',
    async (simulation) => {
      const bench = new Bench(simulation);
      const [client] = await bench.connected();
      const waiting = simulation.settle(client.read(), seconds(10));
      await expect(waiting).rejects.toMatchObject(failure('simulation-deadline'));
    },
    [1],
  );

  it('do the same at the same microseconds for the same seed, and something else for another', async () => {
    const recorded = async (seed: number): Promise<readonly string[]> => {
      const simulation = new Simulation({ seed });
      const bench = new Bench(simulation);
      const [client, server] = await bench.connected();
      const both = Promise.all([ask(bench, client, octets(30_000)), echo(server)]);
      await simulation.settle(both, HOUR);
      return bench.record;
    };
    const first = await recorded(1);
    expect(first.length).toBeGreaterThan(50);
    expect(await recorded(1)).toEqual(first);
    expect(await recorded(2)).not.toEqual(first);
  });
});
