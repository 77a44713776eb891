import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum } from '../../../base/checksum.ts';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import { address, parse } from '../ipv4/address.ts';
import { ALL_ROUTERS, ALL_SYSTEMS, ALL_V3_ROUTERS, isReported } from './address.ts';
import { decode, destinationOf, encode, type Message, type RecordType } from './message.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const ip = (text: string) => parse(text) ?? address(0);
const GROUP = ip('239.1.2.3');
const older = { kind: 'query', sources: [], suppress: false, robustness: 0 } as const;

// The first six were sent by Linux 6.18 (queries by its bridge); the others were made by hand after RFC 3376
// §4.1 and §4.2 and RFC 1112, and read so by tshark 4.
const GOLDEN: readonly [string, string, Message][] = [
  [
    'a join in version 3',
    '2200e8f9 00000001 04000000 ef010203',
    { kind: 'report', records: [{ type: 'TO_EX', group: GROUP, sources: [] }] },
  ],
  [
    'a leave in version 3',
    '2200e9f9 00000001 03000000 ef010203',
    { kind: 'report', records: [{ type: 'TO_IN', group: GROUP, sources: [] }] },
  ],
  [
    'a report of version 2',
    '1600f8fa ef010203',
    { kind: 'group report', form: 'plain', group: GROUP },
  ],
  ['a leave of version 2', '1700f7fa ef010203', { kind: 'leave', group: GROUP }],
  [
    'a general query of version 3',
    '1164ec1e 00000000 027d0000',
    {
      ...older,
      form: 'full',
      group: undefined,
      maxResponse: seconds(10),
      robustness: 2,
      interval: seconds(125),
    },
  ],
  [
    'a general query of version 2',
    '1164ee9b 00000000',
    {
      ...older,
      form: 'plain',
      group: undefined,
      maxResponse: seconds(10),
      interval: 0 as Duration,
    },
  ],
  [
    'a query of version 1',
    '1100eeff 00000000',
    { ...older, form: 'bare', group: undefined, maxResponse: seconds(10), interval: 0 as Duration },
  ],
  [
    'a report of version 1',
    '1200fcfa ef010203',
    { kind: 'group report', form: 'bare', group: GROUP },
  ],
  [
    'a query for two sources',
    '110a9f06 ef010203 0a7d0002 c6336401 c6336402',
    {
      kind: 'query',
      form: 'full',
      group: GROUP,
      sources: [ip('198.51.100.1'), ip('198.51.100.2')],
      maxResponse: seconds(1),
      suppress: true,
      robustness: 2,
      interval: seconds(125),
    },
  ],
  [
    'a report of two groups, one with a source',
    '2200cabc 00000002 01000001 ef010203 c6336401 06000000 ef010204',
    {
      kind: 'report',
      records: [
        { type: 'IS_IN', group: GROUP, sources: [ip('198.51.100.1')] },
        { type: 'BLOCK', group: ip('239.1.2.4'), sources: [] },
      ],
    },
  ],
];

/** `text` with its checksum, its second word, made right. */
function whole(text: string): Uint8Array {
  const p = asPacket(hex(text));
  p.view.setUint16(2, 0);
  p.view.setUint16(2, checksum(p, 0, p.octets.length));
  return p.octets;
}

