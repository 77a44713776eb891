import { describe, expect, it } from 'vitest';
import { asPacket } from '../../base/packet.ts';
import { after, START, seconds } from '../../base/time.ts';
import * as ethernet from '../datalink/ethernet/ethernet-ii.ts';
import * as ieee8023 from '../datalink/ethernet/ieee8023.ts';
import * as snap from '../datalink/snap/header.ts';
import * as vlan from '../datalink/vlan/tag.ts';
import * as icmp from '../network/icmp/message.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import * as udp from '../transport/udp/header.ts';
import { Host, type HostOptions } from './host.ts';
import type { InterfaceOptions } from './interface.ts';
import { address, mac, prefix } from './test-bench.ts';

const US = '192.0.2.2';
const PEER = '192.0.2.1';
const BROADCAST = new Uint8Array(6).fill(0xff);

interface Datagram {
  readonly from?: string;
  readonly to?: string;
  readonly ttl?: number;
  readonly protocol?: number;
  readonly options?: readonly number[];
  readonly payload?: Uint8Array;
  readonly fragmentOffset?: number;
  readonly frame?: Uint8Array;
}

const v4 = (text: string): Ipv4Address => address(text) as Ipv4Address;

const echo = (): Uint8Array =>
  icmp.encode({ kind: 'echo', identifier: 1, sequenceNumber: 2, payload: new Uint8Array(8) });

const datagram = (d: Datagram): Uint8Array =>
  ipv4.encode({
    trafficClass: 0,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: d.fragmentOffset ?? 0,
    timeToLive: d.ttl ?? 64,
    protocol: d.protocol ?? icmp.PROTOCOL_ICMP,
    source: v4(d.from ?? PEER),
    destination: v4(d.to ?? US),
    options: Uint8Array.from(d.options ?? []),
    payload: d.payload ?? echo(),
  });

const frame = (d: Datagram): Uint8Array =>
  ethernet.encode({
    destination: d.frame ?? mac(2),
    source: mac(1),
    type: ethernet.TYPE.ipv4,
    payload: datagram(d),
  });

/** A host at 192.0.2.2/24 that knows 192.0.2.1, and hands out what it answers. */
class Bench {
  readonly host: Host;

  constructor(options: Partial<HostOptions> = {}, device: Partial<InterfaceOptions> = {}) {
    this.host = new Host({ seed: 1, ...options });
    this.host.addInterface({ name: 'eth0', hardware: mac(2), ...device });
    this.host.addAddress(0, prefix(`${US}/24`), START);
    this.host.addRoute(prefix('0.0.0.0/0'), { gateway: address(PEER) });
  }

  /** The frames that it answers with, ARP left out. */
  answers(octets: Uint8Array): Uint8Array[] {
    this.host.handleFrame(0, asPacket(octets), 0, octets.length, START);
    const frames: Uint8Array[] = [];
    for (let turn = 0; turn < 8 && this.host.pollFrame(START); turn++) {
      const { packet, start, end } = this.host.frame;
      const out = packet.octets.slice(start, end);
      const tag = out[12] === 0x81 ? 4 : 0;
      if (out[13 + tag] === 6 && out[21 + tag] === 1) this.#resolve(out, tag);
      else frames.push(out);
    }
    return frames;
  }

  /** Whoever is asked for has 02:…:01. */
  #resolve(request: Uint8Array, tag: number): void {
    const reply = request.slice();
    reply.set(mac(2));
    reply.set(mac(1), 6);
    reply[21 + tag] = 2;
    reply.set(mac(1), 22 + tag);
    reply.set(request.subarray(38 + tag, 42 + tag), 28 + tag);
    reply.set(mac(2), 32 + tag);
    reply.set(request.subarray(28 + tag, 32 + tag), 38 + tag);
    this.host.handleFrame(0, asPacket(reply), 0, reply.length, START);
  }
}

/** The ICMP message in a frame, as its type, code and second word. */
function messageIn(octets: Uint8Array | undefined): [number, number, number] | undefined {
  if (octets === undefined) return undefined;
  const p = asPacket(octets);
  const at = 14 + ipv4.headerLength(p, 14);
  return [icmp.type(p, at), icmp.code(p, at), p.view.getUint32(at + 4)];
}

