import { expect, it } from 'vitest';
import type { Instant } from '../base/time.ts';
import { encodeVcd } from './vcd.ts';

it('writes each change at its time, of all waves in order', () => {
  const text = encodeVcd(
    [
      { name: 'sent', rate: 1_000_000, levels: Uint8Array.of(0, 0, 1) },
      { name: 'as sampled', rate: 2_000_000, levels: Uint8Array.of(1, 0) },
    ],
    'a $test',
  );
  expect(text.split('\n')).toEqual([
    '$comment a  test $end',
    '$timescale 100 ns $end',
    '$scope module netlab $end',
    '$var wire 1 ! sent $end',
    '$var wire 1 " as_sampled $end',
    '$upscope $end',
    '$enddefinitions $end',
    '#0',
    '0!',
    '1"',
    '#5',
    '0"',
    '#10',
    'x"',
    '#20',
    '1!',
    '#30',
    'x!',
    '',
  ]);
});

it('writes nothing of a wave without samples', () => {
  expect(encodeVcd([{ name: 'a', rate: 1, levels: new Uint8Array(0) }], '')).not.toContain('#');
});

it('puts waves of one name one after the other, each at its time', () => {
  const levels = Uint8Array.of(1, 0);
  const at = (n: number) => n as Instant;
  const text = encodeVcd(
    [
      { name: 'sent', rate: 1_000_000, levels, at: at(1_000_000) },
      { name: 'sampled', rate: 1_000_000, levels, at: at(1_000_001) },
      { name: 'sent', rate: 1_000_000, levels, at: at(1_000_002) },
    ],
    '',
  );
  expect(text.slice(text.indexOf('#')).trimEnd().split('\n')).toEqual([
    ...['#0', '1!', '#1', '0!', '1"', '#2', 'x!', '1!', '0"'],
    ...['#3', '0!', 'x"', '#4', 'x!'],
  ]);
});

it.each([
  [1, '1 s'],
  [10_000, '100 us'],
  [1_000_000, '1 us'],
  [62_500_000, '1 ns'],
  [19_200, '10 ns'],
  [30_000_000, '10 ps'],
])('has times of samples at %i Hz in units of %s', (rate, unit) => {
  const text = encodeVcd([{ name: 'a', rate, levels: Uint8Array.of(1) }], '');
  expect(text).toContain(`$timescale ${unit} $end`);
});
