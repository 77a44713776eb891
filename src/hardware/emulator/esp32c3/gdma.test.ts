import { describe, expect, it } from 'vitest';
import { Gdma } from './gdma.ts';

const I2S = 3;
const INT_RAW = 0x00;
const INT_ENA = 0x08;
const INT_CLR = 0x0c;
const IN_CONF1 = 0x74;
const IN_LINK = 0x80;
const IN_PERI_SEL = 0xa0;
const OUT_LINK = 0xe0;
const OUT_PERI_SEL = 0x100;
const IN_START = 1 << 22;
const IN_STOP = 1 << 21;
const OUT_START = 1 << 21;
const CHECK_OWNER = 1 << 12;

const IN_DONE = 1;
const IN_SUC_EOF = 2;
const OUT_DONE = 8;
const OUT_EOF = 16;
const IN_DSCR_ERR = 32;
const OUT_DSCR_ERR = 64;
const IN_DSCR_EMPTY = 128;
const OUT_TOTAL_EOF = 256;

const LIST = 0x3fc9_0000;
const BUFFER = 0x3fca_0000;
const OWNED = 0x8000_0000;
const EOF = 0x4000_0000;

class Bench {
  readonly words = new Map<number, number>();
  readonly signals: string[] = [];
  readonly gdma = new Gdma(
    {
      read: (address) => this.words.get(address) ?? 0,
      write: (address, value) => this.words.set(address, value),
    },
    (channel, active) => this.signals.push(`${channel} ${active ? 'on' : 'off'}`),
  );

  constructor() {
    this.gdma.write(IN_PERI_SEL, I2S);
    this.gdma.write(OUT_PERI_SEL, I2S);
  }

  /** Descriptor `n` at LIST, with a buffer of `octets` at BUFFER. */
  describe(n: number, octets: number, next: number | undefined, flags = OWNED): void {
    const at = LIST + 12 * n;
    this.words.set(at, (flags | (octets << 12) | octets) >>> 0);
    this.words.set(at + 4, BUFFER + 0x100 * n);
    this.words.set(at + 8, next === undefined ? 0 : LIST + 12 * next);
  }

  head(n: number): number {
    return this.words.get(LIST + 12 * n) ?? 0;
  }

  start(link: number, start: number, address = LIST): void {
    this.gdma.write(link, (address & 0xfffff) | start);
  }

  get raw(): number {
    return this.gdma.read(INT_RAW);
  }

  pull(count: number): (number | undefined)[] {
    return Array.from({ length: count }, () => this.gdma.pull(I2S));
  }
}

describe('GDMA from memory', () => {
  it('gives the words of a list in order, and says where it ends', () => {
    const bench = new Bench();
    bench.describe(0, 8, 1);
    bench.describe(1, 4, undefined, OWNED | EOF);
    for (const [at, word] of [
      [0, 11],
      [4, 22],
      [0x100, 33],
    ] as const) {
      bench.words.set(BUFFER + at, word);
    }
    bench.start(OUT_LINK, OUT_START);
    expect(bench.pull(2)).toEqual([11, 22]);
    expect(bench.raw).toBe(OUT_DONE);
    expect(bench.pull(2)).toEqual([33, undefined]);
    expect(bench.raw).toBe(OUT_DONE | OUT_EOF | OUT_TOTAL_EOF);
  });

  it('goes round a list that is linked to itself, and sees what was written meanwhile', () => {
    const bench = new Bench();
    bench.describe(0, 8, 0);
    bench.words.set(BUFFER, 1).set(BUFFER + 4, 2);
    bench.start(OUT_LINK, OUT_START);
    expect(bench.pull(3)).toEqual([1, 2, 1]);
    bench.words.set(BUFFER, 3);
    expect(bench.pull(2)).toEqual([2, 3]);
  });

  it('tells the peripheral of the list when it begins', () => {
    const bench = new Bench();
    const told: number[] = [];
    bench.gdma.onReady = (peripheral) => told.push(peripheral);
    bench.describe(0, 4, 0);
    bench.start(OUT_LINK, OUT_START);
    expect(told).toEqual([I2S]);
    expect(bench.gdma.pull(I2S + 1)).toBeUndefined();
  });

  it('halts at an address that is no RAM of its', () => {
    const bench = new Bench();
    bench.start(OUT_LINK, OUT_START, 0x3fcf_0000);
    expect(bench.raw).toBe(OUT_DSCR_ERR);
    expect(bench.pull(1)).toEqual([undefined]);
  });
});

