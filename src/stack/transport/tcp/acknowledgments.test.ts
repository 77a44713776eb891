import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { milliseconds, seconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';

/** Without timestamps a whole segment has 1460 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false };
const MSS = 1460;

describe('acknowledgments (RFC 9293 §3.8.6.3)', () => {
  /** The server, with data forged to it. */
  function receiver(config: Partial<TcpConfig> = {}) {
    const alone = inState('ESTABLISHED', { ...PLAIN, quickAcks: 0, ...config });
    const { pair, come, left } = alone;
    // Of what size the peer's segments are shows by and by.
    come({ flags: 'ACK', seq: 1, ack: 1, text: MSS });
    come({ flags: 'ACK', seq: 1 + MSS, ack: 1, text: MSS });
    pair.run_ms(500);
    left();
    return { ...alone, next: 1 + 2 * MSS };
  }

  it.each([
    ['as it is set at first', undefined],
    ['the longest that the standard allows', milliseconds(499)],
  ])(
    'of one segment is delayed, by less than half a second: %s, SHLD-18 MUST-40',
    (_name, delayedAck) => {
      const { pair, come, left, next } = receiver(delayedAck === undefined ? {} : { delayedAck });
      come({ flags: 'ACK', seq: next, ack: 1, text: MSS });
      expect(left()).toEqual([]);
      const before = pair.now;
      pair.runUntil(() => pair.sent.at(-1)?.ack === next + MSS, seconds(2));
      expect(pair.now - before).toBeLessThan(500_000);
      expect(pair.now - before).toBeGreaterThan(10_000);
    },
  );

  it('is sent for every second full-sized segment, SHLD-19', () => {
    const { come, left, next } = receiver();
    const answers = [0, 1, 2, 3, 4, 5].map((i) => {
      come({ flags: 'ACK', seq: next + i * MSS, ack: 1, text: MSS });
      return left().length;
    });
    expect(answers).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('one acknowledges several segments, MUST-58', () => {
    const { come, left, next } = receiver();
    for (let i = 0; i < 5; i++) come({ flags: 'ACK', seq: next + i * MSS, ack: 1, text: MSS });
    expect(left()).toEqual([`ACK 1(0) ${next + 5 * MSS}`]);
  });

  it('goes with data that leaves anyhow, MUST-58', () => {
    const { pair, connection, come, left, next } = receiver();
    come({ flags: 'ACK', seq: next, ack: 1, text: 100 });
    connection.send(octets(5), pair.now);
    expect(left()).toEqual([`PSH,ACK 1(5) ${next + 100}`]);
    pair.run_ms(100);
    expect(left()).toEqual([]);
  });

  it('what came is all looked at before one leaves, MUST-59', () => {
    const { connection, come, left, next } = receiver();
    come({ flags: 'ACK', seq: next + MSS, ack: 1, text: MSS });
    come({ flags: 'ACK', seq: next, ack: 1, text: MSS });
    expect(left()).toEqual([`ACK 1(0) ${next + 2 * MSS}`]);
    expect(connection.readable).toBe(4 * MSS);
  });

  it('is sent at once for what is out of order, which is kept, and when a gap is filled, MAY-13 SHLD-31', () => {
    const { connection, come, left, next } = receiver();
    come({ flags: 'ACK', seq: next + 100, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next}`]);
    come({ flags: 'ACK', seq: next, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next + 200}`]);
    expect(connection.readable).toBe(2 * MSS + 200);
  });

  it('is sent at once for what came before', () => {
    const { come, left, next } = receiver();
    come({ flags: 'ACK', seq: 1, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next}`]);
  });

  it('is sent at once if the owner wants it so', () => {
    const { pair, connection, come, left, next } = receiver();
    connection.setOptions({ quickAck: true }, pair.now);
    come({ flags: 'ACK', seq: next, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next + 100}`]);
  });

  it('is never sent for an acknowledgment', () => {
    const { come, left, next } = receiver();
    for (let i = 0; i < 5; i++) come({ flags: 'ACK', seq: next, ack: 1 });
    expect(left()).toEqual([]);
  });

  it('of data reports what came twice (RFC 2883) and what came last (RFC 2018)', () => {
    const alone = inState('SYN-SENT', PLAIN);
    const { pair, come, left } = alone;
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, options: [4, 2] });
    left();
    const sacks = (): number[][] => {
      pair.drain();
      const options = pair.sent.at(-1)?.options;
      const count = options?.sackBlocks ?? 0;
      return Array.from({ length: count }, (_, i) => [
        options?.left(i) ?? 0,
        options?.right(i) ?? 0,
      ]);
    };
    come({ flags: 'ACK', seq: 101, ack: 1, text: 100 });
    expect(sacks()).toEqual([[101, 201]]);
    come({ flags: 'ACK', seq: 301, ack: 1, text: 100 });
    expect(sacks()).toEqual([
      [301, 401],
      [101, 201],
    ]);
    come({ flags: 'ACK', seq: 101, ack: 1, text: 100 });
    expect(sacks()).toEqual([
      [101, 201],
      [101, 201],
      [301, 401],
    ]);
    come({ flags: 'ACK', seq: 1, ack: 1, text: 100 });
    expect(sacks()).toEqual([[301, 401]]);
    come({ flags: 'ACK', seq: 1, ack: 1, text: 100 });
    expect(sacks()).toEqual([
      [1, 101],
      [301, 401],
    ]);
  });
});
