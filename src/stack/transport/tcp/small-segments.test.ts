import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import type { PairOptions } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import type { ConnectionOptions, TcpConfig } from './config.ts';

/** Without timestamps a whole segment has 1460 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false };
const MSS = 1460;

const open = (options: PairOptions = {}, of: Partial<ConnectionOptions> = {}) =>
  opened({ a: PLAIN, b: PLAIN, ...options }, of);

describe('small segments', () => {
  const write = (nagle: TcpConfig['nagle'], of: Partial<ConnectionOptions>) => {
    const all = open({ a: { ...PLAIN, nagle } }, of);
    const { pair, client } = all;
    for (let i = 0; i < 3; i++) {
      client.send(octets(10), pair.now);
      pair.drain();
    }
    return all;
  };

  it.each(['nagle', 'minshall'] as const)(
    'wait for the acknowledgment of the one before (%s), SHLD-7',
    (nagle) => {
      const { pair, texts } = write(nagle, {});
      expect(texts()).toEqual([10]);
      pair.run_ms(500);
      expect(texts()).toEqual([10, 20]);
    },
  );

  it('do not wait when the application says so, MUST-17', () => {
    expect(write('nagle', { noDelay: true }).texts()).toEqual([10, 10, 10]);
  });

  it('that wait leave when the application takes it back, MUST-17', () => {
    const { pair, client, texts } = write('nagle', {});
    client.setOptions({ noDelay: true }, pair.now);
    pair.drain();
    expect(texts()).toEqual([10, 20]);
  });

  it.each([
    ['nagle', [MSS]],
    ['minshall', [MSS, 100]],
  ] as const)('behind whole ones: %s', (nagle, expected) => {
    const { pair, client, texts } = open({ a: { ...PLAIN, nagle } });
    client.send(octets(MSS + 100), pair.now);
    pair.drain();
    expect(texts()).toEqual(expected);
    pair.run_ms(500);
    expect(texts()).toEqual([MSS, 100]);
  });

  it('are held while the connection is corked, and leave when it is not', () => {
    const { pair, client, texts } = open({}, { cork: true });
    client.send(octets(100), pair.now);
    client.send(octets(MSS), pair.now);
    pair.run_ms(200);
    expect(texts()).toEqual([MSS]);
    client.setOptions({ cork: false }, pair.now);
    pair.drain();
    expect(texts()).toEqual([MSS, 100]);
  });

  it('are held by a cork for a retransmission timeout, and no longer, MUST-60', () => {
    const { pair, client, texts } = open({}, { cork: true });
    client.send(octets(100), pair.now);
    const { tcpi_rto } = client.info(pair.now);
    pair.run_ms(tcpi_rto / 1000 - 1);
    expect(texts()).toEqual([]);
    pair.run_ms(2);
    expect(texts()).toEqual([100]);
  });

  it('are not made of a window that opens a little: the sender avoids silly windows, MUST-38', () => {
    const { pair, connection, come, left } = inState('ESTABLISHED', {
      ...PLAIN,
      windowScaling: false,
    });
    connection.setOptions({ noDelay: true }, pair.now);
    connection.send(octets(60_000), pair.now);
    left();
    const sent = connection.info(pair.now).tcpi_bytes_sent;
    const offer = (room: number): number => {
      come({ flags: 'ACK', seq: 1, ack: 1 + sent, window: room });
      const before = connection.info(pair.now).tcpi_bytes_sent;
      left();
      return connection.info(pair.now).tcpi_bytes_sent - before;
    };
    expect(offer(0)).toBe(0);
    expect(offer(1)).toBe(0);
    expect(offer(500)).toBe(0);
    expect(offer(535)).toBe(0);
    // The peer named no size, so a whole segment is of 536 octets.
    expect(offer(536)).toBe(536);
  });

  it('of half the largest window that there was are large enough, MUST-38', () => {
    const { pair, connection, come, left } = inState('SYN-SENT', PLAIN);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, window: 1000, options: [2, 4, 5, 180] });
    connection.send(octets(5000), pair.now);
    expect(left()).toEqual(['ACK 1(1000) 1']);
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 499 });
    expect(left()).toEqual([]);
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 500 });
    expect(left()).toEqual(['ACK 1001(500) 1']);
  });

  it('leave after a while all the same, if the window never opens more, MUST-38', () => {
    const { pair, connection, come } = inState('SYN-SENT', PLAIN);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, window: 1000, options: [2, 4, 5, 180] });
    connection.send(octets(5000), pair.now);
    pair.drain();
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 100 });
    const before = pair.sent.length;
    pair.run_ms(1500);
    expect(pair.sentBy('a', before).map((s) => s.text)[0]).toBe(100);
  });
});
