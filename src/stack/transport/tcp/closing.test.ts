import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import { type Line, Pair } from '../../../../test/tcp/pair.ts';
import { equal } from '../../../base/octets.ts';
import { milliseconds, seconds } from '../../../base/time.ts';

const DELAY = milliseconds(10);

/** Loses the first segment of which `is` says so. */
const losing = (is: (flags: string, from: string) => boolean): Line => {
  let lost = false;
  return (s) => {
    if (lost || !is(s.flags, s.from)) return [DELAY];
    lost = true;
    return [];
  };
};

describe('closing a connection (RFC 9293 §3.6)', () => {
  it('takes four segments when one end closes after the other (figure 12)', () => {
    const { pair, client, server, lines, states } = opened();
    client.close(pair.now);
    expect(client.state).toBe('FIN-WAIT-1');
    pair.run_ms(100);
    expect(states()).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    expect([server.atEnd, client.atEnd]).toEqual([true, false]);
    server.close(pair.now);
    expect(server.state).toBe('LAST-ACK');
    pair.run_ms(100);
    expect(states()).toEqual(['TIME-WAIT', 'CLOSED']);
    expect([client.error, server.error]).toEqual([undefined, undefined]);
    expect(lines()).toEqual(
      ['a ACK,FIN 1(0) 1', 'b ACK 1(0) 2', 'b ACK,FIN 1(0) 2', 'a ACK 2(0) 2'].map(normal),
    );
  });

  it('takes three when the second closes at once', () => {
    const { pair, client, server, lines } = opened();
    client.close(pair.now);
    pair.runUntil(() => server.state === 'CLOSE-WAIT');
    server.close(pair.now);
    pair.run_ms(100);
    expect(lines().at(-1)).toBe(normal('a ACK 2(0) 2'));
    expect([client.state, server.state]).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it('can be done by both at once (figure 13)', () => {
    const { pair, client, server, lines, states } = opened();
    client.close(pair.now);
    server.close(pair.now);
    const seen = new Set<string>();
    pair.runUntil(() => {
      seen.add(client.state);
      return client.state === 'TIME-WAIT' && server.state === 'TIME-WAIT';
    });
    expect([...seen]).toEqual(['FIN-WAIT-1', 'CLOSING', 'TIME-WAIT']);
    expect(states()).toEqual(['TIME-WAIT', 'TIME-WAIT']);
    expect(lines().slice(0, 2)).toEqual(['a FIN,ACK 1(0) 1', 'b FIN,ACK 1(0) 1']);
  });

  it('sends what was written before the FIN, the last of it with the FIN', () => {
    const { pair, client, server, lines } = opened();
    client.send(octets(2000), pair.now);
    client.close(pair.now);
    pair.run_ms(100);
    expect(lines().filter((line) => line.startsWith('a'))).toEqual([
      'a ACK 1(1448) 1',
      'a FIN,PSH,ACK 1449(552) 1',
    ]);
    expect([server.readable, server.atEnd]).toEqual([2000, false]);
    expect(equal(server.receive(5000), octets(2000))).toBe(true);
    expect(server.atEnd).toBe(true);
  });

  it('leaves the other way open: the half that is not closed carries data', () => {
    const { pair, client, server } = opened();
    client.close(pair.now);
    pair.run_ms(100);
    server.send(octets(5000), pair.now);
    pair.run_ms(100);
    expect(equal(client.receive(9999), octets(5000))).toBe(true);
    server.close(pair.now);
    pair.run_ms(100);
    expect([client.state, client.atEnd, server.state]).toEqual(['TIME-WAIT', true, 'CLOSED']);
  });

  it('refuses to send after CLOSE, and takes a second one for the first', () => {
    const { pair, client, lines } = opened();
    client.close(pair.now);
    client.close(pair.now);
    expect(client.writable).toBe(0);
    expect(() => client.send(octets(1), pair.now)).toThrow('nothing can be sent in FIN-WAIT-1');
    pair.run_ms(100);
    expect(lines().filter((line) => line.includes('FIN')).length).toBe(1);
  });

  it('sends a FIN again that was lost', () => {
    const { pair, client, server, lines, states } = opened();
    pair.line = losing((flags) => flags.includes('FIN'));
    client.close(pair.now);
    pair.run_ms(2000);
    expect(states()).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    expect(lines().filter((line) => line === 'a FIN,ACK 1(0) 1').length).toBe(2);
    expect(server.atEnd).toBe(true);
  });

  it('sends a FIN again in LAST-ACK when its acknowledgment was lost; TIME-WAIT answers again', () => {
    const { pair, client, server, states } = opened();
    client.close(pair.now);
    pair.run_ms(100);
    let lost = 0;
    pair.line = (s) => (s.from === 'a' && lost++ === 0 ? [] : [DELAY]);
    server.close(pair.now);
    pair.run_ms(50);
    expect(states()).toEqual(['TIME-WAIT', 'LAST-ACK']);
    pair.run_ms(2000);
    expect(states()).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it('gives up in LAST-ACK when nobody answers', () => {
    const { pair, client, server } = opened();
    client.close(pair.now);
    pair.run_ms(100);
    pair.line = () => [];
    server.close(pair.now);
    pair.runUntil(() => server.state === 'CLOSED', seconds(3600));
    expect(server.error).toBe('timed-out');
    expect(pair.tcp.b.size).toBe(0);
  });

  it('tells the owner whether the peer closed or aborted, MUST-12', () => {
    const closed = opened();
    closed.client.close(closed.pair.now);
    closed.pair.run_ms(50);
    expect([closed.server.atEnd, closed.server.error]).toEqual([true, undefined]);
    expect(closed.pair.events.slice(-2)).toContain(closed.server);
    const aborted = opened();
    aborted.client.abort(aborted.pair.now);
    aborted.pair.run_ms(50);
    expect([aborted.server.atEnd, aborted.server.error]).toEqual([false, 'reset']);
    expect(aborted.pair.events.at(-1)).toBe(aborted.server);
  });

  it('takes a FIN that comes before what precedes it, when that has come', () => {
    const { pair, server } = opened();
    forge(pair, 'b', server, { flags: 'FIN,ACK', seq: 11, ack: 1, text: 5 });
    expect([server.state, server.readable]).toEqual(['ESTABLISHED', 0]);
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 10 });
    expect([server.state, server.readable]).toEqual(['CLOSE-WAIT', 15]);
  });

  it('takes a FIN at the very edge of its window, which is closed then and no less', () => {
    const pair = new Pair({ b: { receiveBuffer: 1000 } });
    const [, server] = pair.connected();
    forge(pair, 'b', server, { flags: 'FIN,ACK', seq: 1, ack: 1, text: 1000 });
    pair.drain();
    expect([server.state, server.readable]).toEqual(['CLOSE-WAIT', 1000]);
    expect(pair.sentBy('b').at(-1)).toMatchObject({ ack: 1002, window: 0 });
    forge(pair, 'b', server, { flags: 'RST', seq: 1002 });
    expect(server.error).toBe('reset');
  });

  it('takes nothing for data that a peer sends behind its own FIN', () => {
    const { pair, server } = opened();
    forge(pair, 'b', server, { flags: 'FIN,ACK', seq: 6, ack: 1 });
    forge(pair, 'b', server, { flags: 'ACK', seq: 1, ack: 1, text: 20 });
    expect([server.state, server.readable]).toEqual(['CLOSE-WAIT', 5]);
    forge(pair, 'b', server, { flags: 'ACK', seq: 7, ack: 1, text: 20 });
    expect(server.readable).toBe(5);
  });
});

/** Flags have an order of their own in a transcript. */
function normal(line: string): string {
  return line.replace('ACK,FIN', 'FIN,ACK');
}

describe('closing before the connection is made', () => {
  /** Both opened at once, and `line` loses SYN-ACKs; one is in SYN-RECEIVED. */
  function both(line = losing((flags, from) => flags === 'SYN,ACK' && from === 'a')) {
    const pair = new Pair({ line });
    const a = pair.connect(2000, {}, 1000);
    const b = pair.tcp.b.connect(pair.paths.b, pair.addresses('b'), 2000, 1000, {}, pair.now);
    pair.runUntil(() => a.state === 'SYN-RECEIVED');
    return { pair, a, b };
  }

  it('in SYN-RECEIVED sends the FIN when the SYN is known to have come', () => {
    const { pair, a, b } = both();
    a.send(octets(5), pair.now);
    a.close(pair.now);
    pair.run_ms(5000);
    expect(b.receive(10)).toEqual(octets(5));
    expect([a.state, b.state, b.atEnd]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT', true]);
    b.close(pair.now);
    pair.run_ms(100);
    expect([a.state, b.state]).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it('in SYN-RECEIVED sends nothing but its SYN until that is acknowledged', () => {
    const { pair, a } = both((s) => (s.at > 0 && s.at < seconds(3) ? [] : [DELAY]));
    a.send(octets(5), pair.now);
    a.close(pair.now);
    pair.run_ms(2900);
    const early = pair.sentBy('a').map((s) => `${s.flags} ${s.seq}(${s.text})`);
    expect(new Set(early)).toEqual(new Set(['SYN 0(0)', 'SYN,ACK 0(0)']));
    pair.run_ms(10_000);
    expect(a.state).toBe('FIN-WAIT-2');
  });

  it('in SYN-RECEIVED with ABORT resets the peer', () => {
    const { pair, a, b } = both();
    a.abort(pair.now);
    pair.run_ms(5000);
    expect([a.state, b.state]).toEqual(['CLOSED', 'CLOSED']);
  });

  it('by the listener resets who waits to be accepted', () => {
    const pair = new Pair();
    const listener = pair.listen();
    const client = pair.connect();
    pair.run_ms(50);
    listener.close(pair.now);
    pair.run_ms(50);
    expect([client.state, client.error, pair.tcp.b.size]).toEqual(['CLOSED', 'reset', 0]);
    const late = pair.connect();
    pair.run_ms(50);
    expect(late.error).toBe('refused');
  });
});

describe('a SYN with data and a FIN (RFC 7413)', () => {
  it('is answered as any SYN, and its FIN is taken behind the data', () => {
    const fastOpen = { client: true, server: true };
    const pair = new Pair({ b: { fastOpen, fastOpenWithoutCookie: true }, line: () => [] });
    const listener = pair.listen();
    const ports = { localPort: 80, remotePort: 1000 };
    forge(pair, 'b', ports, { flags: 'SYN,FIN', seq: 0, text: 5 });
    const server = listener.accept();
    if (server === undefined) throw new Error('nothing to accept');
    expect([server.state, server.readable, server.atEnd]).toEqual(['CLOSE-WAIT', 5, false]);
    server.send(octets(3), pair.now);
    server.close(pair.now);
    pair.run_ms(1500);
    const sent = pair.sent.map((s) => `${s.flags} ${s.seq}(${s.text}) ${s.ack}`);
    expect(sent.slice(0, 2)).toEqual(['SYN,ACK 0(0) 7', 'FIN,PSH,ACK 1(3) 7']);
    expect(sent.slice(2)).toContain('SYN,ACK 0(0) 7');
    forge(pair, 'b', ports, { flags: 'ACK', seq: 7, ack: 1 });
    expect(server.state).toBe('LAST-ACK');
    forge(pair, 'b', ports, { flags: 'ACK', seq: 7, ack: 5 });
    expect([server.state, server.error, pair.tcp.b.size]).toEqual(['CLOSED', undefined, 0]);
  });
});
