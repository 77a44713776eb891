import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { Gdma } from './gdma.ts';
import { I2s } from './i2s.ts';

const RX_CONF = 0x20;
const TX_CONF = 0x24;
const RX_CONF1 = 0x28;
const TX_CONF1 = 0x2c;
const RX_CLKM_CONF = 0x30;
const TX_CLKM_CONF = 0x34;
const RX_CLKM_DIV_CONF = 0x38;
const TX_CLKM_DIV_CONF = 0x3c;
const RX_TDM_CTRL = 0x50;
const TX_TDM_CTRL = 0x54;
const RXEOF_NUM = 0x64;
const STATE = 0x6c;

const START = 1 << 2;
const SLAVE = 1 << 3;
const PLAIN = (1 << 19) | (1 << 15) | (1 << 12);
const STOP_EN = 1 << 13;
const LOOPBACK = 1 << 27;
const ACTIVE = 1 << 26;
const GATE = 1 << 29;
const WORDS = (31 << 24) | (31 << 18) | (31 << 13) | 31;
const OWNED = 0x8000_0000;
const SENT = 0x3fc9_0000;
const TAKEN = 0x3fca_0000;
const BITS = 32;

interface Went {
  readonly word: number;
  readonly at: number;
  readonly period: number;
}

/** I2S with what it sends looped back, bit by bit, unless it listens to something else. */
class Bench {
  readonly clock = new VirtualClock();
  readonly ram = new Map<number, number>();
  readonly went: Went[] = [];
  readonly listens: number[] = [];
  readonly gdma = new Gdma(
    {
      read: (address) => this.ram.get(address) ?? 0,
      write: (address, value) => this.ram.set(address, value),
    },
    () => undefined,
  );
  rests = 0;
  heard: (at: number) => 0 | 1 = (at) => this.#levelAt(at);
  readonly i2s: I2s;

  constructor(clockError = 0) {
    this.i2s = new I2s({
      clock: this.clock,
      gdma: this.gdma,
      clockError,
      onWord: (word, at, period) => this.went.push({ word, at, period }),
      onRest: () => {
        this.rests += 1;
      },
      sense: (at) => this.heard(at),
      onListen: (since) => this.listens.push(since),
    });
    this.clocks(8, 0, 8);
    for (const conf1 of [RX_CONF1, TX_CONF1]) this.i2s.write(conf1, WORDS | (7 << 7));
    for (const tdm of [RX_TDM_CTRL, TX_TDM_CTRL]) this.i2s.write(tdm, (1 << 16) | 3);
  }

  /** N, the fraction's register, and what BCK is divided by. */
  clocks(n: number, fraction: number, bck: number): void {
    this.i2s.write(TX_CLKM_CONF, GATE | ACTIVE | n);
    this.i2s.write(RX_CLKM_CONF, ACTIVE | n);
    this.i2s.write(TX_CLKM_DIV_CONF, fraction);
    this.i2s.write(RX_CLKM_DIV_CONF, fraction);
    this.i2s.write(TX_CONF1, WORDS | ((bck - 1) << 7));
    this.i2s.write(RX_CONF1, WORDS | ((bck - 1) << 7));
  }

  /** Words to send, once or round and round. */
  load(words: readonly number[], round = false): void {
    const octets = 4 * words.length;
    this.ram.set(SENT, (OWNED | (octets << 12) | octets) >>> 0).set(SENT + 4, SENT + 0x100);
    this.ram.set(SENT + 8, round ? SENT : 0);
    for (const [i, word] of words.entries()) this.ram.set(SENT + 0x100 + 4 * i, word);
    this.gdma.write(0x100, 3);
    this.gdma.write(0xe0, (SENT & 0xfffff) | (1 << 21));
  }

  /** Room for `words`. */
  take(words: number): void {
    this.ram.set(TAKEN, (OWNED | (4 * words)) >>> 0).set(TAKEN + 4, TAKEN + 0x100);
    this.ram.set(TAKEN + 8, TAKEN);
    this.gdma.write(0xa0, 3);
    this.gdma.write(0x80, (TAKEN & 0xfffff) | (1 << 22));
  }

