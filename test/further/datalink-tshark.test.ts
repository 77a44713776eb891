import { describe, expect, it } from 'vitest';
import { fromAscii, fromHex, toHex } from '../../src/base/octets.ts';
import { START } from '../../src/base/time.ts';
import { encodeCapture } from '../../src/capture/pcapng.ts';
import { parse } from '../../src/stack/datalink/ethernet/address.ts';
import * as ethernetII from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import { append } from '../../src/stack/datalink/ethernet/fcs.ts';
import * as ieee8023 from '../../src/stack/datalink/ethernet/ieee8023.ts';
import * as llc from '../../src/stack/datalink/llc/header.ts';
import * as xid from '../../src/stack/datalink/llc/xid.ts';
import * as snap from '../../src/stack/datalink/snap/header.ts';
import * as vlan from '../../src/stack/datalink/vlan/tag.ts';
import { dissect } from './tshark.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const address = (text: string): Uint8Array => parse(text) ?? new Uint8Array();
const between = {
  destination: address('02-00-00-00-00-02'),
  source: address('02-00-00-00-00-01'),
};

const ARP = hex('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
const BPDU = hex(
  '0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00',
);
const HELLO = fromAscii('hello, neighbour');

const typed = ethernetII.encode({ ...between, type: ethernetII.TYPE.arp, payload: ARP });
const inLlc = (pdu: Partial<llc.Pdu>): Uint8Array => {
  const whole = { dsap: 0xf0, ssap: 0xf0, response: false, information: hex(''), ...pdu };
  return ieee8023.encode({ ...between, payload: llc.encode({ control: llc.UI, ...whole }) });
};
const inSnap = (oui: number, protocol: number, payload: Uint8Array): Uint8Array =>
  ieee8023.encode({ ...between, payload: snap.encode({ oui, protocol, payload }) });
const counted = inSnap(snap.OUI_ETHERTYPE, 0x0806, ARP);
const U = (name: llc.UnnumberedFunction, pollFinal: boolean): llc.Control => ({
  format: 'U',
  function: name,
  pollFinal,
});

/** What tshark must show of a frame; fields that are not named must be empty. */
type Shown = Readonly<Record<string, string>>;
const ARP_SHOWN = { 'arp.src.proto_ipv4': '10.0.0.1', 'arp.dst.proto_ipv4': '10.0.0.2' };

const FRAMES: readonly [string, Uint8Array, Shown][] = [
  [
    'Ethernet II',
    typed,
    { 'frame.protocols': 'eth:ethertype:arp', 'eth.type': '0x0806', ...ARP_SHOWN },
  ],
  [
    'Ethernet II, the longest',
    ethernetII.encode({ ...between, type: 0x88b5, payload: new Uint8Array(1500) }),
    { 'frame.protocols': 'eth:ethertype:data', 'eth.type': '0x88b5' },
  ],
  [
    '802.3 with LLC: a BPDU',
    ieee8023.encode({
      ...between,
      destination: address('01-80-C2-00-00-00'),
      payload: llc.encode({
        dsap: 0x42,
        ssap: 0x42,
        response: false,
        control: llc.UI,
        information: BPDU,
      }),
    }),
    {
      'frame.protocols': 'eth:llc:stp',
      'eth.len': '38',
      'llc.dsap': '0x42',
      'llc.ssap': '0x42',
      'llc.control': '0x0003',
      'stp.root.hw': '02:00:00:00:00:01',
    },
  ],
  [
    '802.3 with LLC: TEST, poll',
    inLlc({ control: U('TEST', true), information: HELLO }),
    { 'eth.len': '19', 'llc.control': '0x00f3', 'llc.control.u_modifier_cmd': '0x38' },
  ],
  [
    '802.3 with LLC: an XID response, final',
    inLlc({
      response: true,
      control: U('XID', true),
      information: xid.encode({ types: 3, receiveWindow: 7 }),
    }),
    {
      'eth.len': '6',
      'llc.control': '0x00bf',
      'llc.control.u_modifier_resp': '0x2b',
      'basicxid.llc.xid.types': '0x03',
      'basicxid.llc.xid.wsize': '7',
    },
  ],
  [
    '802.3 with LLC: RNR 5, poll',
    inLlc({ control: { format: 'S', function: 'RNR', nr: 5, pollFinal: true } }),
    { 'eth.len': '4', 'llc.control.s_ftype': '0x0001', 'llc.control.n_r': '5' },
  ],
  [
    '802.3 with LLC and SNAP: ARP after RFC 1042',
    counted,
    {
      'frame.protocols': 'eth:llc:arp',
      'eth.len': '36',
      'llc.oui': '0',
      'llc.type': '0x0806',
      ...ARP_SHOWN,
    },
  ],
  [
    'tagged Ethernet II',
    vlan.insert(typed, { pcp: 5, dei: true, vid: 100 }),
    {
      'frame.protocols': 'eth:ethertype:vlan:ethertype:arp',
      'eth.type': '0x8100',
      'vlan.priority': '5',
      'vlan.dei': '1',
      'vlan.id': '100',
      'vlan.etype': '0x0806',
      ...ARP_SHOWN,
    },
  ],
  [
    'tagged 802.3 with LLC and SNAP',
    vlan.insert(counted, { pcp: 0, dei: false, vid: 4094 }),
    { 'vlan.id': '4094', 'vlan.len': '36', 'llc.type': '0x0806', ...ARP_SHOWN },
  ],
];

const FIELDS = [
  ...new Set(FRAMES.flatMap(([, , shown]) => Object.keys(shown))),
  'frame.len',
  '_ws.malformed',
  '_ws.expert',
];

describe('tshark reads our frames', () => {
  const packets = FRAMES.map(([, octets]) => ({ interface: 0, at: START, octets }));
  const shown = dissect(encodeCapture('netlab', [{ name: 'test' }], packets), FIELDS);

  it.each(FRAMES.map((frame, i) => [...frame, i] as const))('%s', (_name, octets, expected, i) => {
    expect(shown[i]).toMatchObject({
      ...expected,
      'frame.len': String(octets.length),
      '_ws.malformed': '',
      '_ws.expert': '',
    });
  });

  it('would see a packet that is malformed', () => {
    const octets = typed.subarray(0, 30);
    const capture = encodeCapture(
      'netlab',
      [{ name: 'test' }],
      [{ interface: 0, at: START, octets }],
    );
    expect(dissect(capture, ['_ws.malformed'])[0]?.['_ws.malformed']).not.toBe('');
  });

  it('finds our FCS right', () => {
    const right = append(typed);
    const wrong = right.with(20, 0xff);
    const frames = [right, wrong].map((octets) => ({ interface: 0, at: START, octets }));
    const capture = encodeCapture('netlab', [{ name: 'test', fcsLength: 4 }], frames);
    const judged = dissect(capture, ['eth.fcs', 'eth.fcs.status'], ['eth.check_fcs:TRUE']);
    const fcs = `0x${toHex(right.slice(-4))}`; // Shown in the order of the wire.
    expect(judged).toEqual([
      { 'eth.fcs': fcs, 'eth.fcs.status': '1' },
      { 'eth.fcs': fcs, 'eth.fcs.status': '0' },
    ]);
  });
});
