import { describe, expect, it } from 'vitest';
import { timestamps } from '../../../../test/tcp/forge.ts';
import { inState } from '../../../../test/tcp/states.ts';
import type { Instant } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';

const CHALLENGE = 'ACK 1(0) 1';

describe('old duplicates (PAWS, RFC 7323 §5)', () => {
  /** Established with timestamps; the peer's clock was at 1000. */
  function stamped(config: Partial<TcpConfig> = {}) {
    const alone = inState('SYN-SENT', config);
    alone.come({ flags: 'SYN,ACK', seq: 0, ack: 1, options: [2, 4, 5, 180, ...timestamps(1000)] });
    alone.left();
    expect(alone.connection.state).toBe('ESTABLISHED');
    return alone;
  }

  it('are told by their timestamp, dropped and acknowledged', () => {
    const { pair, connection, come, left } = stamped();
    come({ flags: 'ACK', seq: 1, ack: 1, text: 10, options: timestamps(999) });
    expect([connection.readable, left()]).toEqual([0, [CHALLENGE]]);
    expect(pair.tcp.a.counters.pawsDrops).toBe(1);
    come({ flags: 'ACK', seq: 1, ack: 1, text: 10, options: timestamps(1000) });
    expect(connection.readable).toBe(10);
  });

  it('are told across the wrap of the timestamps', () => {
    const { connection, come, left } = stamped({ quickAcks: 16 });
    const clock = [0x7fff_0000, 0x8000_0005, 0x7fff_ffff, 0xffff_fff0, 0x0000_0001, 0xffff_fff0];
    const taken = clock.map((tsval) => {
      const before = connection.readable;
      come({ flags: 'ACK', seq: 1 + before, ack: 1, text: 1, options: timestamps(tsval) });
      left();
      return connection.readable - before;
    });
    expect(taken).toEqual([1, 1, 0, 1, 1, 0]);
  });

  it('a RST is taken whatever its timestamp', () => {
    const { connection, come } = stamped();
    come({ flags: 'RST', seq: 1, options: timestamps(1) });
    expect(connection.state).toBe('CLOSED');
  });

  it('a timestamp of 24 days ago says nothing any more (§5.5)', () => {
    const { pair, connection, come } = stamped();
    pair.now = (pair.now + 25 * 86_400_000_000) as Instant;
    come({ flags: 'ACK', seq: 1, ack: 1, text: 10, options: timestamps(999) });
    expect(connection.readable).toBe(10);
  });

  it('a segment before what was acknowledged last does not set what is echoed (§4.3)', () => {
    const { connection, come, pair } = stamped();
    come({ flags: 'ACK', seq: 11, ack: 1, text: 10, options: timestamps(5000) });
    pair.drain();
    expect(pair.sent.at(-1)?.options.tsecr).toBe(1000);
    come({ flags: 'ACK', seq: 1, ack: 1, text: 10, options: timestamps(2000) });
    pair.drain();
    expect([pair.sent.at(-1)?.options.tsecr, connection.readable]).toEqual([2000, 20]);
  });

  it.each([
    ['is dropped when they are required (§3.2)', true, 0],
    ['is taken when they are not', false, 10],
  ])('a segment without timestamps %s', (_name, timestampsRequired, taken) => {
    const { connection, come } = stamped({ timestampsRequired });
    come({ flags: 'ACK', seq: 1, ack: 1, text: 10 });
    expect(connection.readable).toBe(taken);
  });
});