describe('GDMA into memory', () => {
  it('fills buffer after buffer and hands each back with its length', () => {
    const bench = new Bench();
    bench.describe(0, 8, 1);
    bench.describe(1, 8, undefined);
    bench.start(IN_LINK, IN_START);
    for (const word of [1, 2, 3]) expect(bench.gdma.push(I2S, word, false)).toBe(true);
    expect(bench.head(0)).toBe((8 << 12) | 8);
    expect(bench.head(1)).toBe((OWNED | (8 << 12) | 8) >>> 0);
    expect(bench.raw).toBe(IN_DONE);
    expect([BUFFER, BUFFER + 4, BUFFER + 0x100].map((at) => bench.words.get(at))).toEqual([
      1, 2, 3,
    ]);
    expect(bench.gdma.push(I2S, 4, false)).toBe(true);
    expect(bench.raw).toBe(IN_DONE | IN_DSCR_EMPTY);
    expect(bench.gdma.push(I2S, 5, false)).toBe(false);
  });

  it('leaves the rest of a buffer at an EOF', () => {
    const bench = new Bench();
    bench.describe(0, 8, 1);
    bench.describe(1, 8, 0);
    bench.start(IN_LINK, IN_START);
    bench.gdma.push(I2S, 1, true);
    expect(bench.head(0)).toBe(EOF | (4 << 12) | 8);
    expect(bench.raw).toBe(IN_DONE | IN_SUC_EOF);
    bench.gdma.push(I2S, 2, false);
    expect(bench.words.get(BUFFER + 0x100)).toBe(2);
  });

  it('halts at a buffer that is the CPU’s, where it is told to look', () => {
    const bench = new Bench();
    bench.describe(0, 4, 0);
    bench.start(IN_LINK, IN_START);
    bench.gdma.push(I2S, 1, false);
    expect(bench.gdma.push(I2S, 2, false)).toBe(true);
    bench.gdma.write(IN_CONF1, CHECK_OWNER);
    bench.describe(0, 4, 0);
    bench.start(IN_LINK, IN_START);
    expect(bench.gdma.push(I2S, 3, false)).toBe(true);
    expect(bench.raw & IN_DSCR_ERR).toBe(IN_DSCR_ERR);
    expect(bench.gdma.push(I2S, 4, false)).toBe(false);
  });

  it('stops when it is told to', () => {
    const bench = new Bench();
    bench.describe(0, 8, 0);
    bench.start(IN_LINK, IN_START);
    bench.start(IN_LINK, IN_STOP);
    expect(bench.gdma.push(I2S, 1, false)).toBe(false);
  });

  it('interrupts by what is let through, until that is cleared', () => {
    const bench = new Bench();
    bench.describe(0, 4, 0);
    bench.gdma.write(INT_ENA, IN_DONE);
    bench.start(IN_LINK, IN_START);
    bench.signals.length = 0;
    bench.gdma.push(I2S, 1, false);
    bench.gdma.write(INT_CLR, IN_DONE);
    expect(bench.signals).toEqual(['0 on', '0 off']);
  });

  it('knows nothing more after a reset', () => {
    const bench = new Bench();
    bench.describe(0, 4, 0);
    bench.start(IN_LINK, IN_START);
    bench.gdma.push(I2S, 1, false);
    bench.gdma.reset();
    expect(bench.raw).toBe(0);
    expect(bench.gdma.read(IN_PERI_SEL)).toBe(0x3f);
    expect(bench.gdma.push(I2S, 1, false)).toBe(false);
  });
});
