/** A learner's way through a lab. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type FailureDocument, netlab, ownFolder, startNetlab } from './netlab.ts';

const SOLUTION = fileURLToPath(
  new URL('../../labs/lab03-ethernet/solution/ethernet.ts', import.meta.url),
);
const ENTRY = join('lab03-ethernet', 'ethernet.ts');

async function started(): Promise<string> {
  const cwd = ownFolder();
  expect((await netlab(['start', 'lab03'], { cwd })).code).toBe(0);
  return cwd;
}

async function passed(): Promise<string> {
  const cwd = await started();
  copyFileSync(SOLUTION, join(cwd, ENTRY));
  expect((await netlab(['run', '--seed', '5'], { cwd })).code).toBe(0);
  return cwd;
}

describe('start', () => {
  it('makes the folder once, and never writes over what is there', async () => {
    const cwd = await started();
    writeFileSync(join(cwd, ENTRY), '// mine');
    const again = await netlab(['start', 'lab03'], { cwd });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('nothing was changed');
    expect(readFileSync(join(cwd, ENTRY), 'utf8')).toBe('// mine');
  });

  for (const place of ['/sys', '/proc']) {
    it.skipIf(process.platform !== 'linux')(`says that ${place} takes no files`, async () => {
      const { code, stderr } = await netlab(['start', 'lab03', '--dir', place]);
      expect(code).toBe(2);
      expect(stderr).toContain(`${place}/lab03-ethernet`);
      expect(stderr).not.toMatch(/^\s+at /m);
    });
  }
});

describe('check', () => {
  it('without a workspace: exit 3, and how to get one', async () => {
    const { code, stderr } = await netlab(['check', 'lab03']);
    expect(code).toBe(3);
    expect(stderr).toContain('Next: netlab start lab03');
  });

  it('stops at the first failure and offers its hint', async () => {
    const cwd = await started();
    const { code, stdout } = await netlab(['check'], { cwd });
    expect(code).toBe(1);
    expect(stdout.match(/FAIL/g)).toHaveLength(1);
    expect(stdout).not.toContain('SKIPPED');
    expect(stdout).toMatch(/Next: netlab hint lab03 addresses/);
    expect(stdout).toMatch(/ethernet\.ts:\d+:\d+/);
  });

  it('points at the line of an endless loop', async () => {
    const cwd = await started();
    const path = join(cwd, ENTRY);
    const text = readFileSync(SOLUTION, 'utf8');
    writeFileSync(path, text.replace(/(export function parseAddress[^{]*\{)/, '$1 for (;;);'));
    const { code, stdout } = await netlab(['check', 'lab03', '--only', 'addresses'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/ethernet\.ts:\d+:\d+\n.*for \(;;\);/);
  });

  it('knows the checks by name', async () => {
    const cwd = await started();
    const { code, stderr } = await netlab(['check', 'lab03', '--only', 'paddng'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean `padding`?');
  });
});

describe('run', () => {
  it('takes the learner’s own code, and counts it as progress', async () => {
    const cwd = await passed();
    const { stdout } = await netlab(['list', '--json'], { cwd });
    const { labs } = JSON.parse(stdout) as { labs: { id: string; passedAt?: string }[] };
    expect(labs.find(({ id }) => id === 'lab03')?.passedAt).toMatch(/^\d{4}-/);
  });

  it('says whose code ran when there is none of the learner’s', async () => {
    const { code, stdout } = await netlab(['run', 'lab03', '--on', 'mock']);
    expect(code).toBe(0);
    expect(stdout).toContain('code: the solution');
  });

  it('gives the same capture for the same seed, octet for octet', async () => {
    const cwd = ownFolder();
    const frames = async (): Promise<Buffer> => {
      const args = ['run', 'lab03', '--on', 'emulated', '--seed', '9', '--json'];
      const { stdout } = await netlab(args, { cwd });
      return readFileSync(join(JSON.parse(stdout).evidence, 'frames.pcapng'));
    };
    const first = await frames();
    expect((await frames()).equals(first)).toBe(true);
  });

  it('writes JUnit where it is told, and says when it cannot', async () => {
    const cwd = ownFolder();
    const run = ['run', 'lab03', '--on', 'mock', '--junit'];
    await netlab([...run, 'result.xml'], { cwd });
    expect(readFileSync(join(cwd, 'result.xml'), 'utf8')).toMatch(/^<\?xml[\s\S]*<testsuite/);
    mkdirSync(join(cwd, 'folder'));
    expect((await netlab([...run, 'folder'], { cwd })).code).toBe(2);
  });

  it.skipIf(process.platform !== 'linux')(
    'where nothing can be written still gives a verdict',
    async () => {
      const { code, stdout, stderr } = await netlab(['run', 'lab03', '--on', 'mock'], {
        cwd: '/sys',
      });
      expect(stdout).toMatch(/PASS {2}100 of 100 points/);
      expect(stderr).toContain('the evidence is not whole');
      expect(code).toBe(0);
    },
  );
});

describe('hint', () => {
  it('goes a level further at each call', async () => {
    const cwd = ownFolder();
    const level = async (): Promise<number> =>
      JSON.parse((await netlab(['hint', 'lab03', 'padding', '--json'], { cwd })).stdout).level;
    expect([await level(), await level(), await level(), await level()]).toEqual([1, 2, 3, 3]);
  });

  it('takes the check that failed last, when none is named', async () => {
    const cwd = await started();
    await netlab(['check'], { cwd });
    const { stdout } = await netlab(['hint', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ check: 'addresses', level: 1 });
  });
});

describe('reset and solution', () => {
  it('want a yes', async () => {
    const cwd = await started();
    for (const command of ['reset', 'solution']) {
      const { code, stderr } = await netlab([command, 'lab03'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain(`Next: netlab ${command} lab03 --yes`);
    }
  });

  it('reset keeps what was there', async () => {
    const cwd = await started();
    writeFileSync(join(cwd, ENTRY), '// mine');
    const { stdout } = await netlab(['reset', 'lab03', '--yes', '--json'], { cwd });
    const { copy } = JSON.parse(stdout) as { copy: string };
    expect(readFileSync(join(copy, 'ethernet.ts'), 'utf8')).toBe('// mine');
    expect(readFileSync(join(cwd, ENTRY), 'utf8')).not.toBe('// mine');
  });

  it('solution needs no yes after a pass', async () => {
    const cwd = await passed();
    const { code, stdout } = await netlab(['solution', 'lab03'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('export function encodeEthernetII');
  });
});

describe('watch', () => {
  it('checks at once, and again at each save', async () => {
    const cwd = await started();
    const running = startNetlab(['watch', 'lab03'], { cwd });
    await running.shows(/FAIL addresses[\s\S]*Waiting for the next save/);
    copyFileSync(SOLUTION, join(cwd, ENTRY));
    await running.shows(/PASS any-octets[\s\S]*Waiting for the next save/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});

describe('capture and replay', () => {
  it('show what a run left, and grade it again', async () => {
    const cwd = ownFolder();
    await netlab(['run', 'lab03', '--on', 'mock'], { cwd });
    const capture = JSON.parse((await netlab(['capture', '--json'], { cwd })).stdout);
    expect(existsSync(capture.path)).toBe(true);
    expect(capture.frames.some(({ step }: { step: string }) => step.startsWith('volley'))).toBe(
      true,
    );
    const { code, stdout } = await netlab(['replay'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Every check ended as it did then.');
  });

  it('grade code again that was given as one file', async () => {
    const cwd = ownFolder();
    const file = join(cwd, 'mine.ts');
    copyFileSync(SOLUTION, file);
    const args = ['run', 'lab03', '--on', 'mock', '--code', file];
    expect((await netlab(args, { cwd })).code).toBe(0);
    const { code, stdout } = await netlab(['replay'], { cwd });
    expect(stdout).toContain('Every check ended as it did then.');
    expect(code).toBe(0);
  });

  it.each([
    ['is altered', (text: string) => text.replace('"write"', '"wrote"')],
    ['lacks a line', (text: string) => text.split('\n').toSpliced(5, 1).join('\n')],
    ['is something else', () => 'hello\n'],
  ])('a cassette that %s is refused with exit 3', async (_, damage) => {
    const cwd = ownFolder();
    const run = await netlab(['run', 'lab03', '--on', 'mock', '--json'], { cwd });
    const path = join(JSON.parse(run.stdout).evidence, 'serial.cassette');
    writeFileSync(path, damage(readFileSync(path, 'latin1')));
    const { code, stdout } = await netlab(['replay', '--json'], { cwd });
    const { error } = JSON.parse(stdout) as FailureDocument;
    expect(error).toMatchObject({ code: 'cassette-damaged', exitCode: 3 });
    expect(code).toBe(3);
  });

  it('a run that is not there is said', async () => {
    const { code, stderr } = await netlab(['replay', 'nothing']);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no run `nothing`.');
  });
});
