import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAscii, fromHex } from '../base/octets.ts';
import { compareDumps, hexdump } from './hexdump.ts';

const octets = (hex: string) => fromHex(hex) ?? new Uint8Array();

describe('hexdump', () => {
  it('has the layout of hexdump -C without its bars', () => {
    // printf 'The quick brown fox\n' | hexdump -C
    expect(hexdump(fromAscii('The quick brown fox\n'))).toEqual([
      '0000  54 68 65 20 71 75 69 63  6b 20 62 72 6f 77 6e 20  The quick brown',
      '0010  66 6f 78 0a                                       fox.',
    ]);
  });

  it('of nothing is nothing', () => {
    expect(hexdump(new Uint8Array())).toEqual([]);
  });
});

describe('two dumps compared', () => {
  it('mark each octet that differs, and only show the rows that differ twice', () => {
    const expected = octets('000102030405060708090a0b0c0d0e0f 1011');
    const actual = octets('000102030405060798090a0b0c0d0eff 1011');
    expect(compareDumps(expected, actual, 8)).toEqual([
      'expected 0000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ................',
      'actual   0000  00 01 02 03 04 05 06 07  98 09 0a 0b 0c 0d 0e ff  ................',
      '                                        ^^                   ^^',
      'expected 0010  10 11                                             ..',
    ]);
  });

  it('mark what one of them lacks', () => {
    expect(compareDumps(octets('0102'), octets('010203'), 2)).toEqual([
      'expected 0000  01 02                                             ..',
      'actual   0000  01 02 03                                          ...',
      '                     ^^',
    ]);
  });

  it('leave out the rows far from the first difference', () => {
    const expected = new Uint8Array(1514);
    const actual = expected.slice();
    actual[800] = 1;
    const lines = compareDumps(expected, actual, 800);
    expect(lines[0]?.trim()).toBe('…');
    expect(lines.at(-1)?.trim()).toBe('…');
    expect(lines.length).toBeLessThan(14);
    expect(lines.filter((line) => line.startsWith('actual'))).toHaveLength(1);
  });

  it('stay bounded and never throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.uint8Array({ maxLength: 2000 }),
        (a, b) => {
          const at = a.findIndex((octet, i) => octet !== b[i]);
          expect(compareDumps(a, b, at < 0 ? a.length : at).length).toBeLessThanOrEqual(23);
        },
      ),
    );
  });
});