  taken(words: number): (number | undefined)[] {
    return Array.from({ length: words }, (_, i) => this.ram.get(TAKEN + 0x100 + 4 * i));
  }

  /** So long that a transmitter that starts now begins with so many words, and a receiver has one less. */
  run(words: number): void {
    const period = this.went[0]?.period ?? 1600;
    this.clock.advance(this.clock.nanos + (words * BITS + 0.25) * period);
  }

  #levelAt(at: number): 0 | 1 {
    const word = this.went.find(({ at: from, period }) => at >= from && at < from + BITS * period);
    if (word === undefined) return 0;
    return ((word.word >>> (BITS - 1 - Math.floor((at - word.at) / word.period))) & 1) as 0 | 1;
  }
}

describe('BCK', () => {
  it.each([
    ['the fastest by the rules', 2, 0, 8, 2_500_000],
    ['N of 0 is 256', 0, 0, 64, 40e6 / 256 / 64],
    ['N of 1 is 2', 1, 0, 8, 2_500_000],
    ['a fraction of 1/8', 3, (7 << 18) | 1, 4, 40e6 / 3.125 / 4],
    ['a fraction of 3/256', 8, (84 << 18) | (1 << 9) | 3, 8, 40e6 / (8 + 3 / 256) / 8],
    [
      'a fraction of 253/256',
      8,
      (1 << 27) | (84 << 18) | (1 << 9) | 3,
      8,
      40e6 / (9 - 3 / 256) / 8,
    ],
  ])('%s', (_, n, fraction, bck, rate) => {
    const bench = new Bench();
    bench.clocks(n, fraction, bck);
    bench.load([1]);
    bench.i2s.write(TX_CONF, PLAIN | STOP_EN | START);
    bench.clock.advance(1e6);
    expect(1e9 / (bench.went[0]?.period ?? 0)).toBeCloseTo(rate, 3);
  });

  it('is fast where the crystal is', () => {
    const bench = new Bench(0.02);
    bench.load([1]);
    bench.i2s.write(TX_CONF, PLAIN | START);
    bench.run(1);
    expect(bench.went[0]?.period).toBeCloseTo(1600 / 1.02, 9);
  });

  it.each([
    ['without its gate', (bench: Bench) => bench.i2s.write(TX_CLKM_CONF, ACTIVE | 8)],
    ['without its enable', (bench: Bench) => bench.i2s.write(TX_CLKM_CONF, GATE | 8)],
    ['from a PLL', (bench: Bench) => bench.i2s.write(TX_CLKM_CONF, GATE | ACTIVE | (2 << 27) | 8)],
    ['divided by 2', (bench: Bench) => bench.i2s.write(TX_CONF1, WORDS | (1 << 7))],
    ['in words of 16 bits', (bench: Bench) => bench.i2s.write(TX_CONF1, (15 << 13) | (7 << 7))],
    [
      'with a bit of delay',
      (bench: Bench) => bench.i2s.write(TX_CONF1, WORDS | (1 << 29) | (7 << 7)),
    ],
    ['with one channel', (bench: Bench) => bench.i2s.write(TX_TDM_CTRL, 1)],
  ])('does not run %s', (_, change) => {
    const bench = new Bench();
    change(bench);
    bench.load([1]);
    bench.i2s.write(TX_CONF, PLAIN | START);
    bench.run(2);
    expect(bench.went).toEqual([]);
    expect(bench.i2s.active).toBe(false);
  });
});

