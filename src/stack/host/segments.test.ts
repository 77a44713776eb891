/** What RFC 9293 wants of IP when it carries segments, §3.9.2, and what TCP tells it in return. */
import { describe, expect, it } from 'vitest';
import { asPacket } from '../../base/packet.ts';
import { seconds } from '../../base/time.ts';
import { BROADCAST } from '../datalink/ethernet/address.ts';
import * as ethernet from '../datalink/ethernet/ethernet-ii.ts';
import * as icmp from '../network/icmp/message.ts';
import { format, fromWords, isIpv4, sumOf, toWords } from '../network/ip/address.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import type { Ipv6Address } from '../network/ipv6/address.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { encode, FLAG, PROTOCOL_TCP } from '../transport/tcp/header.ts';
import { seq } from '../transport/tcp/seq.ts';
import type { Host } from './host.ts';
import { address, host, mac, pair, pair6, prefix } from './test-bench.ts';
import { type Seen, VirtualNetwork } from './virtual-network.ts';

const PORT = 80;

interface Syn {
  readonly from: string;
  readonly to: string;
  readonly options?: readonly number[];
  readonly frameTo?: Uint8Array;
}

function datagram4(
  from: Ipv4Address,
  to: Ipv4Address,
  protocol: number,
  payload: Uint8Array,
  options: readonly number[] = [],
) {
  return ipv4.encode({
    trafficClass: 0,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol,
    source: from,
    destination: to,
    options: Uint8Array.from(options),
    payload,
  });
}

/** A frame with a SYN for host `b` of a pair. */
function synFrame({ from, to, options, frameTo = mac(2) }: Syn): Uint8Array {
  const source = address(from);
  const destination = address(to);
  const segment = {
    sourcePort: 1000,
    destinationPort: PORT,
    sequence: seq(1),
    acknowledgment: seq(0),
    flags: FLAG.syn,
    window: 1000,
    urgentPointer: 0,
    options: new Uint8Array(),
    payload: new Uint8Array(),
  };
  const payload = encode(segment, sumOf(toWords(source), 0) + sumOf(toWords(destination), 0));
  const of4 = isIpv4(source) && isIpv4(destination);
  return ethernet.encode({
    destination: frameTo,
    source: mac(1),
    type: of4 ? ethernet.TYPE.ipv4 : ethernet.TYPE.ipv6,
    payload: of4
      ? datagram4(source, destination, PROTOCOL_TCP, payload, options)
      : ipv6.encode({
          trafficClass: 0,
          flowLabel: 0,
          nextHeader: PROTOCOL_TCP,
          hopLimit: 64,
          source: source as Ipv6Address,
          destination: destination as Ipv6Address,
          payload,
        }),
  });
}

/** What `b` makes of it. */
function outcome(
  { network, b }: ReturnType<typeof pair>,
  syn: Syn,
): 'accepted' | 'silence' | 'answered' {
  b.listen(undefined, PORT);
  // Groups are joined by then.
  network.run(seconds(30));
  network.seen.length = 0;
  network.inject({ host: b, interface: 0 }, synFrame(syn));
  network.run(seconds(5));
  if (b.tcpCounters.passiveOpens > 0) return 'accepted';
  const sent = network.seen.filter(
    (seen) => seen.from.host === b && typeOf(seen) !== ethernet.TYPE.arp,
  );
  return sent.length === 0 ? 'silence' : 'answered';
}

const typeOf = ({ octets }: Seen): number => asPacket(octets).view.getUint16(12);

const localOf = (words: Int32Array): string => format(fromWords(words, 0));

