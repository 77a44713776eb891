/** The first lines and the turn of the ring as they stand in RFC 864. */
import { expect, it } from 'vitest';
import { asText } from '../test-bench.ts';
import { LINE_LENGTH, patternLines } from './pattern.ts';

const line = (n: number): string => asText(patternLines(n, 1));

it.each([
  [1, '!"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n'],
  [23, '789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\r\n'],
  [24, '89:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ \r\n'],
])('line %i', (n, text) => {
  expect(line(n)).toBe(text);
});

it('the ring turns: line 95 is line 0', () => {
  expect(line(95)).toBe(line(0));
});

it('lines together are lines one by one', () => {
  expect(asText(patternLines(7, 3))).toBe(line(7) + line(8) + line(9));
  expect(patternLines(0, 3)).toHaveLength(3 * LINE_LENGTH);
});
