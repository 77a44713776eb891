import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../../base/checksum.ts';
import { concat, fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import * as icmpv6 from '../icmpv6/message.ts';
import { type Ipv6Address, parse } from '../ipv6/address.ts';
import { ALL_NODES, ALL_ROUTERS } from '../nd/address.ts';
import { ALL_MLDV2_ROUTERS, isReported } from './address.ts';
import {
  decode,
  destinationOf,
  type Envelope,
  encode,
  isListenerDiscovery,
  type Message,
  type RecordType,
} from './message.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const from = (source: string): Envelope => ({ hopLimit: 1, source: ip(source), routerAlert: true });
const LINUX = 'fe80::ff:fe00:1';
const BRIDGE = 'fe80::ff:fe00:b';
const GROUP = ip('ff05::1234');
const GROUP_HEX = 'ff050000000000000000000000001234';
const SOURCE_HEX = '20010db8000000000000000000000001';
const older = { kind: 'query', sources: [], suppress: false, robustness: 0 } as const;

// The first four were sent by Linux 6.18 (the query by its bridge); the others were made by hand after
// RFC 3810 §5.1 and §5.2, and read so by tshark 4.
const GOLDEN: readonly [string, string, string, Message][] = [
  [
    'a join in version 2',
    '8f007207 00000001 04000000 ff0200000000000000000001ff000001',
    LINUX,
    { kind: 'report', records: [{ type: 'TO_EX', group: ip('ff02::1:ff00:1'), sources: [] }] },
  ],
  [
    'a report of version 1',
    `83005cb7 00000000 ${GROUP_HEX}`,
    LINUX,
    { kind: 'group report', form: 'plain', group: GROUP },
  ],
  ['a done of version 1', `84006dec 00000000 ${GROUP_HEX}`, LINUX, { kind: 'leave', group: GROUP }],
  [
    'a general query of version 1',
    '82005a0d 27100000 00000000000000000000000000000000',
    BRIDGE,
    {
      ...older,
      form: 'plain',
      group: undefined,
      maxResponse: seconds(10),
      interval: 0 as Duration,
    },
  ],
  [
    'a query for a source, of version 2',
    `82000000 03e80000 ${GROUP_HEX} 0a7d0001 ${SOURCE_HEX}`,
    BRIDGE,
    {
      kind: 'query',
      form: 'full',
      group: GROUP,
      sources: [ip('2001:db8::1')],
      maxResponse: seconds(1),
      suppress: true,
      robustness: 2,
      interval: seconds(125),
    },
  ],
  [
    'a report of two groups, one with a source',
    `8f000000 00000002 01000001 ${GROUP_HEX} ${SOURCE_HEX} 06000000 ${GROUP_HEX}`,
    LINUX,
    {
      kind: 'report',
      records: [
        { type: 'IS_IN', group: GROUP, sources: [ip('2001:db8::1')] },
        { type: 'BLOCK', group: GROUP, sources: [] },
      ],
    },
  ],
];

describe('MLD message', () => {
  it.each(GOLDEN)('decodes and encodes %s', (_name, text, source, message) => {
    const octets = hex(text);
    expect(decode(octets, from(source))).toEqual({ ok: true, value: message });
    octets.fill(0, 2, 4);
    expect(toHex(encode(message))).toBe(toHex(octets));
  });

  it.each(GOLDEN.slice(0, 4))(
    'has the checksum that Linux put on %s',
    (_n, text, source, message) => {
      const addresses = concat([ip(source), destinationOf(message)]);
      const p = asPacket(encode(message));
      icmpv6.writeChecksum(p, 0, p.octets.length, sum(asPacket(addresses), 0, 32));
      expect(toHex(p.octets)).toBe(toHex(hex(text)));
    },
  );

  const field = (name: string, value: number) => ({
    code: 'bad-field',
    protocol: 'mld',
    field: name,
    value,
  });
  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'mld',
    need,
    have,
  });
  const query = hex(GOLDEN[4]?.[1] ?? '');
  const report = hex(GOLDEN[5]?.[1] ?? '');
  const group = hex(GOLDEN[1]?.[1] ?? '');
  const good = from(LINUX);
  it.each<[string, Uint8Array, Envelope, object]>([
    ['seven octets', query.subarray(0, 7), good, truncated(8, 7)],
    ['what came through a router', query, { ...good, hopLimit: 2 }, field('hop limit', 2)],
    ['what has no router alert', query, { ...good, routerAlert: false }, field('router alert', 0)],
    ['a global source', query, from('2001:db8::1'), field('source', 0x20)],
    ['a report from who has no address yet', report, from('::'), field('source', 0)],
    ['another type', query.with(0, 133), good, field('type', 133)],
    ['23 octets of a query', query.subarray(0, 23), good, truncated(24, 23)],
    ['a query between the versions', query.subarray(0, 26), good, truncated(28, 26)],
    ['sources past the end', query.subarray(0, 43), good, truncated(44, 43)],
    ['sources of no group', query.with(8, 0).fill(0, 8, 24), good, field('number of sources', 1)],
    ['a query for a host', query.with(8, 0x20), good, field('multicast address', 0x20)],
    ['a report of a host', group.with(8, 0x20), good, field('multicast address', 0x20)],
    ['a record of a host', report.with(12, 0x20), good, field('multicast address', 0x20)],
    ['a record cut short', report.subarray(0, 60), good, truncated(64, 60)],
    ['a source cut short', report.subarray(0, 40), good, truncated(44, 40)],
  ])('refuses %s', (_name, octets, envelope, error) => {
    expect(decode(octets, envelope)).toEqual({ ok: false, error });
  });

  it('passes over records of unknown types and auxiliary data (§5.2.10, §5.2.12)', () => {
    const text = `8f000000 00000002 09000000 ${GROUP_HEX} 02010000 ${GROUP_HEX} deadbeef`;
    const records = [{ type: 'IS_EX', group: GROUP, sources: [] }];
    expect(decode(hex(text), good)).toEqual({ ok: true, value: { kind: 'report', records } });
  });

  it('gives copies', () => {
    const octets = query.slice();
    const result = decode(octets, good);
    octets.fill(0);
    expect(result).toEqual({ ok: true, value: GOLDEN[4]?.[3] });
  });

  // §5.1.3: (mant | 0x1000) << (exp + 3), in milliseconds; as it is in version 1.
  it.each([
    [0x7fff, 32_767],
    [0x8000, 32_768],
    [0x8fff, 65_528],
    [0x9000, 65_536],
    [0xffff, 8_387_584],
  ])('reads the response code %i as %i ms', (code, time_ms) => {
    const octets = query.slice();
    octets.set([code >> 8, code & 0xff], 4);
    expect(decode(octets, good)).toMatchObject({ value: { maxResponse: milliseconds(time_ms) } });
    const first = decode(octets.subarray(0, 24), good);
    expect(first).toMatchObject({ value: { form: 'plain', maxResponse: milliseconds(code) } });
  });

  it('sends each where it belongs, and knows its types', () => {
    expect(GOLDEN.map(([, , , message]) => destinationOf(message))).toEqual([
      ALL_MLDV2_ROUTERS,
      GROUP,
      ALL_ROUTERS,
      ALL_NODES,
      GROUP,
      ALL_MLDV2_ROUTERS,
    ]);
    const known = [129, 130, 131, 132, 133, 142, 143, 144].filter(isListenerDiscovery);
    expect(known).toEqual([130, 131, 132, 143]);
  });

  it('reports no group of all nodes, and none that stays in the node (§6)', () => {
    const groups = ['ff02::1', 'ff01::5', 'ff00::5', 'ff02::2', 'ff0e::1', '2001:db8::1'];
    expect(groups.filter((text) => isReported(ip(text)))).toEqual(['ff02::2', 'ff0e::1']);
  });

  const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const anyGroup = address.map((a) => a.with(0, 0xff));
  const sources = fc.array(address, { maxLength: 4 });
  const types: RecordType[] = ['IS_IN', 'IS_EX', 'TO_IN', 'TO_EX', 'ALLOW', 'BLOCK'];

  it('decodes whatever it encodes', () => {
    const response = fc
      .integer({ min: 0, max: 0xffff })
      .map((c) => (c < 0x8000 ? c : ((c & 0xfff) | 0x1000) * 2 ** (((c >> 12) & 7) + 3)));
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({
        kind: fc.constant('query' as const),
        form: fc.constant('full' as const),
        group: anyGroup,
        sources,
        maxResponse: response.map(milliseconds),
        suppress: fc.boolean(),
        robustness: fc.integer({ min: 0, max: 7 }),
        interval: fc.integer({ min: 0, max: 127 }).map(seconds),
      }),
      fc.record({
        kind: fc.constant('report' as const),
        records: fc.array(
          fc.record({ type: fc.constantFrom(...types), group: anyGroup, sources }),
          { maxLength: 4 },
        ),
      }),
      fc.record({
        kind: fc.constant('group report' as const),
        form: fc.constant('plain' as const),
        group: anyGroup,
      }),
      fc.record({ kind: fc.constant('leave' as const), group: anyGroup }),
    );
    fc.assert(
      fc.property(message, (m) => {
        expect(decode(encode(m), good)).toEqual({ ok: true, value: m });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const typed = fc
      .tuple(fc.constantFrom(130, 131, 132, 143), fc.uint8Array({ maxLength: 100 }))
      .map(([type, octets]) => Uint8Array.of(type, 0, 0, 0, 0, ...octets));
    fc.assert(
      fc.property(typed, (octets) => {
        decode(octets, good);
      }),
      { numRuns: 1000 },
    );
  });
});
