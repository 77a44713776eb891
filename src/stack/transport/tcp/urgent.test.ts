import { describe, expect, it } from 'vitest';
import { type Forged, forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair, type Sent } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { urgentPointer } from './header.ts';

const brief = (s: Sent): string =>
  `${s.flags} ${s.seq}(${s.text}) up ${urgentPointer(s.packet, 0)}`;

function open() {
  const pair = new Pair({ a: { timestamps: false }, b: { timestamps: false } });
  const [client, server] = pair.connected({ noDelay: true });
  const from = pair.sent.length;
  const sent = (): string[] => pair.sentBy('a', from).map(brief);
  return { pair, client, server, sent };
}

describe('urgent data (RFC 9293 §3.8.5, RFC 6093)', () => {
  it('has a pointer that points behind its last octet, MUST-30 MUST-62', () => {
    const { pair, client, sent, server } = open();
    client.send(octets(10), pair.now, true);
    client.send(octets(5), pair.now);
    pair.run_ms(100);
    expect(sent()).toEqual(['PSH,ACK,URG 1(15) up 10']);
    expect([server.urgent, server.readable]).toEqual([10, 15]);
  });

  it('has any length: each segment up to its end says so, MUST-31', () => {
    const { pair, client, sent, server } = open();
    client.send(octets(3000), pair.now, true);
    pair.run_ms(100);
    expect(sent()).toEqual([
      'ACK,URG 1(1460) up 3000',
      'ACK,URG 1461(1460) up 1540',
      'PSH,ACK,URG 2921(80) up 80',
    ]);
    expect(server.urgent).toBe(3000);
  });

  it('further away than 65,535 octets is told as that far, MUST-31', () => {
    const { pair, client, server } = open();
    client.send(octets(100_000), pair.now, true);
    pair.drain();
    expect(urgentPointer((pair.sent.at(-1) as Sent).packet, 0)).toBe(0xffff);
    pair.runUntil(() => client.unacknowledged === 0);
    expect(server.urgent).toBe(100_000);
  });

  it('that is behind is not told of any more: not with data, nor with probes', () => {
    const { pair, client, sent } = open();
    client.setOptions({ keepAlive: true, keepAliveIdle: 1_000_000 as never }, pair.now);
    client.send(octets(3), pair.now, true);
    pair.run_ms(100);
    client.send(octets(3), pair.now);
    pair.run_ms(1500);
    expect(sent()).toEqual(['PSH,ACK,URG 1(3) up 3', 'PSH,ACK 4(3) up 0', 'ACK 6(0) up 0']);
  });

  it('that was lost is told of again with what is sent again', () => {
    const { pair, client, sent } = open();
    const { line } = pair;
    pair.line = () => [];
    client.send(octets(3), pair.now, true);
    pair.drain();
    pair.line = line;
    pair.run_ms(2000);
    expect(new Set(sent())).toEqual(new Set(['PSH,ACK,URG 1(3) up 3']));
    expect(sent().length).toBeGreaterThan(1);
  });

  it('that was written before the connection is made is urgent all the same', () => {
    const pair = new Pair();
    const listener = pair.listen();
    const client = pair.connect();
    client.send(octets(4), pair.now, true);
    pair.run_ms(100);
    expect(listener.accept()?.urgent).toBe(4);
  });

  it('goes though Nagle would hold it', () => {
    const pair = new Pair({ a: { nagle: 'nagle' } });
    const [client] = pair.connected();
    client.send(octets(3), pair.now);
    pair.drain();
    const from = pair.sent.length;
    client.send(octets(3), pair.now, true);
    pair.drain();
    expect(pair.sentBy('a', from).map((s) => s.text)).toEqual([3]);
  });

  it('the owner is told when it begins and when it becomes more, MUST-32', () => {
    const { pair, connection, come } = inState('ESTABLISHED', { timestamps: false });
    const told = (segment: Forged): boolean => {
      const before = pair.events.length;
      come(segment);
      pair.drain();
      return pair.events.slice(before).includes(connection as never);
    };
    // Before the data themselves, in a segment with none.
    expect(told({ flags: 'URG,ACK', seq: 1, ack: 1, urgent: 5 })).toBe(true);
    expect(connection.urgent).toBe(5);
    expect(told({ flags: 'URG,ACK', seq: 1, ack: 1, urgent: 5 })).toBe(false);
    expect(told({ flags: 'URG,ACK', seq: 1, ack: 1, urgent: 9 })).toBe(true);
    expect(connection.urgent).toBe(9);
    // It does not become less.
    expect(told({ flags: 'URG,ACK', seq: 1, ack: 1, urgent: 3 })).toBe(false);
    expect(connection.urgent).toBe(9);
  });

  it('how much of it is to be read can be asked at any time, MUST-33', () => {
    const { pair, client, server } = open();
    client.send(octets(100), pair.now, true);
    client.send(octets(100), pair.now);
    pair.run_ms(100);
    const left = [30, 69, 1, 100].map((size) => {
      server.receive(size);
      return server.urgent;
    });
    expect(left).toEqual([70, 1, 0, 0]);
  });

  it('is part of the stream, in its place', () => {
    const { pair, client, server } = open();
    client.send(Uint8Array.of(1), pair.now);
    client.send(Uint8Array.of(2), pair.now, true);
    client.send(Uint8Array.of(3), pair.now);
    pair.run_ms(200);
    expect([...server.receive(9)]).toEqual([1, 2, 3]);
  });

  it('a pointer without URG means nothing', () => {
    const { pair, server } = open();
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 3, urgent: 2 });
    expect(server.urgent).toBe(0);
  });
});
