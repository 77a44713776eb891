/** A run on the emulated board, recorded and graded again from its folder alone. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seconds } from '../../src/base/time.ts';
import { departures, readRecorded } from '../../src/lab/replay.ts';
import { runLab } from '../../src/lab/runner.ts';
import type { Substrate } from '../../src/lab/substrate.ts';
import { encodeVerdict, type Verdict } from '../../src/lab/verdict.ts';
import { loadImage } from '../../src/node/images.ts';
import { Recording } from '../../src/node/recording.ts';
import { runClock } from '../../src/node/run-clock.ts';
import { openSandbox } from '../../src/node/sandbox/sandbox.ts';
import { openEvidence, RUN_FILES, readRun } from '../../src/node/store/runs.ts';
import { openEmulated } from '../../src/node/substrate-emulated.ts';
import { openReplay } from '../../src/node/substrate-replay.ts';
import { check, text, toyLab } from './toy-lab.ts';

const SEED = 11;
const CODE = {
  entry: 'toy.ts',
  files: new Map([
    [
      'toy.ts',
      'export function frame(to: Uint8Array, from: Uint8Array): Uint8Array {\n  const octets = new Uint8Array(60);\n  octets.set(to, 0);\n  octets.set(from, 6);\n  octets.set([0x88, 0xb5], 12);\n  return octets;\n}\n',
    ],
  ]),
};

const there = check('there', async ({ board, peer, learner, rng }, steps) => {
  const frame = await learner.call('frame', peer.address, board.address);
  if (!(frame instanceof Uint8Array)) throw new Error('no octets');
  frame[59] = rng.next() & 0xff;
  await steps.step(text('the board sends'), () => board.send(frame));
  const received = await steps.step(text('the peer receives'), () => peer.receive(seconds(1)));
  steps.expectOctets(text('the frame'), received?.octets, frame);
});
const back = check('back', async ({ board, peer, learner }, steps) => {
  const frame = await learner.call('frame', board.address, peer.address);
  if (!(frame instanceof Uint8Array)) throw new Error('no octets');
  await steps.step(text('the peer sends'), () => peer.send(frame));
  const received = await steps.step(text('the board receives'), () => board.receive(seconds(1)));
  steps.expectOctets(text('the frame'), received?.octets, frame);
});
const wrong = check('wrong', async ({ board }, steps) => {
  steps.expectEqual(text('nobody sends'), await board.receive(seconds(1)), 'a frame');
});
const LAB = toyLab(there, back, wrong);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'netlab-replay-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function grade(substrate: Substrate, code = CODE): Promise<Verdict> {
  const learner = openSandbox(code);
  try {
    return await runLab({
      lab: LAB,
      substrate,
      learner,
      code: { kind: 'learner', path: 'lab90-toy' },
      seed: SEED,
      netlab: '0.0.0',
      startedAt: '2026-01-02T03:04:05Z',
      clock: runClock,
    });
  } finally {
    await learner.close();
    await substrate.close();
  }
}

async function record() {
  const evidence = openEvidence(root, 'run');
  const recording = new Recording(evidence, '0.0.0', { lab: LAB.id, seed: SEED });
  evidence.keepCode(CODE);
  const image = loadImage('w5500-evb-pico');
  const request = { seed: SEED, fixtures: LAB.fixtures };
  const verdict = await grade(await openEmulated(image, request, recording));
  recording.end();
  evidence.write(RUN_FILES.verdict, encodeVerdict(verdict));
  evidence.close();
  expect(evidence.trouble).toBeUndefined();
  const kept = (name: string) => readFileSync(join(evidence.folder, name));
  return { folder: evidence.folder, verdict, frames: kept(RUN_FILES.frames) };
}

const recordedIn = (folder: string) => {
  const { cassette, code, verdict } = readRun(folder, LAB.entry);
  return { code, recorded: readRecorded(Buffer.from(cassette).toString('latin1'), verdict) };
};

/** What must be equal: all but durations on the wall clock and what it ran on. */
const comparable = ({ checks }: Verdict) => checks.map(({ duration_ms: _, ...rest }) => rest);

describe('a recorded run', () => {
  it('is graded again with no board, and the verdict is the same', async () => {
    const { folder, verdict } = await record();
    expect(verdict.checks.map((result) => result.verdict)).toEqual(['PASS', 'PASS', 'FAIL']);
    const { code, recorded } = recordedIn(folder);
    const replayed = await grade(await openReplay(recorded), {
      ...CODE,
      files: new Map(code.files),
    });
    expect(comparable(replayed)).toEqual(comparable(verdict));
    expect(departures(recorded, replayed)).toEqual([]);
    expect(replayed.exercised.substrate).toMatchObject({
      kind: 'replay',
      board: 'w5500-evb-pico',
      firmwareVersion: verdict.exercised.substrate.firmwareVersion,
    });
  });

  it('is the same octet for octet when it is run again with its seed', async () => {
    const first = await record();
    rmSync(first.folder, { recursive: true });
    const second = await record();
    expect(second.frames.equals(first.frames)).toBe(true);
    expect(comparable(second.verdict)).toEqual(comparable(first.verdict));
  });

  it('tells when other code departs from it, and does not call it the learner’s failure', async () => {
    const { folder } = await record();
    const { recorded } = recordedIn(folder);
    const other = (CODE.files.get('toy.ts') ?? '').replace('0x88, 0xb5', '0x88, 0xb6');
    const code = { ...CODE, files: new Map([['toy.ts', other]]) };
    const replayed = await grade(await openReplay(recorded), code);
    expect(replayed.checks[0]).toMatchObject({
      verdict: 'BOARD',
      failure: { code: 'replay-diverged' },
    });
    expect(departures(recorded, replayed)[0]).toEqual({
      check: 'there',
      recorded: 'PASS',
      replayed: 'BOARD',
    });
  });
});
