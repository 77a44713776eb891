import { describe, expect, it } from 'vitest';
import { Pair } from '../../../../test/tcp/pair.ts';
import { milliseconds, seconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';

const lines = (pair: Pair, from = 0): string[] =>
  pair.sent.slice(from).map((s) => `${s.from} ${s.flags} ${s.seq}(${s.text}) ${s.ack}`);

describe('opening a connection (RFC 9293 §3.5)', () => {
  it('takes three segments, MUST-8 MUST-11', () => {
    const pair = new Pair();
    const [client, server] = pair.connected();
    expect(lines(pair)).toEqual(['a SYN 0(0) -1', 'b SYN,ACK 0(0) 1', 'a ACK 1(0) 1']);
    expect([client.state, server.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect(client.localPort).toBe(server.remotePort);
  });

  it('tells the owners: the client, and the listener that there is one to accept', () => {
    const pair = new Pair();
    const listener = pair.listen();
    const client = pair.connect();
    pair.run_ms(100);
    expect(pair.events.map((e) => e === listener || e === client)).toEqual([true, true]);
    expect(listener.pending).toBe(1);
  });

  it('can be begun by both at once, MUST-10', () => {
    const pair = new Pair();
    const a = pair.connect(2000, {}, 1000);
    const b = pair.tcp.b.connect(pair.paths.b, pair.addresses('b'), 2000, 1000, {}, pair.now);
    pair.run_ms(100);
    expect([a.state, b.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect(lines(pair).slice(0, 4)).toEqual([
      'a SYN 0(0) -1',
      'b SYN 0(0) -1',
      'a SYN,ACK 0(0) 1',
      'b SYN,ACK 0(0) 1',
    ]);
    expect(a.send(Uint8Array.of(1, 2, 3), pair.now)).toBe(3);
    pair.run_ms(100);
    expect([...b.receive(10)]).toEqual([1, 2, 3]);
  });

  it('sends a lost SYN again after 1, 2, 4 … seconds, and gives up in no less than three minutes, MUST-23', () => {
    const pair = new Pair({ line: () => [] });
    const client = pair.connect();
    pair.runUntil(() => client.state === 'CLOSED');
    const times = pair.sent.map((s) => s.at / seconds(1));
    expect(times.slice(0, 5)).toEqual([0, 1, 3, 7, 15]);
    expect(pair.now).toBeGreaterThan(seconds(100));
    expect(client.error).toBe('timed-out');
  });

  it('holds out three minutes with the standard as it is written, MUST-23', () => {
    const pair = new Pair({ a: { rtoMax: seconds(60), synRetries: 7 }, line: () => [] });
    const client = pair.connect();
    pair.runUntil(() => client.state === 'CLOSED');
    expect(pair.now).toBeGreaterThanOrEqual(seconds(180));
  });

  it('is refused by a port that nobody listens on', () => {
    const pair = new Pair();
    const client = pair.connect();
    pair.run_ms(100);
    expect(lines(pair)).toEqual(['a SYN 0(0) -1', 'b RST,ACK 0(0) 1']);
    expect([client.state, client.error]).toEqual(['CLOSED', 'refused']);
    expect(pair.tcp.a.size).toBe(0);
  });

  it('answers a SYN that comes again with the same SYN-ACK', () => {
    const pair = new Pair({ line: (_s, index) => (index === 1 ? [] : [milliseconds(10)]) });
    const listener = pair.listen();
    pair.connect();
    pair.run_ms(1100);
    expect(lines(pair).slice(0, 4)).toEqual([
      'a SYN 0(0) -1',
      'b SYN,ACK 0(0) 1',
      'a SYN 0(0) -1',
      'b SYN,ACK 0(0) 1',
    ]);
    expect(listener.pending).toBe(1);
  });

  it('sends a lost SYN-ACK again by itself, and forgets a peer that never answers', () => {
    const pair = new Pair({ line: (s) => (s.from === 'b' ? [] : [milliseconds(10)]) });
    pair.listen();
    const client = pair.connect();
    pair.run_ms(20);
    client.abort(pair.now);
    pair.runUntil(() => pair.tcp.b.size === 0);
    expect(pair.sentBy('b').filter((s) => s.flags === 'SYN,ACK').length).toBe(6);
    expect(pair.tcp.b.size).toBe(0);
  });

  it('leaves no trace when it is closed before it is made', () => {
    const pair = new Pair();
    const client = pair.connect();
    client.close(pair.now);
    pair.run_ms(100);
    expect([client.state, pair.sent.length, pair.tcp.a.size]).toEqual(['CLOSED', 0, 0]);
  });

  it('closes in SYN-RECEIVED by a FIN behind the handshake', () => {
    const pair = new Pair();
    const a = pair.connect(2000, {}, 1000);
    const b = pair.tcp.b.connect(pair.paths.b, pair.addresses('b'), 2000, 1000, {}, pair.now);
    pair.runUntil(() => a.state === 'SYN-RECEIVED');
    a.close(pair.now);
    expect(a.state).toBe('FIN-WAIT-1');
    pair.run_ms(100);
    expect([a.state, b.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
  });

  it('chooses a number of its own for each pair of sockets, that grows with time, MUST-8 MUST-9', () => {
    const pair = new Pair();
    pair.connect(80, {}, 4000);
    pair.drain();
    const first = pair.iss('a');
    pair.connect(81, {}, 4000);
    pair.drain();
    const other = pair.iss('a');
    expect(Math.abs(other - first)).toBeGreaterThan(1_000_000);
  });
});

describe('options of the handshake', () => {
  const agreed = (a: Partial<TcpConfig>, b: Partial<TcpConfig>) => {
    const pair = new Pair({ a, b });
    const [client, server] = pair.connected();
    const [syn, answer] = pair.sent.map(({ options }) => options);
    return { pair, client, server, syn, answer };
  };

  it('has the maximum segment size in both SYNs, MUST-14', () => {
    const { pair } = agreed({}, {});
    const sizes = pair.sent.slice(0, 2).map(({ options }) => options.maximumSegmentSize);
    expect(sizes).toEqual([1460, 1460]);
  });

  it.each<[string, Partial<TcpConfig>, Partial<TcpConfig>, number]>([
    ['both have window scaling', {}, {}, 4],
    ['the client has none', { windowScaling: false }, {}, 0],
    ['the server has none', {}, { windowScaling: false }, 0],
  ])('%s', (_name, a, b, shift) => {
    const receiveBuffer = 1 << 20;
    const { client, server } = agreed({ ...a, receiveBuffer }, { ...b, receiveBuffer });
    expect(client.info(0 as never).tcpi_snd_wscale).toBe(shift === 0 ? 0 : 5);
    expect(server.info(0 as never).tcpi_rcv_wscale).toBe(shift === 0 ? 0 : 5);
  });

  it.each<[string, Partial<TcpConfig>, Partial<TcpConfig>, number]>([
    ['timestamps and SACK', {}, {}, 3],
    ['only SACK', { timestamps: false }, {}, 2],
    ['only timestamps', {}, { sack: false }, 1],
    ['neither', { sack: false }, { timestamps: false }, 0],
  ])('both agree on %s', (_name, a, b, bits) => {
    const { client, server } = agreed(a, b);
    const mask = 3;
    expect(client.info(0 as never).tcpi_options & mask).toBe(bits);
    expect(server.info(0 as never).tcpi_options & mask).toBe(bits);
  });

  it('an answer has no option that was not asked for', () => {
    const off = { timestamps: false, sack: false, windowScaling: false };
    const { answer } = agreed(off, {});
    expect(answer).toMatchObject({ timestamps: false, sackPermitted: false, windowScale: -1 });
  });

  it.each<[TcpConfig['ecn'], TcpConfig['ecn'], string, string, boolean]>([
    ['active', 'passive', 'SYN,ECE,CWR', 'SYN,ACK,ECE', true],
    ['active', 'off', 'SYN,ECE,CWR', 'SYN,ACK', false],
    ['passive', 'active', 'SYN', 'SYN,ACK', false],
  ])('ECN %s to %s: %s, %s (RFC 3168 §6.1.1)', (a, b, syn, answer, on) => {
    const { pair, client } = agreed({ ecn: a }, { ecn: b });
    expect(pair.sent.slice(0, 2).map(({ flags }) => flags)).toEqual([syn, answer]);
    expect((client.info(0 as never).tcpi_options & 8) !== 0).toBe(on);
  });

  it('a lost SYN with ECN goes without it the next time (RFC 3168 §6.1.1.1)', () => {
    const pair = new Pair({
      a: { ecn: 'active' },
      line: (s) => (s.flags.includes('CWR') ? [] : [milliseconds(10)]),
    });
    pair.connected();
    expect(pair.sent.slice(0, 2).map(({ flags }) => flags)).toEqual(['SYN,ECE,CWR', 'SYN']);
  });
});