describe('a SYN that comes', () => {
  it.each<[string, Syn, 'accepted' | 'silence']>([
    ['from a neighbour is accepted', { from: '192.0.2.1', to: '192.0.2.2' }, 'accepted'],
    [
      'with an option of IP that nobody knows is as one without, MUST-50',
      { from: '192.0.2.1', to: '192.0.2.2', options: [0x9e, 4, 1, 2, 30, 3, 9, 0] },
      'accepted',
    ],
    [
      'to all of the network is dropped in silence, MUST-57',
      { from: '192.0.2.1', to: '192.0.2.255', frameTo: BROADCAST },
      'silence',
    ],
    [
      'to all is dropped in silence, MUST-57',
      { from: '192.0.2.1', to: '255.255.255.255', frameTo: BROADCAST },
      'silence',
    ],
    [
      'to a group that we are in is dropped in silence, MUST-57',
      { from: '192.0.2.1', to: '224.0.0.1', frameTo: Uint8Array.of(1, 0, 0x5e, 0, 0, 1) },
      'silence',
    ],
    [
      'to us, in a frame for all, is dropped in silence, MUST-57',
      { from: '192.0.2.1', to: '192.0.2.2', frameTo: BROADCAST },
      'silence',
    ],
    ['from a group is ignored, MUST-63', { from: '224.0.0.1', to: '192.0.2.2' }, 'silence'],
    ['from all is ignored, MUST-63', { from: '255.255.255.255', to: '192.0.2.2' }, 'silence'],
    [
      'from all of the network is ignored, MUST-63',
      { from: '192.0.2.255', to: '192.0.2.2' },
      'silence',
    ],
    ['from nobody is ignored, MUST-63', { from: '0.0.0.0', to: '192.0.2.2' }, 'silence'],
    ['from 127/8 is ignored, MUST-63', { from: '127.0.0.1', to: '192.0.2.2' }, 'silence'],
    ['from ourselves is ignored, MUST-63', { from: '192.0.2.2', to: '192.0.2.2' }, 'silence'],
  ])('%s', (_what, syn, expected) => {
    expect(outcome(pair(), syn)).toBe(expected);
  });

  it.each<[string, Syn, 'accepted' | 'silence']>([
    ['from a neighbour is accepted', { from: '2001:db8::1', to: '2001:db8::2' }, 'accepted'],
    [
      'to a group that we are in is dropped in silence, MUST-57',
      { from: '2001:db8::1', to: 'ff02::1', frameTo: Uint8Array.of(0x33, 0x33, 0, 0, 0, 1) },
      'silence',
    ],
    ['from a group is ignored, MUST-63', { from: 'ff02::1', to: '2001:db8::2' }, 'silence'],
    ['from nobody is ignored, MUST-63', { from: '::', to: '2001:db8::2' }, 'silence'],
    ['from ::1 is ignored, MUST-63', { from: '::1', to: '2001:db8::2' }, 'silence'],
    ['from ourselves is ignored, MUST-63', { from: '2001:db8::2', to: '2001:db8::2' }, 'silence'],
  ])('over IPv6, %s', (_what, syn, expected) => {
    expect(outcome(pair6(), syn)).toBe(expected);
  });
});

describe('an active OPEN', () => {
  it.each([
    ['a group', '224.0.0.1'],
    ['all', '255.255.255.255'],
    ['all of the network', '192.0.2.255'],
    ['nobody', '0.0.0.0'],
    ['a group of IPv6', 'ff02::1'],
    ['nobody of IPv6', '::'],
  ])('to %s is refused, MUST-46', (_whom, remote) => {
    const { network, a } = pair();
    expect(() => a.connect(address(remote), PORT, {}, network.now)).toThrow('no one host');
  });

  it('without a local address has the one that goes with the way, and keeps it, MUST-44', () => {
    const network = new VirtualNetwork();
    const one = host(network, 1, '192.0.2.1/24');
    one.addInterface({ name: 'eth1', hardware: mac(9) });
    one.addAddress(1, prefix('198.51.100.1/24'), network.now);
    one.addAddress(1, prefix('2001:db8::1/64'), network.now);
    const locals = ['192.0.2.7', '198.51.100.7', '2001:db8::7', '192.0.2.1'].map((remote) => {
      const connection = one.connect(address(remote), PORT, {}, network.now);
      return localOf(connection.addresses);
    });
    expect(locals).toEqual(['192.0.2.1', '198.51.100.1', '2001:db8::1', '192.0.2.1']);
    const { addresses } = one.connect(address('192.0.2.8'), PORT, {}, network.now);
    one.addAddress(0, prefix('192.0.2.3/24'), network.now);
    network.run(seconds(1));
    expect(localOf(addresses)).toBe('192.0.2.1');
  });
});

describe('segments that leave', () => {
  it.each([
    ['64, when nothing is said', undefined, 64],
    ['what the host is set to', 9, 9],
  ])('have a time to live of %s, MUST-49', (_what, timeToLive, expected) => {
    const network = new VirtualNetwork();
    const over = timeToLive === undefined ? {} : { timeToLive };
    const a = host(network, 1, '192.0.2.1/24', over);
    const b = host(network, 2, '192.0.2.2/24');
    network.join({ host: a, interface: 0 }, { host: b, interface: 0 });
    a.connect(address('192.0.2.2'), PORT, {}, network.now);
    network.run(seconds(1));
    const sent = network.seen.filter((s) => s.from.host === a && typeOf(s) === ethernet.TYPE.ipv4);
    expect(sent.map(({ octets }) => ipv4.timeToLive(asPacket(octets), 14))).toEqual([expected]);
  });
});

