import { describe, expect, it } from 'vitest';
import { EXIT, InvariantError, NetlabError } from '../../src/base/errors.ts';
import { randomOctets } from '../../src/base/random.ts';
import { milliseconds, seconds } from '../../src/base/time.ts';
import type { Check } from '../../src/lab/lab.ts';
import { LearnerError } from '../../src/lab/learner.ts';
import { encodeVerdict, type Outcome } from '../../src/lab/verdict.ts';
import { check, HandClock, memorySubstrate, run, text, toyLab } from './toy-lab.ts';

const passes = check('passes', async ({ board, peer, rng }, steps) => {
  const frame = randomOctets(rng, 60);
  await steps.step(text('the board sends'), () => board.send(frame));
  const received = await steps.step(text('the peer receives'), () => peer.receive(seconds(1)));
  steps.expectOctets(text('the frame is the same'), received?.octets, frame);
});
const fails = check('fails', async (_, steps) => {
  await steps.step(text('look'), () => 1);
  steps.expectFields(text('the header'), { type: 1, length: 2 }, { type: 1, length: 3 });
});
const unplugged = check('unplugged', async (_, steps) => {
  await steps.step(text('send'), () => {
    throw new NetlabError('port-lost', EXIT.noBoard, 'the port is gone', { port: 'COM5' });
  });
});
/** Fails `times` times, then passes. */
const shaky = (times: number, wrong: () => void): Check => {
  let left = times;
  return check('shaky', async (_, steps) => {
    await steps.step(text('try'), () => {
      if (left-- > 0) wrong();
    });
  });
};
const unexpected = () => {
  throw new NetlabError('no-answer', EXIT.boardFault, 'no answer');
};

const outcomes = async (checks: readonly Check[], request: Parameters<typeof run>[1] = {}) =>
  (await run(toyLab(...checks), request)).verdict.checks.map(({ verdict }) => verdict);

