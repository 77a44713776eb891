/** Every lab of this repository is as its author should have it: see docs/adding-a-lab.md. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Virtual } from '../../src/node/open-virtual.ts';
import { findLab, labNames } from '../../src/node/store/labs.ts';
import type { CommandShape } from '../../src/node/verify/command-line.ts';
import type { Finding } from '../../src/node/verify/finding.ts';
import { verifyLab } from '../../src/node/verify/verify.ts';

const LABS = fileURLToPath(new URL('../../labs/', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../../oclif.manifest.json', import.meta.url));
const LIMIT = { timeout: 600_000 };

function commands(): Readonly<Record<string, CommandShape>> {
  const manifest: { commands: Record<string, CommandShape> } = JSON.parse(
    readFileSync(MANIFEST, 'utf8'),
  );
  return manifest.commands;
}

async function verify(
  name: string,
  labs?: string,
  on: readonly Virtual[] = ['memory', 'emulated'],
) {
  const bench = {
    on,
    board: 'w5500-evb-pico',
    labs,
    jobs: 2,
    signal: new AbortController().signal,
  };
  return verifyLab({ source: await findLab(name, labs), bench, commands: commands() });
}

describe.each(labNames())('%s', (name) => {
  it('is as its author should have it', LIMIT, async () => {
    expect(await verify(name)).toEqual([]);
  });
});

/** lab03 with one thing wrong; of its mutants a few, so that some checks are unproved. */
async function spoiled(spoil: (folder: string) => void): Promise<readonly Finding[]> {
  const labs = mkdtempSync(join(tmpdir(), 'netlab-verify-'));
  onTestFinished(() => rmSync(labs, { recursive: true, force: true }));
  const folder = join(labs, 'lab03-ethernet');
  const source = join(LABS, 'lab03-ethernet');
  const lab = fileURLToPath(
    new URL('lab03-ethernet/lab.ts', new URL('../../labs/', import.meta.url)),
  );
  cpSync(source, folder, {
    recursive: true,
    filter: (path) => !/lab\.ts$|checks|\.test\.ts$/.test(path) && !/mutants.[^no]/.test(path),
  });
  writeFileSync(join(folder, 'lab.ts'), `export { lab } from ${JSON.stringify(lab)};\n`);
  spoil(folder);
  return verify('lab03', labs, ['memory']);
}

const edit = (file: string, change: (text: string) => string) => (folder: string) => {
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};
const add = (file: string, text: string) => (folder: string) =>
  writeFileSync(join(folder, file), text);

describe('what is wrong with a lab is found', () => {
  it('nothing, where nothing was spoiled', LIMIT, async () => {
    const rules = new Set((await spoiled(() => {})).map(({ rule }) => rule));
    expect([...rules]).toEqual(['unproved']);
  });

  it.each([
    ['a stray file', add('notes.txt', 'x'), 'stray'],
    ['a heading too many', edit('README.ko.md', (text) => `${text}\n## 더\n`), 'headings'],
    ['a link to nowhere', edit('README.md', (text) => `${text}\n[x](gone.md)\n`), 'link'],
    ['a link to no heading', edit('README.md', (text) => `${text}\n[x](#gone)\n`), 'anchor'],
    ['a link to the web', edit('README.md', (text) => `${text}\nhttps://there\n`), 'web-link'],
    [
      'a command that is none',
      edit('README.md', (text) => `${text}\n\`netlab rnu lab03\`\n`),
      'command',
    ],
    ['a starter that cannot be read', add('starter/ethernet.ts', 'const = 1;'), 'unreadable'],
    [
      'a starter that lacks a function',
      edit('starter/ethernet.ts', (text) =>
        text.replace('export function accepts', 'function accepts'),
      ),
      'exports',
    ],
    [
      'a solution that is wrong',
      edit('solution/ethernet.ts', (text) =>
        text.replace('const SHORTEST_FRAME = 60;', 'const SHORTEST_FRAME = 64;'),
      ),
      'solution-fails',
    ],
    [
      'a mutant that names no check',
      edit('mutants/no-padding.diff', (text) => text.replace(/Caught by: .*/, 'Caught by: nobody')),
      'mutant-head',
    ],
    [
      'a mutant that its check does not catch',
      edit('mutants/no-padding.diff', (text) =>
        text.replace(/Caught by: .*/, 'Caught by: addresses'),
      ),
      'mutant-missed',
    ],
    [
      'a mutant of another solution',
      edit('mutants/no-padding.diff', (text) => text.replace(/^ (?=\S)/m, ' un')),
      'mutant-unfit',
    ],
    ['a mutant that is whole', add('mutants/whole.ts', 'export {};'), 'stray'],
  ] as const)('%s', LIMIT, async (_, spoil, rule) => {
    expect((await spoiled(spoil)).map((finding) => finding.rule)).toContain(rule);
  });
});
