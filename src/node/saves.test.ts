import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Saves } from './saves.ts';
import { readLearnerCode } from './store/learner-code.ts';

const LIMIT = { timeout: 60_000 };

async function watched() {
  const folder = mkdtempSync(join(tmpdir(), 'netlab-saves-'));
  const entry = join(folder, 'own.ts');
  writeFileSync(entry, 'first');
  const saves = new Saves(folder, 'own.ts');
  onTestFinished(() => {
    saves.close();
    rmSync(folder, { recursive: true, force: true });
  });
  expect(await saves.next()).toBe(true);
  const seen = () => readLearnerCode(folder, 'own.ts').files.get('own.ts');
  return { folder, entry, saves, seen };
}

it('what is there at the beginning counts as a save', LIMIT, async () => {
  expect((await watched()).seen()).toBe('first');
});

it.each([
  ['in place', (entry: string) => writeFileSync(entry, 'second')],
  [
    'beside, and renamed over',
    (entry: string) => {
      writeFileSync(`${entry}.tmp`, 'second');
      renameSync(`${entry}.tmp`, entry);
    },
  ],
  [
    'with the old one renamed away before',
    (entry: string) => {
      renameSync(entry, `${entry}~`);
      writeFileSync(entry, 'second');
    },
  ],
  [
    'after it was removed',
    (entry: string) => {
      unlinkSync(entry);
      writeFileSync(entry, 'second');
    },
  ],
  [
    'many times in a row',
    (entry: string) => {
      for (let i = 0; i < 50; i++) writeFileSync(entry, `draft ${i}`);
      writeFileSync(entry, 'second');
    },
  ],
])('a file that an editor writes %s is one save', LIMIT, async (_, save) => {
  const { entry, saves, seen } = await watched();
  save(entry);
  expect(await saves.next()).toBe(true);
  expect(seen()).toBe('second');
});

it('files that are no sources, and a save of the same text, are none', LIMIT, async () => {
  const { folder, entry, saves, seen } = await watched();
  writeFileSync(join(folder, '.own.ts.swp'), 'x');
  writeFileSync(join(folder, 'notes.txt'), 'x');
  writeFileSync(entry, 'first');
  let told = 0;
  saves.onSave = () => {
    told += 1;
  };
  writeFileSync(join(folder, 'other.ts'), 'x');
  expect(await saves.next()).toBe(true);
  expect([told, seen()]).toEqual([1, 'first']);
});

it('ends when it is closed', LIMIT, async () => {
  const { saves } = await watched();
  const next = saves.next();
  saves.close();
  expect(await next).toBe(false);
});
