import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { type End, type Line, Pair, type PairOptions } from '../../../../test/tcp/pair.ts';
import { equal } from '../../../base/octets.ts';
import { below, chance, seededRng } from '../../../base/random.ts';
import { type Duration, milliseconds, seconds } from '../../../base/time.ts';
import { PROFILES } from './config.ts';

const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff);
const DELAY = milliseconds(10);

type Owned = ReturnType<Pair['connect']>;

/** A pair that has just connected, and what is on the line from then on. */
function open(options: PairOptions = {}) {
  const pair = new Pair(options);
  const [client, server] = pair.connected({}, {});
  const from = pair.sent.length;
  const lines = (): string[] =>
    pair.sent.slice(from).map((s) => `${s.from} ${s.flags} ${s.seq}(${s.text}) ${s.ack}`);
  const states = (): string[] => [client.state, server.state];
  return { pair, client, server, lines, states, from };
}

/** Loses the first segment of which `is` says so. */
const losing = (is: (flags: string, from: string) => boolean): Line => {
  let lost = false;
  return (s) => {
    if (lost || !is(s.flags, s.from)) return [DELAY];
    lost = true;
    return [];
  };
};

describe('closing a connection (RFC 9293 §3.6)', () => {
  it('takes four segments when one end closes after the other (figure 12)', () => {
    const { pair, client, server, lines, states } = open();
    client.close(pair.now);
    expect(client.state).toBe('FIN-WAIT-1');
    pair.run_ms(100);
    expect(states()).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    expect([server.atEnd, client.atEnd]).toEqual([true, false]);
    server.close(pair.now);
    expect(server.state).toBe('LAST-ACK');
    pair.run_ms(100);
    expect(states()).toEqual(['TIME-WAIT', 'CLOSED']);
    expect([client.error, server.error]).toEqual([undefined, undefined]);
    expect(lines()).toEqual(
      ['a ACK,FIN 1(0) 1', 'b ACK 1(0) 2', 'b ACK,FIN 1(0) 2', 'a ACK 2(0) 2'].map(normal),
    );
  });

  it('takes three when the second closes at once', () => {
    const { pair, client, server, lines } = open();
    client.close(pair.now);
    pair.runUntil(() => server.state === 'CLOSE-WAIT');
    server.close(pair.now);
    pair.run_ms(100);
    expect(lines().at(-1)).toBe(normal('a ACK 2(0) 2'));
    expect([client.state, server.state]).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it('can be done by both at once (figure 13)', () => {
    const { pair, client, server, lines, states } = open();
    client.close(pair.now);
    server.close(pair.now);
    const seen = new Set<string>();
    pair.runUntil(() => {
      seen.add(client.state);
      return client.state === 'TIME-WAIT' && server.state === 'TIME-WAIT';
    });
    expect([...seen]).toEqual(['FIN-WAIT-1', 'CLOSING', 'TIME-WAIT']);
    expect(states()).toEqual(['TIME-WAIT', 'TIME-WAIT']);
    expect(lines().slice(0, 2)).toEqual(['a FIN,ACK 1(0) 1', 'b FIN,ACK 1(0) 1']);
  });

  it('sends what was written before the FIN, the last of it with the FIN', () => {
    const { pair, client, server, lines } = open();
    client.send(octets(2000), pair.now);
    client.close(pair.now);
    pair.run_ms(100);
    expect(lines().filter((line) => line.startsWith('a'))).toEqual([
      'a ACK 1(1448) 1',
      'a FIN,PSH,ACK 1449(552) 1',
    ]);
    expect([server.readable, server.atEnd]).toEqual([2000, false]);
    expect(equal(server.receive(5000, pair.now), octets(2000))).toBe(true);
    expect(server.atEnd).toBe(true);
  });

  it('leaves the other way open: the half that is not closed carries data', () => {
    const { pair, client, server } = open();
    client.close(pair.now);
    pair.run_ms(100);
    server.send(octets(5000), pair.now);
    pair.run_ms(100);
    expect(equal(client.receive(9999, pair.now), octets(5000))).toBe(true);
    server.close(pair.now);
    pair.run_ms(100);
    expect([client.state, client.atEnd, server.state]).toEqual(['TIME-WAIT', true, 'CLOSED']);
  });

  it('refuses to send after CLOSE, and takes a second one for the first', () => {
    const { pair, client, lines } = open();
    client.close(pair.now);
    client.close(pair.now);
    expect(client.writable).toBe(0);
    expect(() => client.send(octets(1), pair.now)).toThrow('nothing can be sent in FIN-WAIT-1');
    pair.run_ms(100);
    expect(lines().filter((line) => line.includes('FIN')).length).toBe(1);
  });

  it('sends a FIN again that was lost', () => {
    const { pair, client, server, lines, states } = open();
    pair.line = losing((flags) => flags.includes('FIN'));
    client.close(pair.now);
    pair.run_ms(2000);
    expect(states()).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    expect(lines().filter((line) => line === 'a FIN,ACK 1(0) 1').length).toBe(2);
    expect(server.atEnd).toBe(true);
  });

  it('sends a FIN again in LAST-ACK when its acknowledgment was lost; TIME-WAIT answers again', () => {
    const { pair, client, server, states } = open();
    client.close(pair.now);
    pair.run_ms(100);
    let lost = 0;
    pair.line = (s) => (s.from === 'a' && lost++ === 0 ? [] : [DELAY]);
    server.close(pair.now);
    pair.run_ms(50);
    expect(states()).toEqual(['TIME-WAIT', 'LAST-ACK']);
    pair.run_ms(2000);
    expect(states()).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it('gives up in LAST-ACK when nobody answers', () => {
    const { pair, client, server } = open();
    client.close(pair.now);
    pair.run_ms(100);
    pair.line = () => [];
    server.close(pair.now);
    pair.runUntil(() => server.state === 'CLOSED', seconds(3600));
    expect(server.error).toBe('timed-out');
    expect(pair.tcp.b.size).toBe(0);
  });

  it('tells the owner whether the peer closed or aborted, MUST-12', () => {
    const closed = open();
    closed.client.close(closed.pair.now);
    closed.pair.run_ms(50);
    expect([closed.server.atEnd, closed.server.error]).toEqual([true, undefined]);
    expect(closed.pair.events.slice(-2)).toContain(closed.server);
    const aborted = open();
    aborted.client.abort(aborted.pair.now);
    aborted.pair.run_ms(50);
    expect([aborted.server.atEnd, aborted.server.error]).toEqual([false, 'reset']);
    expect(aborted.pair.events.at(-1)).toBe(aborted.server);
  });

  it('takes a FIN that comes before what precedes it, when that has come', () => {
    const { pair, server } = open();
    forge(pair, 'b', server, { flags: 'FIN,ACK', seq: 11, ack: 1, text: 5 });
    expect([server.state, server.readable]).toEqual(['ESTABLISHED', 0]);
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 10 });
    expect([server.state, server.readable]).toEqual(['CLOSE-WAIT', 15]);
  });

  it('takes a FIN at the very edge of its window, which is closed then and no less', () => {
    const pair = new Pair({ b: { receiveBuffer: 1000 } });
    const [, server] = pair.connected();
    forge(pair, 'b', server, { flags: 'FIN,ACK', seq: 1, ack: 1, text: 1000 });
    pair.drain();
    expect([server.state, server.readable]).toEqual(['CLOSE-WAIT', 1000]);
    expect(pair.sentBy('b').at(-1)).toMatchObject({ ack: 1002, window: 0 });
    forge(pair, 'b', server, { flags: 'RST', seq: 1002 });
    expect(server.error).toBe('reset');
  });

  it('takes nothing for data that a peer sends behind its own FIN', () => {
    const { pair, server } = open();
    forge(pair, 'b', server, { flags: 'FIN,ACK', seq: 6, ack: 1 });
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 20 });
    expect([server.state, server.readable]).toEqual(['CLOSE-WAIT', 5]);
    forge(pair, 'b', server, { flags: 'ACK', seq: 7, ack: 1, text: 20 });
    expect(server.readable).toBe(5);
  });
});

