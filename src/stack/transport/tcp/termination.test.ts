import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { type End, Pair } from '../../../../test/tcp/pair.ts';
import { equal } from '../../../base/octets.ts';
import { below, chance, seededRng } from '../../../base/random.ts';
import { milliseconds, seconds } from '../../../base/time.ts';

type Owned = ReturnType<Pair['connect']>;

describe('in the end', () => {
  const actions = fc.array(
    fc.record({
      end: fc.constantFrom<End>('a', 'b'),
      what: fc.constantFrom('send', 'send', 'read', 'read', 'close', 'release', 'abort'),
      size: fc.nat(6000),
      pause_ms: fc.nat(300),
    }),
    { maxLength: 15, size: 'max' },
  );

  /** One of the owners does something, if it can. */
  const act = (pair: Pair, c: Owned, what: string, size: number): void => {
    if (what === 'send' && c.writable > 0) c.send(octets(size), pair.now);
    if (what === 'read') c.receive(size);
    if (what === 'close') c.close(pair.now);
    if (what === 'release') c.release(pair.now);
    if (what === 'abort') c.abort(pair.now);
  };

  it('nothing is left, whatever the owners do and the line loses', () => {
    const loss = fc.nat(50).map((n) => n / 100);
    fc.assert(
      fc.property(actions, loss, fc.integer(), fc.boolean(), (all, lost, seed, sack) => {
        const config = { receiveBuffer: 5000, sack };
        const pair = new Pair({ a: config, b: config });
        const [a, b] = pair.connected();
        const rng = seededRng(seed);
        pair.line = () => (chance(rng, lost) ? [] : [milliseconds(5 + below(rng, 20))]);
        for (const { end, what, size, pause_ms } of all) {
          act(pair, end === 'a' ? a : b, what, size);
          pair.run_ms(pause_ms);
        }
        // Both let go: what was written is sent or given up, and no timer and no block remains.
        a.release(pair.now);
        b.release(pair.now);
        pair.runUntil(() => pair.tcp.a.size + pair.tcp.b.size === 0, seconds(7200));
        expect([pair.tcp.a.size, pair.tcp.b.size], pair.transcript.slice(-3000)).toEqual([0, 0]);
        expect([pair.tcp.a.pollTimeout(), pair.tcp.b.pollTimeout()]).toEqual([
          undefined,
          undefined,
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('both have all that was written before they closed, whatever the line loses', () => {
    const loss = fc.nat(30).map((n) => n / 100);
    const sizes = fc.tuple(fc.nat(20_000), fc.nat(20_000));
    fc.assert(
      fc.property(sizes, loss, fc.integer(), fc.boolean(), ([toB, toA], lost, seed, sack) => {
        const pair = new Pair({ a: { sack }, b: { sack } });
        const [a, b] = pair.connected();
        const rng = seededRng(seed);
        pair.line = () => (chance(rng, lost) ? [] : [milliseconds(5 + below(rng, 20))]);
        a.send(octets(toB), pair.now);
        b.send(octets(toA), pair.now);
        a.close(pair.now);
        b.close(pair.now);
        pair.runUntil(() => a.readable === toA && b.readable === toB, seconds(3600));
        expect(equal(a.receive(toA), octets(toA))).toBe(true);
        expect(equal(b.receive(toB), octets(toB))).toBe(true);
        pair.runUntil(() => a.atEnd && b.atEnd, seconds(3600));
        expect([a.atEnd, b.atEnd, a.error, b.error]).toEqual([true, true, undefined, undefined]);
      }),
      { numRuns: 30 },
    );
  });
});
