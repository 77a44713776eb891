import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Misfit } from '../script-error.ts';
import { tokenize } from './lexer.ts';

const kinds = (text: string): string[] =>
  tokenize(text)
    .slice(0, -1)
    .map((t) => `${t.kind} ${t.text}`);

describe('the words of the language', () => {
  it.each([
    ['a time with a fraction', '0.100', ['float 0.100']],
    ['a relative time', '+.1', ['symbol +', 'float .1']],
    ['the range of a blocking call', '0.1...0.3', ['float 0.1', 'ellipsis ...', 'float 0.3']],
    ['the same with whole seconds', '0...2', ['integer 0', 'ellipsis ...', 'integer 2']],
    [
      'sequence numbers, which are no IPv6 address',
      '1:1001(1000)',
      ['integer 1', 'symbol :', 'integer 1001', 'symbol (', 'integer 1000', 'symbol )'],
    ],
    ['an IPv6 address', 'fd3d:fa7b:d17d::1', ['ipv6 fd3d:fa7b:d17d::1']],
    ['a whole IPv6 address', '1:2:3:4:5:6:7:8', ['ipv6 1:2:3:4:5:6:7:8']],
    ['an IPv4 address, which is no fraction', '192.0.2.1', ['ipv4 192.0.2.1']],
    ['a cookie that begins with digits', '0123abcd', ['word 0123abcd']],
    ['a hexadecimal number', '0x1f', ['hex 0x1f']],
    ['a negative result', '= -1 EAGAIN', ['symbol =', 'integer -1', 'word EAGAIN']],
    ['flags and their dot', 'FP.', ['word FP', 'symbol .']],
    ['an ACE field', '.5', ['float .5']],
    [
      'an option with dashes in its value',
      '--ip_version=ipv4-mapped-ipv6',
      ['option ip_version=ipv4-mapped-ipv6'],
    ],
    ['an option in quotes', '--define=CC="a b"', ['option define=CC="a b"']],
    ['a string with a quote in it', '"a\\"b"', ['string a\\"b']],
    ['a command of two lines', '`a\nb`', ['backquoted a\nb']],
    ['code with a brace in it', '%{ a } }%', ['code  a } ']],
  ])('reads %s', (_, text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it('passes over three sorts of comments', () => {
    expect(kinds('1 // a\n2 /* b\n * c */ 3 # d\n4')).toEqual([
      'integer 1',
      'integer 2',
      'integer 3',
      'integer 4',
    ]);
  });

  it('knows the line of each word, behind comments and strings of many lines', () => {
    const lines = tokenize('a\n/* b\nc */ d `e\nf` g\r\nh').map((t) => t.line);
    expect(lines).toEqual([1, 3, 3, 4, 5, 5]);
  });

  it.each(['/* a', '%{ a', '"a', '`a'])('says what is not closed in %j', (text) => {
    expect(() => tokenize(`\n${text}`)).toThrow(Misfit);
  });

  it('reads any text to its end, or says what is wrong with it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        try {
          expect(tokenize(text).at(-1)?.kind).toBe('end');
        } catch (error) {
          expect(error).toBeInstanceOf(Misfit);
        }
      }),
    );
  });
});
