/** Faults on the firmware itself, as a process of this PC behind a PTY, as a user of the command line meets them. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, netlab, startNetlab } from '../cli/netlab.ts';
import { type HostBoard, startHostBoard } from './host-board.ts';

const run = (path: string, ...more: string[]): string[] => [
  ...['run', 'lab03', '--code', 'solution', '--seed', '1'],
  ...['--on', path, '--peer', 'loopback', ...more],
];

async function board(): Promise<HostBoard> {
  const started = await startHostBoard('--wire', 'loopback');
  onTestFinished(async () => {
    started.process.kill('SIGCONT');
    await started.stop();
  });
  return started;
}

/** The board gets the signal in the middle of the run. */
async function under(signal: NodeJS.Signals): Promise<{ board: HostBoard; ended: Ended }> {
  const subject = await board();
  const running = startNetlab(run(subject.path));
  await running.shows(/^volley/m);
  subject.process.kill(signal);
  return { board: subject, ended: await running.ended };
}

describe('the firmware as a process', () => {
  it('that hangs ends in BOARD, exit 6, with evidence; when it goes on, the next run passes', async () => {
    const { board: subject, ended } = await under('SIGSTOP');
    expect(ended.code).toBe(6);
    expect(ended.stdout).toMatch(/BOARD \S+\n {2}.* has said nothing/);
    expect(ended.stdout).toMatch(/evidence: /);
    subject.process.kill('SIGCONT');
    expect((await netlab(run(subject.path))).code).toBe(0);
  });

  it('that is killed ends in BOARD, exit 6; another one passes', async () => {
    const { ended } = await under('SIGKILL');
    expect(ended.code).toBe(6);
    expect(ended.stdout).toMatch(
      /BOARD \S+\n {2}.* (vanished while it was in use|has said nothing)/,
    );
    expect((await netlab(run((await board()).path))).code).toBe(0);
  });

  it('is one run’s at a time: of two the later is refused with 4, and the other is not disturbed', async () => {
    const { path } = await board();
    const both = [startNetlab(run(path, '--json')), startNetlab(run(path, '--json'))];
    const ended = await Promise.all(both.map((one) => one.ended));
    expect(ended.map(({ code }) => code).toSorted()).toEqual([0, 4]);
    const refused = ended.findIndex(({ code }) => code === 4);
    const { error } = JSON.parse(ended[refused]?.stdout ?? '');
    expect(error.details.pid).toBe(both[1 - refused]?.child.pid);
  });
});
