import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair, type Sent } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { newPacket } from '../../../base/packet.ts';
import { seededRng } from '../../../base/random.ts';
import { after, type Instant, milliseconds, START, seconds } from '../../../base/time.ts';
import { DEFAULTS, PROFILES, type TcpConfig } from './config.ts';
import type { Path } from './network.ts';
import { Tcp } from './tcp.ts';

/** The standard as it is written, without what RFC 8985 adds. */
const RFC: Partial<TcpConfig> = { ...PROFILES.rfc, rack: false, tailLossProbe: false };

/** Times between segments, in seconds. */
const gaps = (sent: readonly Sent[]): number[] =>
  sent.slice(1).map((s, i) => Math.round(((s.at - (sent[i]?.at ?? 0)) / seconds(1)) * 1000) / 1000);

describe('the retransmission timer (RFC 6298, RFC 9293 §3.8.1)', () => {
  it('backs off exponentially, to a bound, MUST-19', () => {
    const { pair, connection } = inState('ESTABLISHED', RFC);
    connection.send(octets(10), pair.now);
    const from = pair.sent.length;
    pair.run_ms(300_000);
    expect(gaps(pair.sentBy('a', from))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is set by what was measured: RTO is SRTT and four times RTTVAR, MUST-18', () => {
    const pair = new Pair({ a: { ...RFC, rtoMin: milliseconds(1) }, delay: milliseconds(400) });
    const [client] = pair.connected();
    // One sample of 800 ms: SRTT 800, RTTVAR 400, RTO 2400.
    expect(client.info(pair.now).tcpi_rto).toBe(2_400_000);
    pair.line = () => [];
    client.send(octets(10), pair.now);
    const from = pair.sent.length;
    pair.run_ms(8000);
    expect(gaps(pair.sentBy('a', from))).toEqual([2.4, 4.8]);
  });

  it('is not set by what was sent twice, without timestamps (Karn), MUST-18', () => {
    const { pair, connection, come, left } = inState('ESTABLISHED', { ...RFC, timestamps: false });
    connection.send(octets(10), pair.now);
    left();
    const { tcpi_srtt, ...before } = { tcpi_srtt: 0, ...connection.info(pair.now) };
    pair.run_ms(1500);
    come({ flags: 'ACK', seq: 1, ack: 11 });
    const then = connection.info(pair.now);
    expect([then.tcpi_rtt, then.tcpi_rttvar]).toEqual([before.tcpi_rtt, before.tcpi_rttvar]);
    expect(tcpi_srtt).toBe(0);
    // §5: what was backed off is kept until there is a new measurement.
    expect(then.tcpi_rto).toBe(2_000_000);
  });

  it('begins anew with each acknowledgment of new data, and stops with the last (§5.2, §5.3)', () => {
    const { pair, connection, come, left } = inState('ESTABLISHED', { ...RFC, timestamps: false });
    connection.setOptions({ noDelay: true }, pair.now);
    connection.send(octets(10), pair.now);
    left();
    connection.send(octets(10), pair.now);
    left();
    pair.run_ms(900);
    come({ flags: 'ACK', seq: 1, ack: 11 });
    pair.run_ms(900);
    expect(left()).toEqual([]);
    come({ flags: 'ACK', seq: 1, ack: 21 });
    pair.run_ms(10_000);
    expect(left()).toEqual([]);
  });

  it.each([true, false])('is not put off by what the peer sends, SACK %s (§5.3)', (sack) => {
    const { pair, connection, come, left } = inState('SYN-SENT', { timestamps: false, sack });
    come({ flags: 'SYN,ACK', seq: 0, ack: 1, options: [2, 4, 5, 180, 4, 2] });
    connection.send(octets(10), pair.now);
    left();
    const from = pair.sent.length;
    // Our data were lost; the peer's come in a stream.
    for (let i = 0; i < 20; i++) {
      pair.run_ms(100);
      come({ flags: 'ACK', seq: 1 + 100 * i, ack: 1, text: 100 });
    }
    expect(pair.sentBy('a', from).filter((s) => s.text > 0).length).toBeGreaterThan(1);
  });

  it('lost for a SYN, has three seconds for data (§5.7)', () => {
    const { pair, connection, come, left } = inState('SYN-SENT', { ...RFC, timestamps: false });
    pair.run_ms(1200);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1 });
    expect(connection.info(pair.now).tcpi_rto).toBe(3_000_000);
    left();
    connection.send(octets(10), pair.now);
    const from = pair.sent.length;
    pair.run_ms(3500);
    expect(gaps(pair.sentBy('a', from))).toEqual([3]);
  });

  it('shrinks the congestion window to a segment, from where it is slow start again, MUST-19', () => {
    const { pair, connection, come } = inState('ESTABLISHED', {
      ...RFC,
      timestamps: false,
      congestion: 'reno',
    });
    connection.send(octets(20_000), pair.now);
    pair.drain();
    const before = connection.info(pair.now);
    expect(before.tcpi_snd_cwnd).toBe(10);
    pair.run_ms(1100);
    const then = connection.info(pair.now);
    expect([then.tcpi_snd_cwnd, then.tcpi_snd_ssthresh]).toEqual([1, 5]);
    for (let ack = 537; ack <= 1 + 536 * 3; ack += 536) {
      come({ flags: 'ACK', seq: 1, ack });
      pair.drain();
    }
    expect(connection.info(pair.now).tcpi_snd_cwnd).toBe(4);
  });
});

