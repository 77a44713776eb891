import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAscii, fromHex } from '../../../base/octets.ts';
import { address } from '../../network/ipv4/address.ts';
import { decode, encode, type Message, NO_FLAGS, RCODE } from './message.ts';
import { parse, ROOT } from './name.ts';
import { CLASS, type RecordData, type ResourceRecord, TYPE } from './record.ts';
import { respond } from './server.ts';
import { Zone } from './zone.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const name = (text: string) => parse(text) ?? ROOT;
const record = (owner: string, data: RecordData): ResourceRecord => ({
  name: name(owner),
  class: CLASS.IN,
  ttl: 300,
  data,
});
const a = (owner: string, n: number) =>
  record(owner, { kind: 'A', address: address(0xc0000200 + n) });
const SOA = {
  kind: 'SOA',
  mname: name('ns.lab.example'),
  rname: name('root.lab.example'),
  serial: 1,
  refresh: 1200,
  retry: 120,
  expire: 86400,
  minimum: 60,
} as const;

const mx = record('lab.example', {
  kind: 'MX',
  preference: 10,
  exchange: name('mail.lab.example'),
});
const alias = record('www.lab.example', { kind: 'CNAME', target: name('db.lab.example') });
const away = record('away.lab.example', { kind: 'CNAME', target: name('www.example.net') });
const lost = record('lost.lab.example', { kind: 'CNAME', target: name('none.lab.example') });
const many = Array.from({ length: 40 }, (_, n) => a('many.lab.example', n));
const long = record('long.lab.example', {
  kind: 'TXT',
  strings: new Array(6).fill(fromAscii('x'.repeat(240))),
});
const post = record('post.lab.example', {
  kind: 'MX',
  preference: 1,
  exchange: name('many.lab.example'),
});
const lab = new Zone(name('lab.example'), SOA, 300, [
  mx,
  a('mail.lab.example', 25),
  a('db.lab.example', 81),
  a('host.deep.lab.example', 82),
  alias,
  away,
  lost,
  ...many,
  long,
  post,
  record('round.lab.example', { kind: 'CNAME', target: name('round.lab.example') }),
]);
const sub = new Zone(name('sub.lab.example'), { ...SOA, serial: 2 }, 300, []);
const ZONES = [lab, sub];

const query = (owner: string, type: number, over: Partial<Message> = {}): Message => ({
  ...NO_FLAGS,
  id: 7,
  recursionDesired: true,
  questions: [{ name: name(owner), type, class: CLASS.IN }],
  answers: [],
  authorities: [],
  additionals: [],
  ...over,
});
const edns = (udpLength: number, version = 0) => ({
  udpLength,
  version,
  dnssecOk: false,
  options: [],
});

function ask(message: Message, transport: 'udp' | 'tcp' = 'udp') {
  const octets = respond(ZONES, encode(message), transport) ?? new Uint8Array();
  const decoded = decode(octets);
  expect(decoded.ok).toBe(true);
  return { length: octets.length, ...(decoded.ok ? decoded.value : query('.', 0)) };
}

