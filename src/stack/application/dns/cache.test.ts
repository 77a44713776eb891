import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type Instant, START, seconds } from '../../../base/time.ts';
import { address } from '../../network/ipv4/address.ts';
import { Cache } from './cache.ts';
import { type Name, parse, ROOT } from './name.ts';
import { CLASS, type ResourceRecord, TYPE } from './record.ts';

const WWW = parse('www.example') ?? ROOT;
const at = (s: number): Instant => after(START, seconds(s));
const record = (ttl: number, name: Name = WWW, n = 1): ResourceRecord => ({
  name,
  class: CLASS.IN,
  ttl,
  data: { kind: 'A', address: address(0xc0000200 + n) },
});
const store = (cache: Cache, ttl: number, s = 0) =>
  cache.storeRecords(WWW, TYPE.A, [record(ttl)], at(s));

describe('the cache', () => {
  it('gives a record with the time that it has left, until it has none', () => {
    const cache = new Cache(10);
    store(cache, 60);
    expect(cache.lookup(WWW, TYPE.A, at(0))).toEqual({ kind: 'records', records: [record(60)] });
    expect(cache.lookup(WWW, TYPE.A, at(59))).toEqual({ kind: 'records', records: [record(1)] });
    expect(cache.lookup(WWW, TYPE.A, at(60))).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it('knows a name whatever its case, and each type by itself', () => {
    const cache = new Cache(10);
    store(cache, 60);
    expect(cache.lookup(parse('WWW.Example') ?? ROOT, TYPE.A, at(1))?.kind).toBe('records');
    expect(cache.lookup(WWW, TYPE.AAAA, at(1))).toBeUndefined();
  });

  it('holds a set for the least of its TTLs (RFC 2181 §5.2)', () => {
    const cache = new Cache(10);
    cache.storeRecords(WWW, TYPE.A, [record(60), record(30, WWW, 2)], at(0));
    const records = [record(30), record(30, WWW, 2)];
    expect(cache.lookup(WWW, TYPE.A, at(0))).toEqual({ kind: 'records', records });
    expect(cache.lookup(WWW, TYPE.A, at(30))).toBeUndefined();
  });

  it('does not keep what has a TTL of zero, and forgets what it knew before', () => {
    const cache = new Cache(10);
    store(cache, 60);
    store(cache, 0);
    expect(cache.lookup(WWW, TYPE.A, at(0))).toBeUndefined();
  });

  it('believes no TTL for longer than a day, nor that something is not for longer than an hour', () => {
    const cache = new Cache(10);
    store(cache, 0x7fffffff);
    cache.storeNegative(WWW, TYPE.AAAA, 'no-data', 0x7fffffff, at(0));
    expect(cache.lookup(WWW, TYPE.AAAA, at(3599))).toEqual({ kind: 'no-data' });
    expect(cache.lookup(WWW, TYPE.AAAA, at(3600))).toBeUndefined();
    expect(cache.lookup(WWW, TYPE.A, at(86_399))?.kind).toBe('records');
    expect(cache.lookup(WWW, TYPE.A, at(86_400))).toBeUndefined();
  });

  it('knows that a name does not exist for all its types (RFC 2308 §5)', () => {
    const cache = new Cache(10);
    cache.storeNegative(WWW, TYPE.A, 'no-name', 60, at(0));
    expect(cache.lookup(WWW, TYPE.MX, at(59))).toEqual({ kind: 'no-name' });
    expect(cache.lookup(WWW, TYPE.MX, at(60))).toBeUndefined();
  });

  it('has no room for a set of records without end', () => {
    const cache = new Cache(10);
    const flood = Array.from({ length: 65 }, (_, n) => record(60, WWW, n));
    cache.storeRecords(WWW, TYPE.A, flood, at(0));
    expect(cache.size).toBe(0);
  });

  it('never holds more than its limit, and gives up what was asked for longest ago', () => {
    const names = Array.from({ length: 6 }, (_, i) => parse(`n${i}.example`) ?? ROOT);
    const step = fc.record({ store: fc.boolean(), i: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = new Cache(3);
        let model: number[] = [];
        for (const { store, i } of steps) {
          const name = names[i] ?? ROOT;
          const known = model.includes(i);
          if (store) cache.storeRecords(name, TYPE.A, [record(60, name)], at(0));
          else expect(cache.lookup(name, TYPE.A, at(1)) !== undefined).toBe(known);
          if (store || known) model = [...model.filter((n) => n !== i), i].slice(-3);
        }
        expect(cache.size).toBe(model.length);
      }),
    );
  });
});
