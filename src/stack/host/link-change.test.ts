/** What a host does about a link that goes, comes, and has another on it who says to be us. */
import { describe, expect, it } from 'vitest';
import { fromAscii } from '../../base/octets.ts';
import { asPacket } from '../../base/packet.ts';
import { milliseconds, seconds } from '../../base/time.ts';
import * as ethernet from '../datalink/ethernet/ethernet-ii.ts';
import * as arp from '../network/arp/header.ts';
import { format } from '../network/ip/address.ts';
import { type Ipv4Address, UNSPECIFIED } from '../network/ipv4/address.ts';
import { Host, type HostOptions } from './host.ts';
import { address, host, mac, pair, prefix } from './test-bench.ts';
import { VirtualNetwork } from './virtual-network.ts';

const BROADCAST = new Uint8Array(6).fill(0xff);

/** The address events of a host since it was last asked, as text. */
function changes(of: Host): string[] {
  const told: string[] = [];
  for (let news = of.pollEvent(); news; news = of.pollEvent()) {
    if ('change' in news) told.push(`${news.change} ${format(news.prefix.address)}`);
  }
  return told;
}

const own = (of: Host): string[] => of.addressesOf(0).map((one) => format(one.address));

/** ARP frames that `from` sent, as sender and target. */
const arpsOf = ({ seen }: VirtualNetwork, from: Host): string[] =>
  seen
    .filter((one) => one.from.host === from && asPacket(one.octets).view.getUint16(12) === 0x0806)
    .map(({ octets }) => asPacket(octets))
    .map((p) => `${format(arp.senderProtocol(p, 14))} ${format(arp.targetProtocol(p, 14))}`);

/** Another host, 02:…:09, says to have 192.0.2.1. */
function claim(): Uint8Array {
  const packet = new Uint8Array(arp.PACKET_LENGTH);
  arp.write(asPacket(packet), 0, {
    operation: arp.OPERATION.request,
    senderHardware: mac(9),
    senderProtocol: address('192.0.2.1') as Ipv4Address,
    targetHardware: new Uint8Array(6),
    targetProtocol: address('192.0.2.1') as Ipv4Address,
  });
  const type = ethernet.TYPE.arp;
  return ethernet.encode({ destination: BROADCAST, source: mac(9), type, payload: packet });
}

const ANNOUNCEMENT = '192.0.2.1 192.0.2.1';

function claimed(options: Partial<HostOptions> = {}) {
  const network = new VirtualNetwork();
  const a = host(network, 1, '192.0.2.1/24', options);
  network.join(
    { host: a, interface: 0 },
    { host: new Host({ seed: 2 }), interface: 0 },
    0 as never,
    () => false,
  );
  changes(a);
  network.inject({ host: a, interface: 0 }, claim());
  return { network, a };
}

describe('an address that was given untested', () => {
  it('is defended once, and lost when the other insists (RFC 5227 §2.4 (b))', () => {
    const { network, a } = claimed();
    expect(arpsOf(network, a)).toEqual([ANNOUNCEMENT]);
    network.run(seconds(5));
    network.inject({ host: a, interface: 0 }, claim());
    expect(arpsOf(network, a)).toEqual([ANNOUNCEMENT]);
    expect(changes(a)).toEqual(['lost 192.0.2.1']);
    expect(own(a)).toEqual([]);
  });

  it('is kept by a router whatever comes, with one announcement in ten seconds (§2.4 (c))', () => {
    const { network, a } = claimed({ forwarding: true });
    for (let i = 0; i < 10; i++) {
      network.run(seconds(2));
      network.inject({ host: a, interface: 0 }, claim());
    }
    expect(arpsOf(network, a)).toEqual([ANNOUNCEMENT, ANNOUNCEMENT, ANNOUNCEMENT]);
    expect(changes(a)).toEqual([]);
  });
});

