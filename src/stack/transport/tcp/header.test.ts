import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket, newPacket } from '../../../base/packet.ts';
import { addressSum, parse, UNSPECIFIED } from '../../network/ipv4/address.ts';
import {
  decode,
  encode,
  explain,
  FAULT,
  FLAG,
  flags,
  sequence,
  type TcpSegment,
  validate,
  window,
  write,
} from './header.ts';
import { seq } from './seq.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();

// Linux 6.18 on both ends of a veth pair, 192.0.2.1 to 192.0.2.2 and back, checksums not offloaded: taken by
// tcpdump 4, every checksum found right by tshark 4.
const ADDRESSES = addressSum(parse('192.0.2.1') ?? UNSPECIFIED, parse('192.0.2.2') ?? UNSPECIFIED);

const GOLDEN: readonly [string, string, TcpSegment][] = [
  [
    'a SYN',
    '9c401b58753f5d5200000000a002faf026c60000 020405b40402080aa55472c3000000000103030a',
    {
      sourcePort: 40000,
      destinationPort: 7000,
      sequence: seq(0x753f5d52),
      acknowledgment: seq(0),
      flags: FLAG.syn,
      window: 64240,
      urgentPointer: 0,
      options: hex('020405b40402080aa55472c3000000000103030a'),
      payload: hex(''),
    },
  ],
  [
    'a SYN-ACK',
    '1b5a9c423d3c651db901ecce7012faf0054a0000 020405b40103030a',
    {
      sourcePort: 7002,
      destinationPort: 40002,
      sequence: seq(0x3d3c651d),
      acknowledgment: seq(0xb901ecce),
      flags: FLAG.syn | FLAG.ack,
      window: 64240,
      urgentPointer: 0,
      options: hex('020405b40103030a'),
      payload: hex(''),
    },
  ],
  [
    'an acknowledgment without options',
    '9c411b59f8f37fb95bff08af5010003f969b0000',
    {
      sourcePort: 40001,
      destinationPort: 7001,
      sequence: seq(0xf8f37fb9),
      acknowledgment: seq(0x5bff08af),
      flags: FLAG.ack,
      window: 63,
      urgentPointer: 0,
      options: hex(''),
      payload: hex(''),
    },
  ],
  [
    'data that is pushed',
    '9c401b58753f5d53507868b38018003fd0e20000 0101080aa55472c55d5e89eb 70696e67',
    {
      sourcePort: 40000,
      destinationPort: 7000,
      sequence: seq(0x753f5d53),
      acknowledgment: seq(0x507868b3),
      flags: FLAG.ack | FLAG.psh,
      window: 63,
      urgentPointer: 0,
      options: hex('0101080aa55472c55d5e89eb'),
      payload: hex('70696e67'),
    },
  ],
  [
    'one octet of urgent data',
    '1b599c415bff08b3f8f37fbd5038003f75690001 21',
    {
      sourcePort: 7001,
      destinationPort: 40001,
      sequence: seq(0x5bff08b3),
      acknowledgment: seq(0xf8f37fbd),
      flags: FLAG.ack | FLAG.psh | FLAG.urg,
      window: 63,
      urgentPointer: 1,
      options: hex(''),
      payload: hex('21'),
    },
  ],
];