const REPLY = [0, 0, 0x0001_0002];

describe('a datagram that came in a frame', () => {
  it.each<[string, Datagram, readonly number[] | undefined]>([
    ['to us is answered', {}, REPLY],
    ['with options that hold is answered', { options: [1, 1, 1, 0] }, REPLY],
    ['from far away is answered', { from: '203.0.113.9' }, REPLY],
    ['in a frame for all is not (RFC 1122 §3.3.6)', { frame: BROADCAST }, undefined],
    ['for all of the network is not answered (§3.2.2.6)', { to: '192.0.2.255' }, undefined],
    ['for a group that we are in is not answered', { to: '224.0.0.1' }, undefined],
    ['from a group is dropped (§3.2.1.3)', { from: '224.0.0.1' }, undefined],
    ['from the broadcast address is dropped', { from: '255.255.255.255' }, undefined],
    ["from our network's broadcast address is dropped", { from: '192.0.2.255' }, undefined],
    ['from 127/8 is dropped', { from: '127.0.0.1' }, undefined],
    ['from ourselves is dropped', { from: US }, undefined],
    ['from nobody is dropped', { from: '0.0.0.0' }, undefined],
    ['to 127/8 is dropped', { to: '127.0.0.1' }, undefined],
    ['for another is dropped by a host', { to: '192.0.2.77' }, undefined],
    [
      'with a source route is dropped (RFC 7126)',
      { options: [131, 7, 4, 9, 9, 9, 9, 0] },
      undefined,
    ],
    [
      'with an option that is too long is a parameter problem at its length',
      { options: [7, 40, 4, 0] },
      [12, 0, 21 << 24],
    ],
    ['of an unknown protocol is told so', { protocol: 253 }, [3, 2, 0]],
    ['of a protocol of IPv6 is told so', { protocol: 58 }, [3, 2, 0]],
    [
      'for a port that nobody has is told so',
      {
        protocol: 17,
        payload: udp.encode({ sourcePort: 9, destinationPort: 9, payload: new Uint8Array(1) }, 0),
      },
      undefined, // Its checksum does not cover the addresses: dropped.
    ],
  ])('%s', (_what, d, expected) => {
    expect(messageIn(new Bench().answers(frame(d))[0])).toEqual(expected);
  });

  it('is answered with the route that it recorded, ourselves in it (RFC 1122 §3.2.2.6)', () => {
    const options = [7, 11, 8, 203, 0, 113, 1, 0, 0, 0, 0, 0];
    const [reply] = new Bench().answers(frame({ options }));
    const recorded = [7, 11, 12, 203, 0, 113, 1, 192, 0, 2, 2, 0];
    expect(Array.from(reply?.subarray(34, 46) ?? [])).toEqual(recorded);
    expect(reply && ipv4.validate(asPacket(reply), 14, reply.length)).toBe(ipv4.FAULT.none);
  });

  it('is answered whatever its frame: 802.3 with SNAP, and a tag, where they are configured', () => {
    const payload = snap.encode({ oui: 0, protocol: 0x0800, payload: datagram({}) });
    const counted = ieee8023.encode({ destination: mac(2), source: mac(1), payload });
    expect(new Bench().answers(counted)).toEqual([]);
    expect(messageIn(new Bench({}, { snap: true }).answers(counted)[0])).toEqual(REPLY);
    const tagged = vlan.insert(frame({}), { pcp: 5, dei: false, vid: 7 });
    expect(new Bench().answers(tagged)).toEqual([]);
    expect(new Bench({}, { vlan: 8 }).answers(tagged)).toEqual([]);
    const [reply = new Uint8Array(64)] = new Bench({}, { vlan: 7 }).answers(tagged);
    const untagged = vlan.remove(reply);
    expect(untagged.ok && untagged.value.tag.vid).toBe(7);
    expect(messageIn(untagged.ok ? untagged.value.frame : undefined)).toEqual(REPLY);
    const priority = vlan.insert(frame({}), { pcp: 5, dei: false, vid: 0 });
    expect(messageIn(new Bench().answers(priority)[0])).toEqual(REPLY);
    expect(new Bench({}, { vlan: 7 }).answers(frame({}))).toEqual([]);
  });

  it('is not heard while the link is down, and not sent', () => {
    const bench = new Bench();
    bench.host.setLink(0, false, START);
    expect(bench.answers(frame({}))).toEqual([]);
    const socket = bench.host.openUdp(undefined, 0);
    expect(socket.sendTo(new Uint8Array(1), address(PEER), 9, START)).toBe('no-route');
    bench.host.setLink(0, true, START);
    expect(messageIn(bench.answers(frame({}))[0])).toEqual(REPLY);
  });
});

