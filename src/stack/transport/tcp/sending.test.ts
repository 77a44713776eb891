import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { Pair, type PairOptions } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { equal } from '../../../base/octets.ts';
import { milliseconds, seconds } from '../../../base/time.ts';
import type { ConnectionOptions, TcpConfig } from './config.ts';

const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff);

/** Without timestamps a whole segment has 1460 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false };
const MSS = 1460;

function open(options: PairOptions = {}, of: Partial<ConnectionOptions> = {}) {
  const pair = new Pair({ a: PLAIN, b: PLAIN, ...options });
  const [client, server] = pair.connected(of);
  const from = pair.sent.length;
  const sent = (): string[] => pair.sentBy('a', from).map((s) => `${s.flags} ${s.seq}(${s.text})`);
  const texts = (): number[] => pair.sentBy('a', from).map((s) => s.text);
  return { pair, client, server, sent, texts, from };
}

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

describe('small segments', () => {
  const write = (nagle: TcpConfig['nagle'], of: Partial<ConnectionOptions>) => {
    const all = open({ a: { ...PLAIN, nagle } }, of);
    const { pair, client } = all;
    for (let i = 0; i < 3; i++) {
      client.send(octets(10), pair.now);
      pair.drain();
    }
    return all;
  };

  it.each(['nagle', 'minshall'] as const)(
    'wait for the acknowledgment of the one before (%s), SHLD-7',
    (nagle) => {
      const { pair, texts } = write(nagle, {});
      expect(texts()).toEqual([10]);
      pair.run_ms(500);
      expect(texts()).toEqual([10, 20]);
    },
  );

  it('do not wait when the application says so, MUST-17', () => {
    expect(write('nagle', { noDelay: true }).texts()).toEqual([10, 10, 10]);
  });

  it('that wait leave when the application takes it back, MUST-17', () => {
    const { pair, client, texts } = write('nagle', {});
    client.setOptions({ noDelay: true }, pair.now);
    pair.drain();
    expect(texts()).toEqual([10, 20]);
  });

  it.each([
    ['nagle', [MSS]],
    ['minshall', [MSS, 100]],
  ] as const)('behind whole ones: %s', (nagle, expected) => {
    const { pair, client, texts } = open({ a: { ...PLAIN, nagle } });
    client.send(octets(MSS + 100), pair.now);
    pair.drain();
    expect(texts()).toEqual(expected);
    pair.run_ms(500);
    expect(texts()).toEqual([MSS, 100]);
  });

  it('are held while the connection is corked, and leave when it is not', () => {
    const { pair, client, texts } = open({}, { cork: true });
    client.send(octets(100), pair.now);
    client.send(octets(MSS), pair.now);
    pair.run_ms(1000);
    expect(texts()).toEqual([MSS]);
    client.setOptions({ cork: false }, pair.now);
    pair.drain();
    expect(texts()).toEqual([MSS, 100]);
  });

  it('are not made of a window that opens a little: the sender avoids silly windows, MUST-38', () => {
    const { pair, connection, come, left } = inState('ESTABLISHED', {
      ...PLAIN,
      windowScaling: false,
    });
    connection.setOptions({ noDelay: true }, pair.now);
    connection.send(octets(60_000), pair.now);
    left();
    const sent = connection.info(pair.now).tcpi_bytes_sent;
    const offer = (room: number): number => {
      come({ flags: 'ACK', seq: 1, ack: 1 + sent, window: room });
      const before = connection.info(pair.now).tcpi_bytes_sent;
      left();
      return connection.info(pair.now).tcpi_bytes_sent - before;
    };
    expect(offer(0)).toBe(0);
    expect(offer(1)).toBe(0);
    expect(offer(500)).toBe(0);
    expect(offer(535)).toBe(0);
    // The peer named no size, so a whole segment is of 536 octets.
    expect(offer(536)).toBe(536);
  });

  it('of half the largest window that there was are large enough, MUST-38', () => {
    const { pair, connection, come, left } = inState('SYN-SENT', PLAIN);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, window: 1000, options: [2, 4, 5, 180] });
    connection.send(octets(5000), pair.now);
    expect(left()).toEqual(['ACK 1(1000) 1']);
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 499 });
    expect(left()).toEqual([]);
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 500 });
    expect(left()).toEqual(['ACK 1001(500) 1']);
  });

  it('leave after a while all the same, if the window never opens more, MUST-38', () => {
    const { pair, connection, come } = inState('SYN-SENT', PLAIN);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, window: 1000, options: [2, 4, 5, 180] });
    connection.send(octets(5000), pair.now);
    pair.drain();
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 100 });
    const before = pair.sent.length;
    pair.run_ms(1500);
    expect(pair.sentBy('a', before).map((s) => s.text)[0]).toBe(100);
  });
});

describe('a window that shrinks (RFC 9293 §3.8.6)', () => {
  /** Four segments are in flight under a window of 4000; then the peer takes some of it back. */
  function shrunk(window: number, config: Partial<TcpConfig> = {}) {
    const alone = inState('SYN-SENT', { ...PLAIN, windowScaling: false, ...config });
    const { pair, connection, come } = alone;
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, window: 4000, options: [2, 4, 3, 232] });
    connection.send(octets(10_000), pair.now);
    alone.left();
    expect(connection.info(pair.now).tcpi_unacked).toBe(4);
    come({ flags: 'ACK', seq: 1, ack: 1, window });
    return alone;
  }

  it('lets nothing new leave beyond it, SHLD-15 MUST-34', () => {
    const { pair, connection, come, left } = shrunk(1500);
    expect(left()).toEqual([]);
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 1500 });
    expect(left()).toEqual([]);
    expect(connection.info(pair.now).tcpi_bytes_sent).toBe(4000);
  });

  it('what is in flight is sent again, inside of it and beyond, SHLD-16 MAY-7', () => {
    const { pair, come, left } = shrunk(1500);
    pair.run_ms(1000);
    expect(left()).toContain('ACK 1(1000) 1');
    come({ flags: 'ACK', seq: 1, ack: 1001, window: 1500 });
    pair.run_ms(3000);
    const again = left();
    expect(again).toContain('ACK 1001(1000) 1');
    // Its second half lies beyond the window, which ends at 2501.
    expect(again).toContain('ACK 2001(1000) 1');
  });

  it('does not end the connection while the peer answers, SHLD-17 MUST-34 MUST-37', () => {
    const { pair, connection, come } = shrunk(0, { retries: 5 });
    // Of two probes one arrives, or its answer.
    for (let i = 0; i < 40; i++) {
      const before = pair.sent.length;
      pair.runUntil(() => pair.sent.length >= before + 1 + (i % 2), seconds(600));
      pair.run_ms(20);
      come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    }
    expect(connection.error).toBeUndefined();
    come({ flags: 'ACK', seq: 1, ack: 1, window: 20_000 });
    for (let ack = 4001; ack <= 10_001; ack += 1000) {
      come({ flags: 'ACK', seq: 1, ack, window: 20_000 });
      pair.drain();
    }
    expect(connection.unacknowledged).toBe(0);
  });

  it('to zero is probed, MUST-35', () => {
    const { pair, come } = shrunk(4000);
    come({ flags: 'ACK', seq: 1, ack: 4001, window: 0 });
    const before = pair.sent.length;
    pair.run_ms(10_000);
    expect(pair.sentBy('a', before).length).toBeGreaterThanOrEqual(2);
  });
});

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
    expect(equal(client.receive(99_999, pair.now), octets(20_000))).toBe(true);
    expect(equal(server.receive(99_999, pair.now), octets(20_000))).toBe(true);
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
    expect(equal(server.receive(9999, pair.now), octets(5000))).toBe(true);
    expect(pair.sentBy('a', before).every((s) => s.text <= 960)).toBe(true);
    expect(from).toBeLessThan(before);
  });
});

