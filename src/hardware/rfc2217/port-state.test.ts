import { describe, expect, it } from 'vitest';
import { errorsIn, modemStateOf, NO_ERRORS } from './port-state.ts';

describe('a line state, RFC 2217 §3', () => {
  it.each([
    ['data and empty registers are no errors', 0x61, {}],
    ['bit 1 is an overrun', 0x02, { overruns: 1 }],
    ['bit 2 is a parity error', 0x04, { parity: 1 }],
    ['bit 3 is a framing error', 0x08, { framing: 1 }],
    [
      'bit 4 is a break, which a receiver without it takes for a bad frame',
      0x18,
      { breaks: 1, framing: 1 },
    ],
  ])('%s', (_, value, errors) => {
    expect(errorsIn(value)).toEqual({ ...NO_ERRORS, ...errors });
  });
});

describe('a modem state, RFC 2217 §3', () => {
  it('has four levels, and all of them are news the first time', () => {
    expect(modemStateOf(0xb0, undefined)).toEqual({
      levels: { cts: true, dsr: true, ri: false, dcd: true },
      changed: ['cts', 'dsr', 'ri', 'dcd'],
    });
  });

  it.each([
    ['the bits of change', 0x31, 0x30, ['cts']],
    ['another level alone, from a server without those bits', 0x20, 0x30, ['cts']],
    ['the end of a ring', 0x04, 0x40, ['ri']],
    ['nothing new', 0x30, 0x30, []],
  ])('tells what has changed by %s', (_, value, before, changed) => {
    expect(modemStateOf(value, before).changed).toEqual(changed);
  });
});