describe('IGMP message', () => {
  it.each(GOLDEN)('decodes and encodes %s', (_name, text, message) => {
    expect(decode(hex(text), true)).toEqual({ ok: true, value: message });
    expect(toHex(encode(message))).toBe(toHex(hex(text)));
  });

  const field = (name: string, value: number) => ({
    code: 'bad-field',
    protocol: 'igmp',
    field: name,
    value,
  });
  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'igmp',
    need,
    have,
  });
  it.each<[string, Uint8Array, object]>([
    ['seven octets', hex('1164ee9b 000000'), truncated(8, 7)],
    [
      'a bit that turned over',
      hex('1164ee9b 00000001'),
      { code: 'bad-checksum', protocol: 'igmp' },
    ],
    ['a query between the versions', whole('11640000 00000000 0200'), truncated(12, 10)],
    ['sources past the end', whole('11640000 ef010203 027d0002 c6336401'), truncated(20, 16)],
    [
      'sources of no group',
      whole('11640000 00000000 027d0001 c6336401'),
      field('number of sources', 1),
    ],
    ['a query for a host', whole('11640000 c0000201'), field('group address', 0xc0000201)],
    ['a report of a host', whole('16000000 c0000201'), field('group address', 0xc0000201)],
    [
      'a record of a host',
      whole('22000000 00000001 04000000 c0000201'),
      field('multicast address', 0xc0000201),
    ],
    ['a record that is not there', whole('22000000 00000002 04000000 ef010203'), truncated(24, 16)],
    ['a source that is not there', whole('22000000 00000001 01000001 ef010203'), truncated(20, 16)],
    ['a DVMRP message', whole('13000000 00000000'), field('type', 0x13)],
  ])('refuses %s', (_name, octets, error) => {
    expect(decode(octets, true)).toEqual({ ok: false, error });
  });

  it('refuses a query of version 2 or 3 without router alert, and lets version 1 be (§9.1)', () => {
    const allowed = GOLDEN.map(([, text]) => decode(hex(text), false).ok);
    expect(allowed).toEqual([true, true, true, true, false, false, true, true, false, true]);
  });

  it('passes over records of unknown types and auxiliary data (§4.2.10, §4.2.12)', () => {
    const octets = whole(
      '22000000 00000003 09000000 ef010209 02010000 ef010203 deadbeef 05000000 ef010204',
    );
    const records = [
      { type: 'IS_EX', group: GROUP, sources: [] },
      { type: 'ALLOW', group: ip('239.1.2.4'), sources: [] },
    ];
    expect(decode(octets, false)).toEqual({ ok: true, value: { kind: 'report', records } });
  });

  it('ignores the group of a version 1 query, and octets behind what it knows (§4.1.10)', () => {
    expect(decode(whole('11000000 ef010203'), false)).toMatchObject({
      value: { form: 'bare', group: undefined },
    });
    expect(decode(whole('11640000 00000000 027d0000 01020304'), true).ok).toBe(true);
  });

  // §4.1.1: (mant | 0x10) << (exp + 3), in tenths of a second.
  it.each([
    [0x7f, 12_700],
    [0x80, 12_800],
    [0x8f, 24_800],
    [0x90, 25_600],
    [0xff, 3_174_400],
  ])('reads the response code %i as %i ms', (code, time_ms) => {
    const text = `11${code.toString(16)}0000 00000000 027d0000`;
    expect(decode(whole(text), true)).toMatchObject({
      value: { maxResponse: milliseconds(time_ms) },
    });
  });

  it('sends each where it belongs', () => {
    expect(GOLDEN.map(([, , message]) => destinationOf(message))).toEqual([
      ALL_V3_ROUTERS,
      ALL_V3_ROUTERS,
      GROUP,
      ALL_ROUTERS,
      ALL_SYSTEMS,
      ALL_SYSTEMS,
      ALL_SYSTEMS,
      GROUP,
      GROUP,
      ALL_V3_ROUTERS,
    ]);
    expect([ALL_SYSTEMS, GROUP, ip('192.0.2.1')].map(isReported)).toEqual([false, true, false]);
  });

  const any = fc.integer({ min: 0, max: 0xffff_ffff }).map(address);
  const group = any.map((a) => address((a & 0x0fff_ffff) | 0xe000_0000));
  const sources = fc.array(any, { maxLength: 5 });
  const types: RecordType[] = ['IS_IN', 'IS_EX', 'TO_IN', 'TO_EX', 'ALLOW', 'BLOCK'];
  /** What eight bits can say. */
  const code = fc.integer({ min: 0, max: 0xff });
  const value = code.map((c) => (c < 0x80 ? c : ((c & 0xf) | 0x10) * 2 ** (((c >> 4) & 7) + 3)));

  it('decodes whatever it encodes', () => {
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({
        kind: fc.constant('query' as const),
        form: fc.constant('full' as const),
        group,
        sources,
        maxResponse: value.map((v) => milliseconds(v * 100)),
        suppress: fc.boolean(),
        robustness: fc.integer({ min: 0, max: 7 }),
        interval: value.map(seconds),
      }),
      fc.record({
        kind: fc.constant('report' as const),
        records: fc.array(fc.record({ type: fc.constantFrom(...types), group, sources }), {
          maxLength: 5,
        }),
      }),
      fc.record({
        kind: fc.constant('group report' as const),
        form: fc.constantFrom('bare' as const, 'plain' as const),
        group,
      }),
      fc.record({ kind: fc.constant('leave' as const), group }),
    );
    fc.assert(
      fc.property(message, (m) => {
        expect(decode(encode(m), true)).toEqual({ ok: true, value: m });
      }),
    );
  });

  it('says no longer time than it was told, and no shorter by more than a sixteenth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31_744 }), (time_s) => {
        const query = { ...older, form: 'full', group: undefined } as const;
        const interval = seconds(time_s);
        const result = decode(encode({ ...query, maxResponse: seconds(1), interval }), true);
        const said = result.ok && result.value.kind === 'query' ? result.value.interval : 0;
        expect(said).toBeLessThanOrEqual(interval);
        expect(said).toBeGreaterThan(interval * (15 / 16));
      }),
    );
  });

  it('never throws, whatever arrives, even with a checksum that holds', () => {
    const typed = fc
      .tuple(fc.constantFrom(0x11, 0x12, 0x16, 0x17, 0x22), fc.uint8Array({ maxLength: 60 }))
      .map(([type, octets]) => Uint8Array.of(type, 10, 0, 0, 0, ...octets));
    fc.assert(
      fc.property(typed, (octets) => {
        decode(whole(toHex(octets)), true);
        decode(octets, true);
      }),
      { numRuns: 1000 },
    );
  });
});