describe('TCP header', () => {
  it.each(GOLDEN)('encodes %s with its checksum, MUST-2', (_name, text, segment) => {
    expect(toHex(encode(segment, ADDRESSES))).toBe(toHex(hex(text)));
  });

  it.each(GOLDEN)('decodes %s', (_name, text, segment) => {
    expect(decode(hex(text), ADDRESSES)).toEqual({ ok: true, value: segment });
  });

  const BARE = '9c411b59f8f37fb95bff08af5010003f969b0000';
  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'tcp',
    need,
    have,
  });
  const offset = (value: number) => ({
    code: 'bad-field',
    protocol: 'tcp',
    field: 'data offset',
    value,
  });
  const badChecksum = { code: 'bad-checksum', protocol: 'tcp' };
  it.each<[string, string, unknown]>([
    ['nothing', '', truncated(20, 0)],
    ['nineteen octets', BARE.slice(0, 38), truncated(20, 19)],
    ['a data offset of zero', BARE.replace('5010', '0010'), offset(0)],
    ['a data offset below the header', BARE.replace('5010', '4010'), offset(4)],
    ['a data offset past the end', BARE.replace('5010', 'f010'), truncated(60, 20)],
    ['one flipped bit, MUST-3', BARE.replace('003f', '003e'), badChecksum],
    ['a checksum of zero, which means nothing here', BARE.replace('969b', '0000'), badChecksum],
    ['two words exchanged with other ports', BARE.replace('9c41', '9c42'), badChecksum],
  ])('refuses %s', (_name, text, error) => {
    expect(decode(hex(text), ADDRESSES)).toEqual({ ok: false, error });
  });

  it('refuses a segment that went astray: the checksum is over the addresses too, MUST-3', () => {
    expect(decode(hex(BARE), ADDRESSES + 1).ok).toBe(false);
  });

  it('has nothing to explain where there is no fault', () => {
    expect(() => explain(FAULT.none, asPacket(hex(BARE)), 0, 20)).toThrow('nothing to explain');
  });

  it('takes the window as unsigned, MUST-1', () => {
    const p = newPacket(20);
    write(p, 0, 20, 20, 1, 2, seq(0), seq(0), FLAG.ack, 0xffff, 0, 0);
    expect(window(p, 0)).toBe(65_535);
  });

  it('keeps the flags apart from the data offset and from the reserved bits', () => {
    const p = newPacket(60);
    for (const all of [0, 0xff]) {
      write(p, 0, 60, 60, 1, 2, seq(0), seq(0), all, 0, 0, 0);
      expect([flags(p, 0), p.octets[12]]).toEqual([all, 0xf0]);
    }
  });

  it('passes over reserved bits that a sender of the future sets', () => {
    const octets = hex(BARE.replace('5010', '5e10').replace('969b', '889b'));
    expect(decode(octets, ADDRESSES).ok).toBe(true);
  });

  it('reads in place, behind whatever headroom', () => {
    for (let room = 0; room < 8; room++) {
      const p = newPacket(room + 22);
      p.octets.set(hex(BARE), room);
      expect(validate(p, room, room + 20, ADDRESSES)).toBe(FAULT.none);
      expect(sequence(p, room)).toBe(seq(0xf8f37fb9));
      expect(validate(p, room, room + 19, ADDRESSES)).toBe(FAULT.truncated);
    }
  });

  const port = fc.integer({ min: 0, max: 0xffff });
  const number = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(seq);
  const segments = fc.record({
    sourcePort: port,
    destinationPort: port,
    sequence: number,
    acknowledgment: number,
    flags: fc.integer({ min: 0, max: 0xff }),
    window: port,
    urgentPointer: port,
    options: fc.integer({ min: 0, max: 10 }).map((n) => new Uint8Array(4 * n).fill(1)),
    payload: fc.uint8Array({ maxLength: 64 }),
  });

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(segments, fc.integer({ min: 0, max: 0x3fffc }), (segment, addresses) => {
        const decoded = decode(encode(segment, addresses), addresses);
        expect(decoded).toEqual({ ok: true, value: segment });
      }),
    );
  });

  it('does not encode options that a header has no room for', () => {
    const [, , segment] = GOLDEN[0] as (typeof GOLDEN)[0];
    expect(() => encode({ ...segment, options: new Uint8Array(44) }, 0)).toThrow();
    expect(() => encode({ ...segment, options: new Uint8Array(3) }, 0)).toThrow();
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(0x3fffc), (octets, addresses) => {
        decode(octets, addresses);
      }),
    );
  });
});
