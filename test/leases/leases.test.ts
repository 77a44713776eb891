/** Many real processes that want one board. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startScript } from './processes.ts';

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-leases-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const CONTENDER = new URL('./contender.ts', import.meta.url);

interface Contender {
  readonly turns: number;
  /** It is killed in this turn of its. */
  readonly fatal?: number;
}

async function contend(contenders: readonly Contender[]) {
  const folder = ownFolder();
  const running = contenders.map(({ turns, fatal = 0 }) =>
    startScript(CONTENDER, ['/dev/netlab-test', folder, String(turns), String(fatal)], {
      NETLAB_STATE: folder,
    }),
  );
  const ended = await Promise.all(running.map((each) => each.ended));
  const lines = readFileSync(join(folder, 'turns'), 'utf8').trim().split('\n');
  return {
    ended,
    turns: lines.filter((line) => line.startsWith('turn ')),
    takenOver: lines.filter((line) => line.startsWith('over ')),
    left: readdirSync(join(folder, 'leases')),
  };
}

const TURNS = 15;

describe('leases across processes', { timeout: 180_000 }, () => {
  it('let in one at a time, and everyone in the end', async () => {
    const { ended, turns, takenOver, left } = await contend(
      Array.from({ length: 8 }, () => ({ turns: TURNS })),
    );
    expect(ended).toEqual(ended.map(() => ({ code: 0, signal: null, stderr: '' })));
    expect(turns).toHaveLength(8 * TURNS);
    expect(takenOver).toEqual([]);
    expect(left).toEqual([]);
  });

  it('go on when holders are killed: the board is taken over once each, and said so', async () => {
    const dying = [
      { turns: TURNS, fatal: 2 },
      { turns: TURNS, fatal: 5 },
      { turns: TURNS, fatal: 1 },
    ];
    const living = Array.from({ length: 4 }, () => ({ turns: TURNS }));
    const { ended, turns, takenOver, left } = await contend([...dying, ...living]);
    const ends = ended.map(({ code, signal, stderr }) => `${code ?? signal} ${stderr}`.trim());
    expect(ends).toEqual([...dying.map(() => 'SIGKILL'), ...living.map(() => '0')]);
    expect(turns).toHaveLength(2 + 5 + 1 + 4 * TURNS);
    expect(new Set(takenOver).size).toBe(dying.length);
    expect(left).toEqual([]);
  });
});
