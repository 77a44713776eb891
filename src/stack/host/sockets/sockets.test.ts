import { beforeEach, describe, expect, it } from 'vitest';
import { concat, equal, fromAscii, toAscii } from '../../../base/octets.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import { format } from '../../network/ip/address.ts';
import { Host } from '../host.ts';
import { address, mac, prefix } from '../test-bench.ts';
import { VirtualNetwork } from '../virtual-network.ts';
import { Sockets } from './sockets.ts';
import type { TcpSocket } from './tcp-socket.ts';
import { Cancellation } from './wait.ts';

const B = address('192.0.2.2');

let network: VirtualNetwork;
let a: Sockets;
let b: Sockets;

function sockets(n: number): Sockets {
  const host = new Host({ seed: n });
  host.addInterface({ name: 'eth0', hardware: mac(n) });
  host.addAddress(0, prefix(`192.0.2.${n}/24`), network.now);
  const made = new Sockets(host, { now: () => network.now, wake: () => {} });
  return network.add(made);
}

/** Lets virtual time run while promises want it, and no longer than `limit`. */
async function during<T>(promise: Promise<T>, limit: Duration = seconds(60)): Promise<T> {
  let done = false;
  const settled = promise.finally(() => {
    done = true;
  });
  settled.catch(() => {});
  for (let spent = 0; !done && spent < limit; spent += milliseconds(1)) {
    network.run(milliseconds(1));
    // Those who wait take their turns; five are more than any test here has one behind the other.
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
  if (!done) throw new Error('nothing came of it');
  return settled;
}

async function connected(): Promise<[TcpSocket, TcpSocket]> {
  const server = b.listen(9);
  return during(Promise.all([a.connect(B, 9), server.accept()]));
}

async function readAll(socket: TcpSocket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let part = await socket.read(); part !== undefined; part = await socket.read()) {
    parts.push(part);
  }
  return concat(parts);
}

beforeEach(() => {
  network = new VirtualNetwork();
  a = sockets(1);
  b = sockets(2);
  network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
});

describe('TCP on promises', () => {
  it('connects, accepts, writes, reads, half-closes and ends', async () => {
    const [client, server] = await connected();
    expect(client.remote).toEqual({ address: B, port: 9 });
    expect(server.remote).toEqual(client.local);
    await client.write(fromAscii('question'));
    await client.end();
    expect(toAscii(await during(readAll(server)))).toBe('question');
    await server.write(fromAscii('answer'));
    await server.end();
    expect(toAscii(await during(readAll(client)))).toBe('answer');
    await during(Promise.all([client.finished(), server.finished()]));
    expect([client.connection.state, server.connection.state]).toEqual(['TIME-WAIT', 'CLOSED']);
    client.close();
    server.close();
  });

  it('lets a writer wait for a slow reader, and loses nothing', async () => {
    const [client, server] = await connected();
    const octets = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) >>> 4);
    let written = false;
    const writing = client.write(octets).then(() => {
      written = true;
      return client.end();
    });
    for (let i = 0; i < 200; i++) {
      network.run(milliseconds(1));
      await Promise.resolve();
    }
    expect(written).toBe(false);
    const [got] = await during(Promise.all([readAll(server), writing]));
    expect(equal(got, octets)).toBe(true);
  });

  it('says why a connection could not be made, or ended', async () => {
    await expect(during(a.connect(B, 10))).rejects.toMatchObject({ code: 'connection-refused' });
    await expect(a.connect(address('203.0.113.1'), 9)).rejects.toMatchObject({ code: 'no-route' });
    const [client, server] = await connected();
    const reading = client.read();
    server.abort();
    await expect(during(reading)).rejects.toMatchObject({ code: 'connection-reset' });
    await expect(client.write(fromAscii('?'))).rejects.toMatchObject({ code: 'connection-reset' });
  });

  it('waits no longer than it is told, and stops when it is told', async () => {
    const nobody = address('192.0.2.3');
    const soon = a.connect(nobody, 9, { timeout: milliseconds(300) });
    await expect(during(soon)).rejects.toMatchObject({ code: 'timed-out' });
    expect(network.now).toBeLessThan(milliseconds(310));
    const [client] = await connected();
    await expect(during(client.read(1, { timeout: seconds(1) }))).rejects.toMatchObject({
      code: 'timed-out',
    });
    const cancellation = new Cancellation();
    const reading = client.read(1, { cancellation });
    cancellation.cancel();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.read(1, { cancellation })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('gives a connection to who still waits for it', async () => {
    const server = b.listen(9);
    await expect(during(server.accept({ timeout: milliseconds(5) }))).rejects.toMatchObject({
      code: 'timed-out',
    });
    const [client, accepted] = await during(Promise.all([a.connect(B, 9), server.accept()]));
    expect(accepted.remote).toEqual(client.local);
    const waiting = server.accept();
    server.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    expect(() => server.accept()).toThrow('closed');
  });

  it('has one reader at a time, and none after it was closed', async () => {
    const [client] = await connected();
    const first = client.read();
    await expect(client.read()).rejects.toMatchObject({ code: 'busy' });
    client.close();
    await expect(first).rejects.toMatchObject({ code: 'closed' });
    expect(() => client.read()).toThrow('closed');
  });
});

describe('UDP and echo on promises', () => {
  it('sends and receives', async () => {
    const server = b.udp({ port: 7 });
    const client = a.udp();
    client.send(fromAscii('?'), B, 7);
    const question = await during(server.receive());
    server.send(fromAscii('!'), question.source, question.sourcePort);
    expect(toAscii((await during(client.receive())).octets)).toBe('!');
    client.send(fromAscii('?'), B, 8);
    expect(await during(client.receiveError())).toMatchObject({ kind: 'port' });
    const waiting = client.receive();
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
  });

  it('pings, or says what came instead', async () => {
    const reply = await during(a.ping(B));
    expect(reply).toMatchObject({ ttl: 64, sequence: 1, roundTrip: 0 });
    expect(format(reply.source)).toBe('192.0.2.2');
    const nobody = address('192.0.2.3');
    await expect(during(a.ping(nobody))).rejects.toMatchObject({
      code: 'unreachable',
      details: { kind: 'host', from: '192.0.2.1' },
    });
    const soon = a.ping(nobody, { timeout: milliseconds(100) });
    await expect(during(soon)).rejects.toMatchObject({ code: 'timed-out' });
  });
});
