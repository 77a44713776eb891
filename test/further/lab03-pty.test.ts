/** lab03 as a user runs it, through serialport's native binding: on the host-built firmware and on the emulated board. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { netlab, startNetlab } from '../cli/netlab.ts';
import { freePort, startHostBoard } from './host-board.ts';

const board = async (...options: string[]): Promise<string> => {
  const started = await startHostBoard(...options);
  onTestFinished(() => started.stop());
  return started.path;
};

async function passes(...args: string[]): Promise<void> {
  const { code, stdout } = await netlab(['run', 'lab03', '--code', 'solution', '--json', ...args]);
  const document = JSON.parse(stdout) as { verdict: { verdict: string } };
  expect({ code, verdict: document.verdict.verdict }).toEqual({ code: 0, verdict: 'PASS' });
}

describe('netlab run lab03 passes', () => {
  it('on the firmware as a process, over a loopback plug', async () => {
    await passes('--on', await board('--wire', 'loopback'), '--peer', 'loopback');
  });

  it('on two such, joined by a cable', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const dut = await board('--wire', `udp:${one}:${other}`);
    const peer = await board('--wire', `udp:${other}:${one}`);
    await passes('--on', dut, '--peer', peer);
  });

  it('on two emulated boards, each behind a PTY', async () => {
    const emulation = startNetlab(['emulate', '--boards', '2', '--json']);
    const line = /^.*\n/.exec(await emulation.shows(/\n/))?.[0] ?? '';
    const [dut = '', peer = ''] = (JSON.parse(line) as { ports: string[] }).ports;
    await passes('--on', dut, '--peer', peer);
    emulation.child.kill('SIGINT');
    expect((await emulation.ended).code).toBe(130);
  });
});
