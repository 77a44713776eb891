import { describe, expect, it } from 'vitest';
import { commandFlaw } from './command-line.ts';

const COMMANDS = {
  run: {
    flags: {
      on: { type: 'option' },
      json: { type: 'boolean' },
      yes: { type: 'boolean', char: 'y' },
    },
    args: { lab: {} },
    strict: true,
  },
  'labs:verify': {
    flags: { on: { type: 'option', options: ['memory', 'mock'] } },
    args: { lab: {} },
    strict: false,
  },
} as const;

describe('a command line of a README', () => {
  it.each([
    ['netlab run lab03', undefined],
    ['netlab run lab03        all checks, with evidence; --on PORT for a board', undefined],
    ['netlab run lab03 --on /dev/ttyACM0 --json', undefined],
    ['netlab run -y lab03', undefined],
    ['netlab run lab03 | head', undefined],
    ['netlab labs verify lab03 lab04 --on memory', undefined],
    ['netlab labs verify --on WHERE', undefined],
    ['netlab --help', undefined],
    ['netlab rnu lab03', 'rnu'],
    ['netlab run lab03 lab04', 'lab04'],
    ['netlab run lab03 --onn memory', '--onn'],
    ['netlab run lab03 --on', '--on'],
    ['netlab run -x', '-x'],
    ['netlab labs verify --on board', '--on'],
  ])('%s', (line, flaw) => {
    expect(commandFlaw(line, COMMANDS)).toBe(flaw);
  });
});
