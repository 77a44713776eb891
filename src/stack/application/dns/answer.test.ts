import { describe, expect, it } from 'vitest';
import { address } from '../../network/ipv4/address.ts';
import { type Answer, interpret } from './answer.ts';
import { type Message, NO_FLAGS, RCODE } from './message.ts';
import { parse, ROOT } from './name.ts';
import { CLASS, type RecordData, type ResourceRecord, TYPE } from './record.ts';

const name = (text: string) => parse(text) ?? ROOT;
const record = (owner: string, data: RecordData, ttl = 60): ResourceRecord => ({
  name: name(owner),
  class: CLASS.IN,
  ttl,
  data,
});
const a = (owner: string, n = 1) => record(owner, { kind: 'A', address: address(0xc0000200 + n) });
const alias = (owner: string, to: string) => record(owner, { kind: 'CNAME', target: name(to) });
const ns = (owner: string) => record(owner, { kind: 'NS', target: name('ns.example') });
const soa = (owner: string, ttl: number, minimum: number) =>
  record(
    owner,
    {
      kind: 'SOA',
      mname: name('ns.example'),
      rname: ROOT,
      serial: 1,
      refresh: 0,
      retry: 0,
      expire: 0,
      minimum,
    },
    ttl,
  );

const QUESTION = { name: name('www.example'), type: TYPE.A, class: CLASS.IN };
const response = (over: Partial<Message>): Message => ({
  ...NO_FLAGS,
  id: 1,
  response: true,
  questions: [QUESTION],
  answers: [],
  authorities: [],
  additionals: [],
  ...over,
});
const said = (outcome: Answer['outcome'], led = 'www.example', ...aliases: ResourceRecord[]) => ({
  aliases,
  name: name(led),
  outcome,
});
const failure = (reason: 'server-failure' | 'alias-loop') => ({ kind: 'failure', reason }) as const;

const loop = [alias('www.example', 'b.example'), alias('b.example', 'www.example')];

describe('a response', () => {
  it.each<[string, Partial<Message>, Answer]>([
    [
      'has the records of the name',
      { answers: [a('www.example'), a('WWW.EXAMPLE', 2)] },
      said({ kind: 'records', records: [a('www.example'), a('WWW.EXAMPLE', 2)] }),
    ],
    [
      'has aliases, in any order, and the records to which they lead',
      {
        answers: [
          a('c.example'),
          alias('b.example', 'c.example'),
          alias('www.example', 'b.example'),
        ],
      },
      said(
        { kind: 'records', records: [a('c.example')] },
        'c.example',
        alias('www.example', 'b.example'),
        alias('b.example', 'c.example'),
      ),
    ],
    [
      'has an alias alone: the rest is to be asked for',
      { answers: [alias('www.example', 'b.example')] },
      said({ kind: 'alias' }, 'b.example', alias('www.example', 'b.example')),
    ],
    [
      'has an alias to a name without such a record, RFC 2308 §2.2',
      { answers: [alias('www.example', 'b.example')], authorities: [soa('example', 60, 30)] },
      said({ kind: 'no-data', ttl: 30 }, 'b.example', alias('www.example', 'b.example')),
    ],
    [
      'has an alias to a name that does not exist, RFC 2308 §2.1',
      {
        rcode: RCODE.nameError,
        answers: [alias('www.example', 'b.example')],
        authorities: [soa('example', 20, 30)],
      },
      said({ kind: 'no-name', ttl: 20 }, 'b.example', alias('www.example', 'b.example')),
    ],
    [
      'says that the name does not exist',
      { rcode: RCODE.nameError },
      said({ kind: 'no-name', ttl: 0 }),
    ],
    ['has nothing at all', {}, said({ kind: 'no-data', ttl: 0 })],
    [
      'has an authority’s nothing',
      { authorities: [soa('.', 5, 9)] },
      said({ kind: 'no-data', ttl: 5 }),
    ],
    [
      'has a SOA record of a zone that the name is not in: not to be kept',
      { authorities: [soa('other.example', 60, 60)] },
      said({ kind: 'no-data', ttl: 0 }),
    ],
    ['refers to other servers', { authorities: [ns('example')] }, said(failure('server-failure'))],
    [
      'has no data and the name servers of its own zone',
      { authoritative: true, authorities: [ns('example')] },
      said({ kind: 'no-data', ttl: 0 }),
    ],
    ['is a failure', { rcode: RCODE.serverFailure }, said(failure('server-failure'))],
    [
      'is a refusal',
      { rcode: RCODE.refused, answers: [a('www.example')] },
      said(failure('server-failure')),
    ],
    [
      'has records of another name, which nobody asked for',
      { answers: [a('bank.example')], additionals: [a('www.example')] },
      said({ kind: 'no-data', ttl: 0 }),
    ],
    [
      'has a record of another class',
      { answers: [{ ...a('www.example'), class: 3 }] },
      said({ kind: 'no-data', ttl: 0 }),
    ],
  ])('%s', (_name, over, expected) => {
    expect(interpret(QUESTION, response(over))).toEqual(expected);
  });

  it('has aliases that go round in a circle', () => {
    expect(interpret(QUESTION, response({ answers: loop })).outcome).toEqual(failure('alias-loop'));
  });

  it('to a question for an alias has it, and is not led on', () => {
    const question = { ...QUESTION, type: TYPE.CNAME };
    const answers = [alias('www.example', 'b.example'), a('b.example')];
    expect(interpret(question, response({ answers }))).toEqual(
      said({ kind: 'records', records: [alias('www.example', 'b.example')] }),
    );
  });

  it('to a question for any type has all that there is', () => {
    const answers = [a('www.example'), ns('www.example'), a('b.example')];
    const { outcome } = interpret({ ...QUESTION, type: TYPE.ANY }, response({ answers }));
    expect(outcome).toEqual({ kind: 'records', records: answers.slice(0, 2) });
  });
});