describe('the authoritative server', () => {
  it.each<[string, string, number, Partial<Message>]>([
    [
      'gives the records of a name',
      'DB.lab.example',
      TYPE.A,
      { answers: [a('db.lab.example', 81)] },
    ],
    ['follows an alias', 'www.lab.example', TYPE.A, { answers: [alias, a('db.lab.example', 81)] }],
    ['gives the alias itself', 'www.lab.example', TYPE.CNAME, { answers: [alias] }],
    ['follows no alias out of its zones', 'away.lab.example', TYPE.A, { answers: [away] }],
    [
      'says which alias leads nowhere',
      'lost.lab.example',
      TYPE.A,
      { rcode: RCODE.nameError, answers: [lost], authorities: [lab.soa] },
    ],
    [
      'gives the address of a mail exchange too',
      'lab.example',
      TYPE.MX,
      { answers: [mx], additionals: [a('mail.lab.example', 25)] },
    ],
    ['gives its SOA record', 'lab.example', TYPE.SOA, { answers: [lab.soa] }],
    ['has no data of another type', 'db.lab.example', TYPE.MX, { authorities: [lab.soa] }],
    [
      'knows that a name between others exists',
      'deep.lab.example',
      TYPE.A,
      { authorities: [lab.soa] },
    ],
    [
      'knows what does not exist',
      'none.lab.example',
      TYPE.A,
      { rcode: RCODE.nameError, authorities: [lab.soa] },
    ],
    [
      'answers from the deepest zone',
      'x.sub.lab.example',
      TYPE.A,
      { rcode: RCODE.nameError, authorities: [sub.soa] },
    ],
    ['gives all records of a name', 'lab.example', TYPE.ANY, { answers: [lab.soa, mx] }],
  ])('%s', (_name, owner, type, expected) => {
    const nothing = { rcode: RCODE.noError, answers: [], authorities: [] };
    expect(ask(query(owner, type))).toMatchObject({
      id: 7,
      response: true,
      authoritative: true,
      recursionDesired: true,
      recursionAvailable: false,
      truncated: false,
      questions: [{ name: name(owner), type, class: CLASS.IN }],
      ...nothing,
      ...expected,
    });
  });

  it.each<[string, Message, number]>([
    ['what is not in its zones', query('example.net', TYPE.A), RCODE.refused],
    ['a zone transfer', query('lab.example', 252), RCODE.refused],
    [
      'another class',
      query('x', 0, { questions: [{ name: name('lab.example'), type: 1, class: 3 }] }),
      RCODE.refused,
    ],
    ['another opcode', query('lab.example', TYPE.SOA, { opcode: 5 }), RCODE.notImplemented],
    ['no question', query('x', 0, { questions: [] }), RCODE.formatError],
    ['EDNS of another version', query('lab.example', 1, { edns: edns(512, 1) }), RCODE.badVersion],
  ])('refuses %s', (_name, message, rcode) => {
    expect(ask(message)).toMatchObject({ rcode, authoritative: false, answers: [] });
  });

  it('goes round in a circle with its own aliases no longer than it must', () => {
    expect(ask(query('round.lab.example', TYPE.A)).answers).toHaveLength(16);
  });

  it.each<[string, string, number, number]>([
    ['512 octets over UDP', 'many.lab.example', 0, 0],
    ['512 octets over UDP, whatever less EDNS says', 'many.lab.example', 100, 0],
    ['what EDNS says', 'many.lab.example', 1232, 40],
    ['1232 octets, whatever more EDNS says', 'long.lab.example', 65535, 0],
  ])('keeps to %s', (_name, owner, udpLength, answers) => {
    const response = ask(query(owner, TYPE.ANY, udpLength === 0 ? {} : { edns: edns(udpLength) }));
    expect(response.truncated).toBe(answers === 0);
    expect(response.answers).toHaveLength(answers);
    expect(response.edns?.udpLength).toBe(udpLength === 0 ? undefined : 1232);
  });

  it('leaves out what nobody asked for before it cuts an answer', () => {
    const response = ask(query('post.lab.example', TYPE.MX));
    expect(response).toMatchObject({ truncated: false, answers: [post], additionals: [] });
    expect(ask(query('post.lab.example', TYPE.MX), 'tcp').additionals).toEqual(many);
  });

  it('gives all over TCP', () => {
    const response = ask(query('long.lab.example', TYPE.TXT), 'tcp');
    expect(response).toMatchObject({ truncated: false, answers: [long] });
  });

  it('is silent to a response, and to what has no header', () => {
    expect(respond(ZONES, encode(query('x', 1, { response: true })), 'udp')).toBeUndefined();
    expect(respond(ZONES, hex('0007 0100 0001'), 'udp')).toBeUndefined();
    expect(respond(ZONES, hex('0007 8100 0001 0000 0000 0000'), 'udp')).toBeUndefined();
  });

  it('says so when it cannot read a question or a record', () => {
    for (const text of [
      '0007 0100 0001 0000 0000 0000 41',
      '0007 0100 0001 0000 0000 0001 00 0001 0001 00',
    ]) {
      const response = decode(respond(ZONES, hex(text), 'udp') ?? hex(''));
      expect(response).toMatchObject({ ok: true, value: { id: 7, rcode: RCODE.formatError } });
    }
  });

  it('throws at nothing, and never answers in more than it may', () => {
    const seed = encode(query('www.lab.example', TYPE.A, { edns: edns(1232) }));
    const changed = fc
      .array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 5 })
      .map((changes) => {
        const copy = seed.slice();
        for (const [at, octet] of changes) copy[at] = octet;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 100 })), (octets) => {
        const response = respond(ZONES, octets, 'udp');
        if (response === undefined) return;
        expect(response.length).toBeLessThanOrEqual(1232);
        expect(decode(response)).toMatchObject({ ok: true, value: { response: true } });
      }),
      { numRuns: 300 },
    );
  });
});
