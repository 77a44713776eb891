import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/base/crc32.ts';
import { concat, fromHex, toHex } from '../../src/base/octets.ts';
import { seededRng } from '../../src/base/random.ts';
import { START } from '../../src/base/time.ts';
import { decodeCobs, encodeCobs, encodedLengthMax } from '../../src/hardware/control/cobs.ts';
import { decodeFrame, FrameEncoder, KIND } from '../../src/hardware/control/frame.ts';
import { encodeIdentity } from '../../src/hardware/control/identity.ts';
import { encodeOpen, encodeOpened } from '../../src/hardware/control/open.ts';
import { Splitter } from '../../src/hardware/control/splitter.ts';
import { STATISTIC, zeroed } from '../../src/hardware/control/statistics.ts';
import type { SerialStation } from '../../src/lab/lab.ts';
import { StepLog } from '../../src/lab/steps.ts';
import { throughNoise } from './checks/greeting.ts';
import * as reference from './checks/line.ts';
import * as solution from './solution/hello.ts';

/** With zeros and with long runs of none. */
const anyOctets = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(1, 253, 254, 255, 508).map((length) => new Uint8Array(length).fill(7)),
    ),
    { maxLength: 4 },
  )
  .map((parts) => concat(parts));

const session = fc.integer({ min: 1, max: 0xffff });
const nonce = fc.integer({ min: 0, max: 0xffffffff });

function ownCobs(octets: Uint8Array): Uint8Array {
  const target = new Uint8Array(encodedLengthMax(octets.length));
  return target.slice(0, encodeCobs(octets, octets.length, target, 0));
}

/** A frame of netlab's own: its content, and its octets on the line. */
function ownFrame(kind: (typeof KIND)[keyof typeof KIND], of: number, payload: Uint8Array) {
  const octets = new FrameEncoder(zeroed(STATISTIC)).encode(kind, of, 0, 0, 4096, START, payload);
  const encoded = octets.slice(1, -1);
  const target = new Uint8Array(encoded.length);
  const content = target.slice(0, decodeCobs(encoded, target) - 4);
  return { content, octets: octets.slice(1) };
}

