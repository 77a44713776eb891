import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (folder: string, pattern: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => pattern.test(path) && !path.includes('/build/'))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const sources = read('src', /\.(ts|mjs)$/);
const labs = read('labs', /\.ts$/);
const firmware = read('firmware', /\.(c|h|S|mjs)$/);
const tests = read('test', /\.ts$/).filter(({ path }) => !path.endsWith('tidy.test.ts'));

const BANNED: readonly { what: string; pattern: RegExp; except?: RegExp; instead: string }[] = [
  {
    what: 'wall clock',
    pattern: /\bDate\.now\b|\bnew Date\b|\bperformance\.now\b/,
    except: /^src\/(node|cli)\//,
    instead: 'an Instant argument',
  },
  {
    what: 'ambient randomness',
    pattern: /\bMath\.random\b/,
    instead: 'an Rng argument',
  },
  {
    what: 'barrel or catch-all',
    pattern: /^export \* from/m,
    instead: 'a direct import',
  },
  {
    what: 'commented-out code',
    pattern: /^\s*\/\/.*[;{]\s*$/m,
    instead: 'git log',
  },
];

describe('tidy', () => {
  for (const { what, pattern, except, instead } of BANNED) {
    it(`no ${what}: use ${instead}`, () => {
      const offenders = [...sources, ...labs]
        .filter(({ path, text }) => pattern.test(text) && !except?.test(path))
        .map(({ path }) => path);
      expect(offenders).toEqual([]);
    });
  }

  it('no leftover marker, save in a starter, which is an exercise', () => {
    const offenders = [...sources, ...labs, ...firmware, ...tests]
      .filter(({ path }) => !path.includes('/starter/'))
      .filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text))
      .map(({ path }) => path);
    expect(offenders).toEqual([]);
  });

  it('no file over 400 lines', () => {
    const offenders = [...sources, ...labs, ...firmware, ...tests]
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 400);
    expect(offenders).toEqual([]);
  });

  it('file names are kebab-case, and no folder is a drawer for everything', () => {
    const offenders = sources
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^[a-z0-9-/]+(\.test|\.d)?\.(ts|mjs)$/.test(path) ||
          /\/(utils?|helpers?|common|misc)(\/|\.)/.test(path),
      );
    expect(offenders).toEqual([]);
  });

  it('no skipped and no lone test', () => {
    const offenders = [...sources, ...labs, ...tests]
      .filter(({ path }) => path.endsWith('.test.ts'))
      .filter(({ text }) => /\b(it|describe|test)\.(only|todo)\b/.test(text))
      .map(({ path }) => path);
    expect(offenders).toEqual([]);
  });
});
