/**
 * Goodput by buffer and loss, as `npm run bench -- netsim` has it, of a part of the grid and a shorter transfer. The
 * snapshot says what it was: who changes how TCP behaves sees here where it gains and where it loses.
 */
import { expect, it } from 'vitest';
import { measure } from './goodput.ts';

const BUFFERS = [1024, 4096, 32_768];
const LOSSES = [0, 0.01, 0.1];
const OCTETS = 200_000;
const SEED = 1;

it('goodput in octets a second is what it was', async () => {
  const grid = Object.fromEntries(
    BUFFERS.map((buffer) => [
      `buffers of ${buffer} octets`,
      Object.fromEntries(
        LOSSES.map((loss) => {
          const { goodput } = measure({ buffer, loss, octets: OCTETS, seed: SEED });
          return [`${loss * 100} % lost`, Math.round(goodput)];
        }),
      ),
    ]),
  );
  await expect(`${JSON.stringify(grid, undefined, 2)}\n`).toMatchFileSnapshot('netsim-grid.json');
});