describe('a router on one link', () => {
  const forwarding = { forwarding: true };

  it('passes on what goes back where it came from, and tells the sender of the shorter way', () => {
    const [redirect, passed] = new Bench(forwarding).answers(frame({ to: '192.0.2.77' }));
    expect(messageIn(redirect)).toEqual([5, 1, 0xc000024d]); // RFC 1812 §5.2.7.2
    expect(passed?.subarray(30, 34)).toEqual(Uint8Array.of(192, 0, 2, 77));
    expect(passed?.[22]).toBe(63);
  });

  it.each<[string, Datagram]>([
    ['for all of its network (RFC 2644)', { to: '192.0.2.255', frame: mac(2) }],
    ['for a group', { to: '239.1.1.1' }],
    ['for 169.254/16 (RFC 3927 §2.7)', { to: '169.254.1.1' }],
    ['from 169.254/16', { from: '169.254.1.1', to: '203.0.113.1' }],
    ['for class E', { to: '240.0.0.1' }],
    ['for 0/8', { to: '0.0.0.1' }],
    ['in a frame for all', { to: '203.0.113.1', frame: BROADCAST }],
    [
      'that is an error and used up its hops',
      {
        to: '203.0.113.1',
        ttl: 1,
        payload: icmp.encode({ kind: 'time exceeded', code: 0, quoted: datagram({}) }),
      },
    ],
    [
      'that is a later fragment and used up its hops',
      { to: '203.0.113.1', ttl: 1, fragmentOffset: 64 },
    ],
  ])('neither passes on nor answers a datagram %s', (_what, d) => {
    expect(new Bench(forwarding).answers(frame(d))).toEqual([]);
  });

  it('enters itself into a route that is recorded (RFC 1812 §5.3.13.5)', () => {
    const bench = new Bench({ ...forwarding, sendRedirects: false });
    const options = [7, 7, 4, 0, 0, 0, 0, 0];
    const [passed = new Uint8Array(64)] = bench.answers(frame({ to: '203.0.113.1', options }));
    expect(Array.from(passed.subarray(34, 42))).toEqual([7, 7, 8, 192, 0, 2, 2, 0]);
    expect(ipv4.validate(asPacket(passed), 14, passed.length)).toBe(ipv4.FAULT.none);
  });
});

describe('ICMP errors from outside', () => {
  const tooBig = (quoted: Uint8Array): Uint8Array =>
    frame({
      from: '203.0.113.66',
      payload: icmp.encode({ kind: 'destination unreachable', code: 4, mtu: 600, quoted }),
    });
  const sent = (from: string, to: string): Uint8Array =>
    datagram({
      from,
      to,
      protocol: 17,
      payload: udp.encode(
        { sourcePort: 5000, destinationPort: 9, payload: new Uint8Array(1400) },
        0,
      ),
    });

  it.each<[string, string, string, number, boolean]>([
    ['what we sent', US, '198.51.100.1', 5000, true],
    ['what another sent', '192.0.2.3', '198.51.100.1', 5000, false],
    ['what went to where we never sent', US, '198.51.100.2', 5000, true],
    ['what no port of ours sent', US, '198.51.100.1', 5001, false],
  ])('that quote %s', (_what, from, to, port, reported) => {
    const bench = new Bench();
    const socket = bench.host.openUdp(undefined, port);
    socket.sendTo(new Uint8Array(1), address('198.51.100.1'), 9, START);
    bench.answers(tooBig(sent(from, to)));
    expect(socket.nextError()?.kind).toBe(reported ? 'too-big' : undefined);
    const whole = { dontFragment: true };
    const outcome = socket.sendTo(new Uint8Array(1400), address('198.51.100.1'), 9, START, whole);
    const lowered = reported && to === '198.51.100.1';
    expect(outcome).toBe(lowered ? 'too-big' : 'sent');
    expect(bench.host.counters.icmp.inUnsolicited).toBe(reported ? 0 : 1);
  });
});

