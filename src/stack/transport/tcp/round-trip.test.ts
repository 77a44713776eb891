import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import { chance, seededRng } from '../../../base/random.ts';
import { milliseconds, seconds } from '../../../base/time.ts';

const WITHOUT_SACK = { a: { sack: false }, b: { sack: false } };
const DELAY = milliseconds(10);

describe('the round trip of what was sent more than once (RFC 7323 §4.1)', () => {
  /** A connection that knows its round trip; then of what `end` sends the first segment is lost. */
  function losing(end: 'a' | 'b') {
    const { pair, client } = opened(WITHOUT_SACK);
    client.send(octets(10), pair.now);
    pair.run_ms(500);
    const before = client.info(pair.now);
    let left = 1;
    pair.line = (s) => (s.from === end && left-- > 0 ? [] : [DELAY]);
    client.send(octets(10), pair.now);
    pair.runUntil(() => client.unacknowledged === 0, seconds(10));
    expect(client.info(pair.now).tcpi_total_retrans).toBe(1);
    return { before, after: client.info(pair.now) };
  }

  it('is that of the retransmission when the answer echoes it', () => {
    const { before, after } = losing('a');
    expect(after.tcpi_rtt).toBeLessThanOrEqual(before.tcpi_rtt);
    expect(after.tcpi_rto).toBeLessThanOrEqual(before.tcpi_rto);
  });

  it('is not known when the answer to a duplicate echoes what came first', () => {
    const { before, after } = losing('b');
    expect(after.tcpi_rtt).toBe(before.tcpi_rtt);
    // It was the first that arrived: what was backed off is taken back (RFC 3522).
    expect(after.tcpi_rto).toBe(before.tcpi_rto);
  });

  it.each([1, 2, 3, 4, 5])(
    'is not mistaken on a line that loses a quarter of all (seed %i)',
    (seed) => {
      const { pair, client, server } = opened(WITHOUT_SACK);
      const rng = seededRng(seed);
      pair.line = () => (chance(rng, 0.25) ? [] : [DELAY]);
      client.send(octets(100_000), pair.now);
      let longest = 0;
      pair.runUntil(() => {
        server.consume(server.readable);
        longest = Math.max(longest, client.info(pair.now).tcpi_rtt);
        return client.unacknowledged === 0;
      }, seconds(600));
      expect(client.unacknowledged).toBe(0);
      // Twice 10 ms, and what the peer delays its acknowledgment.
      expect(longest).toBeLessThanOrEqual(20_000 + 40_000);
    },
  );
});
