/** What becomes of a run when the bench fails under it: the table of docs/faults.md, on each kind of board. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lab } from '../../labs/lab03-ethernet/lab.ts';
import { milliseconds } from '../../src/base/time.ts';
import { faultyBoard, type Kind } from './boards.ts';
import type { FaultyBoard } from './faulty-board.ts';
import { outcomesOf, replayOf, runOn } from './run.ts';

const state = mkdtempSync(join(tmpdir(), 'netlab-faults-state-'));
beforeAll(() => void vi.stubEnv('NETLAB_STATE', state));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true, force: true });
});

/** The check under which the bench fails, and one after it. Both use the board. */
const CHECKS = ['round-trip', 'volley'];
/** An emulated board takes seconds for a volley. */
const checksOn = (kind: Kind): readonly string[] => (kind === 'twin' ? CHECKS : ['round-trip']);

const POINTS = lab.checks
  .filter(({ id }) => CHECKS.includes(id))
  .reduce((sum, { points }) => sum + points, 0);

interface Moment {
  /** Of the 21 steps of the first check. */
  readonly step: number;
  /** The check that notices. */
  readonly hit: 'round-trip' | 'volley';
}

const MOMENTS: Readonly<Record<string, Moment>> = {
  'at the first step': { step: 1, hit: 'round-trip' },
  'in the middle': { step: 10, hit: 'round-trip' },
  'between two checks': { step: 22, hit: 'volley' },
};

interface Row {
  readonly happens: (board: FaultyBoard) => void;
  /** What becomes of the check that notices. */
  readonly outcome: 'PASS' | `${'FLAKY' | 'BOARD'} ${string}`;
  readonly exitCode: number;
}

function expected({ outcome }: Row, { hit }: Moment): readonly string[] {
  const after = outcome.startsWith('BOARD') ? 'SKIPPED' : 'PASS';
  if (hit === 'volley') return ['round-trip PASS', `volley ${outcome}`];
  return [`round-trip ${outcome}`, `volley ${after}`];
}

const FAULTS: readonly (readonly [string, Row])[] = [
  [
    'is unplugged, and back under another name a moment later',
    {
      happens: (board) => board.unplug({ returns: 3 }),
      outcome: 'FLAKY port-lost',
      exitCode: 0,
    },
  ],
  [
    'is unplugged for good',
    { happens: (board) => board.unplug(), outcome: 'BOARD port-lost', exitCode: 6 },
  ],
  [
    'hangs for good',
    { happens: (board) => board.hang(), outcome: 'BOARD board-lost', exitCode: 6 },
  ],
  [
    'hangs, and its port has a line to its reset pin',
    {
      happens: (board) => {
        board.resettable = true;
        board.hang();
      },
      outcome: 'FLAKY board-lost',
      exitCode: 0,
    },
  ],
  [
    'hangs until its watchdog resets it',
    {
      happens: (board) => board.hang({ watchdog: milliseconds(600) }),
      outcome: 'FLAKY board-reset',
      exitCode: 0,
    },
  ],
  [
    'loses its power for a moment, in the middle of a frame',
    { happens: (board) => board.brownOut(), outcome: 'FLAKY board-reset', exitCode: 0 },
  ],
  [
    'floods the line',
    {
      happens: (board) => {
        board.spoiled = 'flooded';
      },
      outcome: 'PASS',
      exitCode: 0,
    },
  ],
  [
    'is behind an adapter that hands on octets every 16 ms',
    {
      happens: (board) => {
        board.spoiled = { lumps: milliseconds(16) };
      },
      outcome: 'PASS',
      exitCode: 0,
    },
  ],
  [
    'is behind an adapter that hands on octets every 300 ms',
    {
      happens: (board) => {
        board.spoiled = { lumps: milliseconds(300) };
      },
      outcome: 'PASS',
      exitCode: 0,
    },
  ],
];

async function runUnder(kind: Kind, { happens }: Row, at: number) {
  const board = faultyBoard(kind);
  const run = await runOn(board, {
    only: checksOn(kind),
    onStep: (step) => {
      if (step === at) happens(board);
    },
  });
  return { board, run };
}

describe.each(['twin', 'w5500-evb-pico', 'esp32c3'] as const)('on %s, a board that', (kind) => {
  const moments = kind === 'twin' ? Object.keys(MOMENTS) : ['in the middle'];
  const rows = FAULTS.flatMap(([fault, row]) =>
    moments.map((moment) => [fault, moment, MOMENTS[moment] as Moment, row] as const),
  );

  it.each(rows)('%s %s', { timeout: 120_000 }, async (_fault, _moment, moment, row) => {
    const { board, run } = await runUnder(kind, row, moment.step);
    expect(outcomesOf(run.verdict)).toEqual(expected(row, moment).slice(0, checksOn(kind).length));
    expect(run.verdict.exitCode).toBe(row.exitCode);
    // All that was sent until then is kept, and grades the same again.
    if (moment.step > 1) expect(run.packets).toBeGreaterThan(0);
    expect(outcomesOf(await replayOf(run))).toEqual(outcomesOf(run.verdict));
    board.mend();
    const next = await runOn(board, { only: checksOn(kind) });
    expect(next.verdict.verdict).toBe('PASS');
  });
});

describe('a board that is unplugged at any step', () => {
  const STEPS = Array.from({ length: 69 }, (_, i) => i + 1);

  it('and comes back is found again: no check fails', { timeout: 240_000 }, async () => {
    for (const step of STEPS) {
      const row = FAULTS[0]?.[1] as Row;
      const { run } = await runUnder('twin', row, step);
      expect([step, run.verdict.exitCode, run.verdict.points.earned]).toEqual([step, 0, POINTS]);
    }
  });

  it('and stays away is never the code’s fault', { timeout: 240_000 }, async () => {
    const row = FAULTS[1]?.[1] as Row;
    const unnoticed: number[] = [];
    for (const step of STEPS) {
      const { exitCode, checks } = (await runUnder('twin', row, step)).run.verdict;
      expect(checks.map(({ verdict }) => verdict)).not.toContain('FAIL');
      if (exitCode === 0) unnoticed.push(step);
      else expect([step, exitCode]).toEqual([step, 6]);
    }
    // Those after the last frame of all.
    expect(unnoticed).toEqual(STEPS.slice(STEPS.length - unnoticed.length));
    expect(unnoticed.length).toBeLessThan(5);
  });
});