describe('groups', () => {
  it('are heard by who joined them, as IGMP tells the link, and by no other', () => {
    const bench = new Bench();
    const { host } = bench;
    const group = '239.1.2.3';
    const hardware = Uint8Array.of(0x01, 0x00, 0x5e, 1, 2, 3);
    const socket = host.openUdp(undefined, 7);
    const payload = Uint8Array.of(0, 9, 0, 7, 0, 9, 0, 0, 42); // No checksum.
    const toGroup = frame({ to: group, frame: hardware, protocol: 17, payload });
    bench.answers(toGroup);
    expect(socket.receive()).toBeUndefined();
    host.join(0, address(group), START);
    const [report] = bench.answers(toGroup);
    // IGMPv3 (RFC 3376 §4.2): to 224.0.0.22, TTL 1, router alert, one record TO_EX of the group.
    expect(report?.subarray(30, 34)).toEqual(Uint8Array.of(224, 0, 0, 22));
    expect([report?.[22], report?.[23], report?.[34]]).toEqual([1, 2, 148]);
    expect(Array.from(report?.subarray(46, 54) ?? [])).toEqual([4, 0, 0, 0, 239, 1, 2, 3]);
    expect(socket.receive()).toMatchObject({ octets: Uint8Array.of(42), destination: v4(group) });
    host.leave(0, address(group), START);
    bench.answers(toGroup);
    expect(socket.receive()).toBeUndefined();
  });

  it('are sent to with a TTL of 1, and heard by the sender if it is in them', () => {
    const { host } = new Bench();
    host.join(0, address('239.1.2.3'), START);
    while (host.pollFrame(START));
    const socket = host.openUdp(undefined, 7);
    socket.sendTo(Uint8Array.of(1), address('239.1.2.3'), 7, START);
    expect(host.pollFrame(START)).toBe(true);
    const { packet, start } = host.frame;
    expect(packet.octets.slice(start, start + 6)).toEqual(Uint8Array.of(1, 0, 0x5e, 1, 2, 3));
    expect(packet.octets[start + 22]).toBe(1);
    while (host.pollFrame(START));
    expect(socket.receive()).toMatchObject({ octets: Uint8Array.of(1), interface: -1 });
  });
});

describe('a host without an address', () => {
  it('speaks to all, and hears who speaks to all (RFC 2131 §4.1)', () => {
    const host = new Host({ seed: 1 });
    host.addInterface({ name: 'eth0', hardware: mac(2) });
    const socket = host.openUdp(undefined, 68, { interface: 0 });
    const all = address('255.255.255.255');
    expect(socket.sendTo(Uint8Array.of(1), all, 67, START)).toBe('sent');
    expect(host.pollFrame(START)).toBe(true);
    const { packet, start } = host.frame;
    expect(packet.octets.slice(start, start + 6)).toEqual(BROADCAST);
    expect(packet.octets.slice(start + 26, start + 34)).toEqual(
      Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255),
    );
    const payload = Uint8Array.of(0, 67, 0, 68, 0, 9, 0, 0, 42);
    const offer = frame({ to: '255.255.255.255', frame: BROADCAST, protocol: 17, payload });
    host.handleFrame(0, asPacket(offer), 0, offer.length, START);
    expect(socket.receive()).toMatchObject({ octets: Uint8Array.of(42), sourcePort: 67 });
  });
});

describe('fragments that never come together', () => {
  it('are told of after a minute, if the first was among them (RFC 1122 §3.3.2)', () => {
    const bench = new Bench();
    const first = datagram({ protocol: 17, payload: new Uint8Array(16) });
    first[6] = 0x20;
    ipv4.writeChecksum(asPacket(first), 0);
    const type = ethernet.TYPE.ipv4;
    const octets = ethernet.encode({ destination: mac(2), source: mac(1), type, payload: first });
    expect(bench.answers(octets)).toEqual([]);
    expect(bench.host.pollTimeout()).toBe(seconds(60));
    bench.host.handleTimeout(after60);
    expect(bench.host.pollFrame(after60)).toBe(true);
    expect(bench.host.counters.icmp.outMsgs).toBe(1);
  });
});

const after60 = after(START, seconds(60));
