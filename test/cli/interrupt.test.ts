import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { netlab, ownFolder, startNetlab } from './netlab.ts';
import { ptyBoard } from './pty-board.ts';

const RUNS = join('.netlab', 'runs');

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a run with 130 and keeps its evidence',
    async (signal) => {
      const cwd = ownFolder();
      const running = startNetlab(['run', 'lab03', '--on', 'emulated', '--code', 'solution'], {
        cwd,
      });
      await running.shows(/^volley/m);
      running.child.kill(signal);
      const { code } = await running.ended;
      expect(code).toBe(130);
      const [run = ''] = readdirSync(join(cwd, RUNS));
      for (const file of ['verdict.json', 'frames.pcapng', 'serial.cassette', 'transcript.txt']) {
        expect(existsSync(join(cwd, RUNS, run, file))).toBe(true);
      }
    },
  );

  it('frees the port', async () => {
    const board = await ptyBoard();
    const args = ['run', 'lab03', '--code', 'solution', '--on', board.path, '--peer', 'loopback'];
    const running = startNetlab(args);
    await running.shows(/^volley/m);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect((await netlab(args)).code).toBe(0);
  });

  it('while the board is greeted ends at once', async () => {
    const board = await ptyBoard({}, () => new Uint8Array(0));
    const running = startNetlab(['run', 'lab03', '--on', board.path, '--peer', 'loopback']);
    while (board.received() === 0) await new Promise(setImmediate);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  it('ends an emulation', async () => {
    const running = startNetlab(['emulate', '--tcp', '0', '--json']);
    await running.shows(/\n/);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ wire: 'loopback' });
  });
});
