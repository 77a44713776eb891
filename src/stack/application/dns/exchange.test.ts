import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import { address } from '../../network/ipv4/address.ts';
import { Exchange, type Query, type Step } from './exchange.ts';
import { decode, encode, type Message, NO_FLAGS, RCODE } from './message.ts';
import { parse, ROOT } from './name.ts';
import { CLASS, type ResourceRecord, TYPE } from './record.ts';
import { frame } from './stream.ts';

const ONE = address(0xc0000201);
const TWO = address(0xc0000202);
const WWW = parse('www.example') ?? ROOT;
const QUESTION = { name: WWW, type: TYPE.A, class: CLASS.IN };
const RECORD: ResourceRecord = {
  name: WWW,
  class: CLASS.IN,
  ttl: 60,
  data: { kind: 'A', address: address(0xc0000250) },
};
const GOOD = { answers: [RECORD] };
const FAILED = { kind: 'failed', reason: 'server-failure' };

function read(query: Query): Message {
  const octets = query.transport === 'tcp' ? query.payload.subarray(2) : query.payload;
  const decoded = decode(octets);
  if (!decoded.ok) throw new Error('a query that cannot be read');
  return decoded.value;
}

/** An exchange in virtual time, its queries and the last step. */
class Bench {
  readonly exchange: Exchange;
  readonly queries: { readonly at: Instant; readonly query: Query }[] = [];
  step: Step = { kind: 'ignored' };
  now: Instant = START;

  constructor(servers = [ONE, TWO], udpLength = 1232) {
    const rule = { timeout: seconds(2), rounds: 3, udpLength };
    this.exchange = new Exchange(1, QUESTION, servers, rule, seededRng(1));
    this.take(this.exchange.next(this.now));
  }

  get last(): Query {
    const query = this.queries.at(-1)?.query;
    if (query === undefined) throw new Error('no query was sent');
    return query;
  }

  /** Which servers were asked, and how. */
  get asked(): string[] {
    return this.queries.map(({ query }) => `${query.transport} ${query.server === ONE ? 1 : 2}`);
  }

  take(step: Step): this {
    this.step = step;
    if (step.kind === 'query') this.queries.push({ at: this.now, query: step.query });
    return this;
  }

  wait_s(delay: number): this {
    const end = after(this.now, seconds(delay));
    for (; this.exchange.due <= end && this.step.kind !== 'failed'; ) {
      this.now = this.exchange.due;
      this.take(this.exchange.handleTimeout(this.now));
    }
    this.now = end;
    return this;
  }

  answer(over: Partial<Message>): this {
    const { id, questions } = read(this.last);
    const sections = { answers: [], authorities: [], additionals: [] };
    const message = { ...NO_FLAGS, response: true, id, questions, ...sections, ...over };
    return this.receive(encode(message));
  }

  receive(message: Uint8Array): this {
    const tcp = this.last.transport === 'tcp';
    return this.take(
      tcp
        ? this.exchange.handleStream(frame(message), this.now)
        : this.exchange.handleDatagram(message, this.now),
    );
  }
}

