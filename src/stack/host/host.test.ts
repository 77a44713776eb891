import { describe, expect, it } from 'vitest';
import { equal, fromAscii } from '../../base/octets.ts';
import { asPacket } from '../../base/packet.ts';
import { milliseconds, seconds } from '../../base/time.ts';
import * as ethernet from '../datalink/ethernet/ethernet-ii.ts';
import * as arp from '../network/arp/header.ts';
import { format } from '../network/ip/address.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import { address, mac, pair, prefix, routed } from './test-bench.ts';

describe('two hosts on a wire', () => {
  it('ping each other', () => {
    const { network, a } = pair();
    const echo = a.openEcho(address('192.0.2.2'));
    expect(echo.send(7, fromAscii('hello'), network.now)).toBe('sent');
    network.settle();
    const reply = echo.receive();
    expect(reply).toMatchObject({ sequence: 7, octets: fromAscii('hello'), ttl: 64 });
    expect(reply && format(reply.source)).toBe('192.0.2.2');
    expect(a.pollEvent()).toMatchObject({ kind: 'address', change: 'added' });
    expect(a.pollEvent()).toBe(echo);
    expect(a.pollEvent()).toBeUndefined();
  });

  it('send each other datagrams, and answer', () => {
    const { network, a, b } = pair();
    const server = b.openUdp(undefined, 7);
    const client = a.openUdp(undefined, 0);
    expect(client.port).toBeGreaterThanOrEqual(49152);
    client.sendTo(fromAscii('question'), address('192.0.2.2'), 7, network.now);
    network.settle();
    const question = server.receive();
    if (question === undefined) throw new Error('nothing came');
    expect(question).toMatchObject({ octets: fromAscii('question'), sourcePort: client.port });
    server.sendTo(fromAscii('answer'), question.source, question.sourcePort, network.now);
    network.settle();
    expect(client.receive()).toMatchObject({ octets: fromAscii('answer'), interface: 0, ttl: 64 });
  });

  it('carry a datagram of 65507 octets in fragments, the first one sent too', () => {
    const { network, a, b } = pair();
    const server = b.openUdp(undefined, 7);
    const client = a.openUdp(undefined, 0);
    const octets = Uint8Array.from({ length: 65507 }, (_, i) => (i * 7) >>> 3);
    expect(client.sendTo(octets, address('192.0.2.2'), 7, network.now)).toBe('sent');
    network.settle();
    expect(equal(server.receive()?.octets ?? new Uint8Array(), octets)).toBe(true);
    expect(client.sendTo(new Uint8Array(65508), address('192.0.2.2'), 7, network.now)).toBe(
      'too-big',
    );
    const whole = { dontFragment: true };
    const big = new Uint8Array(1473);
    expect(client.sendTo(big, address('192.0.2.2'), 7, network.now, whole)).toBe('too-big');
  });

  it('tell a sender that nobody has the port', () => {
    const { network, a } = pair();
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('?'), address('192.0.2.2'), 9, network.now);
    network.settle();
    const error = client.nextError();
    expect(error).toMatchObject({ kind: 'port', destinationPort: 9 });
    expect(error && format(error.from)).toBe('192.0.2.2');
  });

  it('tell a sender that nobody has the address', () => {
    const { network, a } = pair();
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('?'), address('192.0.2.3'), 9, network.now);
    network.run(seconds(2));
    expect(client.nextError()).toBeUndefined();
    network.run(seconds(2));
    expect(client.nextError()).toMatchObject({ kind: 'host', destinationPort: 9 });
  });

  it('find an address that another has taken, and keep from using it', () => {
    const { network, a, b } = pair();
    while (b.pollEvent());
    a.pollEvent();
    a.addAddress(0, prefix('192.0.2.2/24'), network.now, { detect: true });
    a.addAddress(0, prefix('192.0.2.9/24'), network.now, { detect: true });
    network.run(seconds(10));
    expect(a.pollEvent()).toMatchObject({ kind: 'address', change: 'duplicate' });
    expect(a.pollEvent()).toMatchObject({ kind: 'address', change: 'added' });
    expect(a.addressesOf(0).map((one) => format(one.address))).toEqual(['192.0.2.1', '192.0.2.9']);
  });
});

describe('a host by itself', () => {
  it.each(['127.0.0.1', '127.9.9.9', '192.0.2.1'])('hears itself at %s, with no frame', (text) => {
    const { network, a } = pair();
    const server = a.openUdp(undefined, 7);
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('me'), address(text), 7, network.now);
    network.settle();
    expect(server.receive()).toMatchObject({ octets: fromAscii('me'), interface: -1 });
    expect(network.seen).toEqual([]);
  });

  it('has no way to an address that no route leads to', () => {
    const { network, a } = pair();
    const client = a.openUdp(undefined, 0);
    expect(client.sendTo(fromAscii('?'), address('203.0.113.1'), 7, network.now)).toBe('no-route');
  });
});