describe('what IP and TCP tell one another', () => {
  it('is nothing, of a source quench, MUST-55', () => {
    const { network, a, b } = pair();
    b.listen(undefined, PORT);
    const client = a.connect(address('192.0.2.2'), PORT, {}, network.now);
    network.settle();
    client.send(new Uint8Array(1000), network.now);
    a.pollFrame(network.now);
    const { packet, start, end } = a.frame;
    const quoted = packet.octets.slice(start + 14, end).subarray(0, 28);
    const before = client.info(network.now);
    const message = datagram4(
      address('192.0.2.2') as Ipv4Address,
      address('192.0.2.1') as Ipv4Address,
      icmp.PROTOCOL_ICMP,
      quench(quoted),
    );
    const type = ethernet.TYPE.ipv4;
    const octets = ethernet.encode({ destination: mac(1), source: mac(2), type, payload: message });
    a.handleFrame(0, asPacket(octets), 0, octets.length, network.now);
    expect(a.counters.icmp).toMatchObject({ inMsgs: 1, inErrors: 0, outMsgs: 0 });
    expect([client.state, client.trouble]).toEqual(['ESTABLISHED', undefined]);
    expect(client.info(network.now)).toEqual(before);
  });

  /** Who was asked for its hardware address, when a line went dead under a connection to 192.0.2.2 or 2001:db8::2. */
  function deadLine(ipv6 = false) {
    let alive = true;
    const network = new VirtualNetwork();
    const [own, other] = ipv6 ? ['2001:db8::1', '2001:db8::2'] : ['192.0.2.1', '192.0.2.2'];
    const length = ipv6 ? 64 : 24;
    const a = host(network, 1, `${own}/${length}`);
    const b = host(network, 2, `${other}/${length}`);
    network.join({ host: a, interface: 0 }, { host: b, interface: 0 }, undefined, () => alive);
    b.listen(undefined, PORT);
    const client = a.connect(address(other as string), PORT, {}, network.now);
    network.run(seconds(1));
    expect(client.state).toBe('ESTABLISHED');
    network.seen.length = 0;
    alive = false;
    client.send(new Uint8Array(10), network.now);
    const asked = (): string[] =>
      network.seen
        .filter((seen) => isQuestion(seen, a))
        .map(({ octets }) => octets.subarray(0, 6).join());
    return { network, client, asked };
  }

  it('is that retransmissions are in vain: the neighbour is polled, then all are asked, MUST-20', () => {
    const { network, client, asked } = deadLine();
    network.run(seconds(1));
    expect(client.trouble).toBeUndefined();
    expect(asked()).toEqual([]);
    network.run(seconds(6));
    expect(client.trouble).toBe('timed-out');
    const [to, all] = [mac(2).join(), BROADCAST.join()];
    expect(asked().slice(0, 3)).toEqual([to, to, all]);
  });

  it('is the same over IPv6, MUST-20', () => {
    const { network, asked } = deadLine(true);
    network.run(seconds(1));
    expect(asked()).toEqual([]);
    network.run(seconds(12));
    expect(asked().slice(0, 3)).toEqual([mac(2), mac(2), mac(2)].map((to) => to.join()));
  });
});

/** A source quench (RFC 792), which `encode` does not make. */
function quench(quoted: Uint8Array): Uint8Array {
  const { network: code } = icmp.UNREACHABLE;
  const octets = icmp.encode({ kind: 'destination unreachable', code, mtu: 0, quoted });
  const { view } = asPacket(octets);
  view.setUint8(0, icmp.TYPE.sourceQuench);
  // The type is one more, and so the checksum less (RFC 1624).
  view.setUint16(2, view.getUint16(2) - 0x100);
  return octets;
}

/** An ARP request, or a neighbour solicitation. */
function isQuestion(seen: Seen, from: Host): boolean {
  if (seen.from.host !== from) return false;
  const { view } = asPacket(seen.octets);
  if (typeOf(seen) === ethernet.TYPE.arp) return view.getUint16(20) === 1;
  return (
    typeOf(seen) === ethernet.TYPE.ipv6 && view.getUint8(20) === 58 && view.getUint8(54) === 135
  );
}
