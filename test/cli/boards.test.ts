/** The bench from the command line: which boards there are, their names, and who has them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FailureDocument, netlab, ownFolder, startNetlab } from './netlab.ts';
import { ptyBoard, testPty } from './pty-board.ts';

interface BoardsDocument {
  readonly boards: readonly {
    readonly name: string | null;
    readonly state: string;
    readonly firmware: string | null;
    readonly lease: { readonly pid: number; readonly command: string } | null;
    readonly error: { readonly code: string } | null;
  }[];
  readonly inventory?: { readonly added: readonly string[] };
}

function folderWith(boards: Readonly<Record<string, unknown>>): string {
  const folder = ownFolder();
  writeFileSync(join(folder, 'netlab.bench.json'), JSON.stringify({ boards }));
  return folder;
}

const at = (path: string, fixtures = {}) => ({ port: { path }, fixtures });
const HOST = ['host', '--address', '192.0.2.2/24', '--no-detect', '--services', 'none'];

async function boardsOf(cwd: string): Promise<BoardsDocument['boards']> {
  const { stdout } = await netlab(['boards', '--json'], { cwd });
  return (JSON.parse(stdout) as BoardsDocument).boards;
}

describe.skipIf(process.platform === 'win32')('netlab boards', () => {
  it('shows each board of the inventory: firmware, or what keeps it from use', async () => {
    const board = await ptyBoard({ identity: { firmware: '1.2.3' } });
    const silent = await testPty();
    const cwd = folderWith({
      good: at(board.path),
      mute: at(silent.path),
      away: { port: { serialNumber: 'none-has-this' } },
      gone: at('/dev/ttyACM42'),
      far: { port: { url: 'tcp://127.0.0.1:9' } },
    });
    const { code, stdout } = await netlab(['boards'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ +good .* 1\.2\.3 +free/);
    expect(stdout).toMatch(/✖ +mute .* Nothing came from/);
    expect(stdout).toMatch(/Next: netlab flash --port /);
    expect(
      (await boardsOf(cwd)).map(({ name, state, error }) => [name, error?.code ?? state]),
    ).toEqual([
      ['good', 'free'],
      ['mute', 'board-silent'],
      ['away', 'board-absent'],
      ['gone', 'no-such-port'],
      ['far', 'connection-failed'],
    ]);
  });

  it('opens nothing with --no-greet', async () => {
    const board = await ptyBoard();
    const cwd = folderWith({ good: at(board.path) });
    const { stdout } = await netlab(['boards', '--no-greet', '--json'], { cwd });
    expect((JSON.parse(stdout) as BoardsDocument).boards[0]).toMatchObject({ state: 'unasked' });
    expect(board.received()).toBe(0);
  });

  it('--write makes an inventory that is read again, and leaves a person’s as it is', async () => {
    const cwd = ownFolder();
    const made = await netlab(['boards', '--write', '--json'], { cwd });
    expect((JSON.parse(made.stdout) as BoardsDocument).inventory?.added).toEqual([]);
    expect(JSON.parse(readFileSync(join(cwd, 'netlab.bench.json'), 'utf8'))).toMatchObject({
      $schema: expect.stringMatching(/bench\.schema\.json$/),
      boards: {},
    });
    const own = folderWith({ good: { ...at('/dev/ttyACM42'), notes: 'third from the left' } });
    const before = readFileSync(join(own, 'netlab.bench.json'), 'utf8');
    await netlab(['boards', '--write'], { cwd: own });
    expect(readFileSync(join(own, 'netlab.bench.json'), 'utf8')).toBe(before);
  });

  it('--on takes a name, with what the inventory says is at the other end of its cable', async () => {
    const board = await ptyBoard();
    const cwd = folderWith({ good: at(board.path, { 'cable:peer': 'loopback' }) });
    const named = ['run', 'lab03', '--code', 'solution', '--seed', '1', '--on'];
    const { code, stdout } = await netlab([...named, 'good'], { cwd });
    expect(stdout).toMatch(/PASS {2}100 of 100 points\n {2}ran on: good/);
    expect(code).toBe(0);
    const auto = await netlab([...named, 'auto'], { cwd });
    expect(auto.stdout).toMatch(/ran on: good/);
    const typo = await netlab([...named, 'godo', '--json'], { cwd });
    expect(typo.code).toBe(4);
    expect((JSON.parse(typo.stdout) as FailureDocument).error).toMatchObject({
      code: 'no-such-board',
      details: { near: 'good' },
    });
  });

  it('a flaw in the inventory ends with 2, and says where it is and what would do', async () => {
    const folder = folderWith({ good: { port: { usb: 'x' } } });
    const path = join(folder, 'netlab.bench.json');
    const { code, stderr } = await netlab(['boards', '--bench', path]);
    expect(code).toBe(2);
    expect(stderr).toContain('at $.boards.good.port');
    expect(stderr).toContain('serialNumber');
  });
});

describe.skipIf(process.platform === 'win32')('a board that another netlab has', () => {
  it('is refused with 4 and who has it, is shown, and is free after Ctrl-C', async () => {
    const board = await ptyBoard();
    const cwd = folderWith({ good: at(board.path, { 'cable:peer': 'loopback' }) });
    const holder = startNetlab([...HOST, '--on', 'good'], { cwd });
    await holder.shows(/Ctrl-C ends it/);
    const second = ['ping', '192.0.2.1', '--on', board.path, '--address', '192.0.2.3/24', '--json'];
    const refused = await netlab(second, { cwd });
    expect(refused.code).toBe(4);
    expect((JSON.parse(refused.stdout) as FailureDocument).error).toMatchObject({
      code: 'board-leased',
      details: { pid: holder.child.pid, command: expect.stringMatching(/^netlab host/) },
    });
    expect((await boardsOf(cwd))[0]).toMatchObject({
      state: 'held',
      lease: { pid: holder.child.pid },
    });
    holder.child.kill('SIGINT');
    expect((await holder.ended).code).toBe(130);
    expect((await boardsOf(cwd))[0]).toMatchObject({ state: 'free' });
  });

  it('is taken over from one that was killed, which is said', async () => {
    const board = await ptyBoard();
    const cwd = folderWith({ good: at(board.path, { 'cable:peer': 'loopback' }) });
    const holder = startNetlab([...HOST, '--on', 'good'], { cwd });
    await holder.shows(/Ctrl-C ends it/);
    holder.child.kill('SIGKILL');
    await holder.ended;
    const { code, stderr } = await netlab(['run', 'lab03', '--code', 'solution', '--on', 'good'], {
      cwd,
    });
    expect(stderr).toMatch(/good was taken over from `netlab host.*ended without giving it back/);
    expect(code).toBe(0);
  });
});
