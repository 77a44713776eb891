import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { seconds } from '../../../base/time.ts';
import { windowShift } from './handshake.ts';

const octets = (length: number): Uint8Array => new Uint8Array(length);

describe('the window that is told (RFC 9293 §3.8.6.2.2)', () => {
  it.each([
    [65_535, 0, 0],
    [65_536, 0, 1],
    [1 << 20, 0, 5],
    [1 << 20, 7, 7],
    [2 ** 30, 0, 14],
    [2 ** 31 - 1, 0, 14],
  ])('%i octets, at least %i: the scale is %i', (buffer, least, shift) => {
    expect(windowShift(buffer, least)).toBe(shift);
  });

  it('is not scaled in a SYN (RFC 7323 §2.2), and is in all that follow, MUST-1 REC-1', () => {
    const receiveBuffer = 1 << 20;
    const pair = new Pair({ b: { receiveBuffer } });
    const [client, server] = pair.connected({ noDelay: true });
    client.send(octets(1000), pair.now);
    pair.run_ms(100);
    const [answer, acknowledgment] = pair.sentBy('b').map(({ window }) => window);
    expect([answer, (acknowledgment ?? 0) << 5]).toEqual([65_535, receiveBuffer - 1024]);
    expect(client.info(pair.now).tcpi_snd_wnd).toBe(receiveBuffer - 1024);
    expect(server.readable).toBe(1000);
  });

  it('closes as nobody reads, and its right edge never moves back, SHLD-14 MAY-8', () => {
    const pair = new Pair({ b: { receiveBuffer: 20_000 } });
    const [client] = pair.connected();
    client.send(octets(100_000), pair.now);
    pair.run_ms(1000);
    const edges = pair
      .sentBy('b')
      .slice(1)
      .map((s) => s.ack + s.window);
    expect(edges.every((edge, i) => i === 0 || edge >= (edges[i - 1] ?? 0))).toBe(true);
    expect(pair.sentBy('b').at(-1)?.window).toBe(0);
    expect(edges.at(-1)).toBe(20_001);
  });

  it.each([
    ['in steps', true],
    ['as there is room', false],
  ])(
    'keeps its right edge when the buffer is made smaller, told %s, SHLD-14',
    (_name, windowInSteps) => {
      const { pair, connection, come } = inState('ESTABLISHED', {
        windowInSteps,
        timestamps: false,
        windowScaling: false,
        receiveBuffer: 20_000,
      });
      const told = (): number => {
        pair.drain();
        return (pair.sent.at(-1)?.ack ?? 0) + (pair.sent.at(-1)?.window ?? 0);
      };
      come({ flags: 'ACK', seq: 1, ack: 1, text: 1000 });
      connection.receive(1000);
      pair.run_ms(500);
      const edge = told();
      expect(edge).toBeGreaterThanOrEqual(20_001);
      connection.setOptions({ receiveBuffer: 3000 }, pair.now);
      for (let seq = 1001; seq < edge - 1000; seq += 1000) {
        come({ flags: 'ACK', seq, ack: 1, text: 1000 });
        pair.run_ms(500);
        expect(told()).toBe(edge);
      }
      come({ flags: 'ACK', seq: edge - 10, ack: 1, text: 10 });
      expect(pair.tcp.a.counters.outOfOrder).toBe(1);
      // When what came is read there is room for 3000, and no more.
      connection.receive(99_999);
      come({
        flags: 'ACK',
        seq: connection.info(pair.now).tcpi_bytes_received + 1,
        ack: 1,
        text: 1000,
      });
      connection.receive(99_999);
      const next = connection.info(pair.now).tcpi_bytes_received + 1;
      expect(told()).toBe(Math.max(edge, next + 3000));
    },
  );

  it('keeps its right edge when the buffer is made smaller before the peer answers a SYN, SHLD-14', () => {
    const { pair, connection, come } = inState('SYN-SENT', { receiveBuffer: 20_000 });
    connection.setOptions({ receiveBuffer: 3000 }, pair.now);
    come({ flags: 'SYN,ACK', seq: 0, ack: 1 });
    pair.drain();
    expect(pair.sent.map((s) => s.window)).toEqual([20_000, 20_000]);
  });

  it('does not open for a few octets: the receiver avoids silly windows, MUST-39', () => {
    const pair = new Pair({ b: { receiveBuffer: 20_000 } });
    const [client, server] = pair.connected();
    client.send(octets(100_000), pair.now);
    pair.run_ms(1000);
    const from = pair.sent.length;
    let read = 0;
    // An octet at a time: until a segment has room, nothing is told.
    for (; read < 1400; read++) server.receive(1);
    pair.drain();
    expect(pair.sentBy('b', from)).toEqual([]);
    for (; read < 1460; read++) server.receive(1);
    pair.drain();
    expect(pair.sentBy('b', from).map(({ window }) => window)).toEqual([1460]);
    const edges = pair
      .sentBy('b')
      .slice(1)
      .map((s) => s.ack + s.window);
    const opened = edges.map((edge, i) => edge - (edges[i - 1] ?? edge));
    expect(opened.filter((octets) => octets !== 0 && octets < 1460)).toEqual([]);
  });

  it('does not open by a few octets with an acknowledgment that leaves anyhow, MUST-39', () => {
    const pair = new Pair({ b: { receiveBuffer: 60_000 } });
    const [client, server] = pair.connected({ noDelay: true });
    client.send(octets(50_000), pair.now);
    pair.run_ms(1000);
    const before = pair.sentBy('b').at(-1);
    const edge = (before?.ack ?? 0) + (before?.window ?? 0);
    for (let i = 0; i < 5; i++) {
      server.receive(10);
      client.send(octets(100), pair.now);
      pair.run_ms(100);
    }
    const last = pair.sentBy('b').at(-1);
    expect(last?.ack).toBe((before?.ack ?? 0) + 500);
    expect((last?.ack ?? 0) + (last?.window ?? 0)).toBe(edge);
  });

  it('with a buffer below two segments opens by half of it, MUST-39', () => {
    const pair = new Pair({ b: { receiveBuffer: 1000 } });
    const [client, server] = pair.connected();
    client.send(octets(5000), pair.now);
    pair.run_ms(100);
    const from = pair.sent.length;
    server.receive(499);
    pair.drain();
    expect(pair.sentBy('b', from)).toEqual([]);
    server.receive(1);
    pair.drain();
    expect(pair.sentBy('b', from).map(({ window }) => window)).toEqual([500]);
  });

  it('opens again when the buffer is less than the unit of the scale', () => {
    const pair = new Pair({ b: { windowShiftMin: 7, receiveBuffer: 100 } });
    const [client, server] = pair.connected({ noDelay: true });
    client.send(octets(1), pair.now);
    pair.run_ms(100);
    client.send(octets(999), pair.now);
    let read = 0;
    pair.runUntil(() => {
      read += server.receive(1000).length;
      return read === 1000;
    }, seconds(60));
    expect(read).toBe(1000);
  });

  it('takes all that was ever told, also what the scale cannot tell any more, SHLD-14', () => {
    const pair = new Pair({
      a: { windowShiftMin: 7 },
      b: { windowShiftMin: 7, receiveBuffer: 1000 },
    });
    const [, server] = pair.connected();
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 100 });
    forge(pair, 'b', server, { flags: 'ACK', seq: 0, ack: 1, text: 1 });
    pair.drain();
    // 900 octets are left of what the SYN-ACK told; seven units are 896.
    expect(pair.sentBy('b').at(-1)).toMatchObject({ ack: 101, window: 7 });
    forge(pair, 'b', server, { flags: 'ACK', seq: 101, ack: 1, text: 900 });
    expect(server.readable).toBe(1000);
  });

  it('takes what lies in the window and trims what lies behind it', () => {
    const pair = new Pair({ b: { receiveBuffer: 1000 } });
    const [, server] = pair.connected();
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 1400 });
    expect(server.readable).toBe(1000);
    pair.drain();
    expect(pair.sentBy('b').at(-1)).toMatchObject({ ack: 1001, window: 0 });
  });
});
