import { describe, expect, it } from 'vitest';
import { fromAscii } from '../../src/base/octets.ts';
import { seededRng } from '../../src/base/random.ts';
import { START } from '../../src/base/time.ts';
import { encodeCapture } from '../../src/capture/pcapng.ts';
import { Client } from '../../src/stack/application/dhcp/client.ts';
import type { OutgoingDatagram } from '../../src/stack/application/dhcp/datagram.ts';
import { encodeDomainSearch } from '../../src/stack/application/dhcp/domain-search.ts';
import * as dhcp from '../../src/stack/application/dhcp/message.ts';
import {
  OPTION,
  ofAddresses,
  ofText,
  ofUint8,
  ofUint16,
} from '../../src/stack/application/dhcp/options.ts';
import { encodeRoutes } from '../../src/stack/application/dhcp/routes.ts';
import { SERVER_DEFAULTS, Server } from '../../src/stack/application/dhcp/server.ts';
import * as dns from '../../src/stack/application/dns/message.ts';
import { parse, ROOT } from '../../src/stack/application/dns/name.ts';
import {
  CLASS,
  type RecordData,
  type ResourceRecord,
  TYPE,
} from '../../src/stack/application/dns/record.ts';
import * as ethernetII from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import * as ipv4 from '../../src/stack/network/ipv4/address.ts';
import { encode as encodeIpv4 } from '../../src/stack/network/ipv4/header.ts';
import * as ipv6 from '../../src/stack/network/ipv6/address.ts';
import * as udp from '../../src/stack/transport/udp/header.ts';
import { dissect } from './tshark.ts';

const ip = (text: string) => ipv4.parse(text) ?? ipv4.UNSPECIFIED;
const name = (text: string) => parse(text) ?? ROOT;
const SERVER = ip('192.0.2.1');
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 2);
const PEER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);

type Carried = Omit<OutgoingDatagram, 'broadcast' | 'hardware'>;

function frame({ payload, source, sourcePort, destination, destinationPort }: Carried): Uint8Array {
  const sum = ipv4.addressSum(source, destination);
  const datagram = {
    trafficClass: 0,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: udp.PROTOCOL_UDP,
    source,
    destination,
    options: new Uint8Array(),
    payload: udp.encode({ sourcePort, destinationPort, payload }, sum),
  };
  const to = { destination: PEER_MAC, source: MAC, type: ethernetII.TYPE.ipv4 };
  return ethernetII.encode({ ...to, payload: encodeIpv4(datagram) });
}

const GOOD = { '_ws.malformed': '', '_ws.expert': '' };
type Shown = Readonly<Record<string, string>>;

function judge(frames: readonly Uint8Array[], expected: readonly Shown[]): void {
  const packets = frames.map((octets) => ({ interface: 0, at: START, octets }));
  const fields = [
    ...new Set(expected.flatMap((shown) => Object.keys(shown))),
    ...Object.keys(GOOD),
  ];
  const shown = dissect(encodeCapture('netlab', [{ name: 'test' }], packets), fields);
  expect(shown).toHaveLength(expected.length);
  for (const [i, one] of expected.entries()) expect(shown[i]).toMatchObject({ ...GOOD, ...one });
}

/** What client and server say to each other until the address is given back. */
function conversation(): OutgoingDatagram[] {
  const search = encodeDomainSearch(['lab.example', 'example']);
  const options = new Map<number, Uint8Array>([
    [OPTION.router, ofAddresses(SERVER)],
    [OPTION.domainNameServer, ofAddresses(SERVER, ip('192.0.2.3'))],
    [OPTION.domainName, ofText('lab.example')],
    [OPTION.domainSearch, search],
    [OPTION.interfaceMtu, ofUint16(1400)],
    [
      OPTION.classlessRoutes,
      encodeRoutes([
        { destination: { address: ip('10.17.0.0'), length: 16 }, router: ip('192.0.2.9') },
        { destination: { address: ip('0.0.0.0'), length: 0 }, router: SERVER },
      ]),
    ],
  ]);
  const network = { address: ip('192.0.2.0'), length: 24 };
  const pool = { network, first: ip('192.0.2.100'), last: ip('192.0.2.120'), options };
  const server = new Server({ ...SERVER_DEFAULTS, address: SERVER, pools: [pool] });
  const clientIdentifier = Uint8Array.of(1, ...MAC);
  const client = new Client({ hardware: MAC, hostName: 'bench', clientIdentifier }, seededRng(1));
  const said: OutgoingDatagram[] = [];
  let now = START;
  const exchange = () => {
    for (let one = client.pollOutput(); one; one = client.pollOutput()) {
      said.push(one);
      server.handleMessage(one.payload, now);
      for (let two = server.pollOutput(); two; two = server.pollOutput()) {
        said.push(two);
        client.handleMessage(two.payload, now);
      }
    }
  };
  client.start(now);
  exchange();
  now = client.pollTimeout() ?? now;
  client.handleTimeout(now);
  exchange();
  client.handleConflict(now);
  exchange();
  now = client.pollTimeout() ?? now;
  client.handleTimeout(now);
  exchange();
  client.release();
  exchange();
  client.reboot(ip('203.0.113.9'), now);
  exchange();
  return said;
}

