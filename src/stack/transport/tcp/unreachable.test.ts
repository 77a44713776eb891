import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import type { Pair } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import type { TcpConfig } from './config.ts';
import type { Unreachable } from './network.ts';
import { add } from './seq.ts';

/** Without timestamps, and with a window of 65,535 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false, windowScaling: false };

describe('ICMP errors', () => {
  const quote = (pair: Pair, offset: number): number => add(pair.iss('a'), offset);

  function tell(
    pair: Pair,
    c: { localPort: number; remotePort: number },
    at: number,
    kind: Unreachable,
  ) {
    const { a } = pair.tcp;
    a.handleUnreachable(
      pair.addresses('a'),
      c.localPort,
      c.remotePort,
      quote(pair, at),
      kind,
      pair.now,
    );
  }

  it.each([
    ['port', 'refused'],
    ['protocol', 'unreachable'],
    ['prohibited', 'unreachable'],
  ] as const)('a hard one (%s) about a SYN ends the attempt, MUST-54 SHLD-26', (kind, error) => {
    const { pair, connection } = inState('SYN-SENT');
    tell(pair, connection, 0, kind);
    expect([connection.state, connection.error]).toEqual(['CLOSED', error]);
  });

  it.each(['net', 'host', 'time-exceeded', 'parameter'] as const)(
    'a soft one (%s) about a SYN does not, MUST-56',
    (kind) => {
      const { pair, connection } = inState('SYN-SENT');
      tell(pair, connection, 0, kind);
      expect(connection.state).toBe('SYN-SENT');
      pair.runUntil(() => connection.state === 'CLOSED');
      // It is told when the connection dies of itself: SHLD-25, MUST-47.
      expect(connection.error).toBe('unreachable');
    },
  );

  it('none ends a connection that is established (RFC 5461 §3.2), MUST-56', () => {
    const { pair, connection } = inState('ESTABLISHED');
    connection.send(octets(10), pair.now);
    pair.drain();
    tell(pair, connection, 1, 'port');
    expect(connection.state).toBe('ESTABLISHED');
  });

  it('is shown to the owner while it lasts, and to nobody who does not ask, SHLD-25 SHLD-20 MUST-47', () => {
    const { pair, connection, come } = inState('ESTABLISHED', PLAIN);
    connection.send(octets(10), pair.now);
    pair.drain();
    const before = pair.events.length;
    tell(pair, connection, 1, 'net');
    pair.drain();
    expect([connection.trouble, connection.error]).toEqual(['unreachable', undefined]);
    expect(pair.events.slice(before)).toEqual([connection]);
    come({ flags: 'ACK', seq: 1, ack: 6 });
    expect(connection.trouble).toBeUndefined();
  });

  it('is told as the reason when the connection dies, unless something came since, SHLD-25 MUST-47', () => {
    const deaths = [false, true].map((alive) => {
      const { pair, connection, come } = inState('ESTABLISHED', PLAIN);
      connection.send(octets(10), pair.now);
      pair.drain();
      tell(pair, connection, 1, 'net');
      if (alive) come({ flags: 'ACK', seq: 1, ack: 6 });
      pair.runUntil(() => connection.state === 'CLOSED');
      return connection.error;
    });
    expect(deaths).toEqual(['unreachable', 'timed-out']);
  });

  it.each([
    ['before what is in flight', 0],
    ['behind it', 11],
    ['anything', 0x1234_5678],
  ])('a forgery that quotes %s is ignored (RFC 5927 §4.1)', (_name, at) => {
    const { pair, connection, come } = inState('ESTABLISHED', PLAIN);
    connection.send(octets(10), pair.now);
    pair.drain();
    tell(pair, connection, at, 'net');
    pair.tcp.a.handleTooBig(
      pair.addresses('a'),
      connection.localPort,
      connection.remotePort,
      quote(pair, at),
      68,
      pair.now,
    );
    pair.drain();
    come({ flags: 'ACK', seq: 1, ack: 1 });
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(connection.error).toBe('timed-out');
  });

  it('a forgery about a SYN that was not sent is ignored', () => {
    const { pair, connection } = inState('SYN-SENT');
    tell(pair, connection, 1, 'port');
    tell(pair, { localPort: connection.localPort, remotePort: 81 }, 0, 'port');
    expect(connection.state).toBe('SYN-SENT');
  });
});
