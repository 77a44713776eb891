/**
 * Clock recovery from samples: a digital phase-locked loop.
 *
 *              +-----------------------------------------+
 *   sample --->| phase += 1/period                        |---> a cell each time the phase passes ½:
 *              | edge: phase −= gain · (its distance from |     the level in the middle of the cell
 *              |       the nearest whole phase), and the  |
 *              |       period follows by gain² / 4        |
 *              +-----------------------------------------+
 *
 * Invariants
 * 1. A cell comes out for each turn of the phase, so no edge ever adds or drops one by itself.
 * 2. The period stays within `PULL` of the nominal one: noise cannot drag it away.
 * 3. State is a handful of numbers; nothing is kept of what passed.
 */
import { assert } from '../../base/errors.ts';
import type { Cells } from './line-code.ts';

/** How far the period may be pulled, as a fraction: more than two clocks at ±2 % differ by. */
const PULL = 0.06;
const GAIN = 0.3;

export interface ClockOptions {
  /** Samples in a cell, as the nominal rates have it; at least 3. Need not be whole. */
  readonly samplesPerCell: number;
  /** How much of an edge's phase error is mended at once, 0 … 1: high follows drift, low rides out jitter. */
  readonly gain?: number;
}

export class ClockRecovery {
  readonly #nominal: number;
  readonly #gain: number;
  #period: number;
  /** In cells, −½ … ½; 0 is where edges belong, the samples at ±½ are the middle of a cell. */
  #phase = 0;
  #level: number | undefined;

  constructor({ samplesPerCell, gain = GAIN }: ClockOptions) {
    assert(samplesPerCell >= 3, `${samplesPerCell} samples a cell do not show where edges are`);
    assert(gain > 0 && gain <= 1, `a gain of ${gain} is not in 0 … 1`);
    this.#nominal = samplesPerCell;
    this.#period = samplesPerCell;
    this.#gain = gain;
  }

  /** Samples in a cell, as measured. */
  get period(): number {
    return this.#period;
  }

  /** Takes the next sample, 0 or 1; gives the level of a cell when this sample is at its middle. */
  sample(level: number): 0 | 1 | undefined {
    this.#phase += 1 / this.#period;
    if (level !== this.#level) this.#edge(level);
    if (this.#phase < 0.5) return undefined;
    this.#phase -= 1;
    return level === 0 ? 0 : 1;
  }

  #edge(level: number): void {
    // The edge fell somewhere since the last sample: half a sample ago, on average.
    const error = this.#phase - 0.5 / this.#period;
    if (this.#level === undefined) this.#phase = 0.5 / this.#period;
    else {
      this.#phase -= this.#gain * error;
      const period = this.#period * (1 + (this.#gain ** 2 / 4) * error);
      const bound = this.#nominal * PULL;
      this.#period = Math.min(Math.max(period, this.#nominal - bound), this.#nominal + bound);
    }
    this.#level = level;
  }
}

export interface Recovered {
  readonly cells: Cells;
  /** The sample at which each cell was read: the clock marks of a picture. */
  readonly marks: Uint32Array;
}

/** The cells of `samples`, from the first on. */
export function recoverCells(samples: Uint8Array, options: ClockOptions): Recovered {
  const clock = new ClockRecovery(options);
  const cells: number[] = [];
  const marks: number[] = [];
  for (let at = 0; at < samples.length; at++) {
    const cell = clock.sample(samples[at] as number);
    if (cell === undefined) continue;
    cells.push(cell);
    marks.push(at);
  }
  return { cells: Uint8Array.from(cells), marks: Uint32Array.from(marks) };
}

/** Samples of `cells` by a perfect clock, `samplesPerCell` of them a cell; need not be whole. */
export function sampleCells(cells: Cells, samplesPerCell: number): Uint8Array {
  const samples = new Uint8Array(Math.round(cells.length * samplesPerCell));
  for (let at = 0; at < samples.length; at++) {
    samples[at] = cells[Math.min(Math.floor(at / samplesPerCell), cells.length - 1)] as number;
  }
  return samples;
}