describe('connection failures (RFC 9293 §3.8.3)', () => {
  it.each<[string, Partial<TcpConfig>]>([
    ['as hosts have it at first', {}],
    ['with the standard as it is written', PROFILES.rfc],
    ['as Linux has it', PROFILES.linux],
    ['as FreeBSD has it', PROFILES.freebsd],
  ])(
    'data that are not acknowledged end it after R2, 100 seconds at least, %s, MUST-20 SHLD-11',
    (_name, config) => {
      const { pair, connection } = inState('ESTABLISHED', config);
      connection.send(octets(10), pair.now);
      pair.runUntil(() => connection.state === 'CLOSED');
      expect(connection.error).toBe('timed-out');
      expect(pair.now).toBeGreaterThan(seconds(100));
      expect(pair.sent.at(-1)?.flags).toBe('RST,ACK');
    },
  );

  it.each([10, 3, 5000])(
    'R2 is what the application says, to the microsecond: %i s, MUST-21',
    (s) => {
      const { pair, connection } = inState('ESTABLISHED');
      connection.setOptions({ userTimeout: seconds(s) }, pair.now);
      pair.run_ms(1234);
      const written = pair.now;
      connection.send(octets(10), written);
      pair.runUntil(() => connection.state === 'CLOSED', seconds(10_000));
      expect([connection.error, pair.now - written]).toEqual(['timed-out', seconds(s)]);
    },
  );

  it('R2 of the application bounds a SYN too, MUST-22', () => {
    const pair = new Pair();
    pair.line = () => [];
    const connection = pair.connect(80, { userTimeout: seconds(5) });
    pair.runUntil(() => connection.state === 'CLOSED');
    expect([connection.error, pair.now]).toEqual(['timed-out', seconds(5)]);
  });

  it('R2 can be set while data wait, MUST-21', () => {
    const { pair, connection } = inState('ESTABLISHED');
    connection.send(octets(10), pair.now);
    pair.run_ms(3500);
    connection.setOptions({ userTimeout: seconds(5) }, pair.now);
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(pair.now).toBe(seconds(5));
  });

  it('R2 of the application counts from what was written first, whatever is written or closed later', () => {
    const { pair, connection, come } = inState('ESTABLISHED');
    connection.setOptions({ userTimeout: seconds(5) }, pair.now);
    come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    for (let i = 0; i < 4; i++) {
      connection.send(octets(10), pair.now);
      pair.run_ms(1000);
    }
    connection.close(pair.now);
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(pair.now).toBe(seconds(5));
  });

  it('R2 of the application does not run while nothing waits, nor against a closed window whose peer lives, MUST-37', () => {
    const { pair, connection, come } = inState('ESTABLISHED');
    connection.setOptions({ userTimeout: seconds(5) }, pair.now);
    connection.send(octets(10), pair.now);
    pair.drain();
    come({ flags: 'ACK', seq: 1, ack: 11, window: 0 });
    pair.run_ms(60_000);
    connection.send(octets(10), pair.now);
    for (let i = 0; i < 10; i++) {
      pair.run_ms(4000);
      come({ flags: 'ACK', seq: 1, ack: 11, window: 0 });
    }
    expect(connection.state).toBe('ESTABLISHED');
    const heard = pair.now;
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(pair.now - heard).toBe(seconds(5));
  });

  it('R2 is as many retransmissions as it is set to, MUST-20 MUST-21', () => {
    const { pair, connection } = inState('ESTABLISHED', { ...RFC, retries: 4 });
    connection.send(octets(10), pair.now);
    const from = pair.sent.length;
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(pair.sentBy('a', from).filter((s) => s.text > 0).length).toBe(5);
  });

  it('what is acknowledged meanwhile begins it anew', () => {
    const { pair, connection, come } = inState('ESTABLISHED');
    connection.setOptions({ userTimeout: seconds(10) }, pair.now);
    connection.send(octets(100), pair.now);
    for (let i = 1; i < 20; i++) {
      pair.run_ms(6000);
      come({ flags: 'ACK', seq: 1, ack: 1 + i });
    }
    expect(connection.state).toBe('ESTABLISHED');
  });

  it('after R1, three retransmissions, the owner is told that something is wrong, MUST-20 SHLD-9 SHLD-10', () => {
    const { pair, connection, come } = inState('ESTABLISHED', RFC);
    connection.send(octets(10), pair.now);
    pair.drain();
    const told = (): boolean => {
      const before = pair.events.length;
      const { tcpi_retransmits } = connection.info(pair.now);
      pair.runUntil(() => connection.info(pair.now).tcpi_retransmits > tcpi_retransmits);
      pair.drain();
      return pair.events.slice(before).includes(connection);
    };
    expect([told(), told(), connection.trouble]).toEqual([false, false, undefined]);
    expect([told(), connection.trouble, connection.state]).toEqual([
      true,
      'timed-out',
      'ESTABLISHED',
    ]);
    expect(told()).toBe(false);
    // It is over when something is acknowledged.
    come({ flags: 'ACK', seq: 1, ack: 6 });
    expect(connection.trouble).toBeUndefined();
  });

  it('after R1 IP is told, which may know another way, MUST-20', () => {
    const doubts: Instant[] = [];
    const path = { addressSum: 0, mtu: 1500, headerLength: 20 };
    const network = {
      pathTo: () => path,
      confirm: () => {},
      doubt: (_path: Path, now: Instant) => doubts.push(now),
    };
    const tcp = new Tcp({ ...DEFAULTS, synRetries: 5 }, network, seededRng(1));
    tcp.connect(path, new Int32Array(8), 0, 80, {}, START);
    const packet = newPacket(100);
    for (let now = START; now < seconds(60); now = after(now, milliseconds(100))) {
      tcp.handleTimeout(now);
      tcp.pollSegment(packet, 0, now);
    }
    // SYNs leave at 0, 1, 3 and 7 seconds: the last is the third retransmission.
    expect(doubts).toEqual([seconds(7)]);
  });

  it('a SYN has the same, and three minutes at least, MUST-22 MUST-23', () => {
    const { pair, connection } = inState('SYN-SENT', PROFILES.rfc);
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(connection.error).toBe('timed-out');
    expect(pair.now).toBeGreaterThanOrEqual(seconds(180));
    // Nobody is there who would have to be told.
    expect(pair.sent.every((s) => s.flags === 'SYN')).toBe(true);
  });

  it('of a connection that nobody holds ends it sooner', () => {
    const { pair, connection } = inState('ESTABLISHED');
    connection.send(octets(10), pair.now);
    connection.release(pair.now);
    pair.runUntil(() => connection.state === 'CLOSED');
    expect(pair.now).toBeLessThan(seconds(120));
    expect(pair.tcp.a.size).toBe(0);
  });
});

