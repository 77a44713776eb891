/** An instructor's way: many submissions, some of them hostile. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { netlab, ownFolder, startNetlab } from './netlab.ts';

const LAB = fileURLToPath(new URL('../../labs/lab03-ethernet/', import.meta.url));
const SOLUTION = join(LAB, 'solution', 'ethernet.ts');
const ARGS = ['grade', 'submissions', '--lab', 'lab03', '--on', 'memory', '--jobs', '2', '--json'];

interface Graded {
  readonly submission: string;
  readonly verdict: string;
  readonly earned: number;
  readonly possible: number;
  readonly reason: { readonly en: string };
  readonly seed: number;
  readonly code_sha256: string;
  readonly checks: readonly { readonly id: string; readonly earned: number }[];
}

/** A folder of submissions; each is the solution with `bodies` at the beginning of `parseAddress`. */
function handedIn(bodies: Readonly<Record<string, string>>): string {
  const cwd = ownFolder();
  const solution = readFileSync(SOLUTION, 'utf8');
  for (const [name, body] of Object.entries(bodies)) {
    const folder = join(cwd, 'submissions', name);
    mkdirSync(folder, { recursive: true });
    const text = solution.replace(/(export function parseAddress[^{]*\{)/, `$1 ${body}`);
    writeFileSync(join(folder, 'ethernet.ts'), text);
  }
  return cwd;
}

async function graded(cwd: string, ...more: readonly string[]) {
  const { stdout, code } = await netlab([...ARGS, ...more], { cwd });
  const { grades } = JSON.parse(stdout) as { grades: readonly Graded[] };
  return { code, grades, of: (name: string) => grades.find((grade) => grade.submission === name) };
}

describe('grade', () => {
  it('grades what loops, throws, exits, floods and forks, and each alone pays for it', async () => {
    const cwd = handedIn({
      fine: '',
      loops: 'for (;;);',
      throws: "throw new Error('no');",
      exits: 'process.exit(0);',
      floods: "for (let i = 0; i < 1e5; i++) console.log('x'.repeat(1000));",
      forks: "void import('node:child_process');",
    });
    const files = ['--csv', 'grades.csv', '--report', 'junit:report.xml'];
    const { code, grades, of } = await graded(cwd, '--seed', '5', ...files);
    expect(code).toBe(0);
    expect(of('fine')).toMatchObject({ verdict: 'PASS', earned: 100, seed: 5 });
    expect(of('floods')).toMatchObject({ verdict: 'PASS', earned: 100 });
    for (const name of ['loops', 'throws', 'exits', 'forks']) {
      expect(of(name)).toMatchObject({ verdict: 'FAIL', earned: 90 });
      expect(of(name)?.checks.find(({ id }) => id === 'addresses')?.earned).toBe(0);
    }
    expect(grades.map(({ submission }) => submission)).toEqual([
      'exits',
      'fine',
      'floods',
      'forks',
      'loops',
      'throws',
    ]);
    expect(readFileSync(join(cwd, 'grades.csv'), 'utf8').split('\r\n')).toHaveLength(8);
    const evidence = join(cwd, '.netlab', 'grades', 'lab03-ethernet', 'throws');
    expect(readFileSync(join(evidence, 'report.xml'), 'utf8')).toContain('<failure');
    for (const file of ['grade.json', 'verdict.json', 'transcript.txt', 'code/ethernet.ts']) {
      expect(existsSync(join(evidence, file))).toBe(true);
    }
  });

  it('takes a file for a submission, and neither its neighbours nor what links lead to', async () => {
    const cwd = ownFolder();
    const folder = join(cwd, 'submissions');
    mkdirSync(join(folder, 'empty'), { recursive: true });
    copyFileSync(SOLUTION, join(folder, 'ann.ts'));
    writeFileSync(join(folder, 'bob.ts'), "export * from './ann.ts';\n");
    symlinkSync(LAB, join(folder, 'link'));
    mkdirSync(join(folder, 'linked'));
    symlinkSync(SOLUTION, join(folder, 'linked', 'ethernet.ts'));
    mkdirSync(join(folder, '김 철수'));
    copyFileSync(SOLUTION, join(folder, '김 철수', 'ethernet.ts'));
    const { code, grades, of } = await graded(cwd);
    expect(code).toBe(6);
    const names = ['ann.ts', 'bob.ts', 'empty', 'linked', '김 철수'];
    expect(grades.map(({ submission }) => submission)).toEqual(names);
    expect(of('김 철수')?.earned).toBe(100);
    expect(of('linked')).toMatchObject({ verdict: 'ERROR', earned: 0 });
    expect(of('linked')?.reason.en).toMatch(/ethernet\.ts is no source file/);
    const { stdout } = await netlab([...ARGS.filter((arg) => arg !== '--json')], { cwd });
    expect(stdout).toMatch(/^Passed over.*: link$/m);
    expect(of('ann.ts')?.earned).toBe(100);
    expect(of('bob.ts')).toMatchObject({ verdict: 'FAIL', earned: 0 });
    expect(of('bob.ts')?.reason.en).toContain("no file './ann.ts'");
    expect(of('empty')).toMatchObject({ verdict: 'ERROR', earned: 0, possible: 100 });
  });

  it('goes on where it was interrupted, with the same seed', async () => {
    const cwd = handedIn(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`s${i}`, ''])));
    const args = ARGS.filter((arg) => arg !== '--json');
    const running = startNetlab(args, { cwd });
    await running.shows(/^1\/8 /m);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.stdout).toMatch(/^Interrupted: \d of 8 have a grade\./m);
    const { stdout, code } = await netlab(args, { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d were graded before/m);
    const { grades } = await graded(cwd);
    expect(new Set(grades.map(({ seed }) => seed)).size).toBe(1);
    expect(grades.every(({ verdict }) => verdict === 'PASS')).toBe(true);
  });

  it('writes reports beside the grades alone', async () => {
    const cwd = handedIn({ ann: '' });
    const { code, stdout } = await netlab([...ARGS, '--report', 'tap:../ann.tap'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toContain('report-elsewhere');
  });

  it('grades again what was changed', async () => {
    const cwd = handedIn({ ann: '' });
    const before = (await graded(cwd)).of('ann');
    writeFileSync(join(cwd, 'submissions', 'ann', 'ethernet.ts'), 'export const nothing = 1;\n');
    const after = (await graded(cwd)).of('ann');
    expect(after?.earned).toBe(0);
    expect(after?.code_sha256).not.toBe(before?.code_sha256);
  });

  it('says when there is nothing to grade', async () => {
    const cwd = ownFolder();
    mkdirSync(join(cwd, 'submissions'));
    expect((await netlab(ARGS, { cwd })).code).toBe(3);
  });
});
