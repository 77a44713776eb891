import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../../base/checksum.ts';
import { concat, fromHex, toHex } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import * as icmpv6 from '../icmpv6/message.ts';
import { type Ipv6Address, parse, solicitedNode, UNSPECIFIED } from '../ipv6/address.ts';
import { ALL_NODES, ALL_ROUTERS } from './address.ts';
import { decode, type Envelope, encode, type Message } from './message.ts';
import { find, INFINITE_s, type Option } from './options.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const ip = (text: string): Ipv6Address => parse(text) ?? new Uint8Array();
const from = (source: string, destination: Ipv6Address): Envelope => ({
  hopLimit: 255,
  source: ip(source),
  destination,
});
const SOURCE = (hardware: string): Option => ({
  kind: 'source link-layer address',
  hardware: hex(hardware),
});

const QUOTED = `60000000 0008 11 40 20010db8000000000000000000000001 20010db8000900000000000000000009
                04d2003500084a43`;

// All were sent by Linux 6.18 on a virtual cable, the advertisement of a router by radvd on it.
const GOLDEN: readonly [string, string, Envelope, Message][] = [
  [
    'a router solicitation',
    '85007b2c 00000000 0101020000000001',
    from('fe80::ff:fe00:1', ALL_ROUTERS),
    { kind: 'router solicitation', options: [SOURCE('020000000001')] },
  ],
  [
    "radvd's router advertisement",
    `8600e3cd 40480708 00007530 000003e8
     030440c0 00015180 00003840 00000000 20010db8000100000000000000000000
     19050000 000004b0 20010db8000000000000000000000053 20010db8000000000000000000000054
     1f050000 000004b0 036c6162076578616d706c6500 076578616d706c65036f726700 000000000000
     05010000 00000578 0101020000000001`,
    from('fe80::1', ALL_NODES),
    {
      kind: 'router advertisement',
      currentHopLimit: 64,
      managed: false,
      otherConfiguration: true,
      preference: 'high',
      lifetime_s: 1800,
      reachableTime_ms: 30_000,
      retransTimer_ms: 1000,
      options: [
        {
          kind: 'prefix information',
          prefix: { address: ip('2001:db8:1::'), length: 64 },
          onLink: true,
          autonomous: true,
          valid_s: 86_400,
          preferred_s: 14_400,
        },
        {
          kind: 'recursive dns servers',
          lifetime_s: 1200,
          servers: [ip('2001:db8::53'), ip('2001:db8::54')],
        },
        { kind: 'dns search list', lifetime_s: 1200, domains: ['lab.example', 'example.org'] },
        { kind: 'mtu', mtu: 1400 },
        SOURCE('020000000001'),
      ],
    },
  ],
  [
    'a neighbour solicitation of duplicate address detection',
    '8700edf4 00000000 fe80000000000000000000fffe000001 0e010193834efc45',
    from('::', solicitedNode(ip('fe80::ff:fe00:1'))),
    {
      kind: 'neighbour solicitation',
      target: ip('fe80::ff:fe00:1'),
      options: [{ kind: 'nonce', nonce: hex('0193834efc45') }],
    },
  ],
  [
    'a neighbour solicitation of address resolution',
    '87001c27 00000000 20010db8000000000000000000000002 0101020000000001',
    from('2001:db8::1', solicitedNode(ip('2001:db8::2'))),
    {
      kind: 'neighbour solicitation',
      target: ip('2001:db8::2'),
      options: [SOURCE('020000000001')],
    },
  ],
  [
    "a router's answer",
    '8800981b e0000000 fe800000000000000000000000000001 0201020000000001',
    from('fe80::1', ip('fe80::2')),
    {
      kind: 'neighbour advertisement',
      router: true,
      solicited: true,
      override: true,
      target: ip('fe80::1'),
      options: [{ kind: 'target link-layer address', hardware: hex('020000000001') }],
    },
  ],
  [
    'a redirect',
    `8900faa8 00000000 fe800000000000000000000000000002 20010db8000900000000000000000009
     0201020000000002 0407 000000000000 ${QUOTED}`,
    from('fe80::ff:fe00:1', ip('2001:db8::1')),
    {
      kind: 'redirect',
      target: ip('fe80::2'),
      destination: ip('2001:db8:9::9'),
      options: [
        { kind: 'target link-layer address', hardware: hex('020000000002') },
        { kind: 'redirected header', quoted: hex(QUOTED) },
      ],
    },
  ],
];

