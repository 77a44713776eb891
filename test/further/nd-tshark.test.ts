import { describe, expect, it } from 'vitest';
import { sum } from '../../src/base/checksum.ts';
import { concat, fromHex } from '../../src/base/octets.ts';
import { asPacket } from '../../src/base/packet.ts';
import { type Duration, START, seconds } from '../../src/base/time.ts';
import { encodeCapture } from '../../src/capture/pcapng.ts';
import * as ethernetII from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import * as icmpv6 from '../../src/stack/network/icmpv6/message.ts';
import * as igmp from '../../src/stack/network/igmp/message.ts';
import * as ipv4Address from '../../src/stack/network/ipv4/address.ts';
import * as ipv4 from '../../src/stack/network/ipv4/header.ts';
import { encode as encodeIpv4Options, OPTION } from '../../src/stack/network/ipv4/options.ts';
import { type Ipv6Address, parse, solicitedNode } from '../../src/stack/network/ipv6/address.ts';
import * as ipv6 from '../../src/stack/network/ipv6/header.ts';
import * as mld from '../../src/stack/network/mld/message.ts';
import { ALL_NODES, ALL_ROUTERS } from '../../src/stack/network/nd/address.ts';
import * as nd from '../../src/stack/network/nd/message.ts';
import { dissect } from './tshark.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const ip4 = (text: string) => ipv4Address.parse(text) ?? ipv4Address.UNSPECIFIED;
const US = ip('fe80::ff:fe00:1');
const PEER = ip('fe80::ff:fe00:2');
const MAC = hex('020000000001');
/** Router alert for MLD (RFC 2711 §2.1), padded. */
const HOP_BY_HOP = hex('3a00 0502 0000 0100');

const frame = (type: number, payload: Uint8Array): Uint8Array =>
  ethernetII.encode({ destination: hex('020000000002'), source: MAC, type, payload });

/** In an IPv6 packet, its checksum filled in. */
function inIpv6(octets: Uint8Array, destination: Ipv6Address, alert: boolean, source = US) {
  const p = asPacket(octets);
  const addressSum = sum(asPacket(concat([source, destination])), 0, 32);
  icmpv6.writeChecksum(p, 0, octets.length, addressSum);
  const packet = ipv6.encode({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: alert ? 0 : icmpv6.PROTOCOL_ICMPV6,
    hopLimit: alert ? mld.HOP_LIMIT : nd.HOP_LIMIT,
    source,
    destination,
    payload: alert ? concat([HOP_BY_HOP, octets]) : octets,
  });
  return frame(0x86dd, packet);
}

const inMld = (message: mld.Message): Uint8Array =>
  inIpv6(mld.encode(message), mld.destinationOf(message), true);

function inIpv4(message: igmp.Message): Uint8Array {
  const packet = ipv4.encode({
    trafficClass: 0xc0,
    identification: 0,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 1,
    protocol: igmp.PROTOCOL_IGMP,
    source: ip4('192.0.2.1'),
    destination: igmp.destinationOf(message),
    options: encodeIpv4Options([{ type: OPTION.routerAlert, data: new Uint8Array(2) }]),
    payload: igmp.encode(message),
  });
  return frame(0x0800, packet);
}

const older = { kind: 'query', sources: [], suppress: false, robustness: 0 } as const;
const none = 0 as Duration;
const GROUP = ip('ff05::1234');
const GROUP4 = ip4('239.1.2.3');

/** What tshark must show of a frame. */
type Shown = Readonly<Record<string, string>>;
const ICMPV6 = { 'icmpv6.checksum.status': '1' };
const IGMP = { 'igmp.checksum.status': '1' };

