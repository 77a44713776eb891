import { describe, expect, it } from 'vitest';
import { concat, equal } from '../../base/octets.ts';
import { milliseconds, seconds } from '../../base/time.ts';
import type { IpAddress } from '../network/ip/address.ts';
import { Connection } from '../transport/tcp/connection.ts';
import { Listener } from '../transport/tcp/listener.ts';
import type { Host } from './host.ts';
import type { HostPath } from './path.ts';
import { address, pair, routed } from './test-bench.ts';
import type { VirtualNetwork } from './virtual-network.ts';

/** Sends `octets` over a connection from `a` to `remote`, a host's that is `b`, and closes. What arrives. */
function transfer(
  network: VirtualNetwork,
  a: Host,
  b: Host,
  remote: IpAddress,
  octets: Uint8Array,
): Uint8Array {
  const listener = b.listen(undefined, 9);
  const client = a.connect(remote, 9, {}, network.now);
  const got: Uint8Array[] = [];
  let server: Connection<HostPath> | undefined;
  let sent = 0;
  for (let turn = 0; turn < 10_000 && !(server?.atEnd ?? false); turn++) {
    network.run(milliseconds(1));
    while (b.pollEvent());
    server ??= listener.accept();
    if (client.isConnected && sent < octets.length) {
      sent += client.send(octets.subarray(sent), network.now);
      if (sent === octets.length) client.close(network.now);
    }
    if (server !== undefined) got.push(server.receive(1 << 20));
  }
  return concat(got);
}

const OCTETS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) >>> 5);

describe('TCP in a host', () => {
  it('carries a stream to a neighbour', () => {
    const { network, a, b } = pair();
    const got = transfer(network, a, b, address('192.0.2.2'), OCTETS);
    expect(equal(got, OCTETS)).toBe(true);
  });

  it('carries a stream to itself, with no frame', () => {
    const { network, a } = pair();
    expect(equal(transfer(network, a, a, address('127.0.0.1'), OCTETS), OCTETS)).toBe(true);
    expect(network.seen).toEqual([]);
  });

  it('finds the narrow link of a path, and goes on in smaller segments', () => {
    const { network, a, b, router } = routed(700);
    const got = transfer(network, a, b, address('198.51.100.1'), OCTETS);
    expect(equal(got, OCTETS)).toBe(true);
    expect(router.counters.ipv4.fragFails).toBeGreaterThan(0);
    expect(router.counters.ipv4.fragCreates).toBe(0);
  });

  it('tells of a connection that is refused, and of one that is there', () => {
    const { network, a, b } = pair();
    const refused = a.connect(address('192.0.2.2'), 9, {}, network.now);
    network.settle();
    expect(refused.error).toBe('refused');
    const listener = b.listen(undefined, 9);
    const client = a.connect(address('192.0.2.2'), 9, {}, network.now);
    network.settle();
    expect(client.state).toBe('ESTABLISHED');
    const news = [];
    for (let one = b.pollEvent(); one; one = b.pollEvent()) news.push(one);
    expect(news.filter((one) => one instanceof Listener)).toEqual([listener]);
    expect(listener.accept()).toBeInstanceOf(Connection);
  });

  it('gives up a connection to where no port is open behind a router that says so', () => {
    const { network, a } = routed();
    const client = a.connect(address('203.0.113.1'), 9, {}, network.now);
    network.run(seconds(1));
    expect(client.state).toBe('SYN-SENT');
    expect(a.counters.icmp.inMsgs).toBeGreaterThan(0);
  });

  it('has no way to connect where no route leads', () => {
    const { network, a } = pair();
    expect(() => a.connect(address('203.0.113.1'), 9, {}, network.now)).toThrow('no route');
    for (const many of ['255.255.255.255', '192.0.2.255', '224.0.0.1', '0.0.0.0', 'ff02::1']) {
      expect(() => a.connect(address(many), 9, {}, network.now)).toThrow('no one host');
    }
    expect(() => a.connect(address('192.0.2.2'), 70_000, {}, network.now)).toThrow('no port');
  });
});
