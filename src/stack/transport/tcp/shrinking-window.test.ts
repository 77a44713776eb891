import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { seconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';

/** Without timestamps a whole segment has 1460 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false };

describe('a window that shrinks (RFC 9293 §3.8.6)', () => {
  /** Four segments are in flight under a window of 4000; then the peer takes some of it back. */
  function shrunk(window: number, config: Partial<TcpConfig> = {}) {
    const alone = inState('SYN-SENT', { ...PLAIN, windowScaling: false, ...config });
    const { pair, connection, come } = alone;
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, window: 4000, options: [2, 4, 3, 232] });
    connection.send(octets(10_000), pair.now);
    alone.left();
    expect(connection.info(pair.now).tcpi_unacked).toBe(4);
    come({ flags: 'ACK', seq: 1, ack: 1, window });
    return alone;
  }

  it('lets nothing new leave beyond it, SHLD-15 MUST-34', () => {
    const { pair, connection, come, left } = shrunk(1500);
    expect(left()).toEqual([]);
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 1500 });
    expect(left()).toEqual([]);
    expect(connection.info(pair.now).tcpi_bytes_sent).toBe(4000);
  });

  it('what is in flight is sent again, inside of it and beyond, SHLD-16 MAY-7', () => {
    const { pair, come, left } = shrunk(1500);
    pair.run_ms(1000);
    expect(left()).toContain('ACK 1(1000) 1');
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 1500 });
    pair.run_ms(3000);
    const again = left();
    expect(again).toContain('ACK 1001(1000) 1');
    // Its second half lies beyond the window, which ends at 2501.
    expect(again).toContain('ACK 2001(1000) 1');
  });

  it('does not end the connection while the peer answers, SHLD-17 MUST-34 MUST-37', () => {
    const { pair, connection, come } = shrunk(0, { retries: 5 });
    // Of two probes one arrives, or its answer.
    for (let i = 0; i < 40; i++) {
      const before = pair.sent.length;
      pair.runUntil(() => pair.sent.length >= before + 1 + (i % 2), seconds(600));
      pair.run_ms(20);
      come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    }
    expect(connection.error).toBeUndefined();
    come({ flags: 'ACK', seq: 1, ack: 1, window: 20_000 });
    for (let ack = 4001; ack <= 10_001; ack += 1000) {
      come({ flags: 'ACK', seq: 1, ack, window: 20_000 });
      pair.drain();
    }
    expect(connection.unacknowledged).toBe(0);
  });

  it('to zero is probed, MUST-35', () => {
    const { pair, come } = shrunk(4000);
    come({ flags: 'ACK', seq: 1, ack: 4001, window: 0 });
    const before = pair.sent.length;
    pair.run_ms(10_000);
    expect(pair.sentBy('a', before).length).toBeGreaterThanOrEqual(2);
  });
});
