import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import * as ipv4 from '../../network/ipv4/address.ts';
import * as ipv6 from '../../network/ipv6/address.ts';
import { decode, encode, type Message, NO_FLAGS, RCODE } from './message.ts';
import { parse, ROOT } from './name.ts';
import { CLASS, type RecordData, type ResourceRecord, TYPE } from './record.ts';
import {
  RESOLVER_DEFAULTS,
  type ReceivedDatagram,
  Resolver,
  type ResolverConfiguration,
  type ResolverEvent,
  type ResolverOutput,
} from './resolver.ts';
import { frame } from './stream.ts';

const name = (text: string) => parse(text) ?? ROOT;
const v4 = (text: string) => ipv4.parse(text) ?? ipv4.UNSPECIFIED;
const v6 = (text: string) => ipv6.parse(text) ?? ipv6.UNSPECIFIED;
const ONE = v4('192.0.2.1');
const TWO = v4('192.0.2.2');
const SIX = v6('2001:db8::1');

const record = (owner: string, data: RecordData, ttl = 60): ResourceRecord => ({
  name: name(owner),
  class: CLASS.IN,
  ttl,
  data,
});
const a = (owner: string, ttl = 60) => record(owner, { kind: 'A', address: v4('192.0.2.80') }, ttl);
const alias = (owner: string, to: string) => record(owner, { kind: 'CNAME', target: name(to) });
const times = { serial: 1, refresh: 0, retry: 0, expire: 0, minimum: 30 };
const soa = record('example', { kind: 'SOA', mname: ROOT, rname: ROOT, ...times });
const NOTHING = { rcode: RCODE.noError, authorities: [soa] };
const NO_NAME = { rcode: RCODE.nameError, authorities: [soa] };

type Query = Extract<ResolverOutput, { kind: 'query' }>;

/** The message of a query, and what it asks for in one line. */
function read(query: Query): Message {
  const octets = query.transport === 'tcp' ? query.payload.subarray(2) : query.payload;
  const decoded = decode(octets);
  if (!decoded.ok) throw new Error('a query that cannot be read');
  return decoded.value;
}
const asked = (query: Query): string => {
  const [question] = read(query).questions;
  return `${query.transport} ${question?.name} ${question?.type}`;
};

/** A resolver in virtual time, and the queries that it sent. */
class Bench {
  readonly resolver: Resolver;
  readonly queries: Query[] = [];
  readonly closed: number[] = [];
  readonly events: ResolverEvent[] = [];
  now: Instant = START;

  constructor(over: Partial<ResolverConfiguration> = {}) {
    const configuration = { ...RESOLVER_DEFAULTS, servers: [ONE], ...over };
    this.resolver = new Resolver(configuration, seededRng(1));
  }

  get last(): Query {
    const query = this.queries.at(-1);
    if (query === undefined) throw new Error('no query was sent');
    return query;
  }

  lookup(text: string, type: number = TYPE.A): number {
    const number = this.resolver.lookup(text, type, this.now);
    this.#collect();
    return number;
  }

  wait_s(delay: number): this {
    const end = after(this.now, seconds(delay));
    for (let due = this.resolver.pollTimeout(); due !== undefined && due <= end; ) {
      this.now = due;
      this.resolver.handleTimeout(due);
      this.#collect();
      due = this.resolver.pollTimeout();
    }
    this.now = end;
    return this;
  }

  /** The response to `query`, as its server would send it but for what `over` and `from` say. */
  answer(over: Partial<Message>, query = this.last, from: Partial<ReceivedDatagram> = {}): this {
    const { id, questions } = read(query);
    const sections = { answers: [], authorities: [], additionals: [] };
    const flags = { ...NO_FLAGS, response: true, recursionAvailable: true };
    const message: Message = { ...flags, id, questions, ...sections, ...over };
    const payload = encode(message);
    if (query.transport === 'tcp') {
      this.resolver.handleStream(query.exchange, frame(payload), this.now);
    } else {
      const { sourcePort: destinationPort, server: source } = query;
      const datagram = { payload, source, sourcePort: 53, destinationPort, ...from };
      this.resolver.handleDatagram(datagram, this.now);
    }
    this.#collect();
    return this;
  }