describe('the runner', () => {
  it('passes a check whose expectations hold, and says what was exercised', async () => {
    const { verdict } = await run(toyLab(passes));
    expect(verdict).toMatchObject({
      schema: 1,
      lab: 'lab90',
      verdict: 'PASS',
      exitCode: 0,
      points: { earned: 10, possible: 10 },
      exercised: {
        substrate: { board: 'toy-board', firmwareVersion: '1.2.3' },
        code: { kind: 'learner' },
      },
      checks: [{ id: 'passes', attempts: 1, steps: [{ number: 1 }, { number: 2 }, { number: 3 }] }],
    });
  });

  it('shows the steps that led to a failure, and expected against actual', async () => {
    const { verdict } = await run(toyLab(fails));
    expect(verdict.checks[0]).toMatchObject({
      verdict: 'FAIL',
      points: { earned: 0, possible: 10 },
      steps: [
        { number: 1, kind: 'action', outcome: 'done' },
        { number: 2, kind: 'expectation', outcome: 'failed' },
      ],
      failure: {
        kind: 'expectation',
        code: 'fields',
        step: 2,
        difference: { kind: 'fields', fields: [{ equal: true }, { name: 'length', equal: false }] },
      },
    });
  });

  it('goes on after a failed check, which stays failed', async () => {
    const { verdict } = await run(toyLab(fails, passes));
    expect(verdict.checks.map((result) => result.verdict)).toEqual(['FAIL', 'PASS']);
    expect(verdict).toMatchObject({ verdict: 'FAIL', exitCode: 1, points: { earned: 10 } });
  });

  it('skips what comes after a failed check when that is wanted', async () => {
    const { verdict } = await run(toyLab(passes, fails, passes), { stopAtFirstFailure: true });
    expect(verdict.checks.map((result) => result.verdict)).toEqual(['PASS', 'FAIL', 'SKIPPED']);
    expect(verdict).toMatchObject({ verdict: 'FAIL', exitCode: 1 });
  });

  it('calls a check failed that hides its own unmet expectation', async () => {
    const hides = check('hides', async (_, steps) => {
      try {
        steps.expectEqual(text('one'), 1, 2);
      } catch {
        // Going on as if nothing had been.
      }
    });
    expect(await outcomes([hides])).toEqual(['FAIL']);
  });

  it('puts the place in the learner’s code into the failure', async () => {
    const place = { file: 'toy.ts', line: 3, column: 5, source: '  boom();' };
    const learner = {
      call: async () => {
        throw new LearnerError('threw', text('it threw'), place);
      },
    };
    const calls = check('calls', async (bench, steps) => {
      await steps.step(text('encode'), () => bench.learner.call('encode'));
    });
    const { verdict } = await run(toyLab(calls), { learner });
    expect(verdict.checks[0]).toMatchObject({
      verdict: 'FAIL',
      steps: [{ outcome: 'failed' }],
      failure: { kind: 'learner', code: 'threw', message: { en: 'it threw' }, step: 1, place },
    });
  });

  it('points at the function whose result was wrong, and shows what the code printed', async () => {
    const place = { file: 'toy.ts', line: 1, column: 17, source: 'export function encode() {' };
    const printed = ['hello'];
    const learner = {
      call: async () => 7,
      locate: (name: string) => (name === 'encode' ? place : undefined),
      pollOutput: () => printed.shift(),
    };
    const calls = check('calls', async (bench, steps) => {
      const result = await steps.step(text('encode'), () => bench.learner.call('encode'));
      steps.expectOctets(text('the frame'), result, Uint8Array.of(1));
    });
    const { verdict } = await run(toyLab(calls), { learner });
    expect(verdict.checks[0]).toMatchObject({
      steps: [{ output: ['hello'] }, {}],
      failure: { place, difference: { kind: 'value', expected: '01', actual: '7 (number)' } },
    });
  });

  it('says BOARD and not FAIL when the port is lost, and skips what is left', async () => {
    const { verdict } = await run(toyLab(unplugged, passes));
    expect(verdict).toMatchObject({
      verdict: 'BOARD',
      exitCode: 6,
      checks: [
        {
          verdict: 'BOARD',
          failure: { kind: 'board', code: 'port-lost', details: { port: 'COM5' } },
        },
        { verdict: 'SKIPPED', reason: { en: expect.stringContaining('lost') } },
      ],
    });
  });

  it('goes on after BOARD when the substrate recovers', async () => {
    const substrate = memorySubstrate({ recover: async () => true });
    expect(await outcomes([unplugged, passes], { substrate })).toEqual(['BOARD', 'PASS']);
  });

  describe('tries once more', () => {
    const port = () => memorySubstrate({ kind: 'port', recover: async () => true });
    const rows: [string, number, () => void, Outcome, number, 'port' | 'emulated'][] = [
      ['a board that failed once, on a port', 1, unexpected, 'FLAKY', 2, 'port'],
      ['a board that failed twice', 2, unexpected, 'BOARD', 2, 'port'],
      ['not where the same seed fails the same', 1, unexpected, 'BOARD', 1, 'emulated'],
      [
        'not what the learner’s own code did',
        1,
        () => {
          throw new LearnerError('threw', text('it threw'));
        },
        'FAIL',
        1,
        'port',
      ],
    ];
    for (const [what, times, wrong, verdict, attempts, kind] of rows) {
      it(what, async () => {
        const substrate = kind === 'port' ? port() : memorySubstrate();
        const result = await run(toyLab(shaky(times, wrong)), { substrate });
        expect(result.verdict.checks[0]).toMatchObject({ verdict, attempts });
      });
    }

    it('and shows why the first try failed', async () => {
      const { verdict } = await run(toyLab(shaky(1, unexpected)), { substrate: port() });
      expect(verdict).toMatchObject({ verdict: 'FLAKY', exitCode: 0, points: { earned: 10 } });
      expect(verdict.checks[0]).toMatchObject({ firstFailure: { code: 'no-answer' } });
      expect(verdict.checks[0]?.failure).toBeUndefined();
    });

    it('with the same chances', async () => {
      const drawn: number[] = [];
      const draws = check('draws', async ({ rng }, steps) => {
        drawn.push(rng.next());
        steps.expect(text('twice'), drawn.length === 2, text('the first time'));
      });
      await run(toyLab(draws), { substrate: port() });
      expect(drawn).toHaveLength(2);
      expect(drawn[0]).toBe(drawn[1]);
    });
  });

  it('skips all when the bench lacks a fixture', async () => {
    const { verdict } = await run(toyLab(passes, fails), {
      substrate: memorySubstrate({ fixtures: [] }),
    });
    expect(verdict).toMatchObject({ verdict: 'SKIPPED', exitCode: 3 });
    expect(verdict.checks[0]?.reason?.en).toContain('cable:peer');
  });

  it('runs the checks that were asked for', async () => {
    const { verdict } = await run(toyLab(fails, passes), { only: ['passes'] });
    expect(verdict.checks.map(({ id }) => id)).toEqual(['passes']);
    expect(verdict.verdict).toBe('PASS');
  });

  it('lets a bug of the lab out', async () => {
    const broken = check('broken', async () => {
      throw new InvariantError('a bug');
    });
    await expect(run(toyLab(broken))).rejects.toThrow(InvariantError);
  });

  describe('with a check that never ends', () => {
    const hangs = (during: () => void) =>
      check('hangs', async (_, steps) => {
        await steps.step(text('wait for ever'), () => {
          during();
          return new Promise<void>(() => {});
        });
      });

    it('says TIMEOUT at its deadline, and which step was under way', async () => {
      const clock = new HandClock();
      const never = hangs(() => clock.pass(seconds(60)));
      const { verdict } = await run(toyLab(never, passes), { clock });
      expect(verdict).toMatchObject({
        verdict: 'TIMEOUT',
        exitCode: 7,
        duration_ms: 60_000,
        checks: [
          {
            verdict: 'TIMEOUT',
            duration_ms: 60_000,
            steps: [{ outcome: 'unfinished' }],
            failure: { kind: 'timeout', step: 1 },
          },
          { verdict: 'SKIPPED' },
        ],
      });
      expect(clock.waiting).toBe(0);
    });

    it('ends INTERRUPTED on a signal, with its steps, and runs no further check', async () => {
      const abort = new AbortController();
      const never = hangs(() => abort.abort());
      const { verdict } = await run(toyLab(passes, never, passes), { interrupt: abort.signal });
      expect(verdict.checks.map((result) => result.verdict)).toEqual([
        'PASS',
        'INTERRUPTED',
        'SKIPPED',
      ]);
      expect(verdict).toMatchObject({ verdict: 'INTERRUPTED', exitCode: 130 });
      expect(verdict.checks[1]?.steps).toHaveLength(1);
    });

    it('tells the abandoned check alone that it is over', async () => {
      const clock = new HandClock();
      let release = () => {};
      let told: unknown;
      const late = check('late', async ({ board }, steps) => {
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        await steps.step(text('wait'), () => clock.pass(seconds(60)));
        await released;
        told = await board.send(Uint8Array.of(1)).catch((error: unknown) => error);
      });
      const substrate = memorySubstrate({ recover: async () => true });
      const releases = check('releases', async (_, steps) => {
        await steps.step(text('let the other go on'), () => release());
      });
      expect(await outcomes([late, releases, passes], { clock, substrate })).toEqual([
        'TIMEOUT',
        'PASS',
        'PASS',
      ]);
      expect(told).toMatchObject({ name: 'CheckOver' });
    });

    it('skips what is left when the run is out of time', async () => {
      const clock = new HandClock();
      const slow = check('slow', async () => clock.pass(seconds(5)));
      const deadlines = { check: seconds(60), run: seconds(5) };
      expect(await outcomes([slow, passes], { clock, deadlines })).toEqual(['TIMEOUT', 'SKIPPED']);
    });
  });

  it('labels packets with the step that they belong to', async () => {
    const substrate = memorySubstrate();
    await run(toyLab(passes), { substrate });
    expect(substrate.labels).toEqual([
      'passes 1: the board sends',
      'passes 2: the peer receives',
      'passes 3: the frame is the same',
    ]);
  });

  it('starts each check on a quiet cable', async () => {
    const leaves = check('leaves', async ({ board }) => board.send(Uint8Array.of(1)));
    const listens = check('listens', async ({ peer }, steps) => {
      steps.expectEqual(text('nothing'), await peer.receive(milliseconds(1)), undefined);
    });
    expect(await outcomes([leaves, listens])).toEqual(['PASS', 'PASS']);
  });

  it('gives each check its own chances, whichever ran before', async () => {
    const drawn = new Map<string, number[]>();
    const draws = (id: string) =>
      check(id, async ({ rng }) => void drawn.set(id, [...(drawn.get(id) ?? []), rng.next()]));
    await run(toyLab(draws('a'), draws('b')));
    await run(toyLab(draws('a'), draws('b')), { only: ['b'] });
    const [alone, together] = drawn.get('b') ?? [];
    expect(alone).toBe(together);
    expect(drawn.get('a')?.[0]).not.toBe(alone);
  });

  it('writes equal runs as equal documents', async () => {
    const [first, second] = [await run(toyLab(passes, fails)), await run(toyLab(passes, fails))];
    expect(encodeVerdict(first.verdict)).toBe(encodeVerdict(second.verdict));
  });

  it('tells what happens as it happens', async () => {
    const { events, verdict } = await run(toyLab(fails));
    expect(events.map(({ kind }) => kind)).toEqual([
      'run-started',
      'verdict-so-far',
      'check-started',
      'step-started',
      'step-ended',
      'step-started',
      'step-ended',
      'check-ended',
      'run-ended',
    ]);
    expect(events.at(-1)).toEqual({ kind: 'run-ended', verdict });
  });
});
