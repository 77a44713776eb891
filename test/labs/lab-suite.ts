/**
 * What holds for every lab, proved in memory: the module is called directly with its arguments copied, the cards and
 * cables are `openMemory`'s, and only waiting moves the clock.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { START } from '../../src/base/time.ts';
import type { Fixture, Lab } from '../../src/lab/lab.ts';
import { type GradedLearner, type LearnerCode, LearnerError } from '../../src/lab/learner.ts';
import { runLab } from '../../src/lab/runner.ts';
import type { Substrate } from '../../src/lab/substrate.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { Recording } from '../../src/node/recording.ts';
import { stripTypes } from '../../src/node/sandbox/module-source.ts';
import { findLab } from '../../src/node/store/labs.ts';
import { readLearnerCode } from '../../src/node/store/learner-code.ts';
import { readMutants } from '../../src/node/store/mutants.ts';
import { openMemory } from '../../src/node/substrate-memory.ts';

type Module = Readonly<Record<string, unknown>>;

export interface LabUnderTest {
  readonly lab: Lab;
  /** Of the lab, with a slash at its end. */
  readonly folder: URL;
  readonly solution: Module;
  /** What the starter's first failure says in both languages. */
  readonly firstWords: { readonly en: RegExp; readonly ko: RegExp };
}

/** Arguments and results are copied, as they are on their way to a worker and back. */
function learnerOf(module: Module): GradedLearner {
  return {
    async call(name, ...args) {
      const exported = module[name];
      if (typeof exported !== 'function') {
        throw new LearnerError('missing-export', { en: name, ko: name });
      }
      try {
        return structuredClone(exported(...structuredClone(args)));
      } catch (error) {
        throw new LearnerError('threw', { en: String(error), ko: String(error) });
      }
    },
  };
}

/** A bench that keeps no evidence. */
export function memoryBench(fixtures: readonly Fixture[], seed: number): Promise<Substrate> {
  const grow = () => ({ write: () => {}, close: () => {} });
  const recording = new Recording({ grow }, 'test', { lab: 'lab90', seed, netlab: 'test' });
  return openMemory({ seed, fixtures }, recording);
}

export async function gradeInMemory(
  lab: Lab,
  module: Module,
  seed = 3,
  substrate?: Substrate,
): Promise<Verdict> {
  return runLab({
    lab,
    substrate: substrate ?? (await memoryBench(lab.fixtures, seed)),
    learner: learnerOf(module),
    code: { kind: 'path', path: lab.entry },
    seed,
    netlab: '0.0.0',
    startedAt: '',
    clock: { now: () => START, schedule: () => () => {} },
  });
}

/** A module that lies in no file; what it imports of earlier labs, `#lab02`, are their solutions. */
async function moduleOf({ entry, files }: LearnerCode): Promise<Module> {
  const earlier = new Map<string, string>();
  const text = files.get(entry) ?? '';
  for (const [, id = ''] of text.matchAll(/ from '#(lab\d\d)'/g)) {
    const { lab, folder } = await findLab(id);
    const code = readLearnerCode(join(folder, 'solution'), lab.entry);
    earlier.set(id, dataUrl(code.files.get(lab.entry) ?? ''));
  }
  return import(dataUrl(text.replace(/'#(lab\d\d)'/g, (_, id) => `'${earlier.get(id)}'`)));
}

const dataUrl = (code: string): string =>
  `data:text/javascript;base64,${Buffer.from(stripTypes(code)).toString('base64')}`;

/** Solution, starter, mutants, checks and READMEs of a lab that is one file. */
export function describeLab({ lab, folder, solution, firstWords }: LabUnderTest): void {
  const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
  const load = (path: string): Promise<Module> => import(new URL(path, folder).href);
  const place = fileURLToPath(folder);

  describe('the solution', () => {
    it.each([0, 1, 2, 3, 0xffffffff])('passes every check with seed %i', async (seed) => {
      const verdict = await gradeInMemory(lab, solution, seed);
      expect(verdict.checks.map(({ id, failure }) => ({ id, failure }))).toEqual(
        lab.checks.map(({ id }) => ({ id, failure: undefined })),
      );
      expect(verdict).toMatchObject({ verdict: 'PASS', points: { earned: 100, possible: 100 } });
    });
  });

  describe('the starter', () => {
    it('fails every check by an expectation, and is told where to begin', async () => {
      const { checks } = await gradeInMemory(lab, await load(`starter/${lab.entry}`));
      expect(checks.map(({ id, verdict, failure }) => [id, verdict, failure?.kind])).toEqual(
        lab.checks.map(({ id }) => [id, 'FAIL', 'expectation']),
      );
      expect(checks[0]?.failure?.message.en).toMatch(firstWords.en);
      expect(checks[0]?.failure?.message.ko).toMatch(firstWords.ko);
    });

    it('exports what the solution exports', async () => {
      const starter = await load(`starter/${lab.entry}`);
      expect(Object.keys(starter).toSorted()).toEqual(Object.keys(solution).toSorted());
    });
  });

  describe.each(readMutants({ lab, folder: place, modules: place }))(
    'the mutant $name',
    (mutant) => {
      it(`is caught by ${mutant.caughtBy}, and blames nobody else`, async () => {
        const { checks } = await gradeInMemory(lab, await moduleOf(mutant.code));
        const caught = checks.filter(({ verdict }) => verdict === 'FAIL').map(({ id }) => id);
        expect(caught).toContain(mutant.caughtBy);
        expect(checks.every(({ verdict }) => verdict === 'PASS' || verdict === 'FAIL')).toBe(true);
      });
    },
  );

  describe('the checks', () => {
    it('are worth 100 points and named once each', () => {
      expect(lab.checks.reduce((sum, { points }) => sum + points, 0)).toBe(100);
      expect(new Set(lab.checks.map(({ id }) => id)).size).toBe(lab.checks.length);
      for (const { id } of lab.checks) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    });

    it.each(lab.checks.map((check) => [check.id, check] as const))(
      '%s has its title and three hints in both languages',
      (_, { title, hints }) => {
        for (const { en, ko } of [title, ...hints]) {
          expect(en).toMatch(/^[^가-힣]+$/);
          expect(ko).toMatch(/[가-힣]/);
        }
        expect(new Set(hints.map(({ en }) => en)).size).toBe(3);
      },
    );
  });

  describe('the READMEs', () => {
    it('have the same headings, level by level, and name no address that could rot', () => {
      const [en, ko] = [read('README.md'), read('README.ko.md')];
      const levels = (text: string) =>
        [...text.matchAll(/^(#+) /gm)].map(([, level]) => level?.length);
      expect(levels(ko)).toEqual(levels(en));
      expect(en + ko).not.toMatch(/https?:/);
    });
  });
}
