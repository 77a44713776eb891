/** What `firmware/build.mjs` judges its programs by, on programs that are wrong. */
import { describe, expect, it } from 'vitest';

const tool = async <T>(name: string): Promise<T> =>
  (await import(new URL(`../../firmware/${name}`, import.meta.url).href)) as T;

const { stackDepth } = await tool<{ stackDepth(texts: readonly string[]): number }>(
  'call-graph.mjs',
);
const { examine } = await tool<{
  examine(listing: string): { count: number; strangers: readonly string[] };
}>('xtensa.mjs');

describe('the depth of a stack', () => {
  // As gcc 12 writes it.
  const node = (name: string, file: string, frame: number, title = name): string =>
    `node: { title: "${title}" label: "${name}\\n${file}:1:1\\n${frame} bytes (static)" }\n`;
  const call = (from: string, to: string): string =>
    `edge: { sourcename: "${from}" targetname: "${to}" label: "x.c:1:1" }\n`;
  const main = node('main', 'boards/shared/main.c', 100);

  it('is the longest way, not the sum of all', () => {
    const text =
      main + node('a', 'core/a.c', 10) + node('b', 'core/b.c', 50) + node('c', 'core/c.c', 30);
    const calls = call('main', 'a') + call('main', 'b') + call('a', 'c');
    expect(stackDepth([text, calls])).toBe(100 + 50 + 64);
    expect(stackDepth([text + calls + call('b', 'c')])).toBe(100 + 50 + 30 + 64);
  });

  it('counts the deepest trap on top of it, and something for what nobody knows', () => {
    const trap = node('uart_interrupt', 'boards/x/uart.c', 40) + call('uart_interrupt', '__divsi3');
    expect(stackDepth([main + trap])).toBe(100 + 64 + 40 + 64);
  });

  it('goes by the tables: main loop, HAL and board', () => {
    const hal = node('hal_sleep', 'boards/shared/main.c', 20, 'boards/shared/main.c:hal_sleep');
    const board = node('usb_open', 'boards/x/usb.c', 300);
    const core = node('nl_poll', 'core/board.c', 10);
    const calls = call('main', 'nl_poll') + call('nl_poll', '__indirect_call');
    expect(stackDepth([main + hal + core + calls])).toBe(100 + 10 + 64 + 64);
    const deep = call('boards/shared/main.c:hal_sleep', '__indirect_call');
    expect(stackDepth([main + hal + board + core + calls + deep])).toBe(100 + 10 + 20 + 300 + 64);
  });

  it('has no bound where calls go round', () => {
    const text = main + node('a', 'core/a.c', 1) + node('b', 'core/b.c', 1);
    const calls = call('main', 'a') + call('a', 'b') + call('b', 'a');
    expect(() => stackDepth([text, calls])).toThrow('a → b → a');
  });
});

describe('the instructions of a program for the ESP32', () => {
  const line = (octets: string, mnemonic: string): string =>
    `40080b00:\t${octets}      \t${mnemonic}\ta2, a3`;

  it('are counted, without what only aligns', () => {
    const listing = [
      'Disassembly of section .text:',
      '40080b00 <_start>:',
      line('020c', 'movi.n'),
      line('13e720', 'wsr.vecbase'),
      line('000000', 'ill'),
      line('00', '.byte'),
      '\t...',
    ].join('\n');
    expect(examine(listing)).toEqual({ count: 2, strangers: [] });
  });

  it.each([
    ['entry', '004136'],
    ['retw.n', 'f01d'],
    ['call8', '000025'],
    ['callx12', '0003f0'],
    ['loop', '068076'],
    ['quou', 'c23340'],
    ['wsr.litbase', '130520'],
    ['.byte', '3f'],
    ['ill', '000001'],
  ])('%s is none of both cores', (mnemonic, octets) => {
    expect(examine(line(octets, mnemonic)).strangers).toHaveLength(1);
  });
});
