import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromAscii, fromHex, toHex } from '../../../base/octets.ts';
import * as ipv4 from '../../network/ipv4/address.ts';
import * as ipv6 from '../../network/ipv6/address.ts';
import { decode, decodeHead, encode, type Message, NO_FLAGS, RCODE } from './message.ts';
import { type Name, parse, ROOT } from './name.ts';
import { CLASS, KIND_OF, type RecordData, type ResourceRecord, TYPE } from './record.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const name = (text: string) => parse(text) ?? ROOT;
const DB_IPV4 = ipv4.parse('192.0.2.81') ?? ipv4.UNSPECIFIED;
const DB_IPV6 = ipv6.parse('2001:db8::81') ?? ipv6.UNSPECIFIED;

// What dig 9.18 asked and dnsmasq 2.90, authoritative for lab.example, answered.
const LAB = '036c6162076578616d706c6500';
const NS = `${LAB}0002000100000258 0010 026e73${LAB}`;
const OPT = '00002904d0000000000000';
const SOA_DATA = `026e73${LAB} 04726f6f74${LAB} 0000000a 000004b0 00000078 00015180 00000258`;
const QUERY = `9f99 0120 0001 0000 0000 0000 05616c696173${LAB} 0001 0001`;
const QUERY_EDNS = `24cb 0120 0001 0000 0000 0001 05616c696173${LAB} 0001 0001
  00002904d000000000000c000a0008cfe26efbf2e4f78c`;
const ALIAS = `24cb 8500 0001 0002 0001 0001 05616c696173${LAB} 0001 0001
  c00c 0005 0001 00000258 0010 026462${LAB} c02f 0001 0001 00000258 0004 c0000251 ${NS} ${OPT}`;
const IPV6 = `6a7f 8500 0001 0001 0001 0001 026462${LAB} 001c 0001
  c00c 001c 0001 00000258 0010 20010db8000000000000000000000081 ${NS} ${OPT}`;
const MX = `93bf 8500 0001 0001 0001 0001 ${LAB} 000f 0001
  c00c 000f 0001 00000258 0014 000a 046d61696c${LAB} ${NS} ${OPT}`;
const TXT = `17b6 8500 0001 0001 0001 0001 ${LAB} 0010 0001
  c00c 0010 0001 00000258 0013 0b763d73706631202d616c6c 067365636f6e64 ${NS} ${OPT}`;
const NO_NAME = `f5a5 8503 0001 0000 0001 0001 046e6f6e65${LAB} 0001 0001
  ${LAB} 0006 0001 00000258 0036 ${SOA_DATA} ${OPT}`;
const REFUSED = 'fc59 8105 0001 0000 0000 0000 076578616d706c65036e657400 0001 0001';
const POINTER = `e54f 8500 0001 0001 0000 0000 02383101320130033139320769 6e2d61646472046172706100
  000c 0001 c00c 000c 0001 00000258 0010 026462${LAB}`;

const record = (owner: string, data: RecordData): ResourceRecord => ({
  name: name(owner),
  class: CLASS.IN,
  ttl: 600,
  data,
});
const ns = record('lab.example', { kind: 'NS', target: name('ns.lab.example') });
const edns = { udpLength: 1232, version: 0, dnssecOk: false, options: [] };
const message = (id: number, owner: string, type: number, over: Partial<Message>): Message => ({
  ...NO_FLAGS,
  id,
  response: true,
  authoritative: true,
  recursionDesired: true,
  questions: [{ name: name(owner), type, class: CLASS.IN }],
  answers: [],
  authorities: [],
  additionals: [],
  ...over,
});
const answered = (id: number, owner: string, type: number, answers: readonly ResourceRecord[]) =>
  message(id, owner, type, { answers, authorities: [ns], edns });
const asked = { response: false, authoritative: false, authenticData: true };
const cookie = { code: 10, data: hex('cfe26efbf2e4f78c') };

