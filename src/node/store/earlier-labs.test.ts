import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../lab/progress.ts';
import { openSandbox } from '../sandbox/sandbox.ts';
import { earlierModules, standingOn, takenApart, wholeOf } from './earlier-labs.ts';
import { findLab } from './labs.ts';
import { readLearnerCode } from './learner-code.ts';

const PASSED: Progress = {
  lab91: { passedAt: '2026-01-01T00:00:00Z', points: 100, possible: 100, runs: 1, hints: {} },
};
const LAB = (id: string, name: string, uses: string) =>
  `export const lab = { id: '${id}', name: '${name}', entry: 'own.js', uses: ${uses}, checks: [] };\n`;

let root: string;
let labs: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'netlab-uses-'));
  labs = join(root, 'labs');
  const files = {
    'labs/lab91-first/lab.js': LAB('lab91', 'lab91-first', '[]'),
    'labs/lab91-first/solution/own.js': "export { who } from './who.js';\n",
    'labs/lab91-first/solution/who.js': "export const who = () => 'reference';\n",
    'labs/lab92-second/lab.js': LAB('lab92', 'lab92-second', "[{ lab: 'lab91', as: 'import' }]"),
    'labs/lab92-second/solution/own.js':
      "import { who } from '#lab91';\nexport const ask = () => who();\n",
    'labs/package.json': '{"type":"module"}\n',
    'work/lab91-first/own.js': "export const who = () => 'learner';\n",
    'work/lab92-second/own.js': "import { who } from '#lab91';\nexport const ask = () => who();\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function stand(
  kind: 'learner' | 'solution',
  progress: Progress,
  reference: readonly string[],
) {
  const from = join(root, 'work');
  const { lab } = await findLab('lab92', labs);
  const modules = await earlierModules(lab, { kind, from, progress, reference, labs });
  const code = readLearnerCode(join(from, 'lab92-second'), 'own.js');
  const sandbox = openSandbox(standingOn(code, modules));
  try {
    return { answer: await sandbox.call('ask'), modules, code };
  } finally {
    await sandbox.close();
  }
}

const LIMIT = { timeout: 60_000 };

describe('a lab that stands on an earlier one', () => {
  it.each([
    ['the learner’s own, once it has passed', 'learner', PASSED, [], 'learner', undefined],
    ['the reference before that', 'learner', {}, [], 'reference', 'not-passed'],
    ['the reference when it is asked for', 'learner', PASSED, ['lab91'], 'reference', 'asked'],
    ['the reference below a solution', 'solution', PASSED, [], 'reference', 'not-learner'],
  ] as const)('has %s', LIMIT, async (_, kind, progress, reference, answer, why) => {
    const stood = await stand(kind, progress, reference);
    expect(stood.answer).toBe(answer);
    expect(stood.modules).toMatchObject([{ lab: 'lab91', whose: answer }]);
    expect(stood.modules[0]?.why).toBe(why);
  });

  it('refuses a reference for what it does not stand on', async () => {
    await expect(stand('learner', PASSED, ['lab90'])).rejects.toMatchObject({ code: 'not-used' });
  });

  it('is put together for the record, and taken apart again', LIMIT, async () => {
    const { code, modules } = await stand('learner', PASSED, []);
    const whole = wholeOf(code, modules);
    expect([...whole.files.keys()]).toEqual(['own.js', '#lab91/own.js']);
    const apart = await takenApart(whole, modules, labs);
    expect(apart.code.files).toEqual(code.files);
    expect(apart.modules[0]?.code.files).toEqual(modules[0]?.code.files);
  });
});
