import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { address } from '../ipv4/address.ts';
import {
  decode,
  encode,
  isError,
  type Message,
  TYPE,
  turnIntoReply,
  UNREACHABLE,
} from './message.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

// 192.0.2.1 to 198.51.100.2, UDP 1234 to 53: what an error quotes.
const QUOTED = '4500 0020 0000 0000 4011 8e96 c000 0201 c633 6402 04d2 0035 000c 49d1';
const quoted = hex(QUOTED);

// Made by hand; types, codes, fields and checksums confirmed by tshark 4.
const GOLDEN: [string, string, Message][] = [
  [
    'an echo',
    '0800 5435 1234 0001 6162636465666768',
    { kind: 'echo', identifier: 0x1234, sequenceNumber: 1, payload: hex('6162636465666768') },
  ],
  [
    'its reply',
    '0000 5c35 1234 0001 6162636465666768',
    { kind: 'echo reply', identifier: 0x1234, sequenceNumber: 1, payload: hex('6162636465666768') },
  ],
  [
    'port unreachable',
    `0303 ae18 0000 0000 ${QUOTED}`,
    { kind: 'destination unreachable', code: UNREACHABLE.port, mtu: 0, quoted },
  ],
  [
    'fragmentation needed, the next hop taking 1400',
    `0304 a89f 0000 0578 ${QUOTED}`,
    {
      kind: 'destination unreachable',
      code: UNREACHABLE.fragmentationNeeded,
      mtu: 1400,
      quoted,
    },
  ],
  [
    'a redirect to 192.0.2.254 for the host',
    `0501 e91b c000 02fe ${QUOTED}`,
    { kind: 'redirect', code: 1, gateway: address(0xc00002fe), quoted },
  ],
  [
    'time exceeded in transit',
    `0b00 a61b 0000 0000 ${QUOTED}`,
    { kind: 'time exceeded', code: 0, quoted },
  ],
  [
    'a parameter problem at octet 20',
    `0c00 911b 1400 0000 ${QUOTED}`,
    { kind: 'parameter problem', code: 0, pointer: 20, quoted },
  ],
  [
    'a timestamp, which is not ours',
    '0d00 e0c9 1234 0001 000000010000000000000000',
    {
      kind: 'other',
      type: 13,
      code: 0,
      rest: 0x12340001,
      payload: hex('000000010000000000000000'),
    },
  ],
];

describe('ICMP message', () => {
  it.each(GOLDEN)('decodes and encodes %s', (_name, text, message) => {
    expect(decode(hex(text))).toEqual({ ok: true, value: message });
    expect(toHex(encode(message))).toBe(toHex(hex(text)));
  });

  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'icmp',
    need,
    have,
  });
  it.each([
    ['nothing', '', truncated(8, 0)],
    ['seven octets', '08005435123400', truncated(8, 7)],
    ['an error that quotes a header alone', '0b00 f4ff 0000 0000', truncated(36, 8)],
    [
      'one octet more than was summed',
      '0800 5435 1234 0001 616263646566676801',
      { code: 'bad-checksum', protocol: 'icmp' },
    ],
  ])('refuses %s', (_name, text, error) => {
    expect(decode(hex(text))).toEqual({ ok: false, error });
  });

  it('answers an echo in place, the checksum mended', () => {
    const p = asPacket(hex('ffff 0800 5435 1234 0001 6162636465666768'));
    turnIntoReply(p, 2);
    expect(toHex(p.octets)).toBe(toHex(hex('ffff 0000 5c35 1234 0001 6162636465666768')));
  });

  it('knows the types about which nothing is sent (RFC 1122 §3.2.2)', () => {
    const errors = Array.from({ length: 256 }, (_, type) => type).filter(isError);
    expect(errors).toEqual([3, 4, 5, 11, 12]);
  });

  const octet = fc.integer({ min: 0, max: 255 });
  const word = fc.integer({ min: 0, max: 0xffff });
  const payload = fc.uint8Array({ maxLength: 40 });
  const quote = fc.uint8Array({ minLength: 28, maxLength: 60 });
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('echo' as const, 'echo reply' as const),
      identifier: word,
      sequenceNumber: word,
      payload,
    }),
    fc.record({
      kind: fc.constant('destination unreachable' as const),
      code: fc.constant(UNREACHABLE.fragmentationNeeded),
      mtu: word,
      quoted: quote,
    }),
    fc.record({
      kind: fc.constant('redirect' as const),
      code: octet,
      gateway: fc.integer({ min: 0, max: 0xffffffff }).map(address),
      quoted: quote,
    }),
    fc.record({ kind: fc.constant('time exceeded' as const), code: octet, quoted: quote }),
    fc.record({
      kind: fc.constant('parameter problem' as const),
      code: octet,
      pointer: octet,
      quoted: quote,
    }),
  );

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(decode(encode(m))).toEqual({ ok: true, value: m });
      }),
    );
  });

  it('never throws, whatever arrives, even with a checksum that holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), octet, (octets, type) => {
        decode(octets);
        if (isError(type)) return;
        const mended = encode({ kind: 'other', type, code: 1, rest: 2, payload: octets });
        expect(decode(mended).ok).toBe(true);
      }),
    );
  });

  it('keeps to the numbers of the registry', () => {
    expect(TYPE).toMatchObject({ echo: 8, echoReply: 0, timeExceeded: 11 });
    expect(Object.values(UNREACHABLE)).toEqual(Array.from({ length: 16 }, (_, n) => n));
  });
});
