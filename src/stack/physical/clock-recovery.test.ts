import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { below, fraction, seededRng } from '../../base/random.ts';
import { toBits } from './bits.ts';
import { ClockRecovery, recoverCells, sampleCells } from './clock-recovery.ts';
import { MANCHESTER } from './manchester.ts';

/** Samples of `cells` by a clock that is off by `error`, each edge moved by up to ±`jitter` cells. */
function distorted(
  cells: Uint8Array,
  samplesPerCell: number,
  error: number,
  jitter: number,
  seed: number,
): Uint8Array {
  const rng = seededRng(seed);
  const period = samplesPerCell * (1 + error);
  const edges = Array.from(cells, (_, i) => (i + (fraction(rng) * 2 - 1) * jitter) * period);
  const samples: number[] = [];
  let cell = 0;
  for (let at = 0; at < cells.length * period; at++) {
    while (cell + 1 < cells.length && at >= (edges[cell + 1] as number)) cell += 1;
    samples.push(cells[cell] as number);
  }
  return Uint8Array.from(samples);
}

const octets = (seed: number, length: number): Uint8Array => {
  const rng = seededRng(seed);
  return Uint8Array.from({ length }, () => below(rng, 256));
};

describe('clock recovery', () => {
  it.each([
    ['a perfect clock', 0, 0],
    ['a sender 2 % slow', 0.02, 0],
    ['a sender 2 % fast', -0.02, 0],
    ['jitter of a fifth of a cell', 0, 0.2],
    ['2 % slow and jitter of a fifth of a cell', 0.02, 0.2],
    ['2 % fast and jitter of a fifth of a cell', -0.02, 0.2],
  ])('reads a Manchester line of 1518 octets: %s', (_name, error, jitter) => {
    for (const seed of [1, 2, 3]) {
      const cells = MANCHESTER.encode(toBits(octets(seed, 1518)));
      const { cells: read } = recoverCells(distorted(cells, 8, error, jitter, seed), {
        samplesPerCell: 8,
      });
      expect(read.subarray(0, cells.length)).toEqual(cells);
    }
  });

  it('reads a line at any rate from four samples a cell, whole or not', () => {
    fc.assert(
      fc.property(fc.double({ min: 4, max: 20, noNaN: true }), fc.nat(), (samplesPerCell, seed) => {
        const cells = MANCHESTER.encode(toBits(octets(seed, 60)));
        const { cells: read } = recoverCells(sampleCells(cells, samplesPerCell), {
          samplesPerCell,
        });
        expect(read).toEqual(cells);
      }),
    );
  });

  it('measures how far the clocks are apart', () => {
    const clock = new ClockRecovery({ samplesPerCell: 8 });
    const cells = MANCHESTER.encode(toBits(octets(5, 600)));
    for (const level of distorted(cells, 8, 0.02, 0, 5)) clock.sample(level);
    expect(clock.period / 8).toBeGreaterThan(1.017);
    expect(clock.period / 8).toBeLessThan(1.023);
  });

  it('marks the first sample past the middle of each cell', () => {
    const { marks } = recoverCells(sampleCells(Uint8Array.of(1, 0, 1, 0), 10), {
      samplesPerCell: 10,
    });
    expect([...marks]).toEqual([5, 15, 25, 35]);
  });

  it('is not dragged away by noise: a cell for each period, within its bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4000, maxLength: 4000 }), (noise) => {
        const { cells } = recoverCells(
          noise.map((x) => x & 1),
          { samplesPerCell: 8 },
        );
        expect(cells.length).toBeGreaterThan(200);
        expect(cells.length).toBeLessThan(1000);
      }),
      { numRuns: 20 },
    );
  });
});