describe('a router', () => {
  it('passes datagrams on, one hop less', () => {
    const { network, a, router } = routed();
    const echo = a.openEcho(address('198.51.100.1'));
    echo.send(1, fromAscii('far'), network.now);
    network.settle();
    expect(echo.receive()).toMatchObject({ sequence: 1, ttl: 63 });
    expect(router.counters.ipv4.forwDatagrams).toBe(2);
  });

  it('tells who it is when the hops are used up, as traceroute wants', () => {
    const { network, a } = routed();
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('?'), address('198.51.100.1'), 33434, network.now, { ttl: 1 });
    network.settle();
    client.sendTo(fromAscii('?'), address('198.51.100.1'), 33435, network.now, { ttl: 2 });
    network.settle();
    const [first, second] = [client.nextError(), client.nextError()];
    expect(first).toMatchObject({ kind: 'time-exceeded', destinationPort: 33434 });
    expect(first && format(first.from)).toBe('192.0.2.254');
    expect(second).toMatchObject({ kind: 'port', destinationPort: 33435 });
    expect(second && format(second.from)).toBe('198.51.100.1');
  });

  it('cuts what is too long, or tells how long it may be', () => {
    const { network, a, b } = routed(600);
    const server = b.openUdp(undefined, 7);
    const client = a.openUdp(undefined, 0);
    const octets = Uint8Array.from({ length: 1400 }, (_, i) => i);
    client.sendTo(octets, address('198.51.100.1'), 7, network.now);
    network.settle();
    expect(server.receive()?.octets).toEqual(octets);
    const whole = { dontFragment: true };
    expect(client.sendTo(octets, address('198.51.100.1'), 7, network.now, whole)).toBe('sent');
    network.settle();
    expect(client.nextError()).toMatchObject({ kind: 'too-big', mtu: 600 });
    expect(client.sendTo(octets, address('198.51.100.1'), 7, network.now, whole)).toBe('too-big');
    network.run(seconds(601));
    expect(client.sendTo(octets, address('198.51.100.1'), 7, network.now, whole)).toBe('sent');
  });

  it('follows a gateway to another hardware address, and misses one that is silent', () => {
    const { network, a, b, router } = routed();
    router.addRoute(prefix('203.0.113.0/24'), { gateway: address('198.51.100.1') });
    const socket = a.openUdp(undefined, 0);
    const send = (): (Uint8Array | undefined)[] => {
      network.seen.length = 0;
      socket.sendTo(fromAscii('?'), address('203.0.113.1'), 9, network.now);
      network.settle();
      const passed = network.seen.filter(
        ({ from, octets }) => from.host === router && from.interface === 1 && octets[13] === 0,
      );
      return passed.map(({ octets }) => octets.slice(0, 6));
    };
    expect([send(), send()]).toEqual([[mac(2)], [mac(2)]]);
    const packet = new Uint8Array(arp.PACKET_LENGTH);
    arp.write(asPacket(packet), 0, {
      operation: arp.OPERATION.request,
      senderHardware: mac(7),
      senderProtocol: address('198.51.100.1') as Ipv4Address,
      targetHardware: new Uint8Array(6),
      targetProtocol: address('198.51.100.254') as Ipv4Address,
    });
    const type = ethernet.TYPE.arp;
    const moved = ethernet.encode({ destination: mac(4), source: mac(7), type, payload: packet });
    network.inject({ host: router, interface: 1 }, moved);
    expect(send()).toEqual([mac(7)]);
    b.setLink(0, false, network.now);
    network.run(seconds(61));
    send();
    network.run(seconds(3));
    expect(send()).toEqual([]);
    network.run(seconds(3));
    expect(socket.nextError()).toMatchObject({ kind: 'host' });
  });

  it('says that there is no network, and no host', () => {
    const { network, a } = routed();
    const client = a.openUdp(undefined, 0);
    client.sendTo(fromAscii('?'), address('203.0.113.1'), 9, network.now);
    network.settle();
    expect(client.nextError()).toMatchObject({ kind: 'net' });
    client.sendTo(fromAscii('?'), address('198.51.100.77'), 9, network.now);
    network.run(milliseconds(3500));
    expect(client.nextError()).toMatchObject({ kind: 'host' });
  });
});

describe('chance', () => {
  it('is the seed: the same seeds and commands give the same octets at the same times', () => {
    const transcript = () => {
      const { network, a, b } = pair();
      b.listen(undefined, 9);
      a.addAddress(0, prefix('192.0.2.50/24'), network.now, { detect: true });
      a.startIpv6(0, network.now);
      const client = a.connect(address('192.0.2.2'), 9, {}, network.now);
      network.run(milliseconds(20));
      client.send(fromAscii('hello'), network.now);
      a.openUdp(undefined, 0).sendTo(fromAscii('?'), address('192.0.2.2'), 9, network.now);
      network.run(seconds(20));
      return network.seen.map(({ octets, at }) => `${at} ${octets.join()}`);
    };
    const first = transcript();
    expect(first.length).toBeGreaterThan(15);
    expect(transcript()).toEqual(first);
  });
});