describe('tshark reads our DHCP', () => {
  const asked = {
    'dhcp.option.request_list_item': '1,121,3,6,15,119,26,28',
    'dhcp.option.dhcp_max_message_size': '576',
    'dhcp.option.hostname': 'bench',
  };
  const given = {
    'dhcp.option.dhcp_server_id': '192.0.2.1',
    'dhcp.option.ip_address_lease_time': '3600',
    'dhcp.option.renewal_time_value': '1800',
    'dhcp.option.rebinding_time_value': '3150',
    'dhcp.option.subnet_mask': '255.255.255.0',
    'dhcp.option.router': '192.0.2.1',
    'dhcp.option.domain_name_server': '192.0.2.1,192.0.2.3',
    'dhcp.option.domain_name': 'lab.example',
    'dhcp.option.dhcp_dns_domain_search_list_fqdn': 'lab.example,example',
    'dhcp.option.interface_mtu': '1400',
    'dhcp.option.classless_static_route': '100a11c0000209,00c0000201',
  };
  const who = {
    'dhcp.hw.mac_addr': '02:00:00:00:00:02,02:00:00:00:00:02',
  };

  it('through a lease, its renewal, a conflict and a release', () => {
    const said = conversation();
    const message = (type: number, client: string, your: string, more: Shown = {}): Shown => ({
      ...who,
      'dhcp.option.dhcp': String(type),
      'dhcp.ip.client': client,
      'dhcp.ip.your': your,
      ...more,
    });
    const none = '0.0.0.0';
    const [first, second] = ['192.0.2.100', '192.0.2.101'];
    const wanted = (address: string): Shown => ({ 'dhcp.option.requested_ip_address': address });
    const server = { 'dhcp.option.dhcp_server_id': '192.0.2.1' };
    const taken = (address: string, hint: Shown = {}): Shown[] => [
      message(1, none, none, {
        ...asked,
        ...hint,
        'dhcp.flags.bc': '1',
        'ip.dst': '255.255.255.255',
      }),
      message(2, none, address, given),
      message(3, none, none, { ...asked, ...wanted(address), ...server }),
      message(5, none, address, given),
    ];
    judge(said.map(frame), [
      ...taken(first),
      message(3, first, none, { ...asked, ...wanted(''), 'ip.dst': '192.0.2.1' }),
      message(5, first, first, { ...given, 'ip.dst': first }),
      message(4, none, none, { ...wanted(first), ...server, 'dhcp.option.request_list_item': '' }),
      ...taken(second),
      message(7, second, none, { ...server, ...wanted(''), 'ip.dst': '192.0.2.1' }),
      message(3, none, none, { ...wanted('203.0.113.9'), 'dhcp.option.dhcp_server_id': '' }),
      message(6, none, none, { ...server, 'ip.dst': '255.255.255.255' }),
      ...taken(second, wanted('')),
    ]);
  });

  it('where options lie in file and sname', () => {
    const [discover] = conversation();
    const decoded = dhcp.decode(discover?.payload ?? new Uint8Array());
    if (discover === undefined || !decoded.ok) throw new Error('there is no DISCOVER');
    const fill = (code: number, length: number) => [code, new Uint8Array(length).fill(1)] as const;
    const options = new Map([
      [OPTION.messageType as number, ofUint8(1)],
      fill(224, 250),
      [OPTION.hostName as number, ofText('h'.repeat(100))],
      [OPTION.domainName as number, ofText('d'.repeat(60))],
    ]);
    const payload = dhcp.encode({ ...decoded.value, options });
    judge(
      [frame({ ...discover, payload })],
      [
        {
          'dhcp.option.dhcp': '1',
          // No fault: that is what was wanted.
          '_ws.expert': expect.stringMatching(
            /^[^,]*name option overloaded by DHCP,[^,]*name option overloaded by DHCP$/,
          ),
          'dhcp.option.option_overload': '3',
          'dhcp.option.hostname': 'h'.repeat(100),
          'dhcp.option.domain_name': 'd'.repeat(60),
        },
      ],
    );
  });
});

