import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Namespace } from './netns.ts';

/** Above any process's id: pid_max is 2^22 at most. */
const NOBODYS = 'netlab-4194305-0';

const names = (): string => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
const own = (): string => readlinkSync('/proc/thread-self/ns/net');

/** The letter of `/proc/PID/stat`; empty when there is no such process. */
function state(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}

let namespace: Namespace;

beforeEach(() => {
  namespace = Namespace.create();
});

afterEach(() => namespace.close());

describe('a namespace', () => {
  it('has nobody else’s interfaces', () => {
    const links = JSON.parse(namespace.ip('-j', 'link')) as { ifname: string }[];
    expect(links.map(({ ifname }) => ifname)).toContain('lo');
    expect(namespace.has('eth0')).toBe(false);
  });

  it('is left again, also when what was done in it failed', async () => {
    const before = own();
    const failure = new Error('on purpose');
    await expect(
      namespace.enter(() => {
        expect(own()).not.toBe(before);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(own()).toBe(before);
  });

  it('takes its processes with it, and what these started', async () => {
    const running = namespace.start('bash', ['-c', 'sleep 60 & echo $!; wait']);
    const grandchild = Number(await running.shows(/\d+\n/));
    namespace.close();
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(names()).not.toContain(namespace.name);
    // The parent of an orphan may take its time to collect it; but it runs no more.
    expect(state(grandchild)).toMatch(/^[ZX]?$/);
  });

  it('of a process that was killed goes with the next', () => {
    execFileSync('ip', ['netns', 'add', NOBODYS]);
    expect(names()).toContain(NOBODYS);
    const next = Namespace.create();
    expect(names()).not.toContain(NOBODYS);
    expect(names()).toContain(namespace.name);
    next.close();
  });

  it('gives what a command wrote, and how it ended', async () => {
    expect(await namespace.run('bash', '-c', 'echo out; echo err >&2; exit 3')).toEqual({
      code: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });
});
