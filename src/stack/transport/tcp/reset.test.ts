import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { CONNECTED, expectedSeq, inState } from '../../../../test/tcp/states.ts';
import type { TcpConfig } from './config.ts';
import { sequence } from './header.ts';

/** Without timestamps, and with a window of 65,535 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false, windowScaling: false };

describe('a RST (RFC 9293 §3.10.7.4)', () => {
  it.each(CONNECTED)(
    'with the number that is awaited ends %s; TIME-WAIT it does not (RFC 1337)',
    (state) => {
      const { connection, come, left, pair } = inState(state, PLAIN);
      come({ flags: 'RST,ACK', seq: expectedSeq(state), ack: 1 });
      expect(connection.state).toBe(state === 'TIME-WAIT' ? 'TIME-WAIT' : 'CLOSED');
      expect(left()).toEqual([]);
      const orderly = ['CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(state);
      const open = state === 'SYN-SENT' || state === 'SYN-RECEIVED' ? 'refused' : 'reset';
      expect(connection.error).toBe(orderly ? undefined : open);
      expect(pair.tcp.a.size).toBe(state === 'TIME-WAIT' ? 1 : 0);
    },
  );

  it.each([
    ['without an acknowledgment', undefined],
    ['that acknowledges nothing', 0],
    ['that acknowledges too much', 2],
  ])('%s is not for a SYN that waits', (_name, ack) => {
    const { connection, come, left } = inState('SYN-SENT', PLAIN);
    come(ack === undefined ? { flags: 'RST', seq: 0 } : { flags: 'RST,ACK', seq: 0, ack });
    expect([connection.state, left()]).toEqual(['SYN-SENT', []]);
  });

  it('of a half-open connection leaves the listener as it was, MUST-11', () => {
    const pair = new Pair({ line: () => [] });
    const listener = pair.listen();
    const ports = { localPort: 80, remotePort: 999 };
    forge(pair, 'b', ports, { flags: 'SYN', seq: 0 });
    pair.drain();
    forge(pair, 'b', ports, { flags: 'RST', seq: 1 });
    expect([pair.tcp.b.size, listener.pending]).toEqual([0, 0]);
    forge(pair, 'b', ports, { flags: 'SYN', seq: 0 });
    pair.drain();
    expect(pair.sentBy('b').at(-1)?.flags).toBe('SYN,ACK');
  });

  it('is never answered, and answers all else that belongs to nothing', () => {
    const pair = new Pair({ line: () => [] });
    const ports = { localPort: 7, remotePort: 8 };
    forge(pair, 'a', ports, { flags: 'RST', seq: 5 });
    forge(pair, 'a', ports, { flags: 'RST,ACK', seq: 5, ack: 9 });
    pair.drain();
    expect(pair.sent).toEqual([]);
    forge(pair, 'a', ports, { flags: 'SYN', seq: 5, text: 3 });
    forge(pair, 'a', ports, { flags: 'ACK', seq: 5, ack: 9 });
    pair.drain();
    // A RST to a SYN acknowledges it with its text; one to an acknowledgment has its number.
    const answers = pair.sent.map((s) => [s.flags, sequence(s.packet, 0), s.ack]);
    expect(answers).toEqual([
      ['RST,ACK', 0, 9],
      ['RST', 9, -1],
    ]);
  });
});
