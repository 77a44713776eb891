import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, Pair, type PairOptions } from '../../../../test/tcp/pair.ts';
import { equal } from '../../../base/octets.ts';
import { below, chance, type Rng, seededRng } from '../../../base/random.ts';
import { type Duration, type Instant, milliseconds, START } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';
import type { Connection } from './connection.ts';
import type { Path } from './network.ts';

const octets = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

/** Sends `data` from one to the other, in writes and reads of sizes that chance decides; what came. */
function transfer<P extends Path>(
  pair: Pair,
  from: Connection<P>,
  to: Connection<P>,
  data: Uint8Array,
  rng: Rng,
): Uint8Array {
  const came = new Uint8Array(data.length);
  let written = 0;
  let read = 0;
  pair.runUntil(() => {
    if (written < data.length) {
      const size = 1 + below(rng, 5000);
      written += from.send(data.subarray(written, written + size), pair.now);
      if (written === data.length) from.close(pair.now);
    }
    while (to.readable > 0) {
      const part = to.receive(1 + below(rng, 5000));
      came.set(part, read);
      read += part.length;
    }
    return to.atEnd || to.state === 'CLOSED';
  });
  return came.subarray(0, read);
}

interface Faults {
  readonly loss: number;
  readonly duplication: number;
  readonly jitter_ms: number;
}

const faulty =
  (rng: Rng, { loss, duplication, jitter_ms }: Faults): Line =>
  () => {
    const delay = (): Duration => milliseconds(10 + below(rng, jitter_ms + 1));
    if (chance(rng, loss)) return [];
    return chance(rng, duplication) ? [delay(), delay()] : [delay()];
  };

function check(seed: number, faults: Faults, length: number, options: PairOptions = {}): void {
  const rng = seededRng(seed);
  const pair = new Pair({ ...options, seed });
  const [client, server] = pair.connected();
  pair.line = faulty(rng, faults);
  const data = octets(length);
  const came = transfer(pair, client, server, data, rng);
  expect(came.length, `seed ${seed}\n${pair.transcript.slice(-4000)}`).toBe(length);
  expect(equal(came, data), `seed ${seed}`).toBe(true);
}

const FEATURES: readonly [string, Partial<TcpConfig>][] = [
  ['all there is', {}],
  ['no SACK', { sack: false }],
  ['no RACK', { rack: false, tailLossProbe: false }],
  ['no timestamps', { timestamps: false }],
  [
    'neither timestamps nor SACK nor scaling',
    { timestamps: false, sack: false, windowScaling: false },
  ],
  ['Reno', { congestion: 'reno' }],
  ['small buffers', { sendBuffer: 3000, receiveBuffer: 2500 }],
  ['the RFC as it is written', { quickAcks: 0, nagle: 'nagle', windowProbe: 'octet' }],
];

describe('a byte stream comes whole and in order, MUST-1', () => {
  describe.each(FEATURES)('with %s', (_name, config) => {
    it.each<[string, Faults]>([
      ['on a perfect line', { loss: 0, duplication: 0, jitter_ms: 0 }],
      ['at 10 % loss', { loss: 0.1, duplication: 0, jitter_ms: 0 }],
      ['at 30 % loss', { loss: 0.3, duplication: 0, jitter_ms: 0 }],
      ['reordered', { loss: 0, duplication: 0, jitter_ms: 30 }],
      ['with everything', { loss: 0.1, duplication: 0.1, jitter_ms: 30 }],
    ])('%s', (_faults, faults) => {
      for (let seed = 1; seed <= 3; seed++) check(seed, faults, 60_000, { a: config, b: config });
    });
  });

  it('whatever chance does to it', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.record({
          loss: fc.nat(30).map((n) => n / 100),
          duplication: fc.nat(30).map((n) => n / 100),
          jitter_ms: fc.nat(50),
        }),
        fc.nat(20_000),
        fc.boolean(),
        fc.boolean(),
        (seed, faults, length, sack, timestamps) => {
          check(seed, faults, length, { a: { sack, timestamps } });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('across the wrap of the sequence numbers', () => {
    const begun = (now: Instant): Pair => {
      const pair = new Pair();
      pair.now = now;
      pair.connected();
      return pair;
    };
    // The initial number counts 4 µs a step (MUST-8): so many of them later it is 65,536 before the wrap.
    const steps = (0xffff_0000 - begun(START).iss('a')) % 2 ** 32;
    const pair = new Pair();
    pair.now = (steps * 4) as Instant;
    const [client, server] = pair.connected();
    expect(pair.iss('a')).toBe(-0x1_0000);
    const data = octets(200_000);
    expect(equal(transfer(pair, client, server, data, seededRng(1)), data)).toBe(true);
  });

  it('is the same again for the same seed', () => {
    const run = (): string => {
      const rng = seededRng(5);
      const pair = new Pair({
        seed: 5,
        line: faulty(rng, { loss: 0.1, duplication: 0.1, jitter_ms: 9 }),
      });
      const [client, server] = pair.connected();
      transfer(pair, client, server, octets(50_000), rng);
      return pair.transcript;
    };
    expect(run()).toBe(run());
  });
});
