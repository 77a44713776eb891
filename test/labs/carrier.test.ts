/** lab03 over a serial line that passes through a learner's own frame decoder of lab00. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lab as lab00 } from '../../labs/lab00-hello/lab.ts';
import { lab as lab03 } from '../../labs/lab03-ethernet/lab.ts';
import type { LearnerCode } from '../../src/lab/learner.ts';
import { gradeRun } from '../../src/node/grade-run.ts';
import { loadImage } from '../../src/node/images.ts';
import { unrecorded } from '../../src/node/recording.ts';
import { findLab } from '../../src/node/store/labs.ts';
import { readLearnerCode } from '../../src/node/store/learner-code.ts';
import { readMutants } from '../../src/node/store/mutants.ts';
import { openEmulated } from '../../src/node/substrate-emulated.ts';
import { openMock } from '../../src/node/substrate-mock.ts';

const LIMIT = { timeout: 60_000 };

const pathOf = (path: string): string =>
  fileURLToPath(new URL(`../../labs/${path}`, import.meta.url));
const solution = readLearnerCode(pathOf('lab03-ethernet/solution'), lab03.entry);
const decoderIn = (folder: string): LearnerCode =>
  readLearnerCode(pathOf(`${lab00.name}/${folder}`), lab00.entry);
const mutants = readMutants(await findLab('lab00'));
const mutant = (wanted: string): LearnerCode | undefined =>
  mutants.find(({ name }) => name === wanted)?.code;

function overLineOf(decoder: LearnerCode | undefined, on: 'emulated' | 'mock') {
  return gradeRun({
    lab: lab03,
    code: solution,
    origin: { kind: 'learner', path: '' },
    modules: [
      {
        lab: lab00.id,
        as: 'carrier',
        whose: 'learner',
        path: lab00.name,
        sha256: '',
        code: decoder ?? { entry: lab00.entry, files: new Map() },
        carrier: lab00.carrier,
      },
    ],
    seed: 1,
    startedAt: '',
    open: (request) =>
      on === 'mock'
        ? openMock(request, unrecorded())
        : openEmulated(loadImage('w5500-evb-pico'), request, unrecorded()),
  });
}

describe('what a learner built in lab00 carries lab03', () => {
  it('lab03 names it', () => {
    expect(lab03.uses).toContainEqual({ lab: 'lab00', as: 'carrier' });
  });

  it.each(['emulated', 'mock'] as const)(
    'a right decoder changes nothing, %s',
    LIMIT,
    async (on) => {
      const verdict = await overLineOf(decoderIn('solution'), on);
      expect(verdict).toMatchObject({ verdict: 'PASS', points: { earned: 100 } });
      expect(verdict.exercised.uses).toMatchObject([{ lab: 'lab00', whose: 'learner' }]);
    },
  );

  it.each([
    ['gives the CRC along with the content', mutant('keeps-the-crc'), 'carrier'],
    ['puts a zero behind each full run', mutant('zero-after-full-run'), 'carrier'],
    ['is the starter', decoderIn('starter'), 'carrier'],
  ])('a decoder that %s is lab00’s fault, and no other check’s', LIMIT, async (_, code, why) => {
    const { verdict, checks } = await overLineOf(code, 'emulated');
    expect(verdict).toBe('FAIL');
    const failed = checks.filter((check) => check.verdict !== 'PASS');
    expect(failed.length).toBeGreaterThan(0);
    for (const { failure } of failed) {
      expect(failure).toMatchObject({ kind: 'learner', code: why, upstream: 'lab00' });
    }
  });
});
