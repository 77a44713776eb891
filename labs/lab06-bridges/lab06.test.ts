import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as stackBpdu from '../../src/stack/datalink/bridge/spanning-tree/bpdu.ts';
import { describeLab, gradeInMemory, memoryBench } from '../../test/labs/lab-suite.ts';
import { lab } from './lab.ts';
import * as solution from './solution/bridge.ts';

describeLab({
  lab,
  folder: new URL('./', import.meta.url),
  solution,
  firstWords: { en: /Open bridge\.ts/, ko: /bridge\.ts를 열어/ },
});

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint16 = fc.integer({ min: 0, max: 0xffff });

describe('solution and stack agree', () => {
  it('on configuration BPDUs', () => {
    const fields = fc.record({
      root: octets(8).map(hex),
      bridge: octets(8).map(hex),
      cost: fc.integer({ min: 0, max: 0xffff_ffff }),
      port: uint16,
      age: fc.integer({ min: 0, max: 99 }),
      times: fc.tuple(fc.integer({ min: 100, max: 0xffff }), uint16, uint16),
      flags: fc.constantFrom(0, 0x01, 0x80, 0x81),
    });
    fc.assert(
      fc.property(fields, octets(6), ({ age, times, flags, ...vector }, source) => {
        const [maxAge, helloTime, forwardDelay] = times.map((time) => time / 256) as [
          number,
          number,
          number,
        ];
        const bpdu = { ...vector, messageAge: age / 256, maxAge, helloTime, forwardDelay, flags };
        const frame = solution.encodeBpdu(bpdu, source);
        const theirs = stackBpdu.decodeFrame(frame);
        expect(theirs.ok && stackBpdu.encodeFrame(theirs.value, source)).toEqual(frame);
        expect(solution.decodeBpdu(frame)).toEqual(bpdu);
        expect(theirs).toMatchObject({
          ok: true,
          value: {
            kind: 'configuration',
            priority: {
              root: BigInt(`0x${vector.root}`),
              cost: vector.cost,
              bridge: BigInt(`0x${vector.bridge}`),
              port: vector.port,
            },
            times: { messageAge: age / 256, maxAge, helloTime, forwardDelay },
          },
        });
      }),
    );
  });

  it('on what is none, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (scrap, likely) => {
        if (likely) scrap.set([1, 0x80, 0xc2, 0, 0, 0].slice(0, scrap.length));
        solution.decodeBpdu(scrap);
        solution.ingress({ vlan: 1, tagged: [] }, scrap);
        const port = { vlan: 1, tagged: [], state: 'forwarding' as const };
        solution.relay([], [port, port], 1, scrap, 0);
      }),
    );
  });
});

describe('a frame that the bench loses', () => {
  it('is the fault of the board or its cable, never of the learner', async () => {
    const bench = await memoryBench(lab.fixtures, 1);
    const segments = (bench.segments ?? []).map(({ board, peer }) => ({
      board: { ...board, address: board.address, now: () => board.now(), send: async () => {} },
      peer,
    }));
    const deaf = segments.map(({ board, peer }, i) => ({
      board: {
        ...board,
        receive: bench.segments?.[i]?.board.receive.bind(bench.segments[i].board),
      },
      peer,
    }));
    const verdict = await gradeInMemory(lab, solution, 1, {
      ...bench,
      segments: deaf as NonNullable<typeof bench.segments>,
    });
    const faulty = verdict.checks.filter((check) => check.verdict !== 'PASS');
    expect(faulty.map(({ id, verdict, failure }) => [id, verdict, failure?.code])).toEqual([
      ['learns-on-the-wire', 'BOARD', 'lab-frame-lost'],
      ['loop-on-the-wire', 'BOARD', 'lab-frame-lost'],
    ]);
  });
});
