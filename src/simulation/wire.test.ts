import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPacket } from '../base/packet.ts';
import { type Instant, microseconds, milliseconds, NEVER, START } from '../base/time.ts';
import { dropTail } from './discipline.ts';
import { FramePool } from './frame.ts';
import { Wire, type WireOptions } from './wire.ts';

const at = (n: number): Instant => n as Instant;

/** A wire, its pool, and what it hands over at the instants that it asks for. */
class Bench {
  readonly pool: FramePool;
  readonly wire: Wire;
  readonly arrived: { mark: number; length: number; at: number }[] = [];

  constructor(options: WireOptions, octetsMax = 2 ** 24) {
    this.pool = new FramePool(octetsMax);
    this.wire = new Wire(options, this.pool, 1);
  }

  send(length: number, mark: number, now: number): void {
    this.until(now);
    const packet = newPacket(length + 3);
    packet.octets.fill(mark);
    this.wire.send(packet, 3, 3 + length, at(now));
    packet.octets.fill(255);
  }

  until(end: number): this {
    for (let due = this.wire.pollTimeout(); due !== undefined; due = this.wire.pollTimeout()) {
      if (due > end) break;
      this.wire.handleTimeout(due);
      for (let f = this.wire.pollFrame(due); f !== undefined; f = this.wire.pollFrame(due)) {
        const octets = f.packet.octets.subarray(f.start, f.end);
        expect(octets.every((octet) => octet === octets[0])).toBe(true);
        this.arrived.push({ mark: octets[0] ?? -1, length: f.length, at: due });
        this.pool.give(f);
      }
    }
    return this;
  }

  get times(): number[] {
    return this.arrived.map((a) => a.at);
  }
}

