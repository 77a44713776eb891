import { describe, expect, it } from 'vitest';
import { CassetteWriter } from '../capture/cassette.ts';
import { readRecorded } from './replay.ts';

function cassette(about: Record<string, string | number>, end = true): string {
  let text = '';
  const writer = new CassetteWriter((line) => {
    text += line;
  }, about);
  if (end) writer.end();
  return text;
}
const ABOUT = { lab: 'lab03', seed: 7 };

describe('a recorded run’s papers', () => {
  it('say lab, seed, code, substrate and how each check ended', () => {
    const verdict = {
      startedAt: 'then',
      exercised: {
        substrate: {
          kind: 'port',
          name: 'COM5',
          board: 'b',
          firmwareVersion: '1',
          sourceHash: 'aa',
          peer: 'p',
        },
        code: { kind: 'solution', path: 'labs' },
      },
      checks: [
        { id: 'a', verdict: 'PASS' },
        { id: 'b', verdict: 'FLAKY' },
      ],
    };
    expect(readRecorded(cassette(ABOUT), verdict)).toMatchObject({
      lab: 'lab03',
      seed: 7,
      startedAt: 'then',
      code: { kind: 'solution', path: 'labs' },
      substrate: verdict.exercised.substrate,
      outcomes: new Map([
        ['a', 'PASS'],
        ['b', 'FLAKY'],
      ]),
      unfinished: false,
    });
  });

  it.each([
    undefined,
    null,
    7,
    {},
    { exercised: 1, checks: [{}, 1, { id: 'a', verdict: 'GREAT' }] },
  ])('may lack a verdict, or have a foreign one: %j', (verdict) => {
    const recorded = readRecorded(cassette(ABOUT, false), verdict);
    expect(recorded.outcomes.size).toBe(0);
    expect(recorded).toMatchObject({ unfinished: true, substrate: { kind: 'emulated', name: '' } });
  });

  const damaged: [string, string, number, string][] = [
    ['an empty file', '', 1, 'no-lab'],
    ['another file', 'hello\n', 1, 'not-a-cassette'],
    ['a cassette of no lab', cassette({ seed: 7 }), 1, 'no-lab'],
    ['one with a changed octet', cassette(ABOUT).replace('"end":0', '"end":9'), 2, 'bad-check'],
  ];
  it.each(damaged)('are refused: %s', (_, text, line, reason) => {
    expect(() => readRecorded(text, undefined)).toThrow(
      expect.objectContaining({ code: 'cassette-damaged', exitCode: 3, details: { line, reason } }),
    );
  });
});