const GOLDEN: readonly [string, string, Message][] = [
  ['a query', QUERY, message(0x9f99, 'alias.lab.example', TYPE.A, asked)],
  [
    'a query with EDNS and a cookie',
    QUERY_EDNS,
    message(0x24cb, 'alias.lab.example', TYPE.A, {
      ...asked,
      edns: { ...edns, options: [cookie] },
    }),
  ],
  [
    'an alias and where it leads',
    ALIAS,
    answered(0x24cb, 'alias.lab.example', TYPE.A, [
      record('alias.lab.example', { kind: 'CNAME', target: name('db.lab.example') }),
      record('db.lab.example', { kind: 'A', address: DB_IPV4 }),
    ]),
  ],
  [
    'an IPv6 address',
    IPV6,
    answered(0x6a7f, 'db.lab.example', TYPE.AAAA, [
      record('db.lab.example', { kind: 'AAAA', address: DB_IPV6 }),
    ]),
  ],
  [
    'a mail exchange',
    MX,
    answered(0x93bf, 'lab.example', TYPE.MX, [
      record('lab.example', { kind: 'MX', preference: 10, exchange: name('mail.lab.example') }),
    ]),
  ],
  [
    'text',
    TXT,
    answered(0x17b6, 'lab.example', TYPE.TXT, [
      record('lab.example', {
        kind: 'TXT',
        strings: [fromAscii('v=spf1 -all'), fromAscii('second')],
      }),
    ]),
  ],
  [
    'a name that does not exist',
    NO_NAME,
    message(0xf5a5, 'none.lab.example', TYPE.A, {
      rcode: RCODE.nameError,
      edns,
      authorities: [
        record('lab.example', {
          kind: 'SOA',
          mname: name('ns.lab.example'),
          rname: name('root.lab.example'),
          serial: 10,
          refresh: 1200,
          retry: 120,
          expire: 86400,
          minimum: 600,
        }),
      ],
    }),
  ],
  [
    'a refusal',
    REFUSED,
    message(0xfc59, 'example.net', TYPE.A, { authoritative: false, rcode: RCODE.refused }),
  ],
  [
    'the name of an address',
    POINTER,
    message(0xe54f, '81.2.0.192.in-addr.arpa', TYPE.PTR, {
      answers: [record('81.2.0.192.in-addr.arpa', { kind: 'PTR', target: name('db.lab.example') })],
    }),
  ],
];

/** One answer with `data` as its RDATA, for `www` of type A. */
const withName = (octets: string) => `0001 8000 0001 0000 0000 0000 ${octets} 0001 0001`;
const withRecord = (type: string, data: string) => {
  const length = (hex(data).length + 0x10000).toString(16).slice(1);
  return `0001 8000 0000 0001 0000 0000 00 ${type} 0001 00000000 ${length} ${data}`;
};

