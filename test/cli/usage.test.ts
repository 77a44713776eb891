import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FailureDocument, netlab, ownFolder, startNetlab } from './netlab.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

describe('netlab without a task', () => {
  it('--version says its version and what it runs on', async () => {
    const { code, stdout } = await netlab(['--version']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `netlab/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
    );
  });

  it.each([[[]], [['--help']], [['help']], [['-h']]])('%j lists the commands', async (args) => {
    const { code, stdout } = await netlab(args);
    expect(code).toBe(0);
    for (const command of ['run', 'check', 'start', 'watch', 'hint', 'list', 'emulate', 'replay']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it.each(['run', 'check', 'emulate', 'doctor'])('help %s shows examples', async (command) => {
    const { code, stdout } = await netlab(['help', command]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/EXAMPLES\n {2}\$ netlab/);
  });

  it('speaks Korean in a Korean locale', async () => {
    const { stdout } = await netlab(['run', '--help'], { env: { LC_ALL: 'ko_KR.UTF-8' } });
    expect(stdout).toContain('사용법\n  $ netlab run');
    expect(stdout).toContain('실습을 실행합니다.');
  });

  it('--lang comes before the locale, also ahead of the command', async () => {
    const { stdout } = await netlab(['--lang', 'en', 'list'], { env: { LC_ALL: 'ko_KR.UTF-8' } });
    expect(stdout).toContain('Ethernet');
  });
});

interface Misuse {
  readonly args: readonly string[];
  readonly code: string;
  readonly says: RegExp;
}

describe('what cannot be meant ends with 2 and suggests', () => {
  it.each<[string, Misuse]>([
    [
      'an unknown command',
      { args: ['rnu'], code: 'unknown-command', says: /Did you mean `run`\?/ },
    ],
    [
      'an unknown command with --help',
      { args: ['rnu', '--help'], code: 'unknown-command', says: /Did you mean `run`\?/ },
    ],
    [
      'an unknown flag',
      {
        args: ['run', 'lab03', '--sed', '1'],
        code: 'unknown-flag',
        says: /Did you mean `--seed`\?/,
      },
    ],
    [
      'an unknown lab',
      { args: ['run', 'lba03'], code: 'unknown-lab', says: /Did you mean `lab03`\?/ },
    ],
    [
      'a lab too many',
      { args: ['run', 'lab03', 'lab04'], code: 'unexpected-argument', says: /lab04/ },
    ],
    [
      'a seed that is no number',
      { args: ['run', 'lab03', '--seed', 'x'], code: 'bad-usage', says: /x/ },
    ],
    [
      'a board without an image',
      {
        args: ['run', 'lab03', '--on', 'emulated', '--board', 'z80'],
        code: 'unknown-board',
        says: /z80/,
      },
    ],
  ])('%s', async (_, { args, code, says }) => {
    const [read, machine] = await Promise.all([netlab(args), netlab([...args, '--json'])]);
    expect(read.code).toBe(2);
    expect(read.stderr).toMatch(says);
    expect(read.stderr).toMatch(/Next: netlab/);
    expect(read.stderr).not.toMatch(/^\s+at /m);
    expect(machine.code).toBe(2);
    const { error } = JSON.parse(machine.stdout) as FailureDocument;
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect(machine.stderr).toBe('');
  });
});

describe('what a program reads', () => {
  it.each([['list'], ['boards'], ['ports'], ['doctor']])(
    '%s --json prints one document',
    async (command) => {
      const { stdout, stderr } = await netlab([command, '--json']);
      expect(JSON.parse(stdout)).toBeTypeOf('object');
      expect(stderr).toBe('');
    },
  );

  it('a reader that leaves early is no error', async () => {
    const { child, ended } = startNetlab(['completion', 'bash']);
    child.stdout.destroy();
    const { stderr } = await ended;
    expect(stderr).toBe('');
  });
});

describe('completion', () => {
  const words = async (...typed: string[]): Promise<string[]> => {
    const { stdout } = await netlab(['completion', '--words', '--', ...typed], {
      cwd: ownFolder(),
    });
    return stdout.split('\n').filter((line) => line !== '');
  };

  it.each([
    ['commands', ['ca'], ['capture']],
    ['flags', ['run', '--se'], ['--seed']],
    ['labs', ['run', 'lab03'], ['lab03']],
    ['what --on takes', ['run', 'lab03', '--on', 'em'], ['emulated']],
    ['boards', ['emulate', '--board', 'w5'], ['w5500-evb-pico']],
    ['the checks of a lab', ['hint', 'lab03', 'round'], ['round-trip']],
    ['the values of a flag', ['list', '--lang', ''], ['en', 'ko']],
  ])('completes %s', async (_, typed, expected) => {
    expect(await words(...typed)).toEqual(expected);
  });
});
