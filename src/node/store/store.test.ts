import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRng } from '../../base/random.ts';
import type { Lab } from '../../lab/lab.ts';
import { NO_PROGRESS, recordHint } from '../../lab/progress.ts';
import { writeWhole } from './files.ts';
import { findLab, labNames, listLabs } from './labs.ts';
import { readLearnerCode } from './learner-code.ts';
import { loadProgress, saveProgress } from './progress-file.ts';
import { findRun, listRuns, openEvidence, readRun, recordsRoot, runId } from './runs.ts';
import {
  findWorkspace,
  labOfFolder,
  requireWorkspace,
  resetWorkspace,
  startWorkspace,
} from './workspace.ts';

const LAB: Lab = {
  id: 'lab90',
  name: 'lab90-toy',
  title: { en: 'Toy', ko: '장난감' },
  layer: { en: '', ko: '' },
  fixtures: [],
  entry: 'toy.ts',
  checks: [],
};
const STAMP = '20260102T030405Z';
const SEEDED = () => seededRng(1);

let root = '';
const at = (...parts: string[]) => join(root, ...parts);
const write = (path: string, text: string) => {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
};
const read = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
const source = () => {
  const folder = at('labs', LAB.name);
  return { lab: LAB, folder, modules: folder };
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'netlab-store-'));
  write('labs/lab90-toy/starter/toy.ts', 'export const toy = 0;\n');
  write('labs/lab90-toy/starter/lib/more.ts', 'export const more = 0;\n');
  write('labs/lab90-toy/README.md', '# Toy\n');
  write('labs/lab90-toy/README.ko.md', '# 장난감\n');
  write('labs/lab90-toy/lab.js', 'export const lab = { id: "lab90", checks: [] };\n');
  mkdirSync(at('home'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Node's files, with `failing` made to fail as the system does. */
const filesThatFail = (failing: 'writeSync' | 'mkdirSync', code: string, afterCalls = 0) => {
  let calls = 0;
  const fail = (...args: unknown[]) => {
    calls += 1;
    if (calls > afterCalls) throw Object.assign(new Error(code), { code });
    return Reflect.apply(fs[failing], fs, args);
  };
  return { ...fs, [failing]: fail };
};

describe('a workspace', () => {
  it('begins with the starter, the READMEs and a tsconfig', () => {
    const { created, kept, entry } = startWorkspace(source(), at('home'));
    expect([...created].sort()).toEqual(
      ['README.ko.md', 'README.md', join('lib', 'more.ts'), 'toy.ts', 'tsconfig.json'].sort(),
    );
    expect(kept).toEqual([]);
    expect(readFileSync(entry, 'utf8')).toBe('export const toy = 0;\n');
    expect(JSON.parse(read('home', 'lab90-toy', 'tsconfig.json')).compilerOptions.noEmit).toBe(
      true,
    );
  });

  it('is never overwritten when started again', () => {
    startWorkspace(source(), at('home'));
    write('home/lab90-toy/toy.ts', 'mine');
    rmSync(at('home/lab90-toy/README.md'));
    const { created, kept } = startWorkspace(source(), at('home'));
    expect(created).toEqual(['README.md']);
    expect(kept).toContain('toy.ts');
    expect(read('home/lab90-toy/toy.ts')).toBe('mine');
  });

  it('keeps a dated copy of all when reset, and files of the learner’s own making', () => {
    const workspace = startWorkspace(source(), at('home'));
    write('home/lab90-toy/toy.ts', 'mine');
    write('home/lab90-toy/own.ts', 'own');
    const { copy } = resetWorkspace(source(), workspace, STAMP);
    expect(copy).toBe(`${workspace.folder}.${STAMP}`);
    expect(readFileSync(join(copy, 'toy.ts'), 'utf8')).toBe('mine');
    expect(read('home/lab90-toy/toy.ts')).toBe('export const toy = 0;\n');
    expect(read('home/lab90-toy/own.ts')).toBe('own');
    expect(resetWorkspace(source(), workspace, STAMP).copy).not.toBe(copy);
  });

  it('is found from inside, from beside and from above', () => {
    const { folder } = startWorkspace(source(), at('home'));
    mkdirSync(at('home/elsewhere'));
    for (const from of [folder, join(folder, 'lib'), at('home'), at('home/elsewhere')]) {
      expect(findWorkspace(LAB, from)?.folder).toBe(folder);
    }
    expect(labOfFolder(join(folder, 'lib'), [LAB.name])).toBe(LAB.name);
    expect(labOfFolder(at('home'), [LAB.name])).toBeUndefined();
  });

  it('that is missing is told with the command that makes one', () => {
    expect(() => requireWorkspace(LAB, at('home'))).toThrow(
      expect.objectContaining({
        code: 'workspace-missing',
        exitCode: 3,
        message: expect.stringContaining('netlab start lab90'),
      }),
    );
  });

  it('that cannot be made is told with its path', () => {
    write('home/file', '');
    expect(() => startWorkspace(source(), at('home/file'))).toThrow(
      expect.objectContaining({ name: 'NetlabError', code: 'file-missing' }),
    );
  });
});

describe('the learner’s code', () => {
  it('is every source file below the folder, and no other', () => {
    write('code/toy.ts', 'a');
    write('code/lib/b.mjs', 'b');
    write('code/lib/b.test.ts', 'no');
    write('code/types.d.ts', 'no');
    write('code/README.md', 'no');
    write('code/node_modules/x/index.js', 'no');
    write('code/.netlab/runs/1/code/toy.ts', 'no');
    const code = readLearnerCode(at('code'), 'toy.ts');
    expect([...code.files]).toEqual([
      ['lib/b.mjs', 'b'],
      ['toy.ts', 'a'],
    ]);
    expect(readLearnerCode(at('code/lib/b.mjs'), 'toy.ts').entry).toBe('b.mjs');
  });

  it('without its entry is nothing to check', () => {
    expect(() => readLearnerCode(at('home'), 'toy.ts')).toThrow(
      expect.objectContaining({ code: 'code-missing', exitCode: 3 }),
    );
  });

  it('is bounded', () => {
    write('code/toy.ts', 'x'.repeat(2 ** 20 + 1));
    expect(() => readLearnerCode(at('code'), 'toy.ts')).toThrow(
      expect.objectContaining({ code: 'code-too-large' }),
    );
  });
});

describe('the evidence of a run', () => {
  const id = runId('2026-01-02T03:04:05.678Z', 'lab90', SEEDED());

  it('has an id that sorts by time', () => {
    expect(id).toMatch(/^20260102T030405Z-lab90-[0-9a-z]{4}$/);
    expect(runId('2026-01-02T03:04:06Z', 'lab90', SEEDED()) > id).toBe(true);
  });

  it('is with the system as it grows, and can be read again', () => {
    const evidence = openEvidence(root, id);
    const cassette = evidence.grow('serial.cassette');
    cassette.write(Buffer.from('one '));
    cassette.write(Buffer.from('two'));
    expect(readFileSync(join(evidence.folder, 'serial.cassette'), 'utf8')).toBe('one two');
    evidence.keepCode({
      entry: 'toy.ts',
      files: new Map([
        ['toy.ts', 'a'],
        ['lib/b.ts', 'b'],
      ]),
    });
    evidence.write('verdict.json', '{"verdict":"PASS"}');
    evidence.close();
    cassette.write(Buffer.from('late'));
    expect(evidence.trouble).toBeUndefined();
    const run = readRun(findRun(root, 'latest'), 'toy.ts');
    expect(run).toMatchObject({ folder: evidence.folder, verdict: { verdict: 'PASS' } });
    expect([...run.code.files.keys()]).toEqual(['lib/b.ts', 'toy.ts']);
    expect(Buffer.from(run.cassette).toString()).toBe('one two');
  });

  it('survives a disk that fills up: what was written stays, the rest is told once', () => {
    const evidence = openEvidence(root, id, filesThatFail('writeSync', 'ENOSPC', 2));
    const frames = evidence.grow('frames.pcapng');
    for (const word of ['one', 'two', 'three', 'four']) frames.write(Buffer.from(word));
    evidence.write('verdict.json', '{}');
    evidence.close();
    expect(evidence.trouble).toMatchObject({ code: 'disk-full', name: 'NetlabError' });
    expect(evidence.trouble?.message).toContain('frames.pcapng');
    expect(readdirSync(evidence.folder)).toEqual(['frames.pcapng']);
    expect(readFileSync(join(evidence.folder, 'frames.pcapng'), 'utf8')).toBe('onetwo');
  });

  it('of a read-only folder is none, and the run goes on', () => {
    const evidence = openEvidence(root, id, filesThatFail('mkdirSync', 'EROFS'));
    evidence.grow('frames.pcapng').write(Buffer.from('x'));
    evidence.keepCode({ entry: 'a', files: new Map([['a', 'b']]) });
    evidence.close();
    expect(evidence.trouble?.code).toBe('read-only');
    expect(listRuns(root)).toEqual([]);
  });

  it('is found by id, by its beginning and by path, and a near id is offered', () => {
    const ids = ['20260102T030405Z-lab90-aaaa', '20260102T030406Z-lab90-bbbb'];
    for (const one of ids) openEvidence(root, one).write('verdict.json', '{}');
    const folder = at('.netlab', 'runs', ids[0] ?? '');
    expect(listRuns(root)).toEqual(ids);
    expect(findRun(root, ids[0] ?? '')).toBe(folder);
    expect(findRun(root, '20260102T030405')).toBe(folder);
    expect(findRun(at('home'), folder)).toBe(folder);
    expect(() => findRun(root, '2026')).toThrow(expect.objectContaining({ code: 'ambiguous-run' }));
    expect(() => findRun(root, '20260102T030405Z-lab90-aaab')).toThrow(
      expect.objectContaining({
        code: 'unknown-run',
        details: { run: expect.any(String), near: ids[0] },
      }),
    );
  });

  it('without its cassette cannot be replayed, and says so', () => {
    const evidence = openEvidence(root, id);
    evidence.write('verdict.json', '{"torn');
    evidence.keepCode({ entry: 'toy.ts', files: new Map([['toy.ts', '']]) });
    expect(() => readRun(evidence.folder, 'toy.ts')).toThrow(
      expect.objectContaining({
        code: 'run-damaged',
        details: { path: evidence.folder, missing: 'serial.cassette' },
      }),
    );
  });

  it('lies in the nearest .netlab', () => {
    expect(recordsRoot(at('home'))).toBe(at('home'));
    openEvidence(root, id);
    expect(recordsRoot(at('home'))).toBe(root);
  });
});

describe('a whole file', () => {
  it('is the old one while the new one cannot be written', () => {
    write('whole', 'old');
    const full = filesThatFail('writeSync', 'ENOSPC');
    expect(() => writeWhole(at('whole'), 'new', full)).toThrow(
      expect.objectContaining({ code: 'disk-full' }),
    );
    expect(read('whole')).toBe('old');
    expect(readdirSync(root).filter((name) => name.includes('draft'))).toEqual([]);
  });
});

describe('the progress file', () => {
  it('begins empty and comes back', () => {
    expect(loadProgress(root, STAMP)).toEqual({ progress: NO_PROGRESS });
    const progress = recordHint(NO_PROGRESS, 'lab90', 'a', 2);
    saveProgress(root, progress);
    expect(loadProgress(root, STAMP)).toEqual({ progress });
  });

  it('that is damaged is kept aside', () => {
    write('.netlab/progress.json', '{"labs": {"lab');
    const { progress, keptAside = '' } = loadProgress(root, STAMP);
    expect(progress).toEqual(NO_PROGRESS);
    expect(readFileSync(keptAside, 'utf8')).toBe('{"labs": {"lab');
    expect(loadProgress(root, STAMP).keptAside).toBeUndefined();
  });
});

describe('the labs', () => {
  it('of a folder of one’s own are found by id, name and number', async () => {
    const labs = at('labs');
    expect(labNames(labs)).toEqual(['lab90-toy']);
    for (const wanted of ['lab90', 'LAB90', 'lab90-toy', '90']) {
      expect(await findLab(wanted, labs)).toMatchObject({
        lab: { id: 'lab90' },
        folder: at('labs', 'lab90-toy'),
      });
    }
    expect(await listLabs(labs)).toHaveLength(1);
  });

  it('of the package are there, each in the folder of its name', async () => {
    const labs = await listLabs();
    expect(labs.map(({ lab }) => lab.name)).toEqual(labNames());
    expect(labs.map(({ lab }) => lab.name)).toContain('lab03-ethernet');
  });

  it('that are unknown are told with the near one', async () => {
    await expect(findLab('lab91', at('labs'))).rejects.toMatchObject({
      code: 'unknown-lab',
      exitCode: 2,
      details: { lab: 'lab91', near: 'lab90' },
    });
    await expect(listLabs(at('home'))).rejects.toMatchObject({ code: 'no-labs' });
  });

  it('whose module is none are told', async () => {
    write('labs/lab91-bad/lab.js', 'export const lab = 7;\n');
    await expect(findLab('lab91', at('labs'))).rejects.toMatchObject({ code: 'bad-lab' });
  });
});
