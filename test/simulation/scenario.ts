/** A test of many hosts: run with several seeds, and when it fails, told with its seed and what befell each link. */
import { it } from 'vitest';
import { Simulation } from '../../src/simulation/simulation.ts';

const SEEDS = [1, 2, 3];

/** @param seeds one is enough where chance has no part. */
export function scenario(
  name: string,
  body: (simulation: Simulation) => void | Promise<void>,
  seeds: readonly number[] = SEEDS,
): void {
  it.each(seeds)(`${name} (seed %i)`, async (seed) => {
    const simulation = new Simulation({ seed, name });
    try {
      await body(simulation);
    } catch (error) {
      if (error instanceof Error) error.message += `\n\n${simulation.describe()}`;
      throw error;
    }
  });
}
