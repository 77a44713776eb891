import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { equal } from '../../../base/octets.ts';
import { milliseconds } from '../../../base/time.ts';
import { add } from './seq.ts';

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
    expect(equal(client.receive(99_999), octets(50_000))).toBe(true);
    expect(equal(server.receive(99_999), octets(50_000))).toBe(true);
  });

  it('a cookie comes back with data when the bare acknowledgment was lost', () => {
    const pair = new Pair({ b: { synCookies: 'always' } });
    const listener = pair.listen();
    const client = pair.connect();
    client.send(octets(100), pair.now);
    pair.line = (s) => (s.flags === 'ACK' && s.text === 0 ? [] : [milliseconds(10)]);
    pair.run_ms(100);
    const server = listener.accept();
    expect(server?.receive(100)).toEqual(octets(100));
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
