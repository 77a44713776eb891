import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import { Pair, type PairOptions } from '../../../../test/tcp/pair.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import { PROFILES } from './config.ts';

describe('TIME-WAIT', () => {
  /** The client in TIME-WAIT, as it is entered. */
  function waiting(options: PairOptions = {}) {
    const all = opened(options);
    const { pair, client, server } = all;
    client.close(pair.now);
    pair.run_ms(100);
    server.close(pair.now);
    pair.runUntil(() => client.state === 'TIME-WAIT').run_ms(50);
    return { ...all, entered: pair.now };
  }

  it.each<[string, Duration]>([
    ['as it is set', seconds(60)],
    ['four minutes with the standard as it is written', PROFILES.rfc.timeWait],
  ])('lasts two maximum segment lifetimes, %s, MUST-13', (_name, timeWait) => {
    const { pair, client } = waiting({ a: { timeWait } });
    pair.runUntil(() => false, (timeWait - milliseconds(200)) as Duration);
    expect([client.state, pair.tcp.a.size]).toEqual(['TIME-WAIT', 1]);
    pair.run_ms(300);
    expect([client.state, client.error, pair.tcp.a.size]).toEqual(['CLOSED', undefined, 0]);
  });

  it('acknowledges a FIN that comes again, and begins anew, MUST-13', () => {
    const { pair, client } = waiting();
    pair.run_ms(50_000);
    pair.line = () => [];
    const before = pair.sent.length;
    forge(pair, 'a', client, { flags: 'FIN,ACK', seq: 1, ack: 2 });
    pair.run_ms(59_000);
    expect(pair.sent.slice(before).map((s) => `${s.flags} ${s.seq} ${s.ack}`)).toEqual(['ACK 2 2']);
    expect(client.state).toBe('TIME-WAIT');
    pair.run_ms(2000);
    expect(client.state).toBe('CLOSED');
  });

  it('is not ended by a RST (RFC 1337)', () => {
    const { pair, client } = waiting();
    forge(pair, 'a', client, { flags: 'RST', seq: 2 });
    forge(pair, 'a', client, { flags: 'RST,ACK', seq: 2, ack: 2 });
    expect(client.state).toBe('TIME-WAIT');
  });

  it('holds no more connections than there is room for: the oldest goes', () => {
    const pair = new Pair({ a: { timeWaitMax: 2 } });
    const listener = pair.listen();
    const clients = [1, 2, 3].map(() => {
      const client = pair.connect();
      pair.run_ms(50);
      const server = listener.accept();
      client.close(pair.now);
      pair.run_ms(50);
      server?.close(pair.now);
      pair.run_ms(50);
      return client;
    });
    expect(clients.map(({ state }) => state)).toEqual(['CLOSED', 'TIME-WAIT', 'TIME-WAIT']);
    expect(pair.tcp.a.counters.timeWaitRecycled).toBe(1);
  });

  /** The server closed first and is in TIME-WAIT; the client, gone, opens from the same port again. */
  function reopened(wait_ms: number, options: PairOptions = {}, data = 0) {
    const pair = new Pair(options);
    const listener = pair.listen();
    const client = pair.connect(80, {}, 5000);
    pair.run_ms(50);
    const server = listener.accept();
    if (server === undefined) throw new Error('not connected');
    if (data > 0) {
      server.send(octets(data), pair.now);
      pair.runUntil(() => client.readable === data, seconds(10));
      client.receive(data);
      pair.run_ms(50);
    }
    server.close(pair.now);
    pair.run_ms(30);
    client.close(pair.now);
    pair.run_ms(30);
    const last = pair.iss('b') + data + 2;
    pair.run_ms(wait_ms);
    const before = pair.sent.length;
    const again = pair.connect(80, {}, 5000);
    pair.run_ms(50);
    return { pair, listener, server, again, before, last };
  }

  it.each([
    ['timestamps', {}],
    ['the sequence number alone', { timestamps: false }],
  ])('ends by a SYN that is new by %s, and the connection is made anew, MAY-2', (_name, config) => {
    const { listener, server, again } = reopened(2000, { a: config, b: config });
    expect([server.state, again.state, listener.pending]).toEqual(['CLOSED', 'ESTABLISHED', 1]);
  });

  it.each([
    ['timestamps', {}],
    ['sequence numbers alone', { timestamps: false }],
  ])('has an ISS then beyond all numbers of before, with %s, MAY-2', (_name, config) => {
    const { pair, again, last } = reopened(20, { a: config, b: config }, 200_000);
    expect(again.state).toBe('ESTABLISHED');
    expect((pair.iss('b') - last) | 0).toBeGreaterThan(0);
  });

  describe('answered with a SYN cookie, which cannot be chosen', () => {
    const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);

    it('ends only by a cookie beyond all numbers of before; else the SYN is as if lost, MAY-2', () => {
      const b = { synCookies: 'always', timestamps: false } as const;
      const ends = SEEDS.map((seed) => {
        const { pair, server, again, before, last } = reopened(100, { b, seed });
        const [answer] = pair.sentBy('b', before);
        const taken = answer !== undefined && ((pair.iss('b') - last) | 0) > 0;
        expect(answer?.flags).toBe(taken ? 'SYN,ACK' : undefined);
        expect(server.state).toBe(taken ? 'CLOSED' : 'TIME-WAIT');
        pair.run_ms(130_000);
        expect(again.state).toBe('ESTABLISHED');
        return taken;
      });
      expect(new Set(ends)).toEqual(new Set([true, false]));
    });

    it('ends when the cookie comes back, not when it is sent: a SYN may be forged', () => {
      let answers = 0;
      const { server, again } = reopened(100, {
        b: { synCookies: 'always' },
        line: ({ flags }) => (flags === 'SYN,ACK' && answers++ > 0 ? [] : [milliseconds(10)]),
      });
      expect([answers, server.state, again.state]).toEqual([2, 'TIME-WAIT', 'SYN-SENT']);
    });

    it('ends by any when timestamps tell the connections apart (RFC 6191), MAY-2', () => {
      const b = { synCookies: 'always' } as const;
      const ends = SEEDS.map((seed) => reopened(100, { b, seed }).again.state);
      expect(new Set(ends)).toEqual(new Set(['ESTABLISHED']));
    });
  });

  it('goes on when there is no room for who wants to end it', () => {
    const pair = new Pair();
    const listener = pair.listen(80, { backlog: 1 });
    const client = pair.connect(80, {}, 5000);
    pair.run_ms(50);
    const server = listener.accept();
    server?.close(pair.now);
    pair.run_ms(30);
    client.close(pair.now);
    pair.connect();
    pair.run_ms(50);
    expect([server?.state, client.state, listener.pending]).toEqual(['TIME-WAIT', 'CLOSED', 1]);
    const again = pair.connect(80, {}, 5000);
    pair.run_ms(50);
    expect([server?.state, again.state]).toEqual(['TIME-WAIT', 'SYN-SENT']);
    listener.accept();
    pair.run_ms(1100);
    expect([server?.state, again.state]).toEqual(['CLOSED', 'ESTABLISHED']);
  });

  it('goes on when nobody listens any more: a SYN is answered with an acknowledgment', () => {
    const { pair, client } = waiting();
    const before = pair.sent.length;
    forge(pair, 'a', client, { flags: 'SYN', seq: 100_000 });
    pair.drain();
    expect(client.state).toBe('TIME-WAIT');
    expect(pair.sent.slice(before).map((s) => `${s.flags} ${s.seq} ${s.ack}`)).toEqual(['ACK 2 2']);
  });

  it('goes on when a SYN is old: it is acknowledged and nothing else, MAY-2', () => {
    const { pair, listener, server } = reopened(20, { a: { timestamps: false } });
    expect(server.state).toBe('CLOSED');
    const client = pair.connect(80, {}, 5001);
    pair.run_ms(50);
    listener.accept();
    const second = listener.accept();
    if (second === undefined) throw new Error('not connected');
    second.close(pair.now);
    pair.run_ms(30);
    client.close(pair.now);
    pair.run_ms(30);
    expect(second.state).toBe('TIME-WAIT');
    const before = pair.sent.length;
    forge(pair, 'b', second, { flags: 'SYN', seq: -1000 });
    pair.drain();
    expect(second.state).toBe('TIME-WAIT');
    expect(pair.sent.slice(before).map((s) => s.flags)).toEqual(['ACK']);
  });

  it('is shorter for who opens actively, when timestamps tell old from new (RFC 6191), SHLD-4', () => {
    const pair = new Pair();
    const listener = pair.listen();
    const client = pair.connect(80, {}, 5000);
    pair.run_ms(50);
    const server = listener.accept();
    client.close(pair.now);
    pair.run_ms(50);
    server?.close(pair.now);
    pair.run_ms(50);
    expect(client.state).toBe('TIME-WAIT');
    expect(() => pair.connect(80, {}, 5000)).toThrow('in use');
    pair.run_ms(1000);
    const again = pair.connect(80, {}, 5000);
    pair.run_ms(50);
    expect([client.state, again.state]).toEqual(['CLOSED', 'ESTABLISHED']);
  });
});
