import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FailureDocument, netlab, ownFolder } from './netlab.ts';

const HANDSHAKE = `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
`;
const OTHERWISE = HANDSHAKE.replace('> S. 0:0(0) ack 1', '> S. 0:0(0) ack 2');

function folderOf(scripts: Readonly<Record<string, string>>): string {
  const folder = ownFolder();
  for (const [name, text] of Object.entries(scripts)) {
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('netlab packetdrill', () => {
  it('runs a script', async () => {
    const cwd = folderOf({ 'one.pkt': HANDSHAKE });
    const { code, stdout } = await netlab(['packetdrill', 'one.pkt'], { cwd });
    expect(stdout).toBe('✔ one.pkt: pass (linux)\n1 passed, 0 failed, 0 could not be run\n');
    expect(code).toBe(0);
  });

  it('runs all below a folder, and files beside it, and ends with 1 when one fails', async () => {
    const cwd = folderOf({
      'a/b/bad.pkt': OTHERWISE,
      'a/good.pkt': HANDSHAKE,
      'a/notes.txt': 'no script',
      'other.script': HANDSHAKE,
    });
    const { code, stdout } = await netlab(['packetdrill', 'a', 'other.script'], { cwd });
    expect(stdout).toContain('✖ a/b/bad.pkt:7: the packet differs in acknowledgment number');
    expect(stdout).toContain('expected 2, actual 1');
    expect(stdout).toContain('✔ other.script: pass');
    expect(stdout).toContain('2 passed, 1 failed');
    expect(code).toBe(1);
  });

  it.each([
    ['is cut off', HANDSHAKE.slice(0, 60), /:3: /],
    ['makes no sense', '0 fly(me, to, the, moon) = 3\n', /:1: /],
    ['is no text', '\u0000\u0001\u0002', /:1: /],
    ['has an option that nobody knows', `--no_such_option=1\n${HANDSHAKE}`, /:1: .*no_such_option/],
    ['is empty', '', /:1: /],
  ])('ends with 2, file and line, when a script %s', async (_, text, says) => {
    const cwd = folderOf({ 'bad.pkt': text, 'good.pkt': HANDSHAKE });
    const { code, stdout, stderr } = await netlab(['packetdrill', '.'], { cwd });
    expect(stdout).toMatch(says);
    expect(stdout).toContain('1 passed, 0 failed, 1 could not be run');
    expect(stderr).toBe('');
    expect(code).toBe(2);
  });

  it('prints a record a script with --json, and JUnit XML into a file', async () => {
    const cwd = folderOf({ 'a/bad.pkt': OTHERWISE, 'a/good.pkt': HANDSHAKE });
    const args = ['packetdrill', 'a', '--profile', 'freebsd', '--json', '--junit', 'out.xml'];
    const { code, stdout } = await netlab(args, { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 1,
      errors: 0,
      scripts: [
        { file: 'a/bad.pkt', profile: 'freebsd', verdict: 'fail', line: 7, kind: 'packet' },
        { file: 'a/good.pkt', verdict: 'pass', line: null },
      ],
    });
    const xml = readFileSync(join(cwd, 'out.xml'), 'utf8');
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    expect(xml).toContain('<failure message="the packet differs in acknowledgment number"');
    expect(code).toBe(1);
  });

  it('takes script options for all, over their own', async () => {
    const late = HANDSHAKE.replace('+0 > S.', '+.05 > S.');
    const cwd = folderOf({ 'late.pkt': `--tolerance_usecs=1000\n${late}` });
    expect((await netlab(['packetdrill', 'late.pkt'], { cwd })).code).toBe(1);
    const args = ['packetdrill', 'late.pkt', '--tolerance_usecs', '60000'];
    expect((await netlab(args, { cwd })).code).toBe(0);
    const wrong = await netlab(['packetdrill', 'late.pkt', '--mtu', 'wide'], { cwd });
    expect(wrong.stdout).toContain('--mtu cannot be wide');
    expect(wrong.code).toBe(2);
  });

  it('shows the steps with --verbose', async () => {
    const cwd = folderOf({ 'one.pkt': HANDSHAKE });
    const { stdout } = await netlab(['packetdrill', 'one.pkt', '--verbose'], { cwd });
    expect(stdout).toMatch(/0\.100000 8: /);
  });

  it.each([
    ['a file that is not there', ['nothing.pkt'], 'script-missing', 2],
    ['a folder without scripts', ['a'], 'no-scripts', 3],
    ['nothing', [], 'missing-argument', 2],
    ['a profile that does not exist', ['a', '--profile', 'plan9'], 'bad-usage', 2],
  ])('refuses %s', async (_, args, code, exitCode) => {
    const cwd = folderOf({ 'a/notes.txt': '' });
    const [read, machine] = await Promise.all([
      netlab(['packetdrill', ...args], { cwd }),
      netlab(['packetdrill', ...args, '--json'], { cwd }),
    ]);
    expect(read.code).toBe(exitCode);
    expect(read.stderr).toMatch(/Next: /);
    expect((JSON.parse(machine.stdout) as FailureDocument).error).toMatchObject({ code, exitCode });
  });
});
