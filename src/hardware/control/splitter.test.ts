import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, ENCODED_MAX } from './frame.ts';
import { Splitter } from './splitter.ts';

function split(chunks: Iterable<Uint8Array>): Uint8Array[] {
  const splitter = new Splitter();
  const frames: Uint8Array[] = [];
  for (const chunk of chunks) splitter.handleOctets(chunk, (frame) => frames.push(frame.slice()));
  return frames;
}

function* cut(octets: Uint8Array, lengths: Iterator<number>): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; ) {
    const length = lengths.next().value ?? 1;
    yield octets.slice(at, at + length);
    at += length;
  }
}

describe('splitter', () => {
  it('gives what lies between 0x00, however the octets are cut into chunks', () => {
    const frame = fc.oneof(
      fc.uint8Array({ min: 1, maxLength: 20 }),
      fc.constantFrom(ENCODED_MAX - 1, ENCODED_MAX).map((n) => new Uint8Array(n).fill(9)),
    );
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 700 })),
        (frames, lengths) => {
          const stream = Uint8Array.from(frames.flatMap((f) => [...f, 0]));
          expect(split(cut(stream, lengths))).toEqual(frames.filter((f) => f.length > 0));
        },
      ),
    );
  });

  it.each([1, 7, 1607, 1608, 5000, 100_000])(
    'hands an over-long frame on for the decoder to count, in chunks of %i',
    (length) => {
      const stream = new Uint8Array(50_003).fill(1);
      stream.set([0, 2, 0], 50_000);
      const lengths = { next: () => ({ value: length, done: false as const }) };
      const [long, next, ...rest] = split(cut(stream, lengths));
      expect(long && decodeFrame(long)).toEqual({ ok: false, error: 'oversized' });
      expect(next).toEqual(Uint8Array.of(2));
      expect(rest).toEqual([]);
    },
  );

  it('forgets half a frame at a reset', () => {
    const splitter = new Splitter();
    const frames: Uint8Array[] = [];
    const deliver = (frame: Uint8Array) => frames.push(frame.slice());
    splitter.handleOctets(Uint8Array.of(1, 2), deliver);
    splitter.reset();
    splitter.handleOctets(Uint8Array.of(3, 0), deliver);
    expect(frames).toEqual([Uint8Array.of(3)]);
  });
});