  fail(): this {
    this.resolver.handleFailure(this.last.exchange, this.now);
    this.#collect();
    return this;
  }

  /** What happened since the last call. */
  happened(): ResolverEvent[] {
    this.#collect();
    return this.events.splice(0);
  }

  #collect(): void {
    for (let one = this.resolver.pollOutput(); one; one = this.resolver.pollOutput()) {
      if (one.kind === 'query') this.queries.push(one);
      else this.closed.push(one.exchange);
    }
    for (let one = this.resolver.pollEvent(); one; one = this.resolver.pollEvent()) {
      this.events.push(one);
    }
  }
}

const resolved = (
  lookup: number,
  owner: string,
  records: ResourceRecord[],
  aliases: string[] = [],
) => ({
  kind: 'resolved',
  lookup,
  name: owner,
  aliases,
  records,
});
const failed = (lookup: number, reason: string) => ({ kind: 'failed', lookup, reason });

describe('the resolver', () => {
  it('asks a server, and gives what it says', () => {
    const bench = new Bench();
    const lookup = bench.lookup('www.example');
    expect(bench.last).toMatchObject({ transport: 'udp', server: ONE, serverPort: 53 });
    expect(read(bench.last)).toMatchObject({
      recursionDesired: true,
      questions: [{ name: 'www.example', type: TYPE.A, class: CLASS.IN }],
      edns: { udpLength: 1232 },
    });
    bench.answer({ answers: [a('www.example')] });
    expect(bench.happened()).toEqual([resolved(lookup, 'www.example', [a('www.example')])]);
    expect(bench.closed).toEqual([bench.last.exchange]);
    expect(bench.resolver.pollTimeout()).toBeUndefined();
  });

  it('asks no more while it knows, and anew when the time has passed', () => {
    const bench = new Bench();
    bench.lookup('www.example');
    bench.answer({ answers: [a('www.example', 60)] }).wait_s(59);
    bench.happened();
    expect(bench.lookup('WWW.example')).toBe(2);
    expect(bench.happened()).toEqual([resolved(2, 'WWW.example', [a('www.example', 1)])]);
    bench.wait_s(1).lookup('www.example');
    expect(bench.queries).toHaveLength(2);
  });

  it('follows aliases from answer to answer, and keeps each', () => {
    const bench = new Bench();
    const lookup = bench.lookup('www.example');
    bench.answer({ answers: [alias('www.example', 'b.example')] });
    expect(asked(bench.last)).toBe('udp b.example 1');
    bench.answer({ answers: [alias('b.example', 'c.example'), a('c.example')] });
    const found = [a('c.example')];
    expect(bench.happened()).toEqual([
      resolved(lookup, 'c.example', found, ['www.example', 'b.example']),
    ]);
    bench.lookup('www.example');
    expect(bench.happened()).toEqual([
      resolved(2, 'c.example', found, ['www.example', 'b.example']),
    ]);
    expect(bench.queries).toHaveLength(2);
  });

  it('ends when one answer after another leads on to a new name', () => {
    const bench = new Bench();
    const lookup = bench.lookup('n0.example');
    for (let i = 0; i < 17; i++)
      bench.answer({ answers: [alias(`n${i}.example`, `n${i + 1}.example`)] });
    expect(bench.happened()).toEqual([failed(lookup, 'alias-loop')]);
    expect(bench.queries).toHaveLength(17);
  });

  it.each<[string, Partial<Message>, string]>([
    ['a name does not exist', NO_NAME, 'no-such-name'],
    ['there is no such record', NOTHING, 'no-data'],
  ])('says that %s, and knows it for a while (RFC 2308)', (_name, over, reason) => {
    const bench = new Bench();
    bench.lookup('none.example');
    bench.answer(over).wait_s(29);
    bench.lookup('none.example');
    expect(bench.happened()).toEqual([failed(1, reason), failed(2, reason)]);
    bench.wait_s(1).lookup('none.example');
    expect(bench.queries).toHaveLength(2);
  });

  it('asks the server first that answered last', () => {
    const bench = new Bench({ servers: [ONE, TWO] });
    bench.lookup('a.example');
    bench.wait_s(2).answer({ answers: [a('a.example')] });
    bench.lookup('b.example');
    expect(bench.last.server).toBe(TWO);
  });

  it('asks the next at once when a query could not be sent', () => {
    const bench = new Bench({ servers: [ONE, SIX] });
    bench.lookup('www.example');
    bench.fail();
    expect(bench.last.server).toBe(SIX);
    bench.answer({ answers: [a('www.example')] });
    expect(bench.happened()).toMatchObject([{ kind: 'resolved' }]);
  });

  describe('believes only what comes from its server to its port (RFC 5452 §9.1)', () => {
    const good = { answers: [a('www.example')] };
    it.each<[string, (bench: Bench) => void]>([
      ['another server', (b) => b.answer(good, b.last, { source: TWO })],
      ['an IPv6 server', (b) => b.answer(good, b.last, { source: SIX })],
      ['a port that is not 53', (b) => b.answer(good, b.last, { sourcePort: 5353 })],
      ['another port of ours', (b) => b.answer(good, b.last, { destinationPort: 1024 })],
    ])('and not what comes with %s', (_name, forge) => {
      const bench = new Bench();
      bench.lookup('www.example');
      forge(bench);
      expect(bench.happened()).toEqual([]);
      bench.answer(good);
      expect(bench.happened()).toMatchObject([{ kind: 'resolved' }]);
    });

    it('and keeps nothing that it did not ask for', () => {
      const bench = new Bench();
      bench.lookup('www.example');
      const more = [a('bank.example')];
      bench.answer({ answers: [a('www.example'), ...more], additionals: more });
      bench.lookup('bank.example');
      expect(bench.queries).toHaveLength(2);
    });
  });

  it('has one query out for one question, whoever waits for it', () => {
    const bench = new Bench();
    bench.lookup('www.example');
    bench.lookup('WWW.EXAMPLE');
    expect(bench.queries).toHaveLength(1);
    bench.answer({ answers: [a('www.example', 0)] });
    expect(bench.happened()).toMatchObject([{ lookup: 1 }, { lookup: 2 }]);
  });

  it('forgets who was cancelled, and closes what nobody waits for', () => {
    const bench = new Bench();
    bench.lookup('www.example');
    bench.lookup('www.example');
    bench.resolver.cancel(1);
    expect(bench.resolver.pollTimeout()).toBeDefined();
    bench.resolver.cancel(2);
    bench.resolver.cancel(3);
    expect(bench.resolver.pollTimeout()).toBeUndefined();
    expect(bench.happened()).toEqual([]);
    expect(bench.closed).toEqual([1]);
  });

  describe('with a search list', () => {
    const search = [name('lab.example'), name('example')];

    it('tries one name after the other', () => {
      const bench = new Bench({ search });
      bench.lookup('www');
      bench.answer(NO_NAME).answer(NO_NAME).answer(NO_NAME);
      const names = ['www.lab.example', 'www.example', 'www'];
      expect(bench.queries.map(asked)).toEqual(names.map((text) => `udp ${text} 1`));
      expect(bench.happened()).toEqual([failed(1, 'no-such-name')]);
    });

    it('takes the first that there is, and remembers that one of them exists', () => {
      const bench = new Bench({ search });
      bench.lookup('www');
      bench.answer({ ...NOTHING, answers: [alias('www.lab.example', 'x.example')] });
      bench.answer({ answers: [a('www.example')] });
      expect(bench.happened()).toEqual([resolved(1, 'www.example', [a('www.example')])]);
      bench.lookup('ftp');
      bench.answer(NOTHING).answer(NO_NAME).answer(NO_NAME);
      expect(bench.happened()).toEqual([failed(2, 'no-data')]);
    });

    it('ends when no server answers: none would for the next name', () => {
      const bench = new Bench({ search });
      bench.lookup('www');
      bench.wait_s(20);
      expect(bench.happened()).toEqual([failed(1, 'timed-out')]);
      expect(bench.queries).toHaveLength(3);
    });
  });

  describe('asks nobody', () => {
    it.each<[string, string, number, object]>([
      [
        'for an address',
        '192.0.2.7',
        TYPE.A,
        { records: [{ data: { address: v4('192.0.2.7') } }] },
      ],
      ['for an address of the other kind', '192.0.2.7', TYPE.AAAA, failed(1, 'no-data')],
      ['for this host', 'localhost', TYPE.A, { records: [{ data: { address: v4('127.0.0.1') } }] }],
      ['for no name', 'a..b', TYPE.A, failed(1, 'bad-name')],
    ])('%s', (_name, text, type, expected) => {
      const bench = new Bench();
      bench.lookup(text, type);
      expect(bench.queries).toEqual([]);
      expect(bench.happened()).toMatchObject([expected]);
    });

    it('when there is nobody', () => {
      const bench = new Bench({ servers: [] });
      bench.lookup('www.example');
      expect(bench.happened()).toEqual([failed(1, 'no-server')]);
    });
  });

  it('asks for the name of an address where it is', () => {
    const bench = new Bench({ search: [name('example')] });
    bench.lookup('192.0.2.81', TYPE.PTR);
    expect(asked(bench.last)).toBe('udp 81.2.0.192.in-addr.arpa 12');
  });

  it('asks all anew of new servers', () => {
    const bench = new Bench();
    bench.lookup('a.example');
    bench.answer({ answers: [a('a.example')] });
    bench.lookup('b.example');
    bench.resolver.configure([TWO], [], bench.now);
    expect(bench.happened()).toHaveLength(1);
    expect(bench.last.server).toBe(TWO);
    bench.answer({ answers: [a('b.example')] }).lookup('a.example');
    expect(bench.happened()).toMatchObject([{ lookup: 2 }]);
    expect(asked(bench.last)).toBe('udp a.example 1');
  });

  it('bounds what goes on and what it knows', () => {
    const bench = new Bench({ lookups: 8, cacheEntries: 4 });
    for (let i = 0; i < 20; i++) bench.lookup(`n${i}.example`);
    expect(bench.queries).toHaveLength(8);
    expect(bench.happened()).toEqual(Array.from({ length: 12 }, (_, i) => failed(i + 9, 'busy')));
    for (const [i, query] of bench.queries.entries())
      bench.answer({ answers: [a(`n${i}.example`)] }, query);
    expect(bench.resolver.cached).toBe(4);
  });

  it('gives each look-up one event, whatever servers do', () => {
    const reply = fc.constantFrom<Partial<Message>>(
      { answers: [a('n0.example')] },
      { answers: [alias('n0.example', 'n1.example'), alias('n1.example', 'n2.example')] },
      { answers: [alias('n2.example', 'n0.example')] },
      NO_NAME,
      NOTHING,
      { rcode: RCODE.serverFailure },
      { rcode: RCODE.formatError },
      { truncated: true },
      { id: 1 },
    );
    const step = fc.oneof(
      fc.nat(2).map((i) => (bench: Bench) => void bench.lookup(`n${i}.example`)),
      fc.nat(5).map((s) => (bench: Bench) => void bench.wait_s(s)),
      fc.tuple(reply, fc.nat(9)).map(([over, i]) => (bench: Bench) => {
        const query = bench.queries[bench.queries.length - 1 - i];
        if (query !== undefined) bench.answer(over, query);
      }),
      fc.constant((bench: Bench) => {
        if (bench.queries.length > 0) bench.fail();
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bench = new Bench({ servers: [ONE, TWO], search: [name('example')] });
        for (const go of steps) go(bench);
        const last = bench.lookup('192.0.2.1');
        bench.wait_s(2000);
        const ended = bench.happened().map((event) => event.lookup);
        expect(ended.sort((x, y) => x - y)).toEqual(Array.from({ length: last }, (_, i) => i + 1));
        expect(bench.resolver.pollTimeout()).toBeUndefined();
      }),
    );
  });
});
