import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { seededRng } from '../../src/base/random.ts';
import { START } from '../../src/base/time.ts';
import type { LineStation } from '../../src/lab/lab.ts';
import { append } from '../../src/stack/datalink/ethernet/fcs.ts';
import * as stackClock from '../../src/stack/physical/clock-recovery.ts';
import * as tenBaseT from '../../src/stack/physical/ethernet/ten-base-t.ts';
import * as groups from '../../src/stack/physical/four-b-five-b.ts';
import { MANCHESTER } from '../../src/stack/physical/manchester.ts';
import * as mlt3 from '../../src/stack/physical/mlt3.ts';
import { NRZ_M } from '../../src/stack/physical/nrz.ts';
import { JITTER } from './checks/clock.ts';
import { samplesOf } from './checks/lines.ts';
import { overTheWire } from './checks/wire.ts';
import * as solution from './solution/bits.ts';

const anyBits = fc
  .array(fc.integer({ min: 0, max: 1 }), { maxLength: 80 })
  .map((bits) => Uint8Array.from(bits));
const anyOctets = fc.uint8Array({ maxLength: 60 });
const level = fc.constantFrom(0 as const, 1 as const);

/** What the stack decoded, or undefined in place of an error, as the lab has it. */
const decoded = <T>(result: { ok: true; value: T } | { ok: false }): T | undefined =>
  result.ok ? result.value : undefined;

describe('lab01: solution and stack agree', () => {
  it('on Manchester code, violations included', () => {
    fc.assert(
      fc.property(anyBits, (bits) => {
        expect(solution.manchesterEncode(bits)).toEqual(MANCHESTER.encode(bits));
        expect(solution.manchesterDecode(bits)).toEqual(decoded(MANCHESTER.decode(bits)));
        expect(solution.manchesterDecode(MANCHESTER.encode(bits))).toEqual(bits);
      }),
    );
  });

  it('on NRZI', () => {
    fc.assert(
      fc.property(anyBits, level, (bits, before) => {
        expect(solution.nrziEncode(bits, before)).toEqual(NRZ_M.encode(bits, before));
        expect(solution.nrziDecode(bits, before)).toEqual(decoded(NRZ_M.decode(bits, before)));
      }),
    );
  });

  it('on 4B/5B, whatever arrives', () => {
    fc.assert(
      fc.property(anyOctets, anyBits, (octets, bits) => {
        const code = groups.encodeOctets(octets);
        expect(solution.fourBFiveBEncode(octets)).toEqual(code);
        expect(solution.fourBFiveBDecode(code)).toEqual(octets);
        expect(solution.fourBFiveBDecode(bits)).toEqual(decoded(groups.decodeOctets(bits)));
      }),
    );
  });

  it('on MLT-3; the stack also takes a line that begins on its way to −1', () => {
    const levels = fc.array(fc.integer({ min: -1, max: 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(anyBits, levels, (bits, any) => {
        const line = [...mlt3.encode(bits)];
        expect(solution.mlt3Encode(bits)).toEqual(line);
        expect(solution.mlt3Decode(line)).toEqual(bits);
        const turned = any.find((each) => each !== 0) === -1;
        const stack = decoded(mlt3.decode(Int8Array.from(any)));
        expect(solution.mlt3Decode(any)).toEqual(turned ? undefined : stack);
      }),
    );
  });

  it('on cells from samples, at any clock error and jitter that the lab allows', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 400 }),
        fc.double({ min: -0.02, max: 0.02, noNaN: true }),
        fc.nat(),
        (octets, error, seed) => {
          const cells = NRZ_M.encode(groups.encodeOctets(octets));
          const samples = samplesOf(cells, 8, seededRng(seed), { error, jitter: JITTER });
          expect(solution.recoverCells(samples, 8).cells).toEqual(cells);
          const stack = stackClock.recoverCells(samples, { samplesPerCell: 8 });
          expect(stack.cells).toEqual(cells);
        },
      ),
    );
  });

  it('on packets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(60), (frame, lost) => {
        const cells = tenBaseT.encode(append(frame));
        expect(solution.frameCells(frame)).toEqual(cells);
        const samples = stackClock.sampleCells(cells.subarray(lost), 8);
        expect(solution.receiveFrame(samples, 8)).toEqual(frame);
      }),
    );
  });
});

it('a wire that carries something else is the bench’s fault, and not the learner’s', async () => {
  const lost: LineStation = {
    limits: {
      lowestRate: 100,
      highestRate: 1e7,
      sendDepth: 1e5,
      sampleDepth: 1e5,
      openDrain: true,
      twoRates: true,
    },
    now: () => START,
    async setUp() {},
    exchange: async ({ rate, sampleRate = rate, sample = 0 }) => ({
      samples: new Uint8Array(sample),
      rate,
      sampleRate,
      ended: 'complete',
    }),
  };
  const bench = {
    lines: [lost],
    rng: seededRng(1),
    learner: { call: async (_: string, frame: Uint8Array) => solution.frameCells(frame) },
  };
  const steps = {
    step: (_: unknown, action: () => unknown) => action(),
    expect: (_: unknown, holds: boolean) => expect(holds).toBe(true),
  };
  await expect(overTheWire.run(bench as never, steps as never)).rejects.toMatchObject({
    code: 'lab-wire-lost',
    exitCode: EXIT.boardFault,
  });
});

/** The other way that the README names: whole cells from edge to edge. */
function edgeToEdge(samples: Uint8Array, samplesPerCell: number): Uint8Array {
  const cells: number[] = [];
  for (let at = 0; at < samples.length; ) {
    let end = at;
    while (end < samples.length && samples[end] === samples[at]) end += 1;
    const count = Math.round((end - at) / samplesPerCell);
    for (let i = 0; i < count; i++) cells.push(samples[at] as number);
    at = end;
  }
  return Uint8Array.from(cells);
}

it('a clock that measures from edge to edge passes as well, whatever the seed', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 20, maxLength: 400 }),
      fc.constantFrom(0.02, -0.02),
      fc.nat(),
      (octets, error, seed) => {
        const cells = NRZ_M.encode(groups.encodeOctets(octets));
        const samples = samplesOf(cells, 8, seededRng(seed), { error, jitter: JITTER });
        expect(edgeToEdge(samples, 8)).toEqual(cells);
      },
    ),
  );
});