const addressSum = ({ source, destination }: Envelope): number =>
  sum(asPacket(concat([source, destination])), 0, 32);

describe('neighbour discovery message', () => {
  it.each(GOLDEN)('decodes and encodes %s', (_name, text, envelope, message) => {
    const octets = hex(text);
    const p = asPacket(octets);
    expect(icmpv6.validate(p, 0, octets.length, addressSum(envelope))).toBe(icmpv6.FAULT.none);
    expect(decode(octets, envelope)).toEqual({ ok: true, value: message });
    const own = asPacket(encode(message));
    icmpv6.writeChecksum(own, 0, own.octets.length, addressSum(envelope));
    expect(toHex(own.octets)).toBe(toHex(octets));
  });

  const solicitation = hex(GOLDEN[3]?.[1] ?? '');
  const answer = hex(GOLDEN[4]?.[1] ?? '');
  const router = hex(GOLDEN[1]?.[1] ?? '');
  const redirect = hex(GOLDEN[5]?.[1] ?? '');
  const asking = from('2001:db8::1', solicitedNode(ip('2001:db8::2')));
  const field = (name: string, value: number) => ({
    code: 'bad-field',
    protocol: 'nd',
    field: name,
    value,
  });
  const truncated = (need: number, have: number) => ({
    code: 'truncated',
    protocol: 'nd',
    need,
    have,
  });

  it.each<[string, Uint8Array, Envelope, object]>([
    [
      'what came through a router',
      solicitation,
      { ...asking, hopLimit: 254 },
      field('hop limit', 254),
    ],
    ['a code', solicitation.with(1, 1), asking, field('code', 1)],
    ['another type', solicitation.with(0, 138), asking, field('type', 138)],
    ['nothing', new Uint8Array(), asking, field('type', 0)],
    ['23 octets of a solicitation', solicitation.subarray(0, 23), asking, truncated(24, 23)],
    [
      '15 octets of a router',
      router.subarray(0, 15),
      from('fe80::1', ALL_NODES),
      truncated(16, 15),
    ],
    [
      '39 octets of a redirect',
      redirect.subarray(0, 39),
      from('fe80::1', ip('::1')),
      truncated(40, 39),
    ],
    ['an option of no length', solicitation.with(25, 0), asking, field('option length', 0)],
    ['an option past the end', solicitation.with(25, 2), asking, field('option length', 2)],
    ['half an option', solicitation.subarray(0, 25), asking, field('option length', 0)],
    ['a group as target of a question', solicitation.with(8, 0xff), asking, field('target', 0xff)],
    [
      'a question without a name but with a hardware address',
      solicitation,
      { ...asking, source: UNSPECIFIED },
      field('source link-layer address', 2),
    ],
    [
      'a question without a name to another group',
      solicitation.subarray(0, 24),
      { ...asking, source: UNSPECIFIED, destination: ALL_NODES },
      field('destination', 0xff),
    ],
    [
      'a group as target of an answer',
      answer.with(8, 0xff),
      from('fe80::1', ip('fe80::2')),
      field('target', 0xff),
    ],
    [
      'an answer to all that was asked for',
      answer,
      from('fe80::1', ALL_NODES),
      field('solicited flag', 1),
    ],
    [
      'a router with a global address',
      router,
      from('2001:db8::1', ALL_NODES),
      field('source', 0x20),
    ],
    [
      'a search for routers without a name but with a hardware address',
      hex(GOLDEN[0]?.[1] ?? ''),
      from('::', ALL_ROUTERS),
      field('source link-layer address', 2),
    ],
    ['a redirect from afar', redirect, from('2001:db8::1', ip('::1')), field('source', 0x20)],
    [
      'a redirect of a group',
      redirect.with(24, 0xff),
      from('fe80::1', ip('::1')),
      field('redirected destination', 0xff),
    ],
    [
      'a redirect to a global address that is not the destination',
      redirect.with(8, 0x20),
      from('fe80::1', ip('::1')),
      field('target', 0x20),
    ],
  ])('refuses %s', (_name, octets, envelope, error) => {
    expect(decode(octets, envelope)).toEqual({ ok: false, error });
  });

  it('takes a redirect to the destination itself, which is on the link after all', () => {
    const octets = redirect.slice();
    octets.copyWithin(8, 24, 40);
    expect(decode(octets, from('fe80::1', ip('::1'))).ok).toBe(true);
  });

  it('passes over options that it does not know, and known ones that make no sense', () => {
    const text = [
      '8600 0000 00000000 00000000 00000000',
      'fd01 0123456789ab', // Unknown.
      '0102 0123456789ab 0000000000000000', // A hardware address of another length.
      '0304 81c0 00015180 00003840 00000000 20010db8000100000000000000000000', // 129 bits of prefix.
      '1902 0000 000004b0 20010db800000000', // Half a server.
      '1f02 0000 000004b0 0361 2062 00 000000', // A space in a name.
      '1f02 0000 000004b0 0961626364656667', // A label past the end.
      '1f01 0000 000004b0', // No name.
      '0502 0000 00000578 0000000000000000', // An MTU of another length.
      '0501 0000 00000500',
    ];
    const result = decode(hex(text.join('')), from('fe80::1', ALL_NODES));
    const options = result.ok ? result.value.options : [];
    expect(options.map(({ kind }) => kind)).toEqual([...new Array<string>(8).fill('other'), 'mtu']);
    expect(find(options, 'mtu')).toEqual({ kind: 'mtu', mtu: 1280 });
    expect(find(options, 'nonce')).toBeUndefined();
  });

  it('takes the reserved preference for medium (RFC 4191 §2.2)', () => {
    const result = decode(hex('8600 0000 0010 0000 00000000 00000000'), from('fe80::1', ALL_NODES));
    expect(result).toMatchObject({ ok: true, value: { preference: 'medium' } });
  });

  const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  const hardware = fc.uint8Array({ minLength: 6, maxLength: 6 });
  /** As many octets as fill whole units: no padding comes back. */
  const filling = (spare: number) =>
    fc.integer({ min: 1, max: 4 }).chain((units) => {
      const length = 8 * units - spare;
      return fc.uint8Array({ minLength: length, maxLength: length });
    });
  const label = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
  const option: fc.Arbitrary<Option> = fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        'source link-layer address' as const,
        'target link-layer address' as const,
      ),
      hardware,
    }),
    fc.record({
      kind: fc.constant('prefix information' as const),
      prefix: fc.record({ address, length: fc.integer({ min: 0, max: 128 }) }),
      onLink: fc.boolean(),
      autonomous: fc.boolean(),
      valid_s: fc.oneof(word, fc.constant(INFINITE_s)),
      preferred_s: word,
    }),
    fc.record({ kind: fc.constant('redirected header' as const), quoted: filling(0) }),
    fc.record({ kind: fc.constant('mtu' as const), mtu: word }),
    fc.record({ kind: fc.constant('nonce' as const), nonce: filling(2) }),
    fc.record({
      kind: fc.constant('recursive dns servers' as const),
      lifetime_s: word,
      servers: fc.array(address, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('dns search list' as const),
      lifetime_s: word,
      domains: fc.array(
        fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({
      kind: fc.constant('other' as const),
      type: fc.integer({ min: 32, max: 255 }),
      body: filling(2),
    }),
  );
  const options = fc.array(option, { maxLength: 4 });
  const unicast = address.map((a) => a.with(0, 0xfe).with(1, 0x80));
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({ kind: fc.constant('router solicitation' as const), options }),
    fc.record({
      kind: fc.constant('router advertisement' as const),
      currentHopLimit: fc.integer({ min: 0, max: 255 }),
      managed: fc.boolean(),
      otherConfiguration: fc.boolean(),
      preference: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
      lifetime_s: fc.integer({ min: 0, max: 0xffff }),
      reachableTime_ms: word,
      retransTimer_ms: word,
      options,
    }),
    fc.record({ kind: fc.constant('neighbour solicitation' as const), target: unicast, options }),
    fc.record({
      kind: fc.constant('neighbour advertisement' as const),
      router: fc.boolean(),
      solicited: fc.boolean(),
      override: fc.boolean(),
      target: unicast,
      options,
    }),
    fc.record({
      kind: fc.constant('redirect' as const),
      target: unicast,
      destination: unicast,
      options,
    }),
  );
  const plain = from('fe80::1', ip('fe80::2'));

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(decode(encode(m), plain)).toEqual({ ok: true, value: m });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const noise = fc.uint8Array({ maxLength: 120 });
    const typed = fc
      .tuple(fc.integer({ min: 133, max: 137 }), noise)
      .map(([type, octets]) => Uint8Array.of(type, 0, ...octets));
    fc.assert(
      fc.property(typed, fc.constantFrom(plain, from('::', ALL_NODES)), (octets, envelope) => {
        decode(octets, envelope);
      }),
      { numRuns: 1000 },
    );
  });
});
