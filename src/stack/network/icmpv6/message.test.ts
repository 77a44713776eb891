import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../../base/checksum.ts';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import {
  decode,
  encode,
  isError,
  type Message,
  PARAMETER_PROBLEM,
  UNREACHABLE,
  writeChecksum,
} from './message.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

const ADDRESSES = sum(
  asPacket(hex('20010db8000000000000000000000001 20010db8000000000000000000000002')),
  0,
  32,
);
/** The head of a packet, as an error quotes it. */
const QUOTED =
  '60000000 000c 11 40 20010db8000000000000000000000002 20010db8000000000000000000000001 04d20035000cda9361626364';
const quoted = hex(QUOTED);
const payload = hex('6162636465666768');

// Made by hand; types, codes, fields and checksums confirmed by tshark 4.
const GOLDEN: [string, string, Message][] = [
  [
    'an echo request',
    '8000 8075 1234 0001 6162636465666768',
    { kind: 'echo request', identifier: 0x1234, sequenceNumber: 1, payload },
  ],
  [
    'its reply',
    '8100 7f75 1234 0001 6162636465666768',
    { kind: 'echo reply', identifier: 0x1234, sequenceNumber: 1, payload },
  ],
  [
    'port unreachable',
    `0104 31e1 00000000 ${QUOTED}`,
    { kind: 'destination unreachable', code: UNREACHABLE.port, quoted },
  ],
  [
    'packet too big for 1400',
    `0200 2b6d 00000578 ${QUOTED}`,
    { kind: 'packet too big', mtu: 1400, quoted },
  ],
  ['time exceeded', `0300 2fe5 00000000 ${QUOTED}`, { kind: 'time exceeded', code: 0, quoted }],
  [
    'a parameter problem at octet 42',
    `0402 2eb9 0000002a ${QUOTED}`,
    { kind: 'parameter problem', code: PARAMETER_PROBLEM.option, pointer: 42, quoted },
  ],
  [
    'a router solicitation, handed on',
    '8500 1f48 00000000',
    { kind: 'other', type: 133, code: 0, body: new Uint8Array(4) },
  ],
];

describe('ICMPv6 message', () => {
  it.each(GOLDEN)('decodes and encodes %s', (_name, text, message) => {
    expect(decode(hex(text), ADDRESSES)).toEqual({ ok: true, value: message });
    expect(toHex(encode(message, ADDRESSES))).toBe(toHex(hex(text)));
  });

  const golden = (row: number) => toHex(hex(GOLDEN[row]?.[1] ?? ''));
  it.each([
    ['three octets', '800000', { code: 'truncated', protocol: 'icmpv6', need: 4, have: 3 }],
    [
      'one bit that turned over',
      golden(0).replace(/68$/, '69'),
      { code: 'bad-checksum', protocol: 'icmpv6' },
    ],
    [
      'an echo without its second word',
      '8000 244c',
      { code: 'truncated', protocol: 'icmpv6', need: 8, have: 4 },
    ],
  ])('refuses %s', (_name, text, error) => {
    expect(decode(hex(text), ADDRESSES)).toEqual({ ok: false, error });
  });

  it('fills in the checksum of a message that another wrote, wherever it lies', () => {
    const octets = hex(`ffff ${golden(6)} ffff`);
    octets.fill(0xee, 4, 6);
    writeChecksum(asPacket(octets), 2, octets.length - 2, ADDRESSES);
    expect(toHex(octets)).toBe(`ffff${golden(6)}ffff`);
  });

  it('refuses what came for other addresses', () => {
    expect(decode(hex(golden(0)), ADDRESSES + 1).ok).toBe(false);
  });

  it('tells errors by the high bit of their type', () => {
    expect([1, 127, 128, 255].map(isError)).toEqual([true, true, false, false]);
  });

  it('decodes whatever it encodes', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const word = fc.integer({ min: 0, max: 0xffff });
    const octets = fc.uint8Array({ maxLength: 40 });
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({
        kind: fc.constantFrom('echo request' as const, 'echo reply' as const),
        identifier: word,
        sequenceNumber: word,
        payload: octets,
      }),
      fc.record({
        kind: fc.constantFrom('destination unreachable' as const, 'time exceeded' as const),
        code: octet,
        quoted: octets,
      }),
      fc.record({
        kind: fc.constant('packet too big' as const),
        mtu: fc.integer({ min: 0, max: 0xffffffff }),
        quoted: octets,
      }),
      fc.record({
        kind: fc.constant('other' as const),
        type: fc.integer({ min: 130, max: 255 }),
        code: octet,
        body: fc.uint8Array({ minLength: 4, maxLength: 40 }),
      }),
    );
    fc.assert(
      fc.property(message, fc.integer({ min: 0, max: 0xffff }), (m, addresses) => {
        expect(decode(encode(m, addresses), addresses)).toEqual({ ok: true, value: m });
      }),
    );
  });

  it('never throws, whatever arrives, even with a checksum that holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), (octets) => {
        decode(octets, ADDRESSES);
        // Addresses that make the sum right, whatever else is in there.
        const own = sum(asPacket(octets), 0, octets.length) + 58 + octets.length;
        const result = decode(octets, 3 * 0xffff - own);
        expect(result.ok || result.error.code).not.toBe('bad-checksum');
      }),
    );
  });
});