/** Flags have an order of their own in a transcript. */
function normal(line: string): string {
  return line.replace('ACK,FIN', 'FIN,ACK');
}

describe('TIME-WAIT', () => {
  /** The client in TIME-WAIT, as it is entered. */
  function waiting(options: PairOptions = {}) {
    const all = open(options);
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
      client.receive(data, pair.now);
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

describe('when nobody reads any more', () => {
  it('data that was not read is lost, and a RST says so, SHLD-3 MAY-1 (RFC 2525 §2.17)', () => {
    const { pair, client, server, states } = open();
    client.send(octets(10), pair.now);
    pair.run_ms(50);
    server.release(pair.now);
    pair.run_ms(50);
    expect(states()).toEqual(['CLOSED', 'CLOSED']);
    expect(client.error).toBe('reset');
    expect(pair.sentBy('b').at(-1)?.flags).toBe('RST,ACK');
  });

  it.each([
    ['FIN-WAIT-1', 0],
    ['FIN-WAIT-2', 50],
  ])('data that comes later is answered with a RST, in %s, SHLD-3', (state, wait_ms) => {
    const { pair, client, server } = open();
    client.release(pair.now);
    pair.run_ms(wait_ms);
    expect(client.state).toBe(state);
    server.send(octets(10), pair.now);
    pair.run_ms(50);
    expect([client.state, server.state, server.error]).toEqual(['CLOSED', 'CLOSED', 'reset']);
  });

  it('what was written is sent all the same, and the peer may close in its time', () => {
    const { pair, client, server } = open();
    client.send(octets(30_000), pair.now);
    client.release(pair.now);
    pair.run_ms(500);
    expect(equal(server.receive(99_999, pair.now), octets(30_000))).toBe(true);
    server.close(pair.now);
    pair.run_ms(50);
    expect([client.state, server.state]).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it.each([
    ['before its FIN is acknowledged', 0],
    ['after it', 50],
  ])('FIN-WAIT-2 does not wait for ever, released %s', (_name, wait_ms) => {
    const { pair, client, server } = open();
    client.close(pair.now);
    pair.run_ms(wait_ms);
    client.release(pair.now);
    pair.run_ms(50);
    expect([client.state, server.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    pair.run_ms(59_000);
    expect(client.state).toBe('FIN-WAIT-2');
    pair.run_ms(2000);
    expect([client.state, pair.tcp.a.size]).toEqual(['CLOSED', 0]);
  });

  it('FIN-WAIT-2 that nobody holds ends in its time, whatever the peer sends', () => {
    const { pair, client } = open();
    client.setOptions({ keepAlive: true }, pair.now);
    client.release(pair.now);
    pair.run_ms(50);
    for (let i = 0; i < 7; i++) {
      expect(client.state).toBe('FIN-WAIT-2');
      pair.run_ms(9000);
      if (client.state === 'FIN-WAIT-2') {
        forge(pair, 'a', client, { flags: 'ACK', seq: 1, ack: 2 });
      }
    }
    expect(client.state).toBe('CLOSED');
  });

  it('FIN-WAIT-2 waits for as long as somebody reads', () => {
    const { pair, client, server } = open();
    client.close(pair.now);
    pair.run_ms(7_200_000);
    expect(client.state).toBe('FIN-WAIT-2');
    server.send(octets(3), pair.now);
    pair.run_ms(50);
    expect(client.readable).toBe(3);
  });

  it('FIN-WAIT-2 with keep-alive ends only when the peer is dead', () => {
    const pair = new Pair();
    const keepAlive = {
      keepAlive: true,
      keepAliveIdle: seconds(10),
      keepAliveInterval: seconds(1),
    };
    const [client, server] = pair.connected(keepAlive);
    client.close(pair.now);
    pair.run_ms(100_000);
    expect([client.state, server.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    pair.line = () => [];
    pair.run_ms(100_000);
    expect([client.state, client.error]).toEqual(['CLOSED', 'timed-out']);
  });
});

describe('ABORT (RFC 9293 §3.10.5)', () => {
  it.each<[string, (b: ReturnType<typeof open>) => void]>([
    ['ESTABLISHED', () => {}],
    ['FIN-WAIT-1', ({ pair, client }) => client.close(pair.now)],
    [
      'FIN-WAIT-2',
      ({ pair, client }) => {
        client.close(pair.now);
        pair.run_ms(50);
      },
    ],
    [
      'CLOSE-WAIT',
      ({ pair, server }) => {
        server.close(pair.now);
        pair.run_ms(50);
      },
    ],
  ])('in %s sends a RST that the peer takes, and drops what waits', (state, prepare) => {
    const bench = open();
    const { pair, client, server } = bench;
    prepare(bench);
    expect(client.state).toBe(state);
    const before = pair.sent.length;
    client.abort(pair.now);
    expect([client.state, client.error, pair.tcp.a.size]).toEqual(['CLOSED', 'aborted', 0]);
    pair.run_ms(50);
    expect(pair.sentBy('a', before).map(({ flags }) => flags)).toEqual(['RST,ACK']);
    expect(server.state).toBe('CLOSED');
  });

  it('with data under way has a number that the peer takes', () => {
    const { pair, client, server } = open();
    client.send(octets(50_000), pair.now);
    pair.run_ms(15);
    client.abort(pair.now);
    pair.run_ms(100);
    expect([server.state, server.error]).toEqual(['CLOSED', 'reset']);
  });

  it.each<[string, boolean]>([
    ['CLOSING', true],
    ['LAST-ACK', false],
  ])('in %s sends none: both have closed', (state, both) => {
    const { pair, client, server } = open();
    server.close(pair.now);
    if (both) client.close(pair.now);
    pair.run_ms(15);
    if (!both) client.close(pair.now);
    expect(client.state).toBe(state);
    pair.drain();
    const before = pair.sent.length;
    client.abort(pair.now);
    pair.drain();
    expect([client.state, pair.sent.length]).toEqual(['CLOSED', before]);
  });

  it('does nothing to what is closed', () => {
    const { pair, client } = open();
    client.abort(pair.now);
    const before = pair.sent.length;
    client.abort(pair.now);
    client.close(pair.now);
    client.release(pair.now);
    pair.drain();
    expect(pair.sent.length).toBe(before + 1);
  });

  it('a RST with text in it is a RST, SHLD-2', () => {
    const { pair, server } = open();
    forge(pair, 'b', server, { flags: 'RST', seq: 1, text: 20 });
    expect([server.state, server.error, server.readable]).toEqual(['CLOSED', 'reset', 0]);
  });
});

describe('closing before the connection is made', () => {
  /** Both opened at once, and `line` loses SYN-ACKs; one is in SYN-RECEIVED. */
  function both(line = losing((flags, from) => flags === 'SYN,ACK' && from === 'a')) {
    const pair = new Pair({ line });
    const a = pair.connect(2000, {}, 1000);
    const b = pair.tcp.b.connect(pair.paths.b, pair.addresses('b'), 2000, 1000, {}, pair.now);
    pair.runUntil(() => a.state === 'SYN-RECEIVED');
    return { pair, a, b };
  }

  it('in SYN-RECEIVED sends the FIN when the SYN is known to have come', () => {
    const { pair, a, b } = both();
    a.send(octets(5), pair.now);
    a.close(pair.now);
    pair.run_ms(5000);
    expect(b.receive(10, pair.now)).toEqual(octets(5));
    expect([a.state, b.state, b.atEnd]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT', true]);
    b.close(pair.now);
    pair.run_ms(100);
    expect([a.state, b.state]).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it('in SYN-RECEIVED sends nothing but its SYN until that is acknowledged', () => {
    const { pair, a } = both((s) => (s.at > 0 && s.at < seconds(3) ? [] : [DELAY]));
    a.send(octets(5), pair.now);
    a.close(pair.now);
    pair.run_ms(2900);
    const early = pair.sentBy('a').map((s) => `${s.flags} ${s.seq}(${s.text})`);
    expect(new Set(early)).toEqual(new Set(['SYN 0(0)', 'SYN,ACK 0(0)']));
    pair.run_ms(10_000);
    expect(a.state).toBe('FIN-WAIT-2');
  });

  it('in SYN-RECEIVED with ABORT resets the peer', () => {
    const { pair, a, b } = both();
    a.abort(pair.now);
    pair.run_ms(5000);
    expect([a.state, b.state]).toEqual(['CLOSED', 'CLOSED']);
  });

  it('by the listener resets who waits to be accepted', () => {
    const pair = new Pair();
    const listener = pair.listen();
    const client = pair.connect();
    pair.run_ms(50);
    listener.close(pair.now);
    pair.run_ms(50);
    expect([client.state, client.error, pair.tcp.b.size]).toEqual(['CLOSED', 'reset', 0]);
    const late = pair.connect();
    pair.run_ms(50);
    expect(late.error).toBe('refused');
  });
});

describe('a SYN with data and a FIN (RFC 7413)', () => {
  it('is answered as any SYN, and its FIN is taken behind the data', () => {
    const fastOpen = { client: true, server: true };
    const pair = new Pair({ b: { fastOpen, fastOpenWithoutCookie: true }, line: () => [] });
    const listener = pair.listen();
    const ports = { localPort: 80, remotePort: 1000 };
    forge(pair, 'b', ports, { flags: 'SYN,FIN', seq: 0, text: 5 });
    const server = listener.accept();
    if (server === undefined) throw new Error('nothing to accept');
    expect([server.state, server.readable, server.atEnd]).toEqual(['CLOSE-WAIT', 5, false]);
    server.send(octets(3), pair.now);
    server.close(pair.now);
    pair.run_ms(1500);
    const sent = pair.sent.map((s) => `${s.flags} ${s.seq}(${s.text}) ${s.ack}`);
    expect(sent.slice(0, 2)).toEqual(['SYN,ACK 0(0) 7', 'FIN,PSH,ACK 1(3) 7']);
    expect(sent.slice(2)).toContain('SYN,ACK 0(0) 7');
    forge(pair, 'b', ports, { flags: 'ACK', seq: 7, ack: 1 });
    expect(server.state).toBe('LAST-ACK');
    forge(pair, 'b', ports, { flags: 'ACK', seq: 7, ack: 5 });
    expect([server.state, server.error, pair.tcp.b.size]).toEqual(['CLOSED', undefined, 0]);
  });
});

describe('in the end', () => {
  const actions = fc.array(
    fc.record({
      end: fc.constantFrom<End>('a', 'b'),
      what: fc.constantFrom('send', 'send', 'read', 'read', 'close', 'release', 'abort'),
      size: fc.nat(6000),
      pause_ms: fc.nat(300),
    }),
    { maxLength: 15, size: 'max' },
  );

  /** One of the owners does something, if it can. */
  const act = (pair: Pair, c: Owned, what: string, size: number): void => {
    if (what === 'send' && c.writable > 0) c.send(octets(size), pair.now);
    if (what === 'read') c.receive(size, pair.now);
    if (what === 'close') c.close(pair.now);
    if (what === 'release') c.release(pair.now);
    if (what === 'abort') c.abort(pair.now);
  };

  it('nothing is left, whatever the owners do and the line loses', () => {
    const loss = fc.nat(50).map((n) => n / 100);
    fc.assert(
      fc.property(actions, loss, fc.integer(), fc.boolean(), (all, lost, seed, sack) => {
        const config = { receiveBuffer: 5000, sack };
        const pair = new Pair({ a: config, b: config });
        const [a, b] = pair.connected();
        const rng = seededRng(seed);
        pair.line = () => (chance(rng, lost) ? [] : [milliseconds(5 + below(rng, 20))]);
        for (const { end, what, size, pause_ms } of all) {
          act(pair, end === 'a' ? a : b, what, size);
          pair.run_ms(pause_ms);
        }
        // Both let go: what was written is sent or given up, and no timer and no block remains.
        a.release(pair.now);
        b.release(pair.now);
        pair.runUntil(() => pair.tcp.a.size + pair.tcp.b.size === 0, seconds(7200));
        expect([pair.tcp.a.size, pair.tcp.b.size], pair.transcript.slice(-3000)).toEqual([0, 0]);
        expect([pair.tcp.a.pollTimeout(), pair.tcp.b.pollTimeout()]).toEqual([
          undefined,
          undefined,
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('both have all that was written before they closed, whatever the line loses', () => {
    const loss = fc.nat(30).map((n) => n / 100);
    const sizes = fc.tuple(fc.nat(20_000), fc.nat(20_000));
    fc.assert(
      fc.property(sizes, loss, fc.integer(), fc.boolean(), ([toB, toA], lost, seed, sack) => {
        const pair = new Pair({ a: { sack }, b: { sack } });
        const [a, b] = pair.connected();
        const rng = seededRng(seed);
        pair.line = () => (chance(rng, lost) ? [] : [milliseconds(5 + below(rng, 20))]);
        a.send(octets(toB), pair.now);
        b.send(octets(toA), pair.now);
        a.close(pair.now);
        b.close(pair.now);
        pair.runUntil(() => a.readable === toA && b.readable === toB, seconds(3600));
        expect(equal(a.receive(toA, pair.now), octets(toA))).toBe(true);
        expect(equal(b.receive(toB, pair.now), octets(toB))).toBe(true);
        pair.runUntil(() => a.atEnd && b.atEnd, seconds(3600));
        expect([a.atEnd, b.atEnd, a.error, b.error]).toEqual([true, true, undefined, undefined]);
      }),
      { numRuns: 30 },
    );
  });
});
