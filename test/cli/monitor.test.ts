/** `netlab monitor` before the firmware's twin, behind a real pseudo-terminal. */
import { readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { netlab, ownFolder, startNetlab } from './netlab.ts';
import { ptyBoard, testPty } from './pty-board.ts';

interface Record {
  readonly event: string;
  readonly from?: string;
  readonly kind?: string;
  readonly text?: string;
  readonly message?: { readonly op: string; readonly role: string; readonly status?: string };
  readonly fields?: { readonly board?: string };
}

const records = (text: string): Record[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record);

describe.skipIf(process.platform === 'win32')('netlab monitor', () => {
  it('asks in a session of its own, and shows both directions decoded', async () => {
    const { path } = await ptyBoard();
    const running = startNetlab(['monitor', path, '--send', 'PHY_READ', '--no-color']);
    await running.shows(/PHY_READ #1 OK/);
    running.child.kill('SIGINT');
    const { stdout, code } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} → OPEN +session=\d+ seq=0 .*versionMin=1/m);
    expect(stdout).toMatch(/ ← OPENED session=\d+ .*board=mock/);
    expect(stdout).toMatch(/ → DATA +session=.* PHY_READ #1 request/);
    expect(stdout).toMatch(/ ← DATA +session=.* PHY_READ #1 OK link=true speed=100 duplex=full/);
    expect(stdout).toMatch(/From the board: \d+ frames/);
  });

  it('prints one JSON record a line, and appends them to a log', async () => {
    const { path } = await ptyBoard();
    const cwd = ownFolder();
    const run = ['monitor', path, '--send', 'SYSTEM_IDENTIFY', '--json', '--log', 'line.log'];
    const running = startNetlab(run, { cwd });
    await running.shows(/"role":"response"/);
    running.child.kill('SIGINT');
    const { stdout } = await running.ended;
    const all = records(stdout);
    expect(all[0]).toMatchObject({ event: 'connected', port: path });
    expect(all.at(-1)).toMatchObject({ event: 'summary' });
    const asked = all.filter(({ message }) => message?.op === 'SYSTEM_IDENTIFY');
    expect(asked.map(({ from, message }) => [from, message?.role])).toEqual([
      ['host', 'request'],
      ['board', 'response'],
    ]);
    const logged = records(readFileSync(join(cwd, 'line.log'), 'utf8'));
    expect(logged).toEqual(all.slice(0, -1));
    await netlab(['monitor', path, '--duration', '0.2', '--log', 'line.log'], { cwd });
    const later = records(readFileSync(join(cwd, 'line.log'), 'utf8'));
    expect(later.slice(0, logged.length)).toEqual(logged);
    expect(later.length).toBeGreaterThan(logged.length);
  });

  it('says nothing to the board when it only listens', async () => {
    const board = await ptyBoard();
    await netlab(['monitor', board.path, '--duration', '1']);
    expect(board.received()).toBe(0);
  });

  it('shows a program’s text, without what would move the cursor, and other octets', async () => {
    const pty = await testPty();
    const running = startNetlab(['monitor', pty.path, '--count', '3', '--no-color']);
    await running.shows(/Connected to/);
    pty.write(Buffer.from('\u001b[2J\u001b[31mboot\u001b[0m\u0007 ok\r\n'));
    pty.write(Buffer.from('login: '));
    await running.shows(/login/);
    pty.write(Uint8Array.of(0x80, 0x81, 0));
    const { stdout, code } = await running.ended;
    expect(stdout).toMatch(/ ← boot/);
    expect(stdout).not.toContain('\u001b[2J');
    expect(stdout).toMatch(/ ← login: $/m);
    expect(stdout).toMatch(/ ← 80 81 {2}bad_cobs$/m);
    expect(code).toBe(0);
  });

  it('sends what comes on standard input', async () => {
    const pty = await testPty();
    pty.onData((octets) => pty.write(Uint8Array.from(octets)));
    const running = startNetlab(['monitor', pty.path, '--send', '-', '--json', '--count', '2']);
    await running.shows(/connected/);
    running.child.stdin.write('hello\n');
    const { stdout } = await running.ended;
    const texts = records(stdout).filter(({ event }) => event === 'text');
    expect(texts.map(({ from, text }) => `${from} ${text}`).sort()).toEqual([
      'board hello',
      'host hello',
    ]);
  });

  it('waits for a board that was unplugged, and goes on when it is back', async () => {
    const folder = ownFolder();
    const link = join(folder, 'board');
    const first = await ptyBoard();
    symlinkSync(first.path, link);
    const running = startNetlab(['monitor', link, '--send', 'PHY_READ', '--json'], { cwd: folder });
    await running.shows(/"PHY_READ","tag":1,"role":"response"/);
    const second = await ptyBoard();
    symlinkSync(second.path, `${link}.new`);
    renameSync(`${link}.new`, link);
    first.vanish();
    await running.shows(/"lost"[\s\S]*"connected"[\s\S]*"PHY_READ","tag":1,"role":"response"/);
    running.child.kill('SIGINT');
    const { stdout, code } = await running.ended;
    expect(records(stdout).at(-1)).toMatchObject({ event: 'summary' });
    expect(code).toBe(130);
  });

  it.each([
    ['BOGUS', 'bad-sending'],
    ['SYSTEM_ECHO=xyz', 'bad-sending'],
    ['MAC_RECEIVED', 'bad-sending'],
  ])('refuses to send %s', async (text, code) => {
    const { stdout } = await netlab(['monitor', '/dev/null', '--send', text, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, exitCode: 2 } });
  });
});
