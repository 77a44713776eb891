/** What hosts hear of routers: advertisements beyond addresses, and redirects (RFC 4861 §6.3.4, §8). */
import { describe, expect, it } from 'vitest';
import { fromAscii } from '../../base/octets.ts';
import { asPacket } from '../../base/packet.ts';
import { seconds } from '../../base/time.ts';
import { format } from '../network/ip/address.ts';
import type { Ipv6Address } from '../network/ipv6/address.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import type { RouterAdvertisement } from '../network/nd/message.ts';
import * as nd from '../network/nd/message.ts';
import { find, hardwareOf } from '../network/nd/options.ts';
import { Host } from './host.ts';
import { address, mac, prefix } from './test-bench.ts';
import { type Seen, VirtualNetwork } from './virtual-network.ts';

const v6 = (text: string): Ipv6Address => address(text) as Ipv6Address;

const ADVERTISEMENT: RouterAdvertisement = {
  kind: 'router advertisement',
  currentHopLimit: 0,
  managed: false,
  otherConfiguration: false,
  preference: 'medium',
  lifetime_s: 1800,
  reachableTime_ms: 0,
  retransTimer_ms: 0,
  options: [
    {
      kind: 'prefix information',
      prefix: { address: v6('2001:db8:1::'), length: 64 },
      onLink: true,
      autonomous: true,
      valid_s: 86_400,
      preferred_s: 14_400,
    },
  ],
};

/** A host on the link 2001:db8:1::/64 with two routers, ::fe and ::ff; 2001:db8:2::/64 is behind the second. */
function link(over: Partial<RouterAdvertisement> = {}, sendRedirects = true) {
  const network = new VirtualNetwork();
  const a = network.add(new Host({ seed: 1 }));
  const first = network.add(new Host({ seed: 2, forwarding: true, sendRedirects }));
  const second = network.add(new Host({ seed: 3, forwarding: true }));
  for (const [i, one] of [a, first, second].entries()) {
    one.addInterface({ name: 'eth0', hardware: mac(i + 1) });
  }
  first.addAddress(0, prefix('2001:db8:1::fe/64'), network.now);
  second.addAddress(0, prefix('2001:db8:1::ff/64'), network.now);
  second.addInterface({ name: 'eth1', hardware: mac(9) });
  second.addAddress(1, prefix('2001:db8:2::ff/64'), network.now);
  const ends = [a, first, second].map((one) => ({ host: one, interface: 0 }));
  for (const [i, end] of ends.entries()) {
    for (const other of ends.slice(i + 1)) network.join(end, other);
  }
  const options = [...ADVERTISEMENT.options, ...(over.options ?? [])];
  first.advertise(0, { ...ADVERTISEMENT, ...over, options }, network.now);
  a.startIpv6(0, network.now);
  network.run(seconds(10));
  network.seen.length = 0;
  return { network, a, first, second };
}

describe('a router that advertises the link', () => {
  it.each([
    ['says nothing of hops: as many as ever', 0, 64],
    ['says how many hops', 77, 77],
    ['says one hop, which would cut us off: a few more', 1, 32],
  ])('%s', (_what, currentHopLimit, expected) => {
    const { network, a } = link({ currentHopLimit });
    const socket = a.openUdp(undefined, 0);
    socket.sendTo(fromAscii('?'), address('2001:db8:1::fe'), 7, network.now);
    socket.sendTo(fromAscii('?'), address('2001:db8:1::fe'), 7, network.now, { ttl: 3 });
    network.settle();
    const limits = network.seen.filter(isUdp).map(({ octets }) => octets[21]);
    // Each is seen on both wires.
    expect(limits).toEqual([expected, expected, 3, 3]);
    const client = a.connect(address('2001:db8:1::fe'), 9, {}, network.now);
    expect(client.path.timeToLive).toBe(expected);
  });

  it.each([
    ['1400', 1400, 1400],
    ['what no link of IPv6 may have', 1279, 1500],
    ['more than an Ethernet carries (RFC 2464 §2)', 9000, 1500],
  ])('says an MTU of %s', (_what, mtu, expected) => {
    const { network, a } = link({ options: [{ kind: 'mtu', mtu }] });
    const client = a.connect(address('2001:db8:1::fe'), 9, {}, network.now);
    expect(client.path.mtu).toBe(expected);
    const socket = a.openUdp(undefined, 0);
    const whole = { dontFragment: true };
    const sent = (length: number) =>
      socket.sendTo(new Uint8Array(length - 48), address('2001:db8:1::fe'), 7, network.now, whole);
    expect([sent(expected), sent(expected + 1)]).toEqual(['sent', 'too-big']);
  });

  it('says which name servers and domains there are, until it says so no more', () => {
    const server = v6('2001:db8:1::53');
    const { network, a, first } = link({
      options: [
        { kind: 'recursive dns servers', lifetime_s: 1200, servers: [server] },
        { kind: 'dns search list', lifetime_s: 1200, domains: ['example.net'] },
      ],
    });
    const dns = () => {
      const told: unknown[] = [];
      for (let news = a.pollEvent(); news; news = a.pollEvent()) {
        if ('servers' in news) told.push([news.interface, news.servers.map(format), news.domains]);
      }
      return told;
    };
    expect(dns()).toEqual([[0, ['2001:db8:1::53'], ['example.net']]]);
    first.advertise(0, ADVERTISEMENT, network.now);
    network.run(seconds(1300));
    expect(dns()).toEqual([[0, [], []]]);
  });

  it('is asked anew when the link was away, and heeded', () => {
    const { network, a } = link({ options: [{ kind: 'mtu', mtu: 1400 }] });
    a.setLink(0, false, network.now);
    a.setLink(0, true, network.now);
    const [device] = a.interfaces;
    expect(device?.ipv6Mtu).toBe(1500);
    network.run(seconds(10));
    expect(device?.ipv6Mtu).toBe(1400);
  });
});

