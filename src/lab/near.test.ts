import { expect, it } from 'vitest';
import { nearest } from './near.ts';

const NAMES = ['run', 'nc', 'ping', 'replay', 'lab03'];

it.each([
  ['rnu', 'run'],
  ['RUN', 'run'],
  ['pign', 'ping'],
  ['nce', 'nc'],
  ['lba03', 'lab03'],
  ['replya', 'replay'],
  ['reply', 'replay'],
  ['frobnicate', undefined],
  ['', undefined],
])('`%s` is near to %s', (name, candidate) => {
  expect(nearest(name, NAMES)).toBe(candidate);
});

it('nothing is near to nothing', () => {
  expect(nearest('run', [])).toBeUndefined();
});