describe('tshark reads our DNS', () => {
  const record = (owner: string, data: RecordData): ResourceRecord => ({
    name: name(owner),
    class: CLASS.IN,
    ttl: 600,
    data,
  });
  const db = ip('192.0.2.81');
  const answers = [
    record('www.lab.example', { kind: 'CNAME', target: name('db.lab.example') }),
    record('db.lab.example', { kind: 'A', address: db }),
    record('db.lab.example', {
      kind: 'AAAA',
      address: ipv6.parse('2001:db8::81') ?? ipv6.UNSPECIFIED,
    }),
    record('lab.example', { kind: 'MX', preference: 10, exchange: name('mail.lab.example') }),
    record('lab.example', { kind: 'TXT', strings: [fromAscii('v=spf1 -all'), fromAscii('two')] }),
    record('81.2.0.192.in-addr.arpa', { kind: 'PTR', target: name('db.lab.example') }),
    // A name server's key, RFC 4398, which is none of those that we know.
    record('odd.lab.example', {
      kind: 'unknown',
      type: 37,
      octets: Uint8Array.of(0, 1, 0, 2, 8, 9),
    }),
  ];
  const authorities = [
    record('lab.example', { kind: 'NS', target: name('ns.lab.example') }),
    record('lab.example', {
      kind: 'SOA',
      mname: name('ns.lab.example'),
      rname: name('root.lab.example'),
      serial: 10,
      refresh: 1200,
      retry: 120,
      expire: 86400,
      minimum: 60,
    }),
  ];
  const message: dns.Message = {
    ...dns.NO_FLAGS,
    id: 0x1234,
    response: true,
    authoritative: true,
    recursionDesired: true,
    questions: [{ name: name('www.lab.example'), type: TYPE.ANY, class: CLASS.IN }],
    answers,
    authorities,
    additionals: [record('ns.lab.example', { kind: 'A', address: SERVER })],
    edns: {
      udpLength: 1232,
      version: 0,
      dnssecOk: true,
      options: [{ code: 10, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
    },
  };
  const carried = (payload: Uint8Array): Uint8Array =>
    frame({ payload, source: SERVER, sourcePort: 53, destination: db, destinationPort: 40_000 });

  it('with all its records, compressed', () => {
    judge(
      [carried(dns.encode(message))],
      [
        {
          'dns.id': '0x1234',
          'dns.flags.response': '1',
          'dns.flags.authoritative': '1',
          'dns.flags.truncated': '0',
          'dns.flags.recdesired': '1',
          'dns.flags.recavail': '0',
          'dns.flags.rcode': '0',
          'dns.qry.name': 'www.lab.example',
          'dns.qry.type': '255',
          'dns.count.answers': '7',
          'dns.count.auth_rr': '2',
          'dns.count.add_rr': '2',
          'dns.resp.name': [...answers, ...authorities, ...message.additionals]
            .map((one) => one.name)
            .concat('<Root>' as never)
            .join(','),
          'dns.cname': 'db.lab.example',
          'dns.a': '192.0.2.81,192.0.2.1',
          'dns.aaaa': '2001:db8::81',
          'dns.mx.preference': '10',
          'dns.mx.mail_exchange': 'mail.lab.example',
          'dns.txt': 'v=spf1 -all,two',
          'dns.ptr.domain_name': 'db.lab.example',
          'dns.ns': 'ns.lab.example',
          'dns.soa.mname': 'ns.lab.example',
          'dns.soa.rname': 'root.lab.example',
          'dns.soa.serial_number': '10',
          'dns.soa.refresh_interval': '1200',
          'dns.soa.retry_interval': '120',
          'dns.soa.expire_limit': '86400',
          'dns.soa.minimum_ttl': '60',
          'dns.rr.udp_payload_size': '1232',
          'dns.resp.z.do': '1',
          'dns.opt.cookie.client': '0102030405060708',
        },
      ],
    );
  });

  it('with each flag, and the high bits of the RCODE', () => {
    const { edns, ...bare } = message;
    const empty = { ...bare, answers: [], authorities: [], additionals: [], authoritative: false };
    const { options: _, ...size } = edns ?? {
      udpLength: 512,
      version: 0,
      dnssecOk: false,
      options: [],
    };
    const flags = ['truncated', 'recursionAvailable', 'authenticData', 'checkingDisabled'] as const;
    const frames = flags.map((flag) => carried(dns.encode({ ...empty, [flag]: true })));
    const badVersion = { ...empty, rcode: dns.RCODE.badVersion, edns: { ...size, options: [] } };
    const shown = (flags: string): Shown => ({ 'dns.flags': flags, 'dns.resp.ext_rcode': '' });
    judge(
      [...frames, carried(dns.encode(badVersion))],
      [
        shown('0x8300'),
        shown('0x8180'),
        shown('0x8120'),
        shown('0x8110'),
        { 'dns.flags': '0x8100', 'dns.resp.ext_rcode': '0x01' },
      ],
    );
  });

  it('would see a message that is malformed', () => {
    const octets = carried(dns.encode(message).subarray(0, 60));
    const packets = [{ interface: 0, at: START, octets }];
    const capture = encodeCapture('netlab', [{ name: 'test' }], packets);
    expect(dissect(capture, ['_ws.malformed'])[0]?.['_ws.malformed']).not.toBe('');
  });
});
