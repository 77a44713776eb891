import { describe, expect, it } from 'vitest';
import { loadImage } from '../../src/node/images.ts';
import { openEmulated } from '../../src/node/substrate-emulated.ts';
import { openMock } from '../../src/node/substrate-mock.ts';
import { codeOf, type GradedRun, outcomes, runLab03 } from './run.ts';

const image = loadImage('w5500-evb-pico');
const emulated = (code: string, seed: number): Promise<GradedRun> =>
  runLab03(codeOf(code), seed, (request, recording) => openEmulated(image, request, recording));
const others = ['esp32c3', 'uno'] as const;
const on = (board: string, code: string, seed: number): Promise<GradedRun> =>
  runLab03(codeOf(code), seed, (request, recording) =>
    openEmulated(loadImage(board), request, recording),
  );
const mock = (code: string, seed: number): Promise<GradedRun> =>
  runLab03(codeOf(code), seed, openMock);

const LIMIT = { timeout: 60_000 };

describe('lab03 gives one verdict on every substrate', () => {
  it('the solution passes on the emulated board and on the mock', LIMIT, async () => {
    const [board, twin] = [
      await emulated('solution/ethernet.ts', 1),
      await mock('solution/ethernet.ts', 1),
    ];
    expect(board.verdict).toMatchObject({ verdict: 'PASS', exitCode: 0 });
    expect(outcomes(twin.verdict)).toEqual(outcomes(board.verdict));
  });

  it('the starter fails on both alike', LIMIT, async () => {
    const [board, twin] = [
      await emulated('starter/ethernet.ts', 1),
      await mock('starter/ethernet.ts', 1),
    ];
    expect(board.verdict).toMatchObject({ verdict: 'FAIL', exitCode: 1 });
    expect(outcomes(twin.verdict)).toEqual(outcomes(board.verdict));
  });

  it.each(
    others.flatMap((board) => [
      { board, code: 'solution/ethernet.ts', verdict: 'PASS' },
      { board, code: 'starter/ethernet.ts', verdict: 'FAIL' },
    ]),
  )(
    '$code: the emulated $board says what the Pico says',
    LIMIT,
    async ({ board, code, verdict }) => {
      const [first, other] = [await emulated(code, 1), await on(board, code, 1)];
      expect(other.verdict).toMatchObject({ verdict });
      expect(outcomes(other.verdict)).toEqual(outcomes(first.verdict));
    },
  );

  it.each(others)('one seed gives one capture on the emulated %s, too', LIMIT, async (board) => {
    const first = await on(board, 'solution/ethernet.ts', 7);
    const again = await on(board, 'solution/ethernet.ts', 7);
    expect(again.frames.equals(first.frames)).toBe(true);
  });

  it('one seed gives one capture, octet for octet, and another seed another', LIMIT, async () => {
    const first = await emulated('solution/ethernet.ts', 7);
    const again = await emulated('solution/ethernet.ts', 7);
    const other = await emulated('solution/ethernet.ts', 8);
    expect(again.frames.equals(first.frames)).toBe(true);
    expect(other.frames.equals(first.frames)).toBe(false);
  });
});
