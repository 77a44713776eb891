import { describe, expect, it } from 'vitest';
import * as ipv4 from '../../network/ipv4/address.ts';
import * as ipv6 from '../../network/ipv6/address.ts';
import { addressesOf, candidates, literal, localhost, localRecord, reverse } from './candidates.ts';
import { parse, ROOT } from './name.ts';
import { TYPE } from './record.ts';

const name = (text: string) => parse(text) ?? ROOT;
const search = [name('lab.example'), name('example')];
const v4 = (text: string) => ipv4.parse(text) ?? ipv4.UNSPECIFIED;
const v6 = (text: string) => ipv6.parse(text) ?? ipv6.UNSPECIFIED;

describe('what a text may mean', () => {
  it.each([
    [
      'a name without a dot: below each domain, then itself',
      'www',
      1,
      'www.lab.example www.example www',
    ],
    ['a name with a dot: itself first', 'a.b', 1, 'a.b a.b.lab.example a.b.example'],
    ['fewer dots than are wanted', 'a.b', 2, 'a.b.lab.example a.b.example a.b'],
    ['a dot at its end: itself alone', 'www.', 1, 'www'],
    ['a dot at the end of more', 'a.b.', 1, 'a.b'],
    ['no name', 'a..b', 1, ''],
    ['nothing', '', 1, ''],
    ['a name that no domain has room for', `${'a.'.repeat(125)}a`, 1, `${'a.'.repeat(125)}a`],
  ])('%s', (_name, text, ndots, expected) => {
    const found = candidates(text, TYPE.A, { search, ndots });
    expect(found.join(' ')).toBe(expected);
  });

  it('is never searched for when it stands for an address', () => {
    const text = '1.2.0.192.in-addr.arpa';
    expect(candidates(text, TYPE.PTR, { search, ndots: 9 })).toEqual([text]);
  });

  it.each([
    ['192.0.2.1', { kind: 'A', address: v4('192.0.2.1') }, '1.2.0.192.in-addr.arpa'],
    ['::1', { kind: 'AAAA', address: v6('::1') }, `1.${'0.'.repeat(31)}ip6.arpa`],
  ])('%s: an address, and its name', (text, data, expected) => {
    const read = literal(text);
    expect(read).toEqual(data);
    expect(read && reverse(read)).toBe(expected);
    expect(addressesOf(read ? [localRecord(ROOT, read)] : [])).toEqual([data.address]);
  });

  it.each(['192.0.2', '192.0.2.256', 'example', '[::1]', '::1%eth0'])('%s: no address', (text) => {
    expect(literal(text)).toBeUndefined();
  });

  it.each([
    ['localhost', TYPE.A, { kind: 'A', address: v4('127.0.0.1') }],
    ['LOCALHOST', TYPE.AAAA, { kind: 'AAAA', address: v6('::1') }],
    ['a.localhost', TYPE.A, { kind: 'A', address: v4('127.0.0.1') }],
    ['localhost', TYPE.MX, undefined],
    ['mylocalhost', TYPE.A, undefined],
    ['localhost.example', TYPE.A, undefined],
  ])('%s, type %i: this host or not (RFC 6761 §6.3)', (text, type, expected) => {
    expect(localhost(name(text), type)).toEqual(expected);
  });
});
