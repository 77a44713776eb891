import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitFrames } from './frame-splitter.ts';

/** What comes out when `chunks` have gone in. */
async function split(chunks: readonly Uint8Array[]): Promise<number[][]> {
  const line = new PassThrough();
  const frames: number[][] = [];
  splitFrames(line, (encoded) => frames.push([...encoded]));
  for (const chunk of chunks) line.write(chunk);
  // The delimiter at the end pushes out what is whole; ending the stream would push out the rest too.
  await new Promise((resolve) => line.write(Uint8Array.of(0), resolve));
  line.end();
  await finished(line);
  await new Promise(setImmediate);
  return frames;
}

const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('the frame splitter', () => {
  it.each([
    ['cuts at each delimiter', [octets(1, 2, 0, 3, 0)], [[1, 2], [3]]],
    ['leaves empty frames out', [octets(0, 0, 1, 0, 0)], [[1]]],
    ['joins what came in pieces', [octets(1), octets(2), octets(3, 0)], [[1, 2, 3]]],
    ['keeps two frames of one chunk apart', [octets(7, 0, 8, 0)], [[7], [8]]],
  ])('%s', async (_, chunks, frames) => {
    expect(await split(chunks)).toEqual(frames);
  });

  it('bounds a line that sends no delimiter', async () => {
    const noise = new Uint8Array(100_000).fill(0x55);
    const frames = await split([noise, octets(0, 9, 0)]);
    expect(frames.map((frame) => frame.length)).toEqual([1608, 1]);
  });

  it('lets the longest frame through whole', async () => {
    const longest = new Uint8Array(1607).fill(0x55);
    expect(await split([longest, octets(0)])).toEqual([[...longest]]);
  });

  it('gives the same frames however the stream is cut', async () => {
    const cut = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cut, async (chunks) => {
        const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
        expect(await split(chunks)).toEqual(await split([whole]));
      }),
      { numRuns: 50 },
    );
  });
});
