import { describe, expect, it } from 'vitest';
import { loadImage } from '../../src/node/images.ts';
import { findLab } from '../../src/node/store/labs.ts';
import { readMutants } from '../../src/node/store/mutants.ts';
import { openEmulated } from '../../src/node/substrate-emulated.ts';
import { outcomes, runLab03 } from '../labs/run.ts';

const image = loadImage('w5500-evb-pico');
const mutants = readMutants(await findLab('lab03'));

describe('lab03 on the emulated board catches', () => {
  it.each(mutants)('$name', async ({ code, caughtBy }) => {
    const { verdict } = await runLab03(code, 1, (request, recording) =>
      openEmulated(image, request, recording),
    );
    expect(verdict.verdict).toBe('FAIL');
    expect(outcomes(verdict)).toHaveProperty(caughtBy, 'FAIL');
  });
});