describe('acknowledgments (RFC 9293 §3.8.6.3)', () => {
  /** The server, with data forged to it. */
  function receiver(config: Partial<TcpConfig> = {}) {
    const alone = inState('ESTABLISHED', { ...PLAIN, quickAcks: 0, ...config });
    const { pair, come, left } = alone;
    // Of what size the peer's segments are shows by and by.
    come({ flags: 'ACK', seq: 1, ack: 1, text: MSS });
    come({ flags: 'ACK', seq: 1 + MSS, ack: 1, text: MSS });
    pair.run_ms(500);
    left();
    return { ...alone, next: 1 + 2 * MSS };
  }

  it.each([
    ['as it is set at first', undefined],
    ['the longest that the standard allows', milliseconds(499)],
  ])(
    'of one segment is delayed, by less than half a second: %s, SHLD-18 MUST-40',
    (_name, delayedAck) => {
      const { pair, come, left, next } = receiver(delayedAck === undefined ? {} : { delayedAck });
      come({ flags: 'ACK', seq: next, ack: 1, text: MSS });
      expect(left()).toEqual([]);
      const before = pair.now;
      pair.runUntil(() => pair.sent.at(-1)?.ack === next + MSS, seconds(2));
      expect(pair.now - before).toBeLessThan(500_000);
      expect(pair.now - before).toBeGreaterThan(10_000);
    },
  );

  it('is sent for every second full-sized segment, SHLD-19', () => {
    const { come, left, next } = receiver();
    const answers = [0, 1, 2, 3, 4, 5].map((i) => {
      come({ flags: 'ACK', seq: next + i * MSS, ack: 1, text: MSS });
      return left().length;
    });
    expect(answers).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('one acknowledges several segments, MUST-58', () => {
    const { come, left, next } = receiver();
    for (let i = 0; i < 5; i++) come({ flags: 'ACK', seq: next + i * MSS, ack: 1, text: MSS });
    expect(left()).toEqual([`ACK 1(0) ${next + 5 * MSS}`]);
  });

  it('goes with data that leaves anyhow, MUST-58', () => {
    const { pair, connection, come, left, next } = receiver();
    come({ flags: 'ACK', seq: next, ack: 1, text: 100 });
    connection.send(octets(5), pair.now);
    expect(left()).toEqual([`PSH,ACK 1(5) ${next + 100}`]);
    pair.run_ms(100);
    expect(left()).toEqual([]);
  });

  it('what came is all looked at before one leaves, MUST-59', () => {
    const { connection, come, left, next } = receiver();
    come({ flags: 'ACK', seq: next + MSS, ack: 1, text: MSS });
    come({ flags: 'ACK', seq: next, ack: 1, text: MSS });
    expect(left()).toEqual([`ACK 1(0) ${next + 2 * MSS}`]);
    expect(connection.readable).toBe(4 * MSS);
  });

  it('is sent at once for what is out of order, which is kept, and when a gap is filled, MAY-13 SHLD-31', () => {
    const { connection, come, left, next } = receiver();
    come({ flags: 'ACK', seq: next + 100, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next}`]);
    come({ flags: 'ACK', seq: next, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next + 200}`]);
    expect(connection.readable).toBe(2 * MSS + 200);
  });

  it('is sent at once for what came before', () => {
    const { come, left, next } = receiver();
    come({ flags: 'ACK', seq: 1, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next}`]);
  });

  it('is sent at once if the owner wants it so', () => {
    const { pair, connection, come, left, next } = receiver();
    connection.setOptions({ quickAck: true }, pair.now);
    come({ flags: 'ACK', seq: next, ack: 1, text: 100 });
    expect(left()).toEqual([`ACK 1(0) ${next + 100}`]);
  });

  it('is never sent for an acknowledgment', () => {
    const { come, left, next } = receiver();
    for (let i = 0; i < 5; i++) come({ flags: 'ACK', seq: next, ack: 1 });
    expect(left()).toEqual([]);
  });

  it('of data reports what came twice (RFC 2883) and what came last (RFC 2018)', () => {
    const alone = inState('SYN-SENT', PLAIN);
    const { pair, come, left } = alone;
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, options: [4, 2] });
    left();
    const sacks = (): number[][] => {
      pair.drain();
      const options = pair.sent.at(-1)?.options;
      const count = options?.sackBlocks ?? 0;
      return Array.from({ length: count }, (_, i) => [
        options?.left(i) ?? 0,
        options?.right(i) ?? 0,
      ]);
    };
    come({ flags: 'ACK', seq: 101, ack: 1, text: 100 });
    expect(sacks()).toEqual([[101, 201]]);
    come({ flags: 'ACK', seq: 301, ack: 1, text: 100 });
    expect(sacks()).toEqual([
      [301, 401],
      [101, 201],
    ]);
    come({ flags: 'ACK', seq: 101, ack: 1, text: 100 });
    expect(sacks()).toEqual([
      [101, 201],
      [101, 201],
      [301, 401],
    ]);
    come({ flags: 'ACK', seq: 1, ack: 1, text: 100 });
    expect(sacks()).toEqual([[301, 401]]);
    come({ flags: 'ACK', seq: 1, ack: 1, text: 100 });
    expect(sacks()).toEqual([
      [1, 101],
      [301, 401],
    ]);
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
    const seen: string[] = [];
    client.send(octets(5000), pair.now);
    client.close(pair.now);
    for (let i = 0; i < 10; i++) {
      pair.run_ms(20);
      seen.push([...pair.tcp.a.outgoing.addresses].join());
    }
    expect(new Set(seen)).toEqual(new Set([[...pair.addresses('a')].join()]));
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
        read += server.receive(99_999, pair.now).length;
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