const isUdp = ({ octets }: Seen): boolean => octets[12] === 0x86 && octets[20] === 17;

/** The redirects that left, each once. */
function redirects(seen: readonly Seen[]): nd.Redirect[] {
  const found = new Map<Uint8Array, nd.Redirect>();
  for (const { octets } of seen) {
    if (octets[12] !== 0x86 || octets[20] !== 58 || octets[54] !== 137) continue;
    const p = asPacket(octets);
    const body = octets.subarray(54, 54 + ipv6.payloadLength(p, 14));
    const message = nd.decode(body, {
      hopLimit: ipv6.hopLimit(p, 14),
      source: ipv6.source(p, 14),
      destination: ipv6.destination(p, 14),
    });
    if (message.ok && message.value.kind === 'redirect') found.set(octets, message.value);
  }
  return [...found.values()];
}

describe('a router that knows a better first hop', () => {
  const FAR = '2001:db8:2::1';

  function asked(sendRedirects = true, gateway = 'fe80::ff:fe00:3') {
    const made = link({}, sendRedirects);
    made.first.addRoute(prefix('2001:db8:2::/64'), { gateway: address(gateway), interface: 0 });
    const socket = made.a.openUdp(undefined, 0);
    const send = (length = 100) =>
      socket.sendTo(new Uint8Array(length), address(FAR), 7, made.network.now);
    return { ...made, send };
  }

  it('passes the packet on and tells the host, who goes there from then on (RFC 4861 §8)', () => {
    const { network, first, second, send } = asked();
    send();
    network.settle();
    // The first redirect does not know the target's hardware address, which was being asked for.
    const [redirect] = redirects(network.seen);
    expect(redirect && [format(redirect.target), format(redirect.destination)]).toEqual([
      'fe80::ff:fe00:3',
      FAR,
    ]);
    expect(first.counters.ipv6.forwDatagrams).toBe(1);
    send();
    network.settle();
    expect(first.counters.ipv6.forwDatagrams).toBe(1);
    expect(second.counters.ipv6.forwDatagrams).toBe(2);
  });

  it('quotes as much of the packet as fits in 1280 octets, and the target’s hardware address', () => {
    const { network, a, first, send } = asked();
    // So that the first router knows the second.
    first
      .openEcho(address('fe80::ff:fe00:3'), { interface: 0 })
      .send(1, fromAscii('?'), network.now);
    network.settle();
    send(1400);
    network.settle();
    const [redirect] = redirects(network.seen);
    const options = redirect?.options ?? [];
    expect(hardwareOf(options, 'target link-layer address')).toEqual(mac(3));
    expect(find(options, 'redirected header')?.quoted.length).toBe(1280 - 40 - 40 - 8 - 8);
    expect(a.counters.icmpv6.inErrors).toBe(0);
  });

  it('does so at a limited rate', () => {
    const { network, a, first } = asked();
    // So that the router knows the host.
    a.openEcho(address('2001:db8:1::fe')).send(1, fromAscii('?'), network.now);
    network.settle();
    const socket = a.openUdp(undefined, 0);
    // Each to another, for what was redirected goes elsewhere.
    for (let i = 1; i <= 200; i++) {
      socket.sendTo(fromAscii('?'), address(`2001:db8:2::${i}`), 7, network.now);
    }
    network.settle();
    expect(first.counters.ipv6.forwDatagrams).toBeGreaterThan(100);
    const sent = redirects(network.seen).length;
    expect(sent).toBeGreaterThan(8);
    expect(sent).toBeLessThanOrEqual(2 * 16); // Seen on two wires.
  });

  it('says nothing when it was told not to, nor of a router known by a global address', () => {
    for (const { network, send } of [asked(false), asked(true, '2001:db8:1::ff')]) {
      send();
      network.settle();
      expect(redirects(network.seen)).toEqual([]);
    }
  });

  it('says nothing to who is not on the link', () => {
    const { network, second, first } = asked();
    // From the far side, to a network behind the first router: it came by the second, and goes back to it.
    second.addRoute(prefix('::/0'), { gateway: address('2001:db8:1::fe'), interface: 0 });
    const far = network.add(new Host({ seed: 4 }));
    far.addInterface({ name: 'eth0', hardware: mac(4) });
    far.addAddress(0, prefix('2001:db8:2::4/64'), network.now);
    far.addRoute(prefix('::/0'), { gateway: address('2001:db8:2::ff') });
    network.join({ host: far, interface: 0 }, { host: second, interface: 1 });
    first.addRoute(prefix('2001:db8:3::/64'), {
      gateway: address('fe80::ff:fe00:1'),
      interface: 0,
    });
    far.openUdp(undefined, 0).sendTo(fromAscii('?'), address('2001:db8:3::1'), 7, network.now);
    network.settle();
    expect(first.counters.ipv6.forwDatagrams).toBe(1);
    const fromFirst = network.seen.filter(({ from }) => from.host === first);
    // Nor does it look for it there.
    const toFar = fromFirst.filter(({ octets }) => octets[0] === 0x33 && octets[5] === 4);
    expect([...redirects(fromFirst), ...toFar]).toEqual([]);
  });
});
