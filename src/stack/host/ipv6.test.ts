import { describe, expect, it } from 'vitest';
import { equal, fromAscii } from '../../base/octets.ts';
import { milliseconds, START, seconds } from '../../base/time.ts';
import { format } from '../network/ip/address.ts';
import type { RouterAdvertisement } from '../network/nd/message.ts';
import { Host } from './host.ts';
import { address, mac, pair6, prefix, routed6 } from './test-bench.ts';
import { VirtualNetwork } from './virtual-network.ts';

describe('two IPv6 hosts on a wire', () => {
  it('ping each other', () => {
    const { network, a } = pair6();
    const echo = a.openEcho(address('2001:db8::2'));
    expect(echo.send(7, fromAscii('hello'), network.now)).toBe('sent');
    network.settle();
    const reply = echo.receive();
    expect(reply).toMatchObject({ sequence: 7, octets: fromAscii('hello'), ttl: 64 });
    expect(reply && format(reply.source)).toBe('2001:db8::2');
  });

  it('ping each other by their link-local addresses, and all nodes at once', () => {
    const { network, a } = pair6();
    const echo = a.openEcho(address('fe80::ff:fe00:2'), { interface: 0 });
    echo.send(1, fromAscii('near'), network.now);
    const all = a.openEcho(address('ff02::1'), { interface: 0 });
    all.send(2, fromAscii('all'), network.now);
    network.settle();
    expect(echo.receive()).toMatchObject({ sequence: 1 });
    const sources = [all.receive(), all.receive()].map((reply) => reply && format(reply.source));
    expect(sources.sort()).toEqual(['fe80::ff:fe00:1', 'fe80::ff:fe00:2']);
  });

  it('carry a datagram of 60000 octets in fragments', () => {
    const { network, a, b } = pair6();
    const server = b.openUdp(undefined, 7);
    const client = a.openUdp(undefined, 0);
    const octets = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 7) >>> 3);
    expect(client.sendTo(octets, address('2001:db8::2'), 7, network.now)).toBe('sent');
    network.settle();
    expect(equal(server.receive()?.octets ?? new Uint8Array(), octets)).toBe(true);
    expect(a.counters.ipv6.fragCreates).toBe(42);
    expect(b.counters.ipv6.reasmOks).toBe(1);
  });

  it('tell a sender that nobody has the port, or the address', () => {
    const { network, a } = pair6();
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('?'), address('2001:db8::2'), 9, network.now);
    client.sendTo(fromAscii('?'), address('2001:db8::3'), 9, network.now);
    network.run(seconds(4));
    const errors = [client.nextError(), client.nextError()];
    expect(errors).toMatchObject([{ kind: 'port' }, { kind: 'host' }]);
  });

  it('find an address that another has', () => {
    const { network, a } = pair6();
    while (a.pollEvent());
    a.addAddress(0, prefix('2001:db8::2/64'), network.now, { detect: true });
    a.addAddress(0, prefix('2001:db8::9/64'), network.now, { detect: true });
    network.run(seconds(5));
    const changes: unknown[] = [];
    for (let event = a.pollEvent(); event; event = a.pollEvent()) {
      if ('change' in event) changes.push([event.change, format(event.prefix.address)]);
    }
    expect(changes).toEqual([
      ['duplicate', '2001:db8::2'],
      ['added', '2001:db8::9'],
    ]);
  });

  it('report the groups of their addresses (RFC 3810 §6)', () => {
    const { network, a } = pair6();
    network.run(seconds(3));
    // ff02::16, and record TO_EX of ff02::1:ff00:1.
    const reports = network.seen.filter(
      ({ from, octets }) => from.host === a && octets[5] === 0x16 && octets[62] === 143,
    );
    expect(reports.length).toBeGreaterThanOrEqual(2);
    expect(reports[0]?.octets[21]).toBe(1); // hop limit
  });
});

it('is not spoken over a link that carries less than 1280 octets (RFC 8200 §5)', () => {
  const host = new Host({ seed: 1 });
  host.addInterface({ name: 'eth0', hardware: mac(1), mtu: 1279 });
  host.addAddress(0, prefix('2001:db8::1/64'), START);
  const socket = host.openUdp(undefined, 0);
  const neighbour = address('2001:db8::2');
  expect(socket.sendTo(new Uint8Array(1), neighbour, 9, START)).toBe('no-route');
  expect(() => host.connect(neighbour, 9, {}, START)).toThrow('no route');
});