describe('DNS message (RFC 1035 §4.1)', () => {
  it.each(GOLDEN)('decodes %s', (_name, text, expected) => {
    expect(decode(hex(text))).toEqual({ ok: true, value: expected });
  });

  it.each(GOLDEN)(
    'decodes %s that we encoded ourselves, in no more octets',
    (_name, text, value) => {
      const octets = encode(value);
      expect(decode(octets)).toEqual({ ok: true, value });
      expect(octets.length).toBeLessThanOrEqual(hex(text).length);
    },
  );

  it('encodes queries to the octet as dig does', () => {
    for (const [, text, value] of GOLDEN.slice(0, 2))
      expect(toHex(encode(value))).toBe(toHex(hex(text)));
  });

  it('compresses as the example of RFC 1035 §4.1.4 does', () => {
    const names = ['F.ISI.ARPA', 'FOO.F.ISI.ARPA', 'ARPA', '.'];
    const questions = names.map((text) => ({ name: name(text), type: 1, class: 1 }));
    const octets = encode(message(0, 'x', 1, { questions }));
    expect(toHex(octets.subarray(12))).toBe(
      toHex(
        hex(`0146034953490441525041 00 00010001 03464f4f c00c 00010001 c012 00010001 00 00010001`),
      ),
    );
  });

  it('writes a name anew where a pointer of 14 bits cannot reach', () => {
    const filler = record('a', { kind: 'unknown', type: 65280, octets: new Uint8Array(0x4000) });
    const late = record('late.example', { kind: 'A', address: DB_IPV4 });
    const value = message(1, 'q', 1, { answers: [filler, late, late] });
    expect(decode(encode(value))).toEqual({ ok: true, value });
  });

  const bad = (field: string, value: number) => ({
    code: 'bad-field',
    protocol: 'dns',
    field,
    value,
  });
  it.each([
    [
      'eleven octets',
      '0001 8000 0001 0000 0000 00',
      { code: 'truncated', protocol: 'dns', need: 12, have: 11 },
    ],
    ['a question that is not there', '0001 8000 0001 0000 0000 0000', { code: 'truncated' }],
    ['a name without an end', withName('0161').slice(0, -10), { code: 'truncated' }],
    ['a pointer to itself', withName('c00c'), bad('pointer', 12)],
    ['a pointer forwards', withName('c00e'), bad('pointer', 14)],
    ['two pointers in a circle', withName('0161 c00e 0162 c00c'), bad('pointer', 14)],
    ['a pointer to the run that it ends', withName('0161 c00c'), bad('pointer', 12)],
    [
      'a pointer forwards behind one backwards',
      `0001 8000 0000 0002 0000 0000 00 ff00 0001 00000000 0005 c019 016100
        c017 ff00 0001 00000000 0000`,
      bad('pointer', 25),
    ],
    ['half a pointer', '0001 8000 0001 0000 0000 0000 c0', { code: 'truncated' }],
    ['a label of the reserved kind 01', withName('41'), bad('label length', 0x41)],
    ['a label of the reserved kind 10', withName('80'), bad('label length', 0x80)],
    [
      'a name of 256 octets',
      withName(`${`3f${'61'.repeat(63)}`.repeat(4)}00`),
      bad('name length', 257),
    ],
    ['an address of three octets', withRecord('0001', 'c00002'), { code: 'truncated' }],
    ['an address of five octets', withRecord('0001', 'c000020101'), bad('RDLENGTH', 1)],
    ['a name past its RDATA', withRecord('0005', '0361'), { code: 'truncated' }],
    ['octets behind a name in RDATA', withRecord('0005', '00ff'), bad('RDLENGTH', 1)],
    ['a text with no string', withRecord('0010', ''), { code: 'truncated' }],
    ['a string past its RDATA', withRecord('0010', '0261'), { code: 'truncated' }],
    ['an OPT record among the answers', withRecord('0029', ''), bad('OPT', 41)],
    [
      'two OPT records',
      '0001 8000 0000 0000 0000 0002 000029020000000000 0000 000029020000000000 0000',
      bad('OPT', 41),
    ],
    [
      'an OPT record that has a name',
      '0001 8000 0000 0000 0000 0001 0161000029020000000000 0000',
      bad('OPT', 41),
    ],
  ])('refuses %s', (_name, text, error) => {
    const result = decode(hex(text));
    expect(result).toMatchObject({ ok: false, error });
  });

  it('takes a TTL with its highest bit set as zero (RFC 2181 §8)', () => {
    const result = decode(hex('0001 8000 0000 0001 0000 0000 00 0001 0001 80000001 0004 c0000201'));
    expect(result.ok && result.value.answers[0]?.ttl).toBe(0);
  });

  it('carries an address of another class as it is', () => {
    const result = decode(hex('0001 8000 0000 0001 0000 0000 00 0001 0003 00000001 0003 c00002'));
    const data = { kind: 'unknown', type: TYPE.A, octets: hex('c00002') };
    expect(result.ok && result.value.answers[0]?.data).toEqual(data);
  });

  it('puts the high bits of the RCODE into the OPT record (RFC 6891 §6.1.3)', () => {
    const value = message(1, 'x', 1, { rcode: RCODE.badVersion, edns: { ...edns, version: 3 } });
    const octets = encode(value);
    expect(octets[3]).toBe(0);
    expect(decode(octets)).toEqual({ ok: true, value });
  });

  it('reads the head of a message that was cut in a record', () => {
    const octets = hex(ALIAS).subarray(0, 50);
    expect(decode(octets).ok).toBe(false);
    const head = decodeHead(octets);
    expect(head.ok && head.value).toMatchObject({
      id: 0x24cb,
      questions: [{ name: 'alias.lab.example', type: TYPE.A }],
    });
  });

  it('follows no pointers that only lead to pointers: a thousand such names would cost seconds', () => {
    // RDATA of the root's name and 7999 pointers, each to the one before.
    const chain = Array.from({ length: 8000 }, (_, i) => (i === 0 ? 0 : 0xc000 + 23 + 2 * (i - 1)));
    const first = hex('0001 8000 0000 03e9 0000 0000 00 ff00 0001 00000000 3e80');
    const record = hex('fe95 ff01 0001 00000000 0000');
    const pointers = Uint8Array.from(chain.flatMap((n) => [n >>> 8, n & 0xff]));
    const octets = concat([first, pointers, ...new Array<Uint8Array>(1000).fill(record)]);
    expect(decode(octets)).toMatchObject({ ok: false, error: { field: 'pointer' } });
    // The first pointers of the chain are good.
    const short = concat([
      octets
        .with(6, 0)
        .with(7, 2)
        .subarray(0, 23 + 16000),
      hex('c091'),
      record.subarray(2),
    ]);
    expect(decode(short).ok).toBe(true);
  });

  const labels = fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/), { maxLength: 5 });
  const anyName: fc.Arbitrary<Name> = labels.map((parts) => name(parts.join('.') || '.'));
  const uint16 = fc.integer({ min: 0, max: 0xffff });
  const uint32 = fc.integer({ min: 0, max: 0xffffffff });
  const octets = fc.uint8Array({ maxLength: 40 });
  const unknown = uint16.filter((type) => !KIND_OF.has(type) && type !== TYPE.OPT);
  const data: fc.Arbitrary<RecordData> = fc.oneof(
    uint32.map((n): RecordData => ({ kind: 'A', address: ipv4.address(n) })),
    fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((address): RecordData => ({ kind: 'AAAA', address })),
    fc.record({ kind: fc.constantFrom('NS', 'CNAME', 'PTR'), target: anyName }),
    fc.record({ kind: fc.constant('MX'), preference: uint16, exchange: anyName }),
    fc.record({
      kind: fc.constant('TXT'),
      strings: fc.array(octets, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('unknown'), type: unknown, octets }),
    fc.record({
      kind: fc.constant('SOA'),
      mname: anyName,
      rname: anyName,
      serial: uint32,
      refresh: uint32,
      retry: uint32,
      expire: uint32,
      minimum: uint32,
    }),
  );
  const anyRecord: fc.Arbitrary<ResourceRecord> = fc.record({
    name: anyName,
    class: fc.constant(CLASS.IN),
    ttl: fc.integer({ min: 0, max: 0x7fffffff }),
    data,
  });
  const records = fc.array(anyRecord, { maxLength: 5 });
  const flag = fc.boolean();
  const anyMessage: fc.Arbitrary<Message> = fc.record({
    id: uint16,
    response: flag,
    opcode: fc.integer({ min: 0, max: 15 }),
    authoritative: flag,
    truncated: flag,
    recursionDesired: flag,
    recursionAvailable: flag,
    authenticData: flag,
    checkingDisabled: flag,
    rcode: fc.integer({ min: 0, max: 0xfff }),
    questions: fc.array(fc.record({ name: anyName, type: uint16, class: uint16 }), {
      maxLength: 2,
    }),
    answers: records,
    authorities: records,
    additionals: records,
    edns: fc.record({
      udpLength: uint16,
      version: fc.integer({ min: 0, max: 255 }),
      dnssecOk: flag,
      options: fc.array(fc.record({ code: uint16, data: octets }), { maxLength: 3 }),
    }),
  });

  it('decodes whatever it encodes', () => {
    fc.assert(
      fc.property(anyMessage, (value) => {
        expect(decode(encode(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    const seeds = GOLDEN.map(([, text]) => hex(text));
    const changed = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
      )
      .map(([seed, changes]) => {
        const copy = seed.slice();
        for (const [at, octet] of changes) copy[at % copy.length] = octet;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (any) => {
        const result = decode(any);
        // What was understood can be said again.
        if (result.ok) expect(decode(encode(result.value))).toEqual(result);
        decodeHead(any);
      }),
      { numRuns: 500 },
    );
  });
});
