import { describe, expect, it } from 'vitest';
import { EmulatedPort, type Line } from './port.ts';

const line: Line = {
  queued: 0,
  rate: 0,
  setRate: () => undefined,
  write: () => undefined,
  close: () => undefined,
  reset: () => undefined,
};
const nobody = { now: () => 0 as never, wait: async () => undefined };

describe('what a port tells of a line that nothing was understood on', () => {
  it.each([
    ['nothing', []],
    ['a few octets', [3]],
    ['a few, a few more', [3, 5]],
    ['as many as are kept', [64]],
    ['many in one go', [200]],
    ['more than are kept, in pieces', [60, 3, 7, 50]],
    ['a piece that ends where the room does', [32, 32, 1]],
  ])('%s: how many octets came, and the last of them', (_, pieces) => {
    const port = new EmulatedPort('', line, nobody);
    const all: number[] = [];
    for (const length of pieces) {
      const piece = Array.from({ length }, (_unused, i) => ((all.length + i) % 255) + 1);
      port.handleOctets(Uint8Array.from(piece));
      all.push(...piece);
    }
    expect(port.diagnostics()).toEqual({
      received: all.length,
      sample: Uint8Array.from(all.slice(-64)),
    });
  });
});
