import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { Pair, type Sent } from '../../../../test/tcp/pair.ts';
import { milliseconds, seconds } from '../../../base/time.ts';
import type { ConnectionOptions } from './config.ts';

const HOUR = 3_600_000;
const octets = (length: number): Uint8Array => new Uint8Array(length);

const SHORT: Partial<ConnectionOptions> = {
  keepAlive: true,
  keepAliveIdle: seconds(10),
  keepAliveInterval: seconds(2),
  keepAliveProbes: 3,
};

function open(options: Partial<ConnectionOptions>) {
  const pair = new Pair();
  const listener = pair.listen();
  const client = pair.connect(80, options);
  pair.runUntil(() => listener.pending > 0);
  const server = listener.accept();
  if (server === undefined) throw new Error(pair.transcript);
  const from = pair.sent.length;
  const probes = (): Sent[] => pair.sentBy('a', from);
  return { pair, client, server, probes, start: pair.now, from };
}

const brief = (s: Sent): string => `${s.flags} ${s.seq}(${s.text}) ${s.ack}`;

describe('keep-alives (RFC 9293 §3.8.4), MAY-5', () => {
  it('are off at first, MUST-25', () => {
    const { pair, client, probes } = open({});
    pair.run_ms(240 * HOUR);
    expect([probes().length, client.state]).toEqual([0, 'ESTABLISHED']);
  });

  it('come after two hours at first, MUST-28', () => {
    const { pair, probes } = open({ keepAlive: true });
    const last = pair.sentBy('a').at(-1)?.at ?? 0;
    pair.run_ms(2 * HOUR - 1000);
    expect(probes().map(brief)).toEqual([]);
    pair.run_ms(2000);
    expect(probes().map(brief)).toEqual(['ACK 0(0) 1']);
    expect((probes()[0]?.at ?? 0) - last).toBe(seconds(7200));
  });

  it('can be turned on and off for a connection, MUST-24', () => {
    const { pair, client, probes } = open({});
    client.setOptions(SHORT, pair.now);
    pair.run_ms(10_500);
    expect(probes().length).toBe(1);
    client.setOptions({ keepAlive: false }, pair.now);
    pair.run_ms(HOUR);
    expect(probes().length).toBe(1);
  });

  it('come at an interval that can be set, MUST-27', () => {
    const { pair, probes } = open({ ...SHORT, keepAliveIdle: seconds(30) });
    pair.run_ms(95_000);
    expect(probes().length).toBe(3);
  });

  it('have no data, and a number that was acknowledged long ago, SHLD-12', () => {
    const { pair, server, probes, client } = open(SHORT);
    client.send(octets(100), pair.now);
    pair.run_ms(11_000);
    expect(probes().map(brief).slice(1)).toEqual(['ACK 100(0) 1']);
    expect(server.readable).toBe(100);
  });

  it('are acknowledged by the peer, and the connection lives on', () => {
    const { pair, client, from } = open(SHORT);
    pair.run_ms(100_000);
    expect(client.state).toBe('ESTABLISHED');
    expect(pair.sentBy('b', from).length).toBe(pair.sentBy('a', from).length);
  });

  it('come only when nothing else did for the interval, MUST-26', () => {
    const { pair, client, server } = open(SHORT);
    for (let i = 0; i < 20; i++) {
      pair.run_ms(6000);
      if (i % 2 === 0) client.send(octets(1), pair.now);
      else server.send(octets(1), pair.now);
    }
    expect(pair.tcp.a.counters.keepAliveProbes).toBe(0);
  });

  it('come not while data are unacknowledged, MUST-26', () => {
    const { pair, client } = open(SHORT);
    pair.line = () => [];
    client.send(octets(10), pair.now);
    pair.run_ms(60_000);
    expect(pair.tcp.a.counters.keepAliveProbes).toBe(0);
  });

  it('one that is not answered does not mean that the peer is dead, MUST-29', () => {
    const { pair, client, probes } = open(SHORT);
    pair.line = (s) => (s.from === 'b' ? [] : [milliseconds(10)]);
    pair.run_ms(12_500);
    expect([probes().length, client.state]).toEqual([2, 'ESTABLISHED']);
    pair.line = () => [milliseconds(10)];
    pair.run_ms(100_000);
    expect(client.state).toBe('ESTABLISHED');
  });

  it('all unanswered end the connection, and a RST says so, MUST-29', () => {
    const { pair, client, probes, start } = open(SHORT);
    pair.line = () => [];
    pair.run_ms(60_000);
    expect([client.state, client.error]).toEqual(['CLOSED', 'timed-out']);
    const [last, ...before] = probes().map(brief).reverse();
    expect(before).toEqual(['ACK 0(0) 1', 'ACK 0(0) 1', 'ACK 0(0) 1']);
    expect(last).toBe('RST,ACK 1(0) 1');
    expect((probes().at(-1)?.at ?? 0) - start).toBeGreaterThan(seconds(15));
  });

  it('find out that the peer began anew', () => {
    const { pair, client, server } = open(SHORT);
    pair.line = () => [];
    server.abort(pair.now);
    pair.drain();
    pair.line = () => [milliseconds(10)];
    pair.run_ms(11_000);
    expect([client.state, client.error]).toEqual(['CLOSED', 'reset']);
  });

  it('with an octet of data from another stack are answered, and the octet is not taken', () => {
    const { pair, server } = open({});
    const from = pair.sent.length;
    forge(pair, 'b', server, { flags: 'ACK', seq: 0, ack: 1, text: 1 });
    pair.drain();
    expect(pair.sentBy('b', from).map(brief)).toEqual(['ACK 1(0) 1']);
    expect(server.readable).toBe(0);
  });
});
