/** Bad ports and bad boards, each behind a real pseudo-terminal. */
import { SerialPort } from 'serialport';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chance, seededRng } from '../../src/base/random.ts';
import { type Ended, type FailureDocument, netlab, startNetlab } from './netlab.ts';
import { ptyBoard, testPty } from './pty-board.ts';

const on = (port: string, ...more: string[]): string[] => [
  ...['run', 'lab03', '--code', 'solution', '--seed', '1'],
  ...['--on', port, '--peer', 'loopback', ...more],
];

async function refused(port: string): Promise<{ read: Ended; error: FailureDocument['error'] }> {
  // One after the other: they want the same port.
  const read = await netlab(on(port));
  const machine = await netlab(on(port, '--json'));
  const { error } = JSON.parse(machine.stdout) as FailureDocument;
  expect(read.code).toBe(error.exitCode);
  expect(machine.code).toBe(error.exitCode);
  expect(read.stderr).not.toMatch(/^\s+at /m);
  expect(read.stderr).toMatch(/Next: /);
  return { read, error };
}

describe.skipIf(process.platform === 'win32')('a port', () => {
  it('that does not exist: exit 4, and what there is', async () => {
    const { read, error } = await refused('/dev/ttyACM42');
    expect(error).toMatchObject({ code: 'no-such-port', exitCode: 4 });
    expect(read.stderr).toContain('There is no port /dev/ttyACM42.');
  });

  it('where nobody listens over TCP: exit 4', async () => {
    const { error } = await refused('tcp://127.0.0.1:9');
    expect(error).toMatchObject({ code: 'connection-failed', exitCode: 4 });
  });

  it('that another program has open: exit 4, and which', async () => {
    const { path } = await testPty();
    const holder = new SerialPort({ path, baudRate: 9600, autoOpen: false });
    await new Promise<void>((resolve) => holder.open(() => resolve()));
    onTestFinished(() => new Promise<void>((resolve) => holder.close(() => resolve())));
    const { read, error } = await refused(path);
    expect(error).toMatchObject({ code: 'port-busy', exitCode: 4 });
    if (process.platform === 'linux') expect(read.stderr).toContain(`(${process.pid})`);
  });
});

describe.skipIf(process.platform === 'win32')('a board', () => {
  it('that says nothing: exit 4', async () => {
    const { path } = await testPty();
    const { error } = await refused(path);
    expect(error).toMatchObject({ code: 'board-silent', exitCode: 4 });
  });

  it('that speaks something else: exit 4, and what it said', async () => {
    const pty = await testPty();
    pty.onData(() => pty.write(Buffer.from('login: ')));
    const { read, error } = await refused(pty.path);
    expect(error).toMatchObject({ code: 'board-foreign', exitCode: 4 });
    expect(read.stderr).toContain('login: ');
  });

  it('with older firmware of ours: exit 4, and both versions', async () => {
    const { path } = await ptyBoard({ version: 0, identity: { firmware: '0.3.1' } });
    const { read, error } = await refused(path);
    expect(error).toMatchObject({ code: 'board-version', exitCode: 4 });
    expect(read.stderr).toContain('0.3.1');
  });

  it('does the whole lab over a loopback plug', async () => {
    const board = await ptyBoard();
    const { code, stdout } = await netlab(on(board.path));
    expect(stdout).toMatch(/PASS {2}100 of 100 points/);
    expect(code).toBe(0);
  });

  it('without a peer: what is missing is said, exit 3', async () => {
    const board = await ptyBoard();
    const { code, stdout } = await netlab(['run', 'lab03', '--on', board.path]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/This bench has no cable:peer\. Add --on emulated/);
  });

  it('does it on a line that flips octets', async () => {
    const rng = seededRng(7);
    const noisy = (octets: Uint8Array): Uint8Array =>
      octets.map((octet) => (chance(rng, 0.00005) ? octet ^ 0x10 : octet));
    const board = await ptyBoard({}, noisy);
    const { code, stdout } = await netlab(on(board.path));
    expect(stdout).toMatch(/PASS {2}100 of 100 points/);
    expect(code).toBe(0);
  });

  it('that vanishes in the middle: exit 6, the evidence kept', async () => {
    const board = await ptyBoard();
    const running = startNetlab(on(board.path));
    await running.shows(/^volley/m);
    board.vanish();
    const { code, stdout } = await running.ended;
    expect(code).toBe(6);
    // A busy machine may notice the board's silence before the port's absence.
    expect(stdout).toMatch(/BOARD \S+\n {2}.* (vanished while it was in use|has said nothing)/);
    expect(stdout).toMatch(/evidence: /);
  });

  it('that is reset in the middle is brought back, and the check is shown as flaky', async () => {
    const board = await ptyBoard();
    const running = startNetlab(on(board.path));
    await running.shows(/^volley/m);
    board.reset();
    const { code, stdout } = await running.ended;
    expect(stdout).toMatch(/FLAKY volley\n {2}The board on .* was reset/);
    expect(code).toBe(0);
  });
});
