import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import type { PairOptions } from '../../../../test/tcp/pair.ts';
import { seconds } from '../../../base/time.ts';
import type { ConnectionOptions, TcpConfig } from './config.ts';

/** Without timestamps a whole segment has 1460 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false };

const open = (options: PairOptions = {}, of: Partial<ConnectionOptions> = {}) =>
  opened({ a: PLAIN, b: PLAIN, ...options }, of);

describe('pushing (RFC 9293 §3.9.1.2)', () => {
  it('PSH is on the last segment of what was written, and on no other, MUST-61', () => {
    const { pair, client, sent } = open();
    client.send(octets(4000), pair.now);
    pair.run_ms(100);
    expect(sent()).toEqual(['ACK 1(1460)', 'ACK 1461(1460)', 'PSH,ACK 2921(1080)']);
  });

  it('writes in a row become segments as large as can be, pushed once, SHLD-27 SHLD-28 MAY-16', () => {
    const { pair, client, sent } = open();
    for (let i = 0; i < 40; i++) client.send(octets(100), pair.now);
    pair.run_ms(100);
    expect(sent()).toEqual(['ACK 1(1460)', 'ACK 1461(1460)', 'PSH,ACK 2921(1080)']);
  });

  it('what is written is not held for ever, MUST-60', () => {
    for (const nagle of ['nagle', 'minshall'] as const) {
      const { pair, client, server } = open({ a: { ...PLAIN, nagle } });
      for (let i = 0; i < 20; i++) client.send(octets(1 + i), pair.now);
      pair.run_ms(1000);
      expect([server.readable, client.unacknowledged]).toEqual([210, 0]);
    }
  });

  it('what comes is readable whether it was pushed or not', () => {
    const { pair, server } = open();
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 10 });
    expect(server.readable).toBe(10);
    pair.drain();
    expect(pair.events.at(-1)).toBe(server);
  });
});

describe('what goes to IP with a segment', () => {
  it('is the Differentiated Services field, as it was given and as it is changed, MUST-48 SHLD-21 SHLD-22', () => {
    const { pair, client } = open({}, { trafficClass: 0xb8 });
    expect(pair.sentBy('a').map((s) => s.trafficClass)).toEqual([0xb8, 0xb8]);
    client.setOptions({ trafficClass: 0x28 }, pair.now);
    client.send(octets(10), pair.now);
    pair.drain();
    expect(pair.sent.at(-1)?.trafficClass).toBe(0x28);
    client.abort(pair.now);
    pair.drain();
    expect(pair.sent.at(-1)?.trafficClass).toBe(0x28);
  });

  it('is ECN on new data alone, and what was marked is told until the sender has slowed down (RFC 3168), SHLD-8', () => {
    const ecn = { ...PLAIN, ecn: 'active' as const };
    const { pair, client, server, from } = open({ a: ecn, b: ecn });
    client.send(octets(2000), pair.now);
    pair.run_ms(200);
    const data = pair.sentBy('a', from).filter((s) => s.text > 0);
    expect(data.map((s) => s.trafficClass & 3)).toEqual([2, 2]);
    const bare = pair.sent.filter((s) => s.text === 0);
    expect(bare.every((s) => (s.trafficClass & 3) === 0)).toBe(true);
    // A router marks one segment.
    const packet = data[1]?.packet;
    const cwnd = client.info(pair.now).tcpi_snd_cwnd;
    client.send(octets(30_000), pair.now);
    pair.drain();
    const marked = pair.sent.at(-1);
    if (packet === undefined || marked === undefined) throw new Error(pair.transcript);
    pair.run_ms(9);
    pair.inject('b', marked.packet, marked.length, 3);
    pair.run_ms(300);
    const echoes = pair
      .sentBy('b')
      .filter((s) => s.flags.includes('ECE') && !s.flags.includes('SYN'));
    expect(echoes.length).toBeGreaterThan(0);
    client.send(octets(100), pair.now);
    pair.run_ms(100);
    expect(client.info(pair.now).tcpi_snd_cwnd).toBeLessThan(cwnd + 20);
    expect(pair.sentBy('a').some((s) => s.flags.includes('CWR') && s.text > 0)).toBe(true);
    expect(pair.sentBy('b').at(-1)?.flags).toBe('ACK');
    expect(server.error).toBeUndefined();
  });

  it('is the same local address for all of a connection, that of OPEN, MUST-43 MUST-45', () => {
    const { pair, client } = open();
    const seen = new Set();
    client.send(octets(5000), pair.now);
    client.close(pair.now);
    for (let i = 0; i < 10; i++) {
      pair.run_ms(20);
      seen.add(pair.tcp.a.outgoing.path);
    }
    expect(seen).toEqual(new Set([pair.paths.a]));
  });
});

describe('other congestion controls, MAY-18', () => {
  it.each(['reno', 'cubic'] as const)(
    '%s is what was asked for, and can be changed under way',
    (congestion) => {
      const { pair, client, server } = open({}, { congestion });
      const data = octets(200_000);
      let read = 0;
      const read_all = (): boolean => {
        read += server.receive(99_999).length;
        return read === data.length;
      };
      client.send(data.subarray(0, 100_000), pair.now);
      pair.run_ms(50);
      client.setOptions({ congestion: congestion === 'reno' ? 'cubic' : 'reno' }, pair.now);
      client.send(data.subarray(100_000), pair.now);
      pair.runUntil(read_all, seconds(30));
      expect(read).toBe(data.length);
    },
  );
});
