/** From lab to lab: what comes next, one's own tests, reports, progress on another machine. */
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { labNames } from '../../src/node/store/labs.ts';
import { netlab, ownFolder, startNetlab } from './netlab.ts';

const SOLUTION = fileURLToPath(
  new URL('../../labs/lab03-ethernet/solution/ethernet.ts', import.meta.url),
);
const WORKSPACE = 'lab03-ethernet';

async function started(): Promise<string> {
  const cwd = ownFolder();
  expect((await netlab(['start', 'lab03'], { cwd })).code).toBe(0);
  return cwd;
}

describe('start with no lab', () => {
  it('begins with the first that has not passed', async () => {
    const { code, stdout } = await netlab(['start']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Made ${labNames()[0]}`);
  });

  it('in the folder of a lab makes the next one beside it', async () => {
    const cwd = await started();
    const { stdout } = await netlab(['start', 'lab01'], { cwd: join(cwd, WORKSPACE) });
    expect(stdout).toContain(`Made ${join('..', 'lab01-bits')}`);
    expect(readFileSync(join(cwd, 'lab01-bits', 'bits.ts'), 'utf8')).toContain('yourTurn');
  });
});

describe('run', () => {
  it('says what comes next when all passed, and never passes the solution off as one’s own', async () => {
    const cwd = await started();
    copyFileSync(SOLUTION, join(cwd, WORKSPACE, 'ethernet.ts'));
    const own = await netlab(['run', '--on', 'memory'], { cwd });
    expect(own.stdout).toMatch(/PASS {2}100 of 100[\s\S]*Next: netlab start lab00\n$/);
    const other = await netlab(['run', 'lab03', '--on', 'memory'], { cwd: ownFolder() });
    expect(other.stdout).toMatch(/That was the solution’s code[\s\S]*Next: netlab start lab03\n$/);
  });
});

describe('progress', () => {
  it('of nobody says how to begin', async () => {
    const { code, stdout } = await netlab(['progress']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/No lab of yours[\s\S]*Next: netlab start\n$/);
  });

  it('goes from one machine to another and loses nothing there', async () => {
    const [here, there] = [await started(), await started()];
    copyFileSync(SOLUTION, join(here, WORKSPACE, 'ethernet.ts'));
    await netlab(['run', '--on', 'memory'], { cwd: here });
    await netlab(['hint', 'lab03', 'padding'], { cwd: there });
    const file = join(here, 'progress.json');
    await netlab(['progress', '--export', file], { cwd: here });
    const { stdout } = await netlab(['progress', '--import', file, '--json'], { cwd: there });
    expect(JSON.parse(stdout).labs.lab03).toMatchObject({
      passedAt: expect.stringMatching(/^\d{4}-/),
      points: 100,
      hints: { padding: 1 },
    });
  });

  it('says when a file is none of its own', async () => {
    const cwd = ownFolder();
    writeFileSync(join(cwd, 'x.json'), '[]');
    const { code, stderr } = await netlab(['progress', '--import', 'x.json'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('x.json is no file of');
  });
});

describe('a test of one’s own', () => {
  it('is told by number which wrong solutions it catches', async () => {
    const cwd = await started();
    copyFileSync(SOLUTION, join(cwd, WORKSPACE, 'ethernet.ts'));
    await netlab(['test', 'add', 'lab03'], { cwd });
    appendFileSync(
      join(cwd, WORKSPACE, 'own.test.ts'),
      "export function hyphens(): void {\n  expect(subject.parseAddress('00-00-5E-00-53-01')?.length === 6, 'hyphens');\n}\n",
    );
    const { code, stdout } = await netlab(['test', '--json'], { cwd });
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.tests.map(({ name }: { name: string }) => name)).toEqual([
      'exportsSomething',
      'hyphens',
    ]);
    expect(report.caught.length).toBeGreaterThan(0);
    expect(report.caught.length + report.missed.length).toBe(report.mutants);
  });

  it('that rejects the reference proves nothing, and is told so', async () => {
    const cwd = await started();
    writeFileSync(
      join(cwd, WORKSPACE, 'own.test.ts'),
      "export const wrong = () => {\n  throw new Error('always');\n};\nexport const spins = () => { for (;;); };\n",
    );
    const { code, stdout } = await netlab(['test'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/it rejects the reference solution.*always/);
    expect(stdout).toContain('Wrong solutions caught: 0 of');
  });

  it('that cannot be read is told by its line, and not run', async () => {
    const cwd = await started();
    writeFileSync(join(cwd, WORKSPACE, 'own.test.ts'), '\nexport function half() { ;\n');
    const { code, stdout, stderr } = await netlab(['test'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/own\.test\.ts cannot be read, line \d/);
  });

  it('is missing until it is added', async () => {
    const cwd = await started();
    const { code, stderr } = await netlab(['test'], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain('Next: netlab test add lab03');
  });
});

describe('reports', () => {
  it('are written beside each other, whole', async () => {
    const cwd = ownFolder();
    const reports = ['junit:a.xml', 'tap:a.tap', 'json:a.json', 'gradescope:results.json'];
    const args = ['run', 'lab03', '--on', 'memory', '--seed', '1'];
    await netlab([...args, ...reports.flatMap((report) => ['--report', report])], { cwd });
    const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
    expect(read('a.xml')).toMatch(/<testsuite .*tests="15" failures="0"/);
    expect(read('a.tap').match(/^ok \d+/gm)).toHaveLength(15);
    expect(JSON.parse(read('a.json')).points.earned).toBe(100);
    expect(JSON.parse(read('results.json'))).toMatchObject({ score: 100 });
  });

  it('are whole when the run is killed in its middle, and say where it ended', async () => {
    const cwd = await started();
    const solution = readFileSync(SOLUTION, 'utf8');
    const endless = solution.replace(/(export function encodeLlc[^{]*\{)/, '$1 for (;;);');
    writeFileSync(join(cwd, WORKSPACE, 'ethernet.ts'), endless);
    const reports = ['--report', 'junit:a.xml', '--report', 'json:a.json', '--report', 'tap:a.tap'];
    const running = startNetlab(['run', 'lab03', '--on', 'memory', ...reports], { cwd });
    await running.shows(/^llc: /m);
    running.child.kill('SIGKILL');
    await running.ended;
    const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
    const { checks, verdict } = JSON.parse(read('a.json'));
    expect(verdict).toBe('INTERRUPTED');
    expect(checks).toHaveLength(15);
    expect(checks[4]).toMatchObject({ id: 'llc', verdict: 'INTERRUPTED' });
    expect(read('a.xml')).toMatch(/<\/testsuites>\n$/);
    expect(read('a.tap')).toMatch(/^TAP version 14\n1\.\.15\n/);
    expect(read('a.tap').match(/^ok \d+/gm)).toHaveLength(4);
  });

  it('of a form that is none are refused', async () => {
    const { code, stderr } = await netlab(['run', 'lab03', '--report', 'xml:a.xml']);
    expect(code).toBe(2);
    expect(stderr).toContain('junit, tap, json, gradescope');
  });
});