const FRAMES: readonly [string, Uint8Array, Shown][] = [
  [
    'a router solicitation',
    inIpv6(
      nd.encode({
        kind: 'router solicitation',
        options: [{ kind: 'source link-layer address', hardware: MAC }],
      }),
      ALL_ROUTERS,
      false,
    ),
    { ...ICMPV6, 'icmpv6.type': '133', 'icmpv6.opt.src_linkaddr': '02:00:00:00:00:01' },
  ],
  [
    'a router advertisement with all options',
    inIpv6(
      nd.encode({
        kind: 'router advertisement',
        currentHopLimit: 64,
        managed: true,
        otherConfiguration: false,
        preference: 'low',
        lifetime_s: 1800,
        reachableTime_ms: 30_000,
        retransTimer_ms: 1000,
        options: [
          {
            kind: 'prefix information',
            prefix: { address: ip('2001:db8:1::'), length: 64 },
            onLink: true,
            autonomous: false,
            valid_s: 86_400,
            preferred_s: 14_400,
          },
          { kind: 'mtu', mtu: 1400 },
          { kind: 'recursive dns servers', lifetime_s: 1200, servers: [ip('2001:db8::53')] },
          { kind: 'dns search list', lifetime_s: 600, domains: ['lab.example', 'example.org'] },
        ],
      }),
      ALL_NODES,
      false,
    ),
    {
      ...ICMPV6,
      'icmpv6.type': '134',
      'icmpv6.nd.ra.cur_hop_limit': '64',
      'icmpv6.nd.ra.flag': '0x98',
      'icmpv6.nd.ra.flag.prf': '3',
      'icmpv6.nd.ra.router_lifetime': '1800',
      'icmpv6.nd.ra.reachable_time': '30000',
      'icmpv6.nd.ra.retrans_timer': '1000',
      'icmpv6.opt.type': '3,5,25,31',
      'icmpv6.opt.prefix': '2001:db8:1::',
      'icmpv6.opt.prefix.length': '64',
      'icmpv6.opt.prefix.flag': '0x80',
      'icmpv6.opt.prefix.valid_lifetime': '86400',
      'icmpv6.opt.prefix.preferred_lifetime': '14400',
      'icmpv6.opt.mtu': '1400',
      'icmpv6.opt.rdnss': '2001:db8::53',
      'icmpv6.opt.rdnss.lifetime': '1200',
      'icmpv6.opt.dnssl': 'lab.example,example.org',
      'icmpv6.opt.dnssl.lifetime': '600',
    },
  ],
  [
    'a neighbour solicitation of duplicate address detection',
    inIpv6(
      nd.encode({
        kind: 'neighbour solicitation',
        target: US,
        options: [{ kind: 'nonce', nonce: hex('0123456789ab') }],
      }),
      solicitedNode(US),
      false,
      ip('::'),
    ),
    {
      ...ICMPV6,
      'icmpv6.type': '135',
      'icmpv6.nd.ns.target_address': 'fe80::ff:fe00:1',
      'icmpv6.opt.nonce': '0123456789ab',
    },
  ],
  [
    'a neighbour advertisement',
    inIpv6(
      nd.encode({
        kind: 'neighbour advertisement',
        router: false,
        solicited: true,
        override: true,
        target: US,
        options: [{ kind: 'target link-layer address', hardware: MAC }],
      }),
      PEER,
      false,
    ),
    {
      ...ICMPV6,
      'icmpv6.type': '136',
      'icmpv6.nd.na.flag': '0x60000000',
      'icmpv6.nd.na.target_address': 'fe80::ff:fe00:1',
      'icmpv6.opt.target_linkaddr': '02:00:00:00:00:01',
    },
  ],
  [
    'a redirect',
    inIpv6(
      nd.encode({
        kind: 'redirect',
        target: ip('fe80::2'),
        destination: ip('2001:db8:9::9'),
        options: [
          {
            kind: 'redirected header',
            quoted: ipv6.encode({
              trafficClass: 0,
              flowLabel: 0,
              nextHeader: 59,
              hopLimit: 64,
              source: ip('2001:db8::1'),
              destination: ip('2001:db8:9::9'),
              payload: hex(''),
            }),
          },
        ],
      }),
      PEER,
      false,
    ),
    {
      ...ICMPV6,
      'icmpv6.type': '137',
      'icmpv6.nd.rd.target_address': 'fe80::2',
      'icmpv6.rd.na.destination_address': '2001:db8:9::9',
      'ipv6.dst': 'fe80::ff:fe00:2,2001:db8:9::9',
    },
  ],
  [
    'an MLDv2 report',
    inMld({
      kind: 'report',
      records: [
        { type: 'TO_EX', group: GROUP, sources: [] },
        { type: 'IS_IN', group: ip('ff05::5678'), sources: [ip('2001:db8::1'), ip('2001:db8::2')] },
      ],
    }),
    {
      ...ICMPV6,
      'icmpv6.type': '143',
      'icmpv6.mldr.nb_mcast_records': '2',
      'icmpv6.mldr.mar.record_type': '4,1',
      'icmpv6.mldr.mar.multicast_address': 'ff05::1234,ff05::5678',
      'icmpv6.mldr.mar.source_address': '2001:db8::1,2001:db8::2',
    },
  ],
  [
    'an MLDv2 query',
    inMld({
      kind: 'query',
      form: 'full',
      group: GROUP,
      sources: [ip('2001:db8::1')],
      maxResponse: seconds(1),
      suppress: true,
      robustness: 2,
      interval: seconds(125),
    }),
    {
      ...ICMPV6,
      'icmpv6.type': '130',
      'icmpv6.mld.maximum_response_code': '1000',
      'icmpv6.mld.multicast_address': 'ff05::1234',
      'icmpv6.mld.flag.s': '1',
      'icmpv6.mld.flag.qrv': '2',
      'icmpv6.mld.qqi': '125',
      'icmpv6.mld.source_address': '2001:db8::1',
    },
  ],
  [
    'an MLDv1 query',
    inMld({ ...older, form: 'plain', group: undefined, maxResponse: seconds(10), interval: none }),
    { ...ICMPV6, 'icmpv6.type': '130', 'icmpv6.mld.maximum_response_delay': '10000' },
  ],
  [
    'an MLDv1 report',
    inMld({ kind: 'group report', form: 'plain', group: GROUP }),
    { ...ICMPV6, 'icmpv6.type': '131', 'icmpv6.mld.multicast_address': 'ff05::1234' },
  ],
  [
    'an MLDv1 done',
    inMld({ kind: 'leave', group: GROUP }),
    { ...ICMPV6, 'icmpv6.type': '132', 'icmpv6.mld.multicast_address': 'ff05::1234' },
  ],
  [
    'an IGMPv3 report',
    inIpv4({
      kind: 'report',
      records: [
        { type: 'IS_IN', group: GROUP4, sources: [ip4('198.51.100.1')] },
        { type: 'BLOCK', group: ip4('239.1.2.4'), sources: [] },
      ],
    }),
    {
      ...IGMP,
      'igmp.type': '0x22',
      'igmp.num_grp_recs': '2',
      'igmp.record_type': '1,6',
      'igmp.maddr': '239.1.2.3,239.1.2.4',
      'igmp.saddr': '198.51.100.1',
    },
  ],
  [
    'an IGMPv3 query',
    inIpv4({
      kind: 'query',
      form: 'full',
      group: GROUP4,
      sources: [ip4('198.51.100.1'), ip4('198.51.100.2')],
      maxResponse: seconds(1),
      suppress: true,
      robustness: 2,
      interval: seconds(125),
    }),
    {
      ...IGMP,
      'igmp.version': '3',
      'igmp.type': '0x11',
      'igmp.max_resp': '10',
      'igmp.s': '1',
      'igmp.qrv': '2',
      'igmp.qqic': '125',
      'igmp.saddr': '198.51.100.1,198.51.100.2',
    },
  ],
  [
    'an IGMPv2 query',
    inIpv4({ ...older, form: 'plain', group: GROUP4, maxResponse: seconds(1), interval: none }),
    { ...IGMP, 'igmp.version': '2', 'igmp.type': '0x11', 'igmp.maddr': '239.1.2.3' },
  ],
  [
    'an IGMPv1 query',
    inIpv4({ ...older, form: 'bare', group: undefined, maxResponse: seconds(10), interval: none }),
    { ...IGMP, 'igmp.version': '1', 'igmp.type': '0x11' },
  ],
  [
    'an IGMPv2 report',
    inIpv4({ kind: 'group report', form: 'plain', group: GROUP4 }),
    { ...IGMP, 'igmp.version': '2', 'igmp.type': '0x16', 'igmp.maddr': '239.1.2.3' },
  ],
  [
    'an IGMPv1 report',
    inIpv4({ kind: 'group report', form: 'bare', group: GROUP4 }),
    { ...IGMP, 'igmp.version': '1', 'igmp.type': '0x12', 'igmp.maddr': '239.1.2.3' },
  ],
  [
    'an IGMPv2 leave',
    inIpv4({ kind: 'leave', group: GROUP4 }),
    { ...IGMP, 'igmp.type': '0x17', 'igmp.maddr': '239.1.2.3', 'ip.dst': '224.0.0.2' },
  ],
];

const FIELDS = [
  ...new Set(FRAMES.flatMap(([, , shown]) => Object.keys(shown))),
  '_ws.malformed',
  '_ws.expert.message',
];

describe('tshark reads our neighbour discovery and our group membership', () => {
  const packets = FRAMES.map(([, octets]) => ({ interface: 0, at: START, octets }));
  const shown = dissect(encodeCapture('netlab', [{ name: 'test' }], packets), FIELDS);

  it.each(FRAMES.map((one, i) => [...one, i] as const))('%s', (_name, _octets, expected, i) => {
    expect(shown[i]).toMatchObject({ ...expected, '_ws.malformed': '', '_ws.expert.message': '' });
  });

  it('would see a checksum that is wrong', () => {
    const octets = FRAMES[0]?.[1].slice() ?? hex('');
    octets.set([0, 0], 56);
    const capture = encodeCapture(
      'netlab',
      [{ name: 'test' }],
      [{ interface: 0, at: START, octets }],
    );
    expect(dissect(capture, ['icmpv6.checksum.status'])[0]).toEqual({
      'icmpv6.checksum.status': '0',
    });
  });
});