describe('the transmitter', () => {
  it('sends word after word without a gap, from one BCK behind its start', () => {
    const bench = new Bench();
    bench.load([5, 6, 7]);
    bench.i2s.write(TX_CONF, PLAIN | STOP_EN | START);
    bench.run(3);
    expect(bench.went.map(({ word }) => word)).toEqual([5, 6, 7]);
    expect(bench.went.map(({ at }) => at)).toEqual([1600, 1600 + 32 * 1600, 1600 + 64 * 1600]);
  });

  it('stops when it has nothing, and idles', () => {
    const bench = new Bench();
    bench.load([5]);
    bench.i2s.write(TX_CONF, PLAIN | STOP_EN | START);
    expect(bench.i2s.read(STATE)).toBe(0);
    bench.run(2);
    expect(bench.i2s.read(STATE)).toBe(1);
    expect({ words: bench.went.length, rests: bench.rests }).toEqual({ words: 1, rests: 1 });
  });

  it('repeats its last word where it may not stop', () => {
    const bench = new Bench();
    bench.load([5, 6]);
    bench.i2s.write(TX_CONF, PLAIN | START);
    bench.run(4);
    expect(bench.went.map(({ word }) => word)).toEqual([5, 6, 6, 6]);
  });

  it('has read its FIFO full: what is written behind that comes too late', () => {
    const bench = new Bench();
    bench.load(Array.from({ length: 128 }, (_, i) => i));
    for (const at of [63, 64]) bench.ram.set(SENT + 0x100 + 4 * at, 1000 + at);
    bench.i2s.write(TX_CONF, PLAIN | STOP_EN | START);
    bench.run(70);
    expect([bench.went[63]?.word, bench.went[64]?.word]).toEqual([63, 1064]);
  });

  it('is silent after a reset', () => {
    const bench = new Bench();
    bench.load([5, 6, 7], true);
    bench.i2s.write(TX_CONF, PLAIN | START);
    bench.run(1);
    bench.i2s.reset();
    bench.run(5);
    expect({ words: bench.went.length, active: bench.i2s.active }).toEqual({
      words: 1,
      active: false,
    });
  });
});

describe('the receiver', () => {
  const words = [0xdead_beef, 0x0123_4567, 0x8000_0001];

  it('takes word n while word n is sent, on the BCK of the transmitter', () => {
    const bench = new Bench();
    bench.take(8);
    bench.load(words);
    bench.i2s.write(RX_CONF, PLAIN | SLAVE | START);
    bench.i2s.write(TX_CONF, PLAIN | STOP_EN | LOOPBACK | START);
    bench.run(4);
    expect(bench.taken(4)).toEqual([...words, undefined]);
    expect(bench.i2s.active).toBe(false);
  });

  it('waits for ever where BCK is not shared', () => {
    const bench = new Bench();
    bench.take(8);
    bench.load(words);
    bench.i2s.write(RX_CONF, PLAIN | SLAVE | START);
    bench.i2s.write(TX_CONF, PLAIN | STOP_EN | START);
    bench.run(4);
    expect(bench.taken(1)).toEqual([undefined]);
  });

  it('has a BCK of its own as a master, and looks in the middle of each bit', () => {
    const bench = new Bench();
    const looked: number[] = [];
    bench.heard = (at) => {
      looked.push(at);
      return looked.length % 2 === 1 ? 1 : 0;
    };
    bench.take(8);
    bench.i2s.write(RX_CONF, PLAIN | START);
    bench.run(2);
    expect(bench.taken(2)).toEqual([0xaaaa_aaaa, undefined]);
    expect(looked.slice(0, 2)).toEqual([1600 + 800, 1600 + 2400]);
    expect(bench.listens.at(-1)).toBe(1600 + 32 * 1600);
  });

  it('ends a piece by the number of words that it is told', () => {
    const bench = new Bench();
    bench.i2s.write(RXEOF_NUM, 1);
    bench.take(8);
    bench.i2s.write(RX_CONF, PLAIN | START);
    bench.run(3);
    expect((bench.ram.get(TAKEN) ?? 0) >>> 12).toBe((0x4000_0000 >>> 12) | 8);
  });

  it('listens no more when it is stopped', () => {
    const bench = new Bench();
    bench.take(8);
    bench.i2s.write(RX_CONF, PLAIN | START);
    bench.run(1);
    bench.i2s.write(RX_CONF, PLAIN);
    expect(bench.listens.at(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(bench.i2s.active).toBe(false);
  });
});
