import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forged, forge } from '../../../../test/tcp/forge.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { CONNECTED, type Connected, expectedSeq, inState } from '../../../../test/tcp/states.ts';
import { equal } from '../../../base/octets.ts';
import { newPacket } from '../../../base/packet.ts';
import { type Instant, milliseconds, seconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';
import { SEGMENTS_MAX } from './flight.ts';
import { FLAG, sequence } from './header.ts';
import { add } from './seq.ts';

const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff);

/** Without timestamps, and with a window of 65,535 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false, windowScaling: false };
const WINDOW = 0xffff;
const CHALLENGE = 'ACK 1(0) 1';

/** A timestamps option with this TSval. */
const timestamps = (tsval: number, tsecr = 0): number[] => {
  const word = (n: number): number[] => [n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
  return [1, 1, 8, 10, ...word(tsval), ...word(tsecr)];
};

describe('a blind attacker (RFC 5961), MAY-12', () => {
  it.each([
    ['the very number that is awaited', 1, true, []],
    ['the next one', 2, false, [CHALLENGE]],
    ['one in the window', 1000, false, [CHALLENGE]],
    ['the last one in the window', WINDOW, false, [CHALLENGE]],
    ['the first behind the window', 1 + WINDOW, false, []],
    ['an old one', 0, false, []],
  ])('§3: a RST with %s', (_name, seq, resets, answer) => {
    const { connection, come, left } = inState('ESTABLISHED', PLAIN);
    come({ flags: 'RST', seq });
    expect(connection.state).toBe(resets ? 'CLOSED' : 'ESTABLISHED');
    expect(left()).toEqual(answer);
  });

  it('§3: a challenge that reaches a peer without the connection ends it', () => {
    const pair = new Pair({ a: PLAIN, b: PLAIN });
    const [client, server] = pair.connected();
    server.abort(pair.now);
    pair.line = () => [];
    pair.drain();
    pair.line = () => [milliseconds(10)];
    forge(pair, 'a', client, { flags: 'RST', seq: 100 });
    pair.run_ms(100);
    expect([client.state, client.error]).toEqual(['CLOSED', 'reset']);
  });

  it.each([
    ['the number that is awaited', 1],
    ['one in the window', 1000],
    ['one that is old', -1000],
    ['one far behind the window', 10_000_000],
  ])('§4: a SYN with %s', (_name, seq) => {
    const { connection, come, left } = inState('ESTABLISHED', PLAIN);
    come({ flags: 'SYN', seq });
    come({ flags: 'SYN,ACK', seq, ack: 1 });
    expect(connection.state).toBe('ESTABLISHED');
    // Two in the same half second: one answer.
    expect(left()).toEqual([CHALLENGE]);
  });

  it.each([
    ['all that was sent', 1001, true],
    ['nothing that is new', 1, true],
    ['what was never sent', 1002, false],
    ['as far back as the largest window reaches', 1 - WINDOW, true],
    ['what is older', -WINDOW, false],
    ['anything at all', 0x7fff_ffff, false],
  ])('§5: data that acknowledges %s', (_name, ack, taken) => {
    const { pair, connection, come, left } = inState('ESTABLISHED', PLAIN);
    connection.send(octets(1000), pair.now);
    left();
    come({ flags: 'ACK', seq: 1, ack, text: 10 });
    expect(connection.readable).toBe(taken ? 10 : 0);
    if (!taken) expect(left().map((line) => line.split(' ')[0])).toEqual(['ACK']);
  });

  it('data without an acknowledgment is not taken', () => {
    const { connection, come, left } = inState('ESTABLISHED', PLAIN);
    come({ flags: 'PSH', seq: 1, text: 10 });
    expect([connection.readable, left()]).toEqual([0, []]);
  });

  it('§7: challenges are few for one connection', () => {
    const { pair, come, left } = inState('ESTABLISHED', PLAIN);
    for (let i = 0; i < 100; i++) {
      come({ flags: 'RST', seq: 2 + i });
      left();
    }
    expect(pair.sentBy('a').length).toBe(3);
    pair.run_ms(501);
    come({ flags: 'RST', seq: 2 });
    expect(left()).toEqual([CHALLENGE]);
  });

  it('§7: and for the host, a number a second that nobody can count upon (CVE-2016-5696)', () => {
    const { pair, come } = inState('ESTABLISHED', {
      ...PLAIN,
      challengeAcks: 20,
      challengeInterval: milliseconds(0),
    });
    const counts = [1, 2, 3, 4, 5, 6].map(() => {
      const before = pair.tcp.a.counters.challengeAcks;
      for (let i = 0; i < 100; i++) {
        come({ flags: 'RST', seq: 2 });
        pair.drain();
      }
      pair.run_ms(1001);
      return pair.tcp.a.counters.challengeAcks - before;
    });
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...counts)).toBeLessThanOrEqual(20);
    expect(new Set(counts).size).toBeGreaterThan(1);
  });

  it('two ends that disagree do not answer one another for ever', () => {
    const pair = new Pair({ a: PLAIN, b: PLAIN });
    const [client] = pair.connected();
    // The client is made to believe that octets came which the server never sent.
    forge(pair, 'a', client, { flags: 'ACK', seq: 1, ack: 1, text: 100 });
    const before = pair.sent.length;
    pair.run_ms(10_000);
    expect(pair.sent.length - before).toBeLessThan(45);
  });
});

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

