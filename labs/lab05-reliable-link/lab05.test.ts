import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chance, seededRng } from '../../src/base/random.ts';
import type { Learner } from '../../src/lab/lab.ts';
import { pictureFlaw } from '../../src/lab/picture.ts';
import * as form from '../../src/stack/datalink/arq/form.ts';
import { ArqReceiver } from '../../src/stack/datalink/arq/receiver.ts';
import { BitDeframer, frameBits, stuff } from '../../src/stack/datalink/hdlc/bit-stuffing.ts';
import { decodeControl, encodeControl } from '../../src/stack/datalink/hdlc/control.ts';
import * as hdlc from '../../src/stack/datalink/hdlc/frame.ts';
import { disorder, type LineOptions, runLine, type Trip } from './checks/channel.ts';
import { piecesOf } from './checks/loss.ts';
import { timeline } from './checks/timeline.ts';
import * as solution from './solution/link.ts';

/** Octets that need much stuffing come often. */
const anyOctets = fc
  .array(fc.oneof(fc.constantFrom(0xff, 0x7e, 0x1f, 0xf8), fc.nat(255)), { maxLength: 66 })
  .map((octets) => Uint8Array.from(octets));
const START: solution.Deframer = { inFrame: false, ones: 0, bits: [] };

const exported = solution as unknown as Record<string, (...args: unknown[]) => unknown>;
const learner: Learner = {
  call: (name, ...args) =>
    Promise.resolve(structuredClone(exported[name]?.(...structuredClone(args)))),
};

describe('lab05: solution and stack agree', () => {
  it('on what goes over the line', () => {
    fc.assert(
      fc.property(fc.array(anyOctets, { maxLength: 4 }), (frames) => {
        for (const frame of frames) expect(solution.stuff(frame)).toEqual(stuff(frame));
        expect(solution.lineBits(frames)).toEqual(frameBits(frames));
      }),
    );
  });

  it('on the frames in any bits, wherever they are cut', () => {
    const piece = fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 1 }), { maxLength: 60 })
        .map((bits) => Uint8Array.from(bits)),
      anyOctets.map((frame) => frameBits([frame])),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const stack = new BitDeframer(solution.FRAME_MAX + 2);
        let line = START;
        for (const bits of pieces) {
          const step = solution.deframe(line, bits);
          expect(step.frames).toEqual([...stack.feed(bits)]);
          expect(step.deframer.bits.length).toBeLessThanOrEqual(8 * (solution.FRAME_MAX + 2) + 6);
          line = step.deframer;
        }
      }),
    );
  });

  it('on every control field that the lab has', () => {
    for (let octet = 0; octet < 256; octet++) {
      const found = solution.decodeControl(octet);
      if (found === undefined) continue;
      expect(decodeControl(Uint8Array.of(octet), 8)).toMatchObject({ value: { control: found } });
      expect(encodeControl(found, 8)).toEqual(Uint8Array.of(octet));
      expect(solution.encodeControl(found)).toBe(octet);
    }
    const known = Array.from({ length: 256 }, (_, octet) => solution.decodeControl(octet));
    // 128 I, 64 S, and six U frames with P/F and without.
    expect(known.filter((control) => control !== undefined)).toHaveLength(128 + 64 + 12);
  });

  it('on frames, good and bad', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.nat(7),
        anyOctets,
        fc.nat(),
        (address, number, information, at) => {
          const control = { kind: 'I' as const, ns: number, nr: 7 - number, pf: number === 0 };
          const octets = hdlc.encode({ address, control, information }, { modulus: 8 });
          expect(solution.encodeFrame({ address, control, information })).toEqual(octets);
          expect(solution.decodeFrame(octets)).toEqual({ address, control, information });
          octets[at % octets.length] = (octets[at % octets.length] as number) ^ (1 << (at & 7));
          expect(solution.decodeFrame(octets)).toBeUndefined();
        },
      ),
    );
  });

  it.each([
    ['stop-and-wait', 1, form.goBackN(8, 1)],
    ['go-back-N', 7, form.goBackN(8)],
    ['selective repeat', 4, form.selectiveRepeat(8)],
  ])('on what a receiver delivers: %s', (_name, window, stackForm) => {
    const settings = { window, selective: stackForm.receiveWindow > 1, timeout: 1 };
    fc.assert(
      fc.property(fc.array(fc.nat(7), { maxLength: 60 }), (numbers) => {
        const stack = new ArqReceiver(stackForm);
        let receiver: solution.Receiver = { vr: 0, early: [], rejected: false, busy: false };
        numbers.forEach((number, i) => {
          const information = Uint8Array.of(i);
          const control = { kind: 'I' as const, ns: number, nr: 0, pf: false };
          const step = solution.receiver(
            receiver,
            { kind: 'frame', control, information },
            settings,
          );
          receiver = step.receiver;
          stack.handleFrame({ kind: 'data', number, information });
          const theirs: Uint8Array[] = [];
          for (let next = stack.pollInformation(); next; next = stack.pollInformation()) {
            theirs.push(next);
          }
          expect(step.delivered).toEqual(theirs);
        });
      }),
    );
  });
});

describe('lab05: the line of the checks', () => {
  it.each([
    [1, false],
    [2, false],
    [7, false],
    [4, true],
  ])(
    'delivers each piece once and in order, window %i, selective %s',
    async (window, selective) => {
      const pieces = piecesOf(30);
      for (let seed = 1; seed <= 8; seed++) {
        const rng = seededRng(seed);
        const options: LineOptions = {
          ...{ window, selective, delay: seed % 4, busy: [10, 30] },
          lost: () => chance(rng, 0.3),
        };
        const run = await runLine(learner, pieces, options);
        expect(run.fault).toBeUndefined();
        expect(disorder(run.delivered, pieces)).toBeUndefined();
      }
    },
  );

  it('draws what went over it, within the bounds of a picture', async () => {
    const options: LineOptions = {
      window: 3,
      selective: false,
      delay: 1,
      lost: (_way, n) => n === 2,
    };
    const { trips } = await runLine(learner, piecesOf(6), options);
    const many: Trip[] = Array.from({ length: 40 }, () => trips).flat();
    for (const shown of [trips, many, []]) {
      expect(pictureFlaw('line', timeline({ en: 'a line', ko: '선' }, shown))).toBeUndefined();
    }
    const { text, svg } = timeline({ en: 'a line', ko: '선' }, trips);
    expect(text.filter((line) => JSON.stringify(line).includes('lost'))).toHaveLength(3);
    expect(svg.match(/, lost</g)).toHaveLength(2);
    expect(svg).toContain('I2 again');
  });

  it.each([
    [[0, 1, 2], undefined],
    [[0, 2], 'In place 2 came piece 3.'],
    [[0, 1, 1], 'In place 3 came piece 2.'],
    [[0, 1], 'Piece 3 never came.'],
    [[0, 1, 2, 2], 'In place 4 came piece 3.'],
    [[9], 'In place 1 came what was never sent.'],
  ])('says of %j what is out of order', (order, flaw) => {
    const delivered = order.map((n) => Uint8Array.of(0, n));
    expect(disorder(delivered, piecesOf(3))?.en).toBe(flaw);
  });
});