describe('an IPv6 router', () => {
  it('passes packets on, one hop less, and tells when the hops are used up', () => {
    const { network, a } = routed6();
    const echo = a.openEcho(address('2001:db8:2::1'));
    echo.send(1, fromAscii('far'), network.now);
    echo.send(2, fromAscii('far'), network.now, { ttl: 1 });
    network.settle();
    expect(echo.receive()).toMatchObject({ sequence: 1, ttl: 63 });
    const error = echo.nextError();
    expect(error).toMatchObject({ kind: 'time-exceeded', sequence: 2 });
    expect(error && format(error.from)).toBe('2001:db8:1::fe');
  });

  it('tells how long a packet may be, and a datagram then goes in fragments', () => {
    const { network, a, b } = routed6(1300);
    const server = b.openUdp(undefined, 7);
    const client = a.openUdp(undefined, 0);
    const octets = Uint8Array.from({ length: 1400 }, (_, i) => i);
    client.sendTo(octets, address('2001:db8:2::1'), 7, network.now);
    network.settle();
    expect(client.nextError()).toMatchObject({ kind: 'too-big', mtu: 1300 });
    expect(server.receive()).toBeUndefined();
    client.sendTo(octets, address('2001:db8:2::1'), 7, network.now);
    network.settle();
    expect(server.receive()?.octets).toEqual(octets);
  });

  it('lets TCP find the narrow link', () => {
    const { network, a, b } = routed6(1280);
    const listener = b.listen(undefined, 9);
    const client = a.connect(address('2001:db8:2::1'), 9, {}, network.now);
    network.run(milliseconds(10));
    client.send(new Uint8Array(20_000).fill(5), network.now);
    network.run(seconds(5));
    expect(listener.accept()?.readable).toBe(20_000);
  });

  it('says that there is no route', () => {
    const { network, a } = routed6();
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('?'), address('2001:db8:3::1'), 9, network.now);
    network.settle();
    expect(client.nextError()).toMatchObject({ kind: 'net' });
  });
});

describe('autoconfiguration', () => {
  const advertisement: RouterAdvertisement = {
    kind: 'router advertisement',
    currentHopLimit: 64,
    managed: false,
    otherConfiguration: false,
    preference: 'medium',
    lifetime_s: 1800,
    reachableTime_ms: 0,
    retransTimer_ms: 0,
    options: [
      {
        kind: 'prefix information',
        prefix: { address: address('2001:db8:1::') as Uint8Array, length: 64 },
        onLink: true,
        autonomous: true,
        valid_s: 86_400,
        preferred_s: 14_400,
      },
    ],
  };

  it('gives a host an address, a route to its neighbours and one to the world', () => {
    const { network, b, router } = routed6();
    router.advertise(0, advertisement, network.now);
    const fresh = network.add(new Host({ seed: 5 }));
    fresh.addInterface({ name: 'eth0', hardware: mac(5) });
    network.join({ host: fresh, interface: 0 }, { host: router, interface: 0 });
    fresh.startIpv6(0, network.now);
    network.run(seconds(10));
    expect(fresh.addressesOf(0).map((own) => format(own.address))).toEqual([
      'fe80::ff:fe00:5',
      '2001:db8:1::ff:fe00:5',
    ]);
    b.openUdp(undefined, 7);
    const echo = fresh.openEcho(address('2001:db8:2::1'));
    echo.send(3, fromAscii('world'), network.now);
    network.settle();
    expect(echo.receive()).toMatchObject({ sequence: 3, ttl: 63 });
  });

  it('uses no address that was not tested, and none when the link-local one is taken', () => {
    const network = new VirtualNetwork();
    const a = network.add(new Host({ seed: 1 }));
    const b = network.add(new Host({ seed: 2 }));
    for (const host of [a, b]) host.addInterface({ name: 'eth0', hardware: mac(1) });
    network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
    a.startIpv6(0, network.now);
    expect(a.addressesOf(0)).toEqual([]);
    network.run(seconds(5));
    expect(a.addressesOf(0).length).toBe(1);
    b.startIpv6(0, network.now);
    network.run(seconds(5));
    expect(b.addressesOf(0)).toEqual([]);
  });
});