describe('an exchange', () => {
  it('asks one server after the other, and all again, each time for twice as long', () => {
    const bench = new Bench().wait_s(100);
    expect(bench.queries.map(({ at }) => at / seconds(1))).toEqual([0, 2, 4, 8, 12, 20]);
    expect(bench.asked).toEqual(['udp 1', 'udp 2', 'udp 1', 'udp 2', 'udp 1', 'udp 2']);
    expect(bench.step).toEqual({ kind: 'failed', reason: 'timed-out' });
  });

  it('does nothing before it is due', () => {
    const { exchange } = new Bench();
    const early = after(START, milliseconds(1999));
    expect(exchange.handleTimeout(early)).toEqual({ kind: 'ignored' });
  });

  it('has another ID and another port for each query (RFC 5452 §9.2)', () => {
    const bench = new Bench().wait_s(100);
    const ids = new Set(bench.queries.map(({ query }) => read(query).id));
    const ports = new Set(
      bench.queries.map(({ query }) => (query.transport === 'udp' ? query.sourcePort : 0)),
    );
    expect([ids.size, ports.size]).toEqual([6, 6]);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024);
  });

  it('does not ask a server again that failed', () => {
    const bench = new Bench().answer({ rcode: RCODE.serverFailure });
    expect(bench.asked).toEqual(['udp 1', 'udp 2']);
    bench.wait_s(2);
    expect(bench.asked).toEqual(['udp 1', 'udp 2', 'udp 2']);
    expect(bench.answer({ rcode: RCODE.refused }).step).toEqual(FAILED);
  });

  it('takes what cannot be read behind a good head for a failure', () => {
    const { id, questions } = read(new Bench([ONE]).last);
    const sections = { answers: [], authorities: [], additionals: [] };
    const good = encode({ ...NO_FLAGS, response: true, id, questions, ...sections, ...GOOD });
    expect(new Bench([ONE]).receive(good.subarray(0, -1)).step).toEqual(FAILED);
  });

  it('asks without EDNS who does not know it (RFC 6891 §6.2.2), once', () => {
    const bench = new Bench([ONE]);
    expect(read(bench.last).edns?.udpLength).toBe(1232);
    bench.answer({ rcode: RCODE.formatError, questions: [] });
    expect(read(bench.last).edns).toBeUndefined();
    expect(bench.answer({ rcode: RCODE.formatError }).step).toEqual(FAILED);
  });

  it('asks without EDNS when it is told to', () => {
    expect(read(new Bench([ONE], 0).last).edns).toBeUndefined();
  });

  describe('over TCP', () => {
    it('asks again when an answer was cut, and takes it in pieces', () => {
      const bench = new Bench().answer({ ...GOOD, truncated: true });
      expect(bench.asked).toEqual(['udp 1', 'tcp 1']);
      const { id, questions } = read(bench.last);
      const sections = { authorities: [], additionals: [], ...GOOD };
      const octets = frame(encode({ ...NO_FLAGS, response: true, id, questions, ...sections }));
      for (const octet of octets) {
        bench.take(bench.exchange.handleStream(Uint8Array.of(octet), bench.now));
      }
      expect(bench.step).toMatchObject({
        kind: 'done',
        answer: { outcome: { records: [RECORD] } },
      });
    });

    it('waits ten seconds, then goes on to the next server', () => {
      const bench = new Bench().answer({ truncated: true }).wait_s(9.999);
      expect(bench.asked).toEqual(['udp 1', 'tcp 1']);
      expect(bench.wait_s(0.001).asked).toEqual(['udp 1', 'tcp 1', 'udp 2']);
    });

    it.each<[string, Partial<Message>]>([
      ['cut even there', { truncated: true }],
      ['another ID', { id: 0, ...GOOD }],
    ])('goes on to the next server when the answer is %s', (_name, over) => {
      const bench = new Bench().answer({ truncated: true }).answer(over);
      expect(bench.asked).toEqual(['udp 1', 'tcp 1', 'udp 2']);
    });

    it('looks at no datagram, and over UDP at no stream', () => {
      const bench = new Bench();
      const { payload } = bench.last;
      expect(bench.exchange.handleStream(payload, START)).toEqual({ kind: 'ignored' });
      bench.answer({ truncated: true });
      expect(bench.exchange.handleDatagram(payload, START)).toEqual({ kind: 'ignored' });
    });
  });

  describe('believes only what answers its question (RFC 5452 §9.1)', () => {
    const other = (over: object) => ({ ...GOOD, questions: [{ ...QUESTION, ...over }] });
    it.each<[string, (bench: Bench) => Partial<Message>]>([
      ['another ID', (bench) => ({ ...GOOD, id: read(bench.last).id ^ 1 })],
      ['a query', () => ({ ...GOOD, response: false })],
      ['another opcode', () => ({ ...GOOD, opcode: 4 })],
      ['no question', () => ({ ...GOOD, questions: [] })],
      ['another name', () => other({ name: parse('ww.example') })],
      ['another type', () => other({ type: TYPE.AAAA })],
      ['another class', () => other({ class: 3 })],
      ['two questions', () => ({ ...GOOD, questions: [QUESTION, QUESTION] })],
    ])('and not %s', (_name, forge) => {
      const bench = new Bench();
      expect(bench.answer(forge(bench)).step).toEqual({ kind: 'ignored' });
      expect(bench.answer(GOOD).step).toMatchObject({ kind: 'done' });
    });

    it('whatever the case of the name', () => {
      const shouted = other({ name: parse('WWW.EXAMPLE') });
      expect(new Bench().answer(shouted).step).toMatchObject({ kind: 'done' });
    });

    it('and not what is no message', () => {
      expect(new Bench().receive(Uint8Array.of(1)).step).toEqual({ kind: 'ignored' });
    });

    it('and asks over TCP when too many try to forge', () => {
      const bench = new Bench();
      for (let i = 0; i < 16; i++) {
        expect(bench.last.transport).toBe('udp');
        bench.answer({ ...GOOD, id: read(bench.last).id ^ 1 });
      }
      expect(bench.asked).toEqual(['udp 1', 'tcp 1']);
    });
  });
});