describe('wire', () => {
  it.each<[string, WireOptions, number]>([
    ['1250 octets at 10 Mbit/s take 1 ms', { rate: 10_000_000 }, 1000],
    ['at 1 bit/s 10,000 s', { rate: 1 }, 10_000_000_000],
    ['at 3 Mbit/s 3333.3 µs, to be had at 3334', { rate: 3_000_000 }, 3334],
    ['with 24 octets of overhead 1019.2 µs', { rate: 10_000_000, overhead: 24 }, 1020],
    ['no time without a rate', {}, 0],
    ['what propagation takes is added', { propagation: milliseconds(50) }, 50_000],
  ])('%s', (_name, options, taken) => {
    const bench = new Bench(options);
    bench.send(1250, 1, 0);
    expect(bench.until(NEVER).arrived).toEqual([{ mark: 1, length: 1250, at: taken }]);
  });

  it('gives every frame the time that exact arithmetic gives, at any rate, for ever', () => {
    const sending = fc.record({ gap: fc.nat(900), length: fc.integer({ min: 1, max: 1514 }) });
    fc.assert(
      fc.property(
        fc.array(sending, { maxLength: 60 }),
        fc.integer({ min: 1_000_000, max: 999_999_999 }),
        fc.nat(500),
        (sendings, rate, propagation) => {
          const bench = new Bench({ rate, propagation: microseconds(propagation) });
          let now = 0;
          let free = 0n; // In units of 1 / rate microseconds.
          const expected: number[] = [];
          for (const { gap, length } of sendings) {
            now += gap;
            bench.send(length, 1, now);
            const ready = BigInt(now) * BigInt(rate);
            free = (ready > free ? ready : free) + BigInt(length) * 8_000_000n;
            expected.push(Number((free + BigInt(rate) - 1n) / BigInt(rate)) + propagation);
          }
          expect(bench.until(NEVER).times).toEqual(expected);
          expect(bench.pool.taken).toBe(0);
        },
      ),
    );
  });

  it('drops what the queue has no room for, and takes one frame of any length', () => {
    const bench = new Bench({ rate: 8_000_000, queue: dropTail(1000) });
    for (const [i, length] of [100, 400, 600, 1, 5000].entries()) bench.send(length, i, 0);
    bench.send(5000, 5, 1099); // The 600 have just begun: nothing waits.
    bench.send(1, 6, 1099);
    expect(bench.until(NEVER).arrived.map((a) => [a.mark, a.at])).toEqual([
      [0, 100],
      [1, 500],
      [2, 1100],
      [5, 6100],
    ]);
    expect(bench.wire.discipline.counters.overflowed).toBe(3);
    expect(bench.pool.taken).toBe(0);
  });

  it('accounts for every frame whatever befalls it, and gives all buffers back', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    const impairments = fc.record({
      loss: probability,
      duplication: probability,
      reordering: fc.record({ probability, hold: fc.nat(3000).map(microseconds) }),
      delay: fc.nat(1000).map(microseconds),
      jitter: fc.nat(1000).map(microseconds),
      corruption: fc.record({ probability }),
    });
    fc.assert(
      fc.property(impairments, (set) => {
        const run = (): Bench => {
          const bench = new Bench({ rate: 10_000_000, impairments: set });
          for (let i = 0; i < 60; i++) bench.send(100 + i, i, i * 70);
          return bench.until(NEVER);
        };
        const bench = run();
        const { sent, delivered, lost, corrupted, duplicated } = bench.wire.counters;
        expect(delivered).toBe(sent - lost - corrupted + duplicated);
        expect(bench.arrived.length).toBe(delivered);
        expect(bench.times).toEqual(bench.times.toSorted((a, b) => a - b));
        expect(bench.pool.taken).toBe(0);
        expect(run().arrived).toEqual(bench.arrived);
      }),
      { numRuns: 40 },
    );
  });

  it('lets jitter reorder nothing, and reordering hold back by what it says', () => {
    const jitter = new Bench({ impairments: { jitter: milliseconds(5) } });
    for (let i = 0; i < 200; i++) jitter.send(60, i, i * 10);
    expect(jitter.until(NEVER).arrived.map((a) => a.mark)).toEqual(
      Array.from({ length: 200 }, (_, i) => i),
    );
    expect(new Set(jitter.times.map((time, i) => time - i * 10)).size).toBeGreaterThan(20);

    const hold = microseconds(35);
    const held = new Bench({ impairments: { reordering: { probability: 0.2, hold } } });
    for (let i = 0; i < 200; i++) held.send(60, i, i * 10);
    held.until(NEVER);
    const late = held.arrived.filter((a) => a.at !== a.mark * 10);
    expect(late.length).toBe(held.wire.counters.reordered);
    expect(late.length).toBeGreaterThan(20);
    for (const a of late) expect(a.at).toBe(a.mark * 10 + 35);
  });

  it('loses what waits and what is under way when it goes down, and nothing that has arrived', () => {
    const options = { rate: 8_000_000, propagation: milliseconds(1) };
    const impairments = { reordering: { probability: 1, hold: milliseconds(3) } };
    for (const set of [options, { ...options, impairments }]) {
      const bench = new Bench(set);
      for (let i = 0; i < 10; i++) bench.send(500, i, 0); // One each 500 µs.
      const first = 'impairments' in set ? 4500 : 1500;
      bench.until(first);
      bench.wire.setUp(false, at(first));
      expect(bench.pool.taken).toBe(0);
      bench.send(500, 10, first + 1);
      bench.wire.setUp(true, at(first + 2));
      bench.send(500, 11, first + 2);
      expect(bench.until(NEVER).arrived.map((a) => a.mark)).toEqual([0, 11]);
      expect(bench.wire.counters.cut).toBe(10);
      expect(bench.times[1]).toBe(first + 2 + first);
    }
  });

  it('has no more frames under way than the pool has octets for', () => {
    const bench = new Bench({ propagation: milliseconds(1) }, 8 * 128);
    for (let i = 0; i < 10; i++) bench.send(60, i, 0);
    expect(bench.wire.counters.exhausted).toBe(2);
    bench.until(NEVER);
    for (let i = 0; i < 10; i++) bench.send(60, i, 2000);
    expect(bench.until(NEVER).arrived.length).toBe(16);
  });

  it('damages bits of frames that are handed up in spite of their FCS', () => {
    const pool = new FramePool(2 ** 20);
    const corruption = { probability: 1, burst: 8, handUp: true };
    const wire = new Wire({ impairments: { corruption } }, pool, 3);
    for (let i = 0; i < 50; i++) {
      wire.send(newPacket(60), 0, 60, START);
      const frame = wire.pollFrame(START);
      const wrong = frame?.packet.octets.subarray(frame.start, frame.end).filter((o) => o !== 0);
      expect(wrong?.length).toBeGreaterThan(0);
      expect(wrong?.length).toBeLessThanOrEqual(2);
    }
  });
});
