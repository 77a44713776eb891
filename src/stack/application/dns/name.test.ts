import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ipv4 from '../../network/ipv4/address.ts';
import * as ipv6 from '../../network/ipv6/address.ts';
import {
  canonical,
  isWithin,
  join,
  labelsOf,
  parent,
  parse,
  ROOT,
  sameName,
  wireLength,
} from './name.ts';
import { reversedIpv4, reversedIpv6, reverseIpv4, reverseIpv6 } from './reverse.ts';

const name = (text: string) => parse(text) ?? ROOT;
const L63 = 'a'.repeat(63);
/** 4 × 64 − 1 characters, 255 octets on the wire less two. */
const LONGEST = [L63, L63, L63, 'a'.repeat(61)].join('.');

describe('names', () => {
  it.each([
    ['as it is', 'www.example.com', 'www.example.com'],
    ['without the dot at its end', 'www.example.com.', 'www.example.com'],
    ['the root', '.', '.'],
    ['with its case', 'WWW.Example.COM', 'WWW.Example.COM'],
    ['an underscore and a digit', '_25._tcp.mx1.example', '_25._tcp.mx1.example'],
    ['a dot in a label', 'john\\.doe.example', 'john\\046doe.example'],
    ['an octet by its number', 'caf\\195\\169.example', 'caf\\195\\169.example'],
    ['a character by its number', '\\097bc', 'abc'],
    ['the longest label', L63, L63],
    ['the longest name', LONGEST, LONGEST],
  ])('reads %s', (_name, text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it.each([
    ['nothing', ''],
    ['an empty label', 'a..b'],
    ['a dot at its start', '.a'],
    ['two dots', '..'],
    ['a label of 64 octets', `${L63}a`],
    ['256 octets', `${LONGEST}a`],
    ['a space', 'a b'],
    ['another script', 'bücher.example'],
    ['a control character', 'a\nb'],
    ['a number above an octet', '\\256'],
    ['half a number', 'a\\25'],
    ['a backslash at its end', 'a\\'],
  ])('refuses %s', (_name, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it('are equal whatever their case, and only of ASCII letters (RFC 4343)', () => {
    expect(sameName(name('A.Example'), name('a.eXAMPLE'))).toBe(true);
    expect(sameName(name('\\195'), name('\\227'))).toBe(false);
    expect(sameName(name('ab'), name('a.b'))).toBe(false);
    expect(canonical(name('A.B'))).toBe('a.b');
  });

  it.each([
    ['a.example', 'example', true],
    ['A.EXAMPLE', 'example', true],
    ['example', 'example', true],
    ['example', '.', true],
    ['badexample', 'example', false],
    ['bad\\.example', 'example', false],
    ['example', 'a.example', false],
  ])('%s within %s: %s', (below, above, expected) => {
    expect(isWithin(name(below), name(above))).toBe(expected);
  });

  it('have parents up to the root', () => {
    expect(parent(name('a.b'))).toBe('b');
    expect(parent(name('b'))).toBe(ROOT);
    expect(parent(ROOT)).toBe(ROOT);
    expect(labelsOf(ROOT)).toEqual([]);
    expect(wireLength(ROOT)).toBe(1);
    expect(wireLength(name('www.example.com'))).toBe(17);
    expect(wireLength(name(LONGEST))).toBe(255);
  });

  it('are joined to a domain if that is not too long', () => {
    expect(join(name('www'), name('example'))).toBe('www.example');
    expect(join(name('www'), ROOT)).toBe('www');
    expect(join(name('a'), name(LONGEST))).toBeUndefined();
  });

  it('are read whatever octets their labels have', () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const escaped = labels.map((octets) =>
          Array.from(octets, (octet) => `\\${String(octet).padStart(3, '0')}`).join(''),
        );
        const read = name(escaped.join('.'));
        expect(labelsOf(read)).toHaveLength(labels.length);
        expect(parse(read)).toBe(read);
        expect(wireLength(read)).toBe(labels.reduce((sum, l) => sum + l.length + 1, 1));
      }),
    );
  });
});

describe('reverse names', () => {
  it('are those of RFC 1035 §3.5 and RFC 3596 §2.5', () => {
    const v4 = ipv4.parse('10.2.0.52') ?? ipv4.UNSPECIFIED;
    expect(reverseIpv4(v4)).toBe('52.0.2.10.in-addr.arpa');
    const v6 = ipv6.parse('4321:0:1:2:3:4:567:89ab') ?? ipv6.UNSPECIFIED;
    expect(reverseIpv6(v6)).toBe(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
    );
  });

  it('are read back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }).map(ipv4.address),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (v4, v6) => {
          expect(reversedIpv4(reverseIpv4(v4))).toBe(v4);
          expect(reversedIpv6(name(reverseIpv6(v6).toUpperCase()))).toEqual(v6);
        },
      ),
    );
  });

  it.each([
    ['2.0.192.in-addr.arpa'],
    ['256.2.0.192.in-addr.arpa'],
    ['01.2.0.192.in-addr.arpa'],
    ['1.2.0.192.in-addr.example'],
    ['1.ip6.arpa'],
    [`${'g.'.repeat(32)}ip6.arpa`],
    [`${'12.'.repeat(32)}ip6.arpa`],
  ])('%s is none', (text) => {
    expect(reversedIpv4(name(text))).toBeUndefined();
    expect(reversedIpv6(name(text))).toBeUndefined();
  });
});
