import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import { Pair, type PairOptions } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { equal } from '../../../base/octets.ts';
import { milliseconds } from '../../../base/time.ts';
import type { ConnectionOptions, TcpConfig } from './config.ts';

/** Without timestamps a whole segment has 1460 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false };

const open = (options: PairOptions = {}, of: Partial<ConnectionOptions> = {}) =>
  opened({ a: PLAIN, b: PLAIN, ...options }, of);

describe('the size of segments (RFC 9293 §3.7.1)', () => {
  const sizes = (options: readonly number[], of: Partial<ConnectionOptions> = {}): number => {
    const { pair, connection, come } = inState('SYN-SENT', PLAIN);
    connection.setOptions(of, pair.now);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, options });
    connection.send(octets(10_000), pair.now);
    pair.drain();
    return pair.sent.find((s) => s.text > 0)?.text ?? 0;
  };
  const mss = (n: number): number[] => [2, 4, n >> 8, n & 0xff];

  it.each([
    ['is what the peer takes, MUST-16', mss(1000), {}, 1000],
    ['is what the path takes, MUST-16', mss(9000), {}, 1460],
    ['is 536 when the peer names none, MUST-15', [], {}, 536],
    ['is what the application says, if that is less', mss(1400), { segmentMax: 700 }, 700],
    ['is not what the application says, if that is more', mss(1400), { segmentMax: 5000 }, 1400],
    ['is 88 for a peer that would have less', mss(1), {}, 88],
    ['is 536 for a peer that names none by a zero', mss(0), {}, 536],
  ] as const)('%s', (_name, options, of, expected) => {
    expect(sizes(options, of)).toBe(expected);
  });

  it('is 1220 over IPv6 when the peer names none, MUST-15', () => {
    const pair = new Pair({ a: PLAIN, line: () => [] });
    Object.assign(pair.paths.a, { headerLength: 40 });
    const client = pair.connect();
    pair.drain();
    expect(pair.sent[0]?.options.maximumSegmentSize).toBe(1440);
    forge(pair, 'a', client, { flags: 'SYN,ACK', seq: 0, ack: 1 });
    client.send(octets(10_000), pair.now);
    pair.drain();
    expect(pair.sent.find((s) => s.text > 0)?.text).toBe(1220);
  });

  it('that is offered is the MTU less both headers, in each SYN and nowhere else, MUST-14 MUST-65 MUST-67 SHLD-5 MAY-3', () => {
    const pair = new Pair();
    pair.paths.a.mtu = 1400;
    const [client, server] = pair.connected();
    client.send(octets(5000), pair.now);
    server.send(octets(5000), pair.now);
    pair.run_ms(200);
    const [syn, answer, ...rest] = pair.sent.map((s) => s.options.maximumSegmentSize);
    expect([syn, answer]).toEqual([1360, 1460]);
    expect(rest.every((size) => size === 0)).toBe(true);
  });

  it('has room for the options that each segment has, MUST-16', () => {
    const pair = new Pair();
    const [client] = pair.connected();
    client.send(octets(50_000), pair.now);
    pair.run_ms(500);
    expect(Math.max(...pair.sent.map((s) => s.length))).toBe(1480);
    expect(Math.max(...pair.sent.map((s) => s.text))).toBe(1448);
  });

  it('has room for the blocks that a segment reports, MUST-16', () => {
    const { pair, client, server } = open({ a: {}, b: {} });
    client.send(octets(20_000), pair.now);
    let index = 0;
    pair.line = (s) => (s.from === 'a' && index++ % 3 === 1 ? [] : [milliseconds(10)]);
    pair.run_ms(12);
    server.send(octets(20_000), pair.now);
    pair.run_ms(1000);
    const both = pair.sentBy('b').filter((s) => s.options.sackBlocks > 0 && s.text > 0);
    expect(both.length).toBeGreaterThan(0);
    expect(Math.max(...pair.sent.map((s) => s.length))).toBeLessThanOrEqual(1480);
    expect(equal(client.receive(99_999), octets(20_000))).toBe(true);
    expect(equal(server.receive(99_999), octets(20_000))).toBe(true);
  });

  it('becomes less when the path becomes narrower: what was too large is sent again in pieces', () => {
    const { pair, client, server, from } = open();
    pair.line = (s) => (s.length > 1000 ? [] : [milliseconds(10)]);
    client.send(octets(5000), pair.now);
    pair.run_ms(5);
    pair.paths.a.mtu = 1000;
    const { localPort, remotePort } = client;
    const quoted = (pair.iss('a') + 1) | 0;
    pair.tcp.a.handleTooBig(pair.addresses('a'), localPort, remotePort, quoted, 1000, pair.now);
    const before = pair.sent.length;
    pair.run_ms(150);
    expect(equal(server.receive(9999), octets(5000))).toBe(true);
    expect(pair.sentBy('a', before).every((s) => s.text <= 960)).toBe(true);
    expect(from).toBeLessThan(before);
  });
});
