/** lab03 over a serial line that passes through a learner's own frame decoder of lab00. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lab as lab00 } from '../../labs/lab00-hello/lab.ts';
import { lab as lab03 } from '../../labs/lab03-ethernet/lab.ts';
import type { LearnerCode } from '../../src/lab/learner.ts';
import { gradeRun } from '../../src/node/grade-run.ts';
import { loadImage } from '../../src/node/images.ts';
import { unrecorded } from '../../src/node/recording.ts';
import { openEmulated } from '../../src/node/substrate-emulated.ts';
import { openMock } from '../../src/node/substrate-mock.ts';

const LIMIT = { timeout: 60_000 };

function codeOf(folder: string, entry: string, path: string): LearnerCode {
  const url = new URL(`../../labs/${folder}/${path}`, import.meta.url);
  return { entry, files: new Map([[entry, readFileSync(url, 'utf8')]]) };
}

function overLineOf(decoder: string, on: 'emulated' | 'mock') {
  return gradeRun({
    lab: lab03,
    code: codeOf('lab03-ethernet', lab03.entry, 'solution/ethernet.ts'),
    origin: { kind: 'learner', path: '' },
    modules: [
      {
        lab: lab00.id,
        as: 'carrier',
        whose: 'learner',
        path: lab00.name,
        sha256: '',
        code: codeOf(lab00.name, lab00.entry, decoder),
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
      const verdict = await overLineOf('solution/hello.ts', on);
      expect(verdict).toMatchObject({ verdict: 'PASS', points: { earned: 100 } });
      expect(verdict.exercised.uses).toMatchObject([{ lab: 'lab00', whose: 'learner' }]);
    },
  );

  it.each([
    ['gives the CRC along with the content', 'mutants/keeps-the-crc.ts', 'carrier'],
    ['puts a zero behind each full run', 'mutants/zero-after-full-run.ts', 'carrier'],
    ['is the starter', 'starter/hello.ts', 'carrier'],
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
