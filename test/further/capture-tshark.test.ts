import { describe, expect, it } from 'vitest';
import { randomOctets, seededRng } from '../../src/base/random.ts';
import { type Instant, microseconds, NEVER } from '../../src/base/time.ts';
import { encodeCapture, encodePacket } from '../../src/capture/pcapng.ts';
import { decodeCapture } from '../../src/capture/pcapng-reader.ts';
import { Cable } from '../../src/medium/cable.ts';
import { Impairments } from '../../src/medium/impairments.ts';
import { TappedMedium } from '../../src/medium/tap.ts';
import * as ethernetII from '../../src/stack/datalink/ethernet/ethernet-ii.ts';
import { settle } from '../simulation/settle.ts';
import { dissect } from './tshark.ts';

const at = (n: number): Instant => n as Instant;

const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'frame.len',
  'frame.cap_len',
  'frame.comment',
  'frame.interface_name',
  'frame.packet_flags_direction',
  'frame.encap_type',
  'eth.fcs',
  'data.data',
  '_ws.malformed',
  '_ws.expert.severity',
];

/** The severity of an expert item that a comment is: the least there is. */
const COMMENT = '1048576';

const station = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last);
const rng = seededRng(1);
const frameOf = (length: number): Uint8Array =>
  ethernetII.encode({
    destination: station(2),
    source: station(1),
    type: ethernetII.TYPE.experimental1,
    payload: randomOctets(rng, length),
  });

describe('tshark reads our captures', () => {
  it('finds every time, length, comment, interface and direction', () => {
    const comments = [
      'step 1: link up',
      '단계 2: 프레임을 보낸다',
      '',
      '"quoted", a\\b',
      'x'.repeat(5000),
    ];
    const packets = [46, 47, 60, 1499, 1500].map((length, i) => ({
      interface: i % 2,
      at: at([0, 1, 999_999, 2 ** 32 + 17, 1_700_000_000_123_456][i] ?? 0),
      octets: frameOf(length),
      direction: i % 2 === 0 ? ('outbound' as const) : ('inbound' as const),
      comment: comments[i] ?? '',
    }));
    const capture = encodeCapture(
      'netlab',
      [
        { name: 'board', description: 'w5500-evb-pico', speed: 100_000_000 },
        { name: 'peer', speed: 100_000_000 },
      ],
      packets,
    );
    expect(dissect(capture, FIELDS)).toEqual(
      packets.map((p, i) => ({
        'frame.number': String(i + 1),
        'frame.time_epoch': `${Math.floor(p.at / 1e6)}.${String(p.at % 1e6).padStart(6, '0')}000`,
        'frame.len': String(p.octets.length),
        'frame.cap_len': String(p.octets.length),
        'frame.comment': comments[i] ?? '',
        'frame.interface_name': i % 2 === 0 ? 'board' : 'peer',
        'frame.packet_flags_direction': i % 2 === 0 ? '0x00000002' : '0x00000001',
        'frame.encap_type': '1',
        'eth.fcs': '',
        'data.data': Buffer.from(p.octets.subarray(14)).toString('hex'),
        '_ws.malformed': '',
        '_ws.expert.severity': COMMENT,
      })),
    );
  });

  it('finds in a capture of an impaired cable just what was sent, in time', () => {
    const blocks: Parameters<typeof encodePacket>[0][] = [];
    const medium = new TappedMedium(
      new Impairments(new Cable(), {
        seed: 7,
        loss: 0.2,
        duplication: 0.2,
        jitter: microseconds(90),
      }),
      (octets, time, port) =>
        blocks.push({ interface: port, at: time, octets, comment: `${port}` }),
    );
    medium.attach();
    medium.attach();
    for (let n = 0; n < 500; n++) medium.send(n % 2, frameOf(46 + n), at(n * 200));
    expect(settle(medium, NEVER).length).not.toBe(500);
    const shown = dissect(
      encodeCapture('netlab', [{ name: 'board' }, { name: 'peer' }], blocks),
      FIELDS,
    );
    expect(shown.length).toBe(500);
    for (const [n, packet] of shown.entries()) {
      expect(packet).toMatchObject({
        'frame.time_epoch': `0.${String(n * 200).padStart(6, '0')}000`,
        'frame.len': String(60 + n),
        'frame.comment': String(n % 2),
        '_ws.malformed': '',
        '_ws.expert.severity': COMMENT,
      });
    }
  });

  it('reads what was written before a crash, and so do we', () => {
    const packets = [0, 1, 2].map((n) => ({ interface: 0, at: at(n), octets: frameOf(46) }));
    const whole = encodeCapture('netlab', [{ name: 'board' }], packets);
    const last = packets[2] && encodePacket(packets[2]);
    const kept = whole.subarray(0, whole.length - (last?.length ?? 0));
    expect(dissect(kept, FIELDS).length).toBe(2);
    expect(decodeCapture(kept).packets.length).toBe(2);
  });
});
