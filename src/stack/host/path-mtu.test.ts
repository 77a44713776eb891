/** Who may say that a path is narrow: RFC 5927 §7, RFC 8201 §4. */
import { describe, expect, it } from 'vitest';
import { asPacket, newPacket } from '../../base/packet.ts';
import { milliseconds, seconds } from '../../base/time.ts';
import * as ethernet from '../datalink/ethernet/ethernet-ii.ts';
import * as icmp from '../network/icmp/message.ts';
import * as icmpv6 from '../network/icmpv6/message.ts';
import type { Ipv4Address } from '../network/ipv4/address.ts';
import * as ipv4 from '../network/ipv4/header.ts';
import * as ipv6 from '../network/ipv6/header.ts';
import { address, mac, pair, pair6 } from './test-bench.ts';

/** Of the quoted segment. */
interface Quote {
  readonly octets: Uint8Array;
  readonly version: 4 | 6;
}

const MTU = { 4: 600, 6: 1280 } as const;
const TCP_AT = { 4: 20, 6: 40 } as const;

/** A frame in which a router, by the address of whom the segment was for, says how much its next link takes. */
function tooBig({ octets, version }: Quote): Uint8Array {
  const destination = mac(1);
  const source = mac(2);
  if (version === 4) {
    const type = ethernet.TYPE.ipv4;
    return ethernet.encode({ destination, source, type, payload: fragmentationNeeded(octets) });
  }
  const quoted = octets.subarray(0, ipv6.MTU_MIN - ipv6.HEADER_LENGTH - icmpv6.HEADER_LENGTH);
  const length = icmpv6.HEADER_LENGTH + quoted.length;
  const p = newPacket(ipv6.HEADER_LENGTH + length);
  const sent = asPacket(octets);
  const [from, to] = [ipv6.destination(sent, 0), ipv6.source(sent, 0)];
  ipv6.write(p, 0, length, 0, 0, icmpv6.PROTOCOL_ICMPV6, 64, from, to);
  const message = { kind: 'packet too big', mtu: MTU[6], quoted } as const;
  p.octets.set(icmpv6.encode(message, ipv6.addressSum(p, 0)), ipv6.HEADER_LENGTH);
  const type = ethernet.TYPE.ipv6;
  return ethernet.encode({ destination, source, type, payload: p.octets });
}

function fragmentationNeeded(octets: Uint8Array): Uint8Array {
  const quoted = octets.subarray(0, 28);
  const { fragmentationNeeded: code } = icmp.UNREACHABLE;
  return ipv4.encode({
    trafficClass: 0,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: icmp.PROTOCOL_ICMP,
    source: address('192.0.2.2') as Ipv4Address,
    destination: address('192.0.2.1') as Ipv4Address,
    options: new Uint8Array(),
    payload: icmp.encode({ kind: 'destination unreachable', code, mtu: MTU[4], quoted }),
  });
}

/** A connection with a segment in flight, and the datagram that it is in. */
function flight(version: 4 | 6) {
  const { network, a, b } = version === 4 ? pair() : pair6();
  b.listen(undefined, 9);
  const remote = address(version === 4 ? '192.0.2.2' : '2001:db8::2');
  const client = a.connect(remote, 9, {}, network.now);
  network.run(milliseconds(10));
  client.send(new Uint8Array(1000), network.now);
  expect(a.pollFrame(network.now)).toBe(true);
  const { packet, start, end } = a.frame;
  const octets = packet.octets.slice(start + 14, end);
  return { network, a, client, quote: { octets, version } };
}

/** The same segment with another sequence number, `by` beyond what was sent. */
function forged({ octets, version }: Quote, by: number): Quote {
  const copy = octets.slice();
  const p = asPacket(copy);
  const at = TCP_AT[version] + 4;
  p.view.setUint32(at, (p.view.getUint32(at) + by) >>> 0);
  return { octets: copy, version };
}

describe.each([4, 6] as const)('a router that says a path of IPv%i is narrow', (version) => {
  it('is believed when it quotes what is in flight', () => {
    const { network, a, client, quote } = flight(version);
    network.inject({ host: a, interface: 0 }, tooBig(quote));
    expect(client.path.mtu).toBe(MTU[version]);
  });

  it('changes nothing of what the host says that it takes itself (RFC 6691)', () => {
    const { network, a, client, quote } = flight(version);
    network.inject({ host: a, interface: 0 }, tooBig(quote));
    expect([client.path.mtu, client.path.linkMtu]).toEqual([MTU[version], 1500]);
    expect(client.info(network.now).tcpi_advmss).toBe(version === 4 ? 1460 : 1440);
  });

  it.each([
    ['what was acknowledged', -1],
    ['what was not sent yet', 1000],
    ['any number', 0x4000_0000],
  ])('is not believed when it quotes %s', (_what, by) => {
    const { network, a, client, quote } = flight(version);
    network.inject({ host: a, interface: 0 }, tooBig(forged(quote, by)));
    expect(client.path.mtu).toBe(1500);
    const { icmp: icmp4, icmpv6: icmp6 } = a.counters;
    expect((version === 4 ? icmp4 : icmp6).inUnsolicited).toBe(1);
  });

  it('is not believed any more when all was acknowledged', () => {
    const { network, a, client, quote } = flight(version);
    network.run(seconds(2));
    expect(client.info(network.now).tcpi_unacked).toBe(0);
    network.inject({ host: a, interface: 0 }, tooBig(quote));
    expect(client.path.mtu).toBe(1500);
  });
});
