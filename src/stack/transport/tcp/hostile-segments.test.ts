import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forged, forge, timestamps } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { CONNECTED, type Connected, inState } from '../../../../test/tcp/states.ts';
import { newPacket } from '../../../base/packet.ts';
import { type Instant, milliseconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';
import { FLAG } from './header.ts';

describe('whatever comes, in whatever state', () => {
  const near = (spread: number) => fc.integer({ min: -spread, max: spread });
  const segments = fc.record({
    bits: fc.integer({ min: 0, max: 0xff }),
    seq: fc.oneof(near(3), near(3000), fc.integer()),
    ack: fc.oneof(near(3), near(30_000), fc.integer()),
    text: fc.oneof(fc.constant(0), fc.nat(10), fc.nat(1460)),
    window: fc.oneof(fc.constantFrom(0, 1, 0xffff), fc.nat(0xffff)),
    urgent: fc.nat(0xffff),
    options: fc.oneof(
      fc.constant<number[]>([]),
      fc.array(fc.nat(255), { maxLength: 40, size: 'max' }),
      fc.integer().map((n) => timestamps(n)),
    ),
    pause_ms: fc.oneof(fc.constant(0), fc.nat(5000)),
  });

  /** Every output there is now; no more than `most` segments. */
  const drained = (pair: Pair, most: number): number => {
    const packet = newPacket(2048);
    for (const tcp of [pair.tcp.a, pair.tcp.b]) {
      for (let count = 0; tcp.pollSegment(packet, 0, pair.now) > 0; count++) {
        if (count > most) throw new Error(`more than ${most} segments for one`);
      }
    }
    return most;
  };

  const named = (bits: number): string =>
    Object.entries(FLAG)
      .filter(([, bit]) => (bits & bit) !== 0)
      .map(([name]) => name.toUpperCase())
      .join(',');

  it.each(CONNECTED)('%s: nothing is thrown, nothing loops, nothing grows', (state: Connected) => {
    fc.assert(
      fc.property(
        fc.array(segments, { maxLength: 12, size: 'max' }),
        fc.boolean(),
        fc.boolean(),
        (all, sack, busy) => {
          const { pair, connection } = inState(state, { sack, receiveBuffer: 20_000 });
          if (busy && connection.writable > 0) connection.send(octets(20_000), pair.now);
          drained(pair, 100);
          for (const { bits, pause_ms, ...rest } of all) {
            forge(pair, 'a', connection, { ...rest, flags: named(bits) } satisfies Forged);
            drained(pair, 40);
            pair.now = (pair.now + milliseconds(pause_ms)) as Instant;
            pair.tcp.a.handleTimeout(pair.now);
            drained(pair, 40);
            expect(connection.readable).toBeLessThanOrEqual(20_000);
          }
          expect(pair.tcp.a.size).toBe(connection.state === 'CLOSED' ? 0 : 1);
          // Whatever it has become, it can be ended, and leaves nothing behind.
          connection.abort(pair.now);
          drained(pair, 2);
          expect([pair.tcp.a.size, pair.tcp.a.pollTimeout()]).toEqual([0, undefined]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('LISTEN: nothing is thrown, nothing loops, nothing grows', () => {
    fc.assert(
      fc.property(
        fc.array(segments, { maxLength: 20, size: 'max' }),
        fc.boolean(),
        (all, always) => {
          const b: Partial<TcpConfig> = { synBacklog: 3, synCookies: always ? 'always' : 'off' };
          const pair = new Pair({ b, line: () => [] });
          const listener = pair.listen(80, { backlog: 2 });
          for (const [i, { bits, pause_ms, ...rest }] of all.entries()) {
            const ports = { localPort: 80, remotePort: 1000 + (i % 5) };
            forge(pair, 'b', ports, { ...rest, flags: named(bits) });
            drained(pair, 20);
            pair.now = (pair.now + milliseconds(pause_ms)) as Instant;
            pair.tcp.b.handleTimeout(pair.now);
            expect(pair.tcp.b.size).toBeLessThanOrEqual(5);
          }
          listener.close(pair.now);
          expect(pair.tcp.b.size).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