describe('a link that comes up again', () => {
  it('is asked again for an address that was asked for, which is not used meanwhile (RFC 5227 §2.1)', () => {
    const { network, a } = pair();
    a.addAddress(0, prefix('192.0.2.5/24'), network.now, { detect: true });
    network.run(seconds(10));
    changes(a);
    network.seen.length = 0;
    a.setLink(0, false, network.now);
    a.setLink(0, true, network.now);
    expect(own(a)).toEqual(['192.0.2.1']);
    network.run(seconds(10));
    const probe = `${format(UNSPECIFIED)} 192.0.2.5`;
    const announcement = '192.0.2.5 192.0.2.5';
    const asked = arpsOf(network, a).filter((one) => one !== ANNOUNCEMENT);
    expect(asked).toEqual([probe, probe, probe, announcement, announcement]);
    expect(changes(a)).toEqual(['added 192.0.2.5']);
  });

  it('is told at once, and once, who has the addresses that were given untested (RFC 5227 §3, RFC 9131)', () => {
    const { network, a } = pair();
    a.addAddress(0, prefix('2001:db8::1/64'), network.now);
    network.run(seconds(1));
    network.seen.length = 0;
    a.setLink(0, false, network.now);
    a.setLink(0, true, network.now);
    network.settle();
    expect(arpsOf(network, a)).toEqual([ANNOUNCEMENT]);
    const advertised = network.seen
      .map(({ octets }) => asPacket(octets))
      .filter((p) => p.view.getUint16(12) === 0x86dd && p.octets[14 + 40] === 136)
      .map((p) => [format(p.octets.slice(14 + 48, 14 + 64)), p.view.getUint32(14 + 44)]);
    // Of the router, solicited and override flags none is set.
    expect(advertised).toEqual([
      ['fe80::ff:fe00:1', 0],
      ['2001:db8::1', 0],
    ]);
    network.run(seconds(30));
    expect(arpsOf(network, a)).toEqual([ANNOUNCEMENT]);
  });

  it('may have another with the address: it then is not used, nor its network reached by it', () => {
    const network = new VirtualNetwork();
    const a = network.add(new Host({ seed: 1 }));
    a.addInterface({ name: 'eth0', hardware: mac(1) });
    a.addAddress(0, prefix('192.0.2.2/24'), network.now, { detect: true });
    a.addAddress(0, prefix('198.51.100.2/24'), network.now);
    network.run(seconds(10));
    const b = host(network, 2, '192.0.2.2/24');
    a.setLink(0, false, network.now);
    network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
    a.setLink(0, true, network.now);
    network.run(seconds(10));
    expect(changes(a).slice(1)).toEqual(['added 192.0.2.2', 'duplicate 192.0.2.2']);
    const socket = a.openUdp(undefined, 0);
    expect(socket.sendTo(fromAscii('?'), address('192.0.2.9'), 7, network.now)).toBe('no-route');
  });

  it('lets a connection go on when the address is ours still', () => {
    const { network, a, b } = pair();
    a.addAddress(0, prefix('192.0.2.5/24'), network.now, { detect: true });
    network.run(seconds(10));
    const listener = b.listen(undefined, 9);
    const options = { local: address('192.0.2.5') };
    const client = a.connect(address('192.0.2.2'), 9, options, network.now);
    network.run(milliseconds(10));
    a.setLink(0, false, network.now);
    a.setLink(0, true, network.now);
    client.send(new Uint8Array(5000), network.now);
    network.run(seconds(60));
    expect(listener.accept()?.readable).toBe(5000);
  });

  it('is asked again for IPv6 addresses (RFC 4862 §5.4)', () => {
    const { network, a } = pair();
    a.addAddress(0, prefix('2001:db8::1/64'), network.now, { detect: true });
    network.run(seconds(5));
    expect(changes(a).slice(1)).toEqual(['added fe80::ff:fe00:1', 'added 2001:db8::1']);
    a.setLink(0, false, network.now);
    a.setLink(0, true, network.now);
    expect(own(a)).toEqual(['192.0.2.1']);
    network.run(seconds(5));
    expect(changes(a).sort()).toEqual(['added 2001:db8::1', 'added fe80::ff:fe00:1']);
    const echo = a.openEcho(address('2001:db8::1'));
    echo.send(1, fromAscii('me'), network.now);
    network.settle();
    expect(echo.receive()).toMatchObject({ sequence: 1 });
  });
});

describe('another with our link-local address', () => {
  /** Two of one hardware address; the second is to find it out. */
  function twins() {
    const network = new VirtualNetwork();
    const [a, b] = [1, 2].map((seed) => network.add(new Host({ seed }))) as [Host, Host];
    for (const one of [a, b]) one.addInterface({ name: 'eth0', hardware: mac(1) });
    network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
    a.startIpv6(0, network.now);
    network.run(seconds(5));
    b.addAddress(0, prefix('2001:db8::2/64'), network.now, { detect: true });
    b.addAddress(0, prefix('192.0.2.2/24'), network.now);
    network.run(seconds(5));
    return { network, b };
  }

  it('ends IPv6 on the interface, and IPv6 alone (RFC 4862 §5.4.5)', () => {
    const { network, b } = twins();
    expect(own(b)).toEqual(['192.0.2.2']);
    expect(changes(b)).toContain('duplicate fe80::ff:fe00:1');
    network.seen.length = 0;
    b.addAddress(0, prefix('2001:db8::3/64'), network.now);
    const socket = b.openUdp(undefined, 0);
    const sent = (to: string) => socket.sendTo(fromAscii('?'), address(to), 7, network.now);
    expect([sent('2001:db8::1'), sent('192.0.2.9')]).toEqual(['no-route', 'sent']);
    network.run(seconds(5));
    const ofIpv6 = network.seen.filter(
      ({ from, octets }) => from.host === b && asPacket(octets).view.getUint16(12) === 0x86dd,
    );
    expect(ofIpv6).toEqual([]);
  });

  it('is asked for anew when the link was away', () => {
    const { network, b } = twins();
    b.setLink(0, false, network.now);
    network.run(seconds(1));
    changes(b);
    // On the other link there is nobody.
    const alone = new VirtualNetwork();
    alone.now = network.now;
    alone.add(b);
    b.setLink(0, true, alone.now);
    alone.run(seconds(5));
    expect(changes(b)).toEqual(['added fe80::ff:fe00:1']);
    expect(own(b)).toEqual(['192.0.2.2', 'fe80::ff:fe00:1']);
  });
});