describe('the persist timer (RFC 9293 §3.8.6.1)', () => {
  it('probes after an RTO, and then at intervals that double, MUST-36 SHLD-29 SHLD-30', () => {
    const config = { ...RFC, timestamps: false, windowProbe: 'empty' as const };
    const { pair, connection, come, left } = inState('ESTABLISHED', config);
    come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    connection.send(octets(10), pair.now);
    expect(left()).toEqual([]);
    const rto = connection.info(pair.now).tcpi_rto / seconds(1);
    const start = pair.now;
    const from = pair.sent.length;
    pair.run_ms(200_000);
    const probes = pair.sentBy('a', from);
    const first = ((probes[0]?.at ?? 0) - start) / seconds(1);
    expect([first, ...gaps(probes).slice(0, 6)]).toEqual(
      [1, 2, 4, 8, 16, 32, 60].map((n) => n * rto),
    );
    expect(probes.every((s) => s.text === 0 && s.seq === 0)).toBe(true);
  });

  it('probes with an octet, if it is set so, which the peer takes when there is room, MUST-35 MUST-36', () => {
    const config = { ...RFC, timestamps: false, windowProbe: 'octet' as const };
    const { pair, connection, come, left } = inState('ESTABLISHED', config);
    come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    connection.send(octets(10), pair.now);
    pair.run_ms(1100);
    expect(left()).toEqual(['ACK 1(1) 1']);
    come({ flags: 'ACK', seq: 1, ack: 2, window: 1000 });
    expect(left()).toEqual(['PSH,ACK 2(9) 1']);
  });

  it('stops when the window opens', () => {
    const { pair, connection, come, left } = inState('ESTABLISHED', { timestamps: false });
    come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    connection.send(octets(10), pair.now);
    left();
    come({ flags: 'ACK', seq: 1, ack: 1, window: 1000 });
    expect(left()).toEqual(['PSH,ACK 1(10) 1']);
    come({ flags: 'ACK', seq: 1, ack: 11, window: 1000 });
    pair.run_ms(600_000);
    expect(left()).toEqual([]);
    expect(pair.tcp.a.pollTimeout()).toBeUndefined();
  });

  it('waits for the FIN of a connection that was closed, too', () => {
    const { pair, connection, come, left } = inState('ESTABLISHED', { timestamps: false });
    come({ flags: 'ACK', seq: 1, ack: 1, window: 0 });
    connection.close(pair.now);
    left();
    pair.run_ms(10_000);
    expect(left().length).toBeGreaterThan(1);
    come({ flags: 'ACK', seq: 1, ack: 1, window: 1000 });
    expect(left()).toEqual(['FIN,ACK 1(0) 1']);
  });

  it('a window update that was lost does not stop all for ever, MUST-36', () => {
    const pair = new Pair({ b: { receiveBuffer: 5000 } });
    const [client, server] = pair.connected();
    client.send(octets(12_000), pair.now);
    pair.run_ms(1000);
    pair.line = (s) => (s.from === 'b' ? [] : [milliseconds(10)]);
    server.receive(5000);
    pair.run_ms(50);
    pair.line = () => [milliseconds(10)];
    pair.runUntil(() => {
      server.receive(5000);
      return client.unacknowledged === 0;
    }, seconds(60));
    expect(client.unacknowledged).toBe(0);
  });
});

describe('tail loss probes (RFC 8985 §7)', () => {
  it('mend the loss of the last segment sooner than the timer would', () => {
    const pair = new Pair();
    const [client, server] = pair.connected();
    const from = pair.sent.length;
    pair.line = (s, i) => (s.from === 'a' && s.seq > 1 && i < from + 3 ? [] : [milliseconds(10)]);
    client.send(octets(4344), pair.now);
    const start = pair.now;
    pair.runUntil(() => server.readable === 4344, seconds(5));
    expect(pair.now - start).toBeLessThan(150_000);
    expect(pair.tcp.a.counters.tailProbes).toBe(1);
    expect(pair.tcp.a.counters.timeouts).toBe(0);
  });
});

describe('idle times', () => {
  it('a host with nothing to do waits for nothing', () => {
    const pair = new Pair();
    pair.connected();
    pair.run_ms(1000);
    expect([pair.tcp.a.pollTimeout(), pair.tcp.b.pollTimeout()]).toEqual([undefined, undefined]);
  });
});
