import { describe, expect, it } from 'vitest';
import { appendFcs16 } from '../../src/base/fcs16.ts';
import { concat, fromHex } from '../../src/base/octets.ts';
import { START } from '../../src/base/time.ts';
import { encodeCapture } from '../../src/capture/pcapng.ts';
import {
  type Bpdu,
  encodeFrame,
  type Flags,
} from '../../src/stack/datalink/bridge/spanning-tree/bpdu.ts';
import { bridgeId } from '../../src/stack/datalink/bridge/spanning-tree/priority.ts';
import type { Control } from '../../src/stack/datalink/hdlc/control.ts';
import { encode } from '../../src/stack/datalink/hdlc/frame.ts';
import { encodeRejection } from '../../src/stack/datalink/hdlc/frmr.ts';
import * as pause from '../../src/stack/datalink/pause/frame.ts';
import { dissect } from './tshark.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const NONE = new Uint8Array(0);
const SOURCE = hex('020000000001');

const INFO = ['_ws.col.Info', '_ws.malformed'];
const packet = (octets: Uint8Array) => ({ interface: 0, at: START, octets });

describe('tshark on HDLC', () => {
  const REJECTION = {
    ...{ control: 0x61, vs: 2, vr: 3, response: false },
    ...{ undefinedControl: false, informed: false, tooLong: false, invalidNr: true },
  };
  // The left column is tshark's; without a direction it calls every P/F bit P, and DM by its twin's name.
  const FRAMES: readonly [string, Control, Uint8Array][] = [
    ['U P, func=SABM', { kind: 'SABM', pf: true }, NONE],
    ['U P, func=UA', { kind: 'UA', pf: true }, NONE],
    ['U, func=DISC', { kind: 'DISC', pf: false }, NONE],
    ['U P, func=SARM', { kind: 'DM', pf: true }, NONE],
    ['U P, func=SABME', { kind: 'SABME', pf: true }, NONE],
    ['U P, func=FRMR', { kind: 'FRMR', pf: true }, encodeRejection(REJECTION, 8)],
    ['S P, func=RR, N(R)=4', { kind: 'RR', nr: 4, pf: true }, NONE],
    ['S, func=RNR, N(R)=7', { kind: 'RNR', nr: 7, pf: false }, NONE],
    ['S, func=REJ, N(R)=2', { kind: 'REJ', nr: 2, pf: false }, NONE],
  ];

  /** LAPB over Ethernet, as Linux' lapbether has it: a length in two octets, least significant first. */
  const overEthernet = (control: Control, information: Uint8Array): Uint8Array => {
    const lapb = encode({ address: 1, control, information }, { modulus: 8 }).subarray(0, -2);
    return concat([hex(`${'02'.repeat(12)}6000`), Uint8Array.of(lapb.length, 0), lapb]);
  };

  it('names each frame as we do', () => {
    const packets = FRAMES.map(([, control, information]) =>
      packet(overEthernet(control, information)),
    );
    const records = dissect(encodeCapture('netlab', [{ name: 'line' }], packets), INFO);
    expect(records.map((record) => record['_ws.col.Info'])).toEqual(FRAMES.map(([name]) => name));
    expect(records.filter((record) => record['_ws.malformed'] !== '')).toEqual([]);
  });

  it('reads the numbers of an I frame', () => {
    const frame = overEthernet({ kind: 'I', ns: 3, nr: 5, pf: false }, hex('10 01 05'));
    const fields = ['lapb.control.n_s', 'lapb.control.n_r'];
    const [record] = dissect(encodeCapture('netlab', [{ name: 'line' }], [packet(frame)]), fields);
    expect(record).toEqual({ 'lapb.control.n_s': '3', 'lapb.control.n_r': '5' });
  });

  it('takes the FCS of PPP in HDLC-like framing for right', () => {
    const LINKTYPE_PPP_HDLC = 50;
    // LCP Configure-Request with a magic number, RFC 1661 §5.1.
    const good = appendFcs16(hex('ff03 c021 01 01 000a 0506 12345678'));
    const bad = good.map((octet, i) => (i === 9 ? octet ^ 1 : octet));
    const capture = encodeCapture(
      'netlab',
      [{ name: 'line', linkType: LINKTYPE_PPP_HDLC }],
      [good, bad].map(packet),
    );
    const records = dissect(capture, ['ppp.code', '_ws.expert.message'], ['ppp.fcs_type:16-Bit']);
    expect(records[0]).toEqual({ 'ppp.code': '1', '_ws.expert.message': '' });
    expect(records[1]?.['_ws.expert.message']).toContain('Bad checksum');
  });
});

describe('tshark on bridges', () => {
  const told = {
    priority: {
      root: bridgeId(0x8000, SOURCE),
      cost: 4,
      bridge: bridgeId(0x9000, hex('020000000002')),
      port: 0x8003,
    },
    times: { messageAge: 1, maxAge: 20, helloTime: 2, forwardDelay: 15 },
  };
  const flags: Flags = {
    ...{ topologyChange: true, topologyChangeAck: false, proposal: true, agreement: false },
    ...{ learning: true, forwarding: false, role: 'designated' },
  };
  const BPDUS: readonly Bpdu[] = [
    { kind: 'tcn' },
    { kind: 'configuration', flags: { ...flags, proposal: false, learning: false }, ...told },
    { kind: 'rst', flags, ...told },
  ];

  it('reads our BPDUs field by field', () => {
    const fields = [
      ...['stp.type', 'stp.version', 'stp.flags', 'stp.root.cost', 'stp.root.hw', 'stp.bridge.hw'],
      ...['stp.bridge.prio', 'stp.port', 'stp.msg_age', 'stp.max_age', 'stp.hello', 'stp.forward'],
      ...['_ws.malformed', '_ws.expert.message'],
    ];
    const frames = BPDUS.map((bpdu) => packet(encodeFrame(bpdu, SOURCE)));
    const records = dissect(encodeCapture('netlab', [{ name: 'line' }], frames), fields);
    const rows = records.map((record) =>
      fields
        .map((field) => record[field])
        .join(' ')
        .trim(),
    );
    const numbers = '4 02:00:00:00:00:01 02:00:00:00:00:02 36864 0x8003 1 20 2 15';
    expect(rows).toEqual(['0x80 0', `0x00 0 0x01 ${numbers}`, `0x02 2 0x1f ${numbers}`]);
  });

  it('reads our PAUSE', () => {
    const frame = pause.encode({ source: SOURCE, quanta: 0x1234 });
    const fields = ['macc.opcode', 'macc.pause_time', '_ws.malformed'];
    const [record] = dissect(encodeCapture('netlab', [{ name: 'line' }], [packet(frame)]), fields);
    expect(record).toEqual({
      'macc.opcode': '0x0001',
      'macc.pause_time': '4660',
      '_ws.malformed': '',
    });
  });
});