describe('a flood of SYNs (RFC 4987)', () => {
  const flood = (pair: Pair, count: number, from = 1000): void => {
    for (let i = 0; i < count; i++) {
      forge(pair, 'b', { localPort: 80, remotePort: from + i }, { flags: 'SYN', seq: 0 });
      pair.drain();
    }
  };

  it('is held to the backlog without cookies', () => {
    const pair = new Pair({ b: { synBacklog: 4, synCookies: 'off' }, line: () => [] });
    pair.listen();
    flood(pair, 100);
    expect([pair.tcp.b.size, pair.tcp.b.counters.synDrops]).toEqual([4, 96]);
    pair.runUntil(() => pair.tcp.b.size === 0);
    expect(pair.tcp.b.size).toBe(0);
  });

  it('takes no memory with cookies, and who means it still gets through, with all its options', () => {
    const b = { synBacklog: 4, receiveBuffer: 1 << 20 };
    const pair = new Pair({ a: { receiveBuffer: 1 << 20 }, b, line: () => [] });
    const listener = pair.listen();
    flood(pair, 100);
    expect([pair.tcp.b.size, pair.tcp.b.counters.synCookiesSent]).toEqual([4, 96]);
    pair.line = () => [milliseconds(10)];
    const client = pair.connect();
    pair.run_ms(100);
    const server = listener.accept();
    if (server === undefined) throw new Error(pair.transcript);
    expect([client.state, server.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    const now = pair.now;
    // Timestamps, SACK and scaling; the scale and the segment size are rounded down to what a cookie holds.
    expect([client.info(now).tcpi_options & 7, server.info(now).tcpi_options & 7]).toEqual([7, 7]);
    expect(client.info(now).tcpi_snd_wscale).toBe(5);
    expect(server.info(now).tcpi_snd_wscale).toBe(4);
    expect(server.info(now).tcpi_snd_mss).toBe(1440 - 12);
    server.send(octets(50_000), now);
    client.send(octets(50_000), now);
    pair.run_ms(1000);
    expect(equal(client.receive(99_999, pair.now), octets(50_000))).toBe(true);
    expect(equal(server.receive(99_999, pair.now), octets(50_000))).toBe(true);
  });

  it('a cookie comes back with data when the bare acknowledgment was lost', () => {
    const pair = new Pair({ b: { synCookies: 'always' } });
    const listener = pair.listen();
    const client = pair.connect();
    client.send(octets(100), pair.now);
    pair.line = (s) => (s.flags === 'ACK' && s.text === 0 ? [] : [milliseconds(10)]);
    pair.run_ms(100);
    const server = listener.accept();
    expect(server?.receive(100, pair.now)).toEqual(octets(100));
  });

  it.each<[string, number, number, boolean]>([
    ['in time', 0, 20_000, true],
    ['too late', 0, 130_000, false],
    ['that is another number', 1, 0, false],
    ['with one of the options changed', 0x0100_0001, 0, false],
  ])('a cookie %s', (_name, change, wait_ms, taken) => {
    const pair = new Pair({ b: { synCookies: 'always' }, line: () => [] });
    const listener = pair.listen();
    const ports = { localPort: 80, remotePort: 1000 };
    forge(pair, 'b', ports, { flags: 'SYN', seq: 0 });
    pair.drain();
    pair.run_ms(wait_ms);
    const before = pair.sent.length;
    forge(pair, 'b', ports, { flags: 'ACK', seq: 1, ack: add(1 as never, change) });
    pair.drain();
    expect(listener.pending).toBe(taken ? 1 : 0);
    const flags = pair.sent.slice(before).map((s) => s.flags);
    expect(flags).toEqual(taken ? [] : ['RST']);
  });

  it('an acknowledgment from nowhere is not looked at when no cookie was sent', () => {
    const pair = new Pair({ line: () => [] });
    const listener = pair.listen();
    for (let i = 0; i < 50; i++) {
      forge(pair, 'b', { localPort: 80, remotePort: 1000 }, { flags: 'ACK', seq: 1, ack: i });
      pair.drain();
    }
    expect([listener.pending, pair.tcp.b.counters.synCookiesFailed]).toEqual([0, 0]);
    expect(pair.sent.every((s) => s.flags === 'RST')).toBe(true);
  });

  it('that is answered by nobody who accepts fills the backlog, and no more is taken', () => {
    const pair = new Pair();
    const listener = pair.listen(80, { backlog: 3 });
    const clients = Array.from({ length: 10 }, () => pair.connect());
    pair.run_ms(500);
    expect(listener.pending).toBe(3);
    // Accepted ones make room, and those that wait get in by and by.
    for (let i = 0; i < 3; i++) listener.accept();
    pair.run_ms(3000);
    expect(listener.pending).toBe(3);
    expect(clients.filter((c) => c.error !== undefined)).toEqual([]);
  });

  it('segments that nobody waits for get so many answers and no more', () => {
    const pair = new Pair({ line: () => [] });
    for (let i = 0; i < 5000; i++) {
      forge(pair, 'b', { localPort: 9, remotePort: 1 + i }, { flags: 'SYN', seq: 0 });
    }
    pair.drain();
    expect(pair.sent.length).toBe(256);
  });
});

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

describe('a closed window', () => {
  /** The client has more to send than the server, which does not read, takes. */
  function full(config: Partial<TcpConfig> = {}) {
    const pair = new Pair({ a: config, b: { receiveBuffer: 5000 } });
    const [client, server] = pair.connected();
    client.send(octets(20_000), pair.now);
    pair.run_ms(2000);
    expect(client.info(pair.now).tcpi_snd_wnd).toBe(0);
    return { pair, client, server };
  }

  const PROBES: readonly [string, Partial<TcpConfig>][] = [
    ['empty probes', { windowProbe: 'empty' }],
    ['probes of an octet', { windowProbe: 'octet' }],
  ];

  it.each(PROBES)(
    'is probed for ever, with a peer that lives, by %s, MUST-36 MUST-37',
    (_name, config) => {
      const { pair, client, server } = full(config);
      pair.run_ms(10 * 3_600_000);
      expect([client.state, client.error]).toEqual(['ESTABLISHED', undefined]);
      expect(pair.sentBy('a').length).toBeGreaterThan(300);
      server.receive(5000, pair.now);
      pair.runUntil(() => {
        server.receive(5000, pair.now);
        return client.unacknowledged === 0;
      }, seconds(300));
      expect(client.unacknowledged).toBe(0);
    },
  );

  it.each(PROBES)('is given up when the peer is dead, by %s, MUST-36', (_name, config) => {
    const { pair, client } = full(config);
    pair.line = () => [];
    pair.runUntil(() => client.state === 'CLOSED', seconds(36_000));
    expect([client.state, client.error]).toEqual(['CLOSED', 'timed-out']);
  });

  it.each(PROBES)(
    'does not keep a connection that nobody holds, though the peer lives (RFC 6429), by %s',
    (_name, config) => {
      const { pair, client } = full(config);
      client.release(pair.now);
      pair.runUntil(() => client.state === 'CLOSED', seconds(1800));
      expect([client.state, pair.tcp.a.size]).toEqual(['CLOSED', 0]);
    },
  );

  it('takes a RST and an acknowledgment all the same, MUST-66', () => {
    const { connection, come, pair } = inState('ESTABLISHED', { ...PLAIN, receiveBuffer: 1000 });
    connection.send(octets(10), pair.now);
    pair.drain();
    come({ flags: 'ACK', seq: 1, ack: 1, text: 1000 });
    pair.drain();
    expect(pair.sent.at(-1)?.window).toBe(0);
    come({ flags: 'ACK', seq: 1001, ack: 11, text: 100 });
    expect([connection.unacknowledged, connection.readable]).toEqual([0, 1000]);
    come({ flags: 'URG,ACK', seq: 1001, ack: 11, text: 10, urgent: 5 });
    expect(connection.urgent).toBe(1005);
    come({ flags: 'RST', seq: 1001 });
    expect(connection.error).toBe('reset');
  });
});

describe('ICMP errors', () => {
  const quote = (pair: Pair, offset: number): number => add(pair.iss('a'), offset);

  function tell(
    pair: Pair,
    c: { localPort: number; remotePort: number },
    at: number,
    kind: 'port' | 'net',
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
    const { localPort, remotePort } = connection;
    pair.tcp.a.handleUnreachable(
      pair.addresses('a'),
      localPort,
      remotePort,
      quote(pair, 0),
      kind,
      pair.now,
    );
    expect([connection.state, connection.error]).toEqual(['CLOSED', error]);
  });

  it.each(['net', 'host', 'time-exceeded', 'parameter'] as const)(
    'a soft one (%s) about a SYN does not, MUST-56',
    (kind) => {
      const { pair, connection } = inState('SYN-SENT');
      const { localPort, remotePort } = connection;
      pair.tcp.a.handleUnreachable(
        pair.addresses('a'),
        localPort,
        remotePort,
        quote(pair, 0),
        kind,
        pair.now,
      );
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
