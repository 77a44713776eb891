import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { newPacket } from '../../../base/packet.ts';
import type { TcpConfig } from './config.ts';
import { SEGMENTS_MAX } from './flight.ts';

/** Without timestamps, and with a window of 65,535 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false, windowScaling: false };

describe('memory', () => {
  it('for what comes out of order is no more than the buffer, however many holes', () => {
    const { connection, come, left, pair } = inState('ESTABLISHED', PLAIN);
    for (let i = 0; i < 1000; i++) come({ flags: 'ACK', seq: 3 + 2 * i, ack: 1, text: 1 });
    left();
    expect([connection.readable, pair.tcp.a.counters.outOfOrder]).toEqual([0, 1000]);
    // The first 256 holes were remembered: filled in order, the stream goes on to behind the last of them.
    for (let at = 1; at < 600; at += 2) come({ flags: 'ACK', seq: at, ack: 1, text: 2 });
    expect(connection.readable).toBe(600);
  });

  it('what does not fit into the window is not kept', () => {
    const { connection, come } = inState('ESTABLISHED', { ...PLAIN, receiveBuffer: 4000 });
    for (let i = 0; i < 100; i++) come({ flags: 'ACK', seq: 1 + 1000 * i, ack: 1, text: 1000 });
    expect(connection.readable).toBe(4000);
  });

  it('for small segments in flight has a bound in their number', () => {
    const { pair, connection, come } = inState('ESTABLISHED', { ...PLAIN, initialWindow: 40 });
    connection.setOptions({ noDelay: true }, pair.now);
    const packet = newPacket(2048);
    const a = pair.tcp.a;
    let sent = 0;
    const pour = (): void => {
      for (let i = 0; i < 20_000; i++) {
        connection.send(Uint8Array.of(1), pair.now);
        if (a.pollSegment(packet, 0, pair.now) > 0) sent += 1;
      }
    };
    pour();
    expect(sent).toBe(SEGMENTS_MAX);
    expect(connection.info(pair.now).tcpi_unacked).toBe(SEGMENTS_MAX);
    // It goes on when some are acknowledged.
    come({ flags: 'ACK', seq: 1, ack: 1001 });
    expect(a.pollSegment(packet, 0, pair.now)).toBeGreaterThan(0);
  });

  it('is given back when the connection ends', () => {
    const pair = new Pair();
    const [client] = pair.connected();
    client.send(octets(10_000), pair.now);
    pair.run_ms(15);
    client.abort(pair.now);
    pair.run_ms(100);
    expect([pair.tcp.a.size, pair.tcp.b.size, pair.tcp.a.pollTimeout()]).toEqual([0, 0, undefined]);
  });
});