describe('lab00: solution, oracle and netlab agree', () => {
  it('on COBS and the CRC', () => {
    fc.assert(
      fc.property(anyOctets, (octets) => {
        const encoded = ownCobs(octets);
        expect(solution.encodeCobs(octets)).toEqual(encoded);
        expect(reference.encodeCobs(octets)).toEqual(encoded);
        expect(solution.decodeCobs(encoded)).toEqual(octets);
        expect(reference.decodeCobs(encoded)).toEqual(octets);
        expect(solution.crc32(octets)).toBe(crc32(octets));
      }),
    );
  });

  it('on octets that nobody encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (octets) => {
        const target = new Uint8Array(octets.length);
        const length = decodeCobs(octets, target);
        const expected = length < 0 ? undefined : target.slice(0, length);
        expect(solution.decodeCobs(octets)).toEqual(expected);
        expect(reference.decodeCobs(octets)).toEqual(expected);
      }),
    );
  });

  it('on every vector of the control protocol', () => {
    const names = { bad_cobs: 'badCobs', bad_crc: 'badCrc', short: 'short' } as const;
    const url = new URL('../../test/vectors/control.txt', import.meta.url);
    const rows = readFileSync(url, 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((part) => part.trim()));
    let seen = 0;
    for (const [name = '', why = '', last = ''] of rows) {
      const octets = fromHex(last) ?? new Uint8Array(0);
      const damage = Object.entries(names).find(([counter]) => counter === why)?.[1];
      if (!name.startsWith('bad ') || damage === undefined) continue;
      seen += 1;
      expect(solution.decodeFrame(octets)).toBe(damage);
      expect(reference.decodeFrame(octets)).toBe(damage);
    }
    for (const [name = '', , payload = '', encoded = ''] of rows) {
      if (!name.startsWith('frame ')) continue;
      seen += 1;
      const content = solution.decodeFrame(fromHex(encoded) ?? new Uint8Array(0));
      expect(content).toBeInstanceOf(Uint8Array);
      expect(toHex(content as Uint8Array).slice(14)).toBe(payload);
      const line = solution.encodeFrame(content as Uint8Array) ?? new Uint8Array(0);
      expect(toHex(line)).toBe(`${encoded}00`);
    }
    expect(seen).toBeGreaterThan(15);
  });

  it('on what comes out of a line, whatever is on it and however it is cut', () => {
    const frame = fc.uint8Array({ minLength: 7, maxLength: 60 }).map(reference.encodeFrame);
    const noise = fc.uint8Array({ maxLength: 20 });
    const long = fc.constantFrom(1607, 1608, 3000).map((length) => new Uint8Array(length).fill(9));
    const streams = fc.array(fc.oneof(frame, noise, long), { maxLength: 8 }).map((p) => concat(p));
    fc.assert(
      fc.property(streams, fc.array(fc.integer({ min: 0, max: 500 })), (stream, cuts) => {
        const { contents, statistics } = reference.decodeStream(stream);
        solution.begin();
        const given: Uint8Array[] = [];
        let rest = stream;
        for (const length of [...cuts, stream.length]) {
          given.push(...solution.receive(rest.slice(0, length)));
          rest = rest.slice(length);
        }
        expect(given).toEqual(contents);
        expect(solution.statistics()).toEqual(statistics);
        let good = 0;
        new Splitter().handleOctets(stream, (encoded) => {
          const found = decodeFrame(encoded);
          const upwards = ['bad_version', 'unknown_kind'];
          if (found.ok || upwards.includes(found.error)) good += 1;
        });
        expect(given.length).toBe(good);
      }),
    );
  });

  it('on OPEN and OPENED', () => {
    fc.assert(
      fc.property(session, nonce, (of, number) => {
        const open = encodeOpen({
          versionMin: 1,
          versionMax: 1,
          window: 8,
          messageMax: 1589,
          nonce: number,
        });
        const own = ownFrame(KIND.OPEN, of, open);
        expect(solution.encodeOpen(of, number)).toEqual(own.content);
        expect(solution.encodeFrame(own.content)).toEqual(own.octets);
        const identity = encodeIdentity({
          board: 'mock',
          firmware: '1.0.0',
          sourceHash: new Uint8Array(8),
          boot: undefined,
          capabilities: 7,
          serial: 'x',
          chip: 4,
          lineRate: undefined,
          address: Uint8Array.of(2, 0, 0, 0, 0, 1),
        });
        const opened = encodeOpened({
          version: 1,
          window: 8,
          messageMax: 1589,
          nonce: number,
          identity,
        });
        const { content } = ownFrame(KIND.OPENED, of, opened);
        expect(solution.decodeOpened(content, of, number)).toEqual({
          board: 'mock',
          firmware: '1.0.0',
          address: Uint8Array.of(2, 0, 0, 0, 0, 1),
        });
        expect(solution.decodeOpened(content, of, number ^ 1)).toBeUndefined();
      }),
    );
  });

  it('on nothing at all: no decoder throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), session, nonce, (scrap, of, number) => {
        solution.decodeFrame(scrap);
        solution.decodeOpened(concat([Uint8Array.of(0x12), scrap]), of, number);
        solution.decodeResponse(concat([Uint8Array.of(0x13), scrap]), of);
      }),
    );
  });
});

/** A board that answers each whole OPEN, by the oracle alone, at a length that seldom comes through unhurt. */
function answering(): SerialStation {
  let said: Uint8Array = new Uint8Array(0);
  return {
    now: () => START,
    async send(octets) {
      const opens = reference.decodeStream(octets).contents.filter(([kind]) => kind === 0x11);
      said = concat(
        opens.map((open) => {
          const of = ((open[1] as number) << 8) | (open[2] as number);
          const nonce = new DataView(open.buffer, open.byteOffset).getUint32(12);
          const identity = concat([reference.item(8, 'x'.repeat(200)), reference.item(1, 'mock')]);
          return reference.encodeFrame(reference.openedContent({ session: of, nonce, identity }));
        }),
      );
    },
    async receive() {
      const heard = said;
      said = new Uint8Array(0);
      return heard.length === 0 ? undefined : heard;
    },
  };
}

it('the noise fails no decoder that is right, wherever it cuts an answer', async () => {
  const module: Record<string, unknown> = { ...solution };
  const learner = {
    call: async (name: string, ...args: unknown[]) =>
      (module[name] as (...given: unknown[]) => unknown)(...args),
  };
  for (let seed = 0; seed < 100; seed++) {
    const log = new StepLog(() => 0 as never, {
      stepStarted() {},
      stepEnded() {},
      pictureDrawn() {},
    });
    const bench = { serial: answering(), learner, rng: seededRng(seed) };
    await throughNoise.run(bench as never, log);
    expect({ seed, failure: log.failure }).toEqual({ seed, failure: undefined });
  }
});
