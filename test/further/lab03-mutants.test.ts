import { describe, expect, it } from 'vitest';
import { loadImage } from '../../src/node/images.ts';
import { openEmulated } from '../../src/node/substrate-emulated.ts';
import { caughtBy, codeOf, MUTANTS, outcomes, runLab03 } from '../labs/run.ts';

const image = loadImage('w5500-evb-pico');

describe('lab03 on the emulated board catches', () => {
  it.each(MUTANTS)('%s', async (mutant) => {
    const { verdict } = await runLab03(codeOf(`mutants/${mutant}`), 1, (request, recording) =>
      openEmulated(image, request, recording),
    );
    expect(verdict.verdict).toBe('FAIL');
    expect(outcomes(verdict)).toHaveProperty(caughtBy(mutant), 'FAIL');
  });
});
