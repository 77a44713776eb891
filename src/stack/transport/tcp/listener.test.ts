import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { Pair } from '../../../../test/tcp/pair.ts';

const A = Int32Array.of(0, 0, 0xffff, 0xc000_0201 | 0);
const B = Int32Array.of(0, 0, 0xffff, 0xc000_0202 | 0);
const C = Int32Array.of(0, 0, 0xffff, 0xc000_0203 | 0);

describe('listening (passive OPEN, RFC 9293 §3.9.1.1)', () => {
  it('can be done on several ports at once, each without harm to the others, MUST-41', () => {
    const pair = new Pair();
    const [one, two] = [pair.listen(80), pair.listen(81)];
    pair.connect(81);
    pair.run_ms(50);
    expect([one.pending, two.pending]).toEqual([0, 1]);
    two.accept();
    pair.connect(80);
    pair.connect(81);
    pair.run_ms(50);
    expect([one.pending, two.pending, pair.tcp.b.size]).toEqual([1, 1, 3]);
  });

  it('on one port by two, each with a local address of its own, MUST-41 MUST-43', () => {
    const pair = new Pair();
    const { b } = pair.tcp;
    const mine = b.listen(B, 80, {});
    const other = b.listen(C, 80, {});
    const all = b.listen(undefined, 80, {});
    pair.connect(80);
    pair.run_ms(50);
    expect([mine.pending, other.pending, all.pending]).toEqual([1, 0, 0]);
    mine.close(pair.now);
    pair.connect(80);
    pair.run_ms(50);
    expect([other.pending, all.pending]).toEqual([0, 1]);
  });

  it('on one port and address by two is refused, and possible when the first has closed', () => {
    const pair = new Pair();
    const first = pair.listen(80);
    expect(() => pair.listen(80)).toThrow('port 80 is listened on');
    first.close(pair.now);
    expect(pair.listen(80).port).toBe(80);
  });

  it('is possible while the port has connections that are being made, MUST-42', () => {
    const pair = new Pair({ line: () => [] });
    const { a } = pair.tcp;
    // One in SYN-SENT, and one in SYN-RECEIVED.
    const sent = pair.connect(80, {}, 4000);
    const received = pair.connect(81, {}, 4000);
    pair.drain();
    forge(pair, 'a', received, { flags: 'SYN', seq: 0 });
    expect([sent.state, received.state]).toEqual(['SYN-SENT', 'SYN-RECEIVED']);
    const listener = a.listen(undefined, 4000, {});
    forge(pair, 'a', { localPort: 4000, remotePort: 99 }, { flags: 'SYN', seq: 0 });
    pair.drain();
    expect([pair.sent.at(-1)?.flags, a.size, listener.pending]).toEqual(['SYN,ACK', 3, 0]);
  });

  it('with SYN-RECEIVED ended by a RST goes on as it was; an active OPEN is refused by it, MUST-11', () => {
    const pair = new Pair({ line: () => [] });
    const listener = pair.listen();
    const ports = { localPort: 80, remotePort: 999 };
    forge(pair, 'b', ports, { flags: 'SYN', seq: 0 });
    pair.drain();
    forge(pair, 'b', ports, { flags: 'RST', seq: 1 });
    pair.drain();
    expect([pair.tcp.b.size, listener.pending, pair.events]).toEqual([0, 0, []]);
    const client = pair.connect();
    pair.drain();
    forge(pair, 'a', client, { flags: 'SYN', seq: 0 });
    expect(client.state).toBe('SYN-RECEIVED');
    forge(pair, 'a', client, { flags: 'RST', seq: 1 });
    expect([client.state, client.error]).toEqual(['CLOSED', 'refused']);
  });

  it('chooses a port when none is given', () => {
    const pair = new Pair();
    const listener = pair.listen(0);
    expect(listener.port).toBeGreaterThanOrEqual(0x8000);
    pair.connect(listener.port);
    pair.run_ms(50);
    expect(listener.pending).toBe(1);
  });

  it('an active OPEN has the local address that it gives, MUST-43', () => {
    const pair = new Pair();
    const addresses = Int32Array.from([...C, ...A]);
    const client = pair.tcp.a.connect(pair.paths.a, addresses, 0, 80, {}, pair.now);
    pair.drain();
    expect(client.addresses).toEqual(addresses);
    expect(pair.tcp.a.outgoing.path).toBe(pair.paths.a);
  });

  it('an active OPEN of a pair of sockets that is in use is refused', () => {
    const pair = new Pair();
    pair.connect(80, {}, 4000);
    expect(() => pair.connect(80, {}, 4000)).toThrow('in use for this peer');
    expect(pair.connect(81, {}, 4000).state).toBe('SYN-SENT');
  });

  it('no more connections are opened than there may be', () => {
    const pair = new Pair({ a: { connectionsMax: 3 } });
    for (let i = 0; i < 3; i++) pair.connect();
    expect(() => pair.connect()).toThrow('no more connections fit');
  });

  it('no more connections are taken than there may be', () => {
    const pair = new Pair({ b: { connectionsMax: 3 } });
    const listener = pair.listen();
    for (let i = 0; i < 5; i++) pair.connect();
    pair.run_ms(50);
    expect([listener.pending, pair.tcp.b.size]).toEqual([3, 3]);
  });
});
