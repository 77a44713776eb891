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

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('come' as const), gap: fc.nat(2000), length: fc.nat(1500) }),
    fc.record({ kind: fc.constant('read' as const), max: fc.nat(4000) }),
  ),
  { maxLength: 40 },
);

describe('the receive buffer', () => {
  it('is the stream, however it came and wherever its ring turns', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1500, 4000, 20_000), (all, limit) => {
        const buffer = new ReceiveBuffer();
        // The model: which octets of the stream came, from where it is in order, and what was read.
        const came = new Set<number>();
        let nxt = 0;
        let done = 0;
        for (const step of all) {
          if (step.kind === 'come') {
            const from = nxt + step.gap;
            const to = Math.min(from + step.length, done + limit);
            if (to <= from) continue;
            write(buffer, nxt, from, to, limit);
            for (let i = from; i < to; i++) came.add(i);
            const before = nxt;
            while (came.has(nxt)) nxt += 1;
            buffer.advance(nxt - before);
          } else {
            const expected = Array.from({ length: Math.min(step.max, nxt - done) }, (_, i) =>
              octet(done + i),
            );
            expect(read(buffer, step.max)).toEqual(expected);
            done += expected.length;
          }
          expect(buffer.length).toBe(nxt - done);
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
