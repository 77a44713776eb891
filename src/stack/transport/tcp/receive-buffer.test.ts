import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asPacket } from '../../../base/packet.ts';
import { ReceiveBuffer } from './receive-buffer.ts';

/** The octet of the stream at `at`. */
const octet = (at: number): number => (at * 7 + (at >> 8)) & 0xff;

const HEADROOM = 5;

/** Writes the octets of the stream at `from` … `to` − 1, where `nxt` is in order. */
function write(buffer: ReceiveBuffer, nxt: number, from: number, to: number, limit: number): void {
  const octets = new Uint8Array(HEADROOM + to - from);
  for (let i = from; i < to; i++) octets[HEADROOM + i - from] = octet(i);
  buffer.write(asPacket(octets), HEADROOM, octets.length, from - nxt, limit);
}

function read(buffer: ReceiveBuffer, max: number): number[] {
  const octets: number[] = [];
  for (let view = buffer.peek(max); view.length > 0; view = buffer.peek(max - octets.length)) {
    octets.push(...view);
    buffer.consume(view.length);
  }
  return octets;
}

/** Most comes in order, some a little ahead, and seldom anything far ahead. */
const gaps = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: fc.nat(2000) },
);

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('come' as const), gap: gaps, length: fc.nat(1000) }),
    fc.record({ kind: fc.constant('read' as const), max: fc.nat(4000) }),
  ),
  { maxLength: 40, size: 'max' },
);

/** Beside it: which octets of the stream came, up to where they are in order, and how many were read. */
class Bench {
  readonly limit: number;
  readonly #buffer = new ReceiveBuffer();
  readonly #came = new Set<number>();
  #nxt = 0;
  #done = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  come(gap: number, length: number): void {
    const from = this.#nxt + gap;
    const to = Math.min(from + length, this.#done + this.limit);
    if (to <= from) return;
    write(this.#buffer, this.#nxt, from, to, this.limit);
    for (let i = from; i < to; i++) this.#came.add(i);
    const before = this.#nxt;
    while (this.#came.has(this.#nxt)) this.#nxt += 1;
    this.#buffer.advance(this.#nxt - before);
    expect(this.#buffer.length).toBe(this.#nxt - this.#done);
  }

  read(max: number): void {
    const length = Math.min(max, this.#nxt - this.#done);
    const expected = Array.from({ length }, (_, i) => octet(this.#done + i));
    expect(read(this.#buffer, max)).toEqual(expected);
    this.#done += length;
  }
}

describe('the receive buffer', () => {
  it('is the stream, however it came and wherever its ring turns', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1500, 4000, 20_000), (all, limit) => {
        const bench = new Bench(limit);
        for (const step of all) {
          if (step.kind === 'come') bench.come(step.gap, step.length);
          else bench.read(step.max);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows no more than is asked for, and nothing of what is out of order', () => {
    const buffer = new ReceiveBuffer();
    write(buffer, 0, 10, 20, 100);
    expect(buffer.peek(100).length).toBe(0);
    write(buffer, 0, 0, 10, 100);
    buffer.advance(20);
    expect(buffer.peek(3).length).toBe(3);
    expect(read(buffer, 100)).toEqual(Array.from({ length: 20 }, (_, i) => octet(i)));
  });
});
