import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { milliseconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';

/** Without timestamps, and with a window of 65,535 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false, windowScaling: false };
const WINDOW = 0xffff;
const CHALLENGE = 'ACK 1(0) 1';

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
