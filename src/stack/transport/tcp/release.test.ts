import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { opened } from '../../../../test/tcp/opened.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { equal } from '../../../base/octets.ts';
import { seconds } from '../../../base/time.ts';

describe('when nobody reads any more', () => {
  it('data that was not read is lost, and a RST says so, SHLD-3 MAY-1 (RFC 2525 §2.17)', () => {
    const { pair, client, server, states } = opened();
    client.send(octets(10), pair.now);
    pair.run_ms(50);
    server.release(pair.now);
    pair.run_ms(50);
    expect(states()).toEqual(['CLOSED', 'CLOSED']);
    expect(client.error).toBe('reset');
    expect(pair.sentBy('b').at(-1)?.flags).toBe('RST,ACK');
  });

  it.each([
    ['FIN-WAIT-1', 0],
    ['FIN-WAIT-2', 50],
  ])('data that comes later is answered with a RST, in %s, SHLD-3', (state, wait_ms) => {
    const { pair, client, server } = opened();
    client.release(pair.now);
    pair.run_ms(wait_ms);
    expect(client.state).toBe(state);
    server.send(octets(10), pair.now);
    pair.run_ms(50);
    expect([client.state, server.state, server.error]).toEqual(['CLOSED', 'CLOSED', 'reset']);
  });

  it('what was written is sent all the same, and the peer may close in its time', () => {
    const { pair, client, server } = opened();
    client.send(octets(30_000), pair.now);
    client.release(pair.now);
    pair.run_ms(500);
    expect(equal(server.receive(99_999), octets(30_000))).toBe(true);
    server.close(pair.now);
    pair.run_ms(50);
    expect([client.state, server.state]).toEqual(['TIME-WAIT', 'CLOSED']);
  });

  it.each([
    ['before its FIN is acknowledged', 0],
    ['after it', 50],
  ])('FIN-WAIT-2 does not wait for ever, released %s', (_name, wait_ms) => {
    const { pair, client, server } = opened();
    client.close(pair.now);
    pair.run_ms(wait_ms);
    client.release(pair.now);
    pair.run_ms(50);
    expect([client.state, server.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    pair.run_ms(59_000);
    expect(client.state).toBe('FIN-WAIT-2');
    pair.run_ms(2000);
    expect([client.state, pair.tcp.a.size]).toEqual(['CLOSED', 0]);
  });

  it('FIN-WAIT-2 that nobody holds ends in its time, whatever the peer sends', () => {
    const { pair, client } = opened();
    client.setOptions({ keepAlive: true }, pair.now);
    client.release(pair.now);
    pair.run_ms(50);
    for (let i = 0; i < 7; i++) {
      expect(client.state).toBe('FIN-WAIT-2');
      pair.run_ms(9000);
      if (client.state === 'FIN-WAIT-2') {
        forge(pair, 'a', client, { flags: 'ACK', seq: 1, ack: 2 });
      }
    }
    expect(client.state).toBe('CLOSED');
  });

  it('FIN-WAIT-2 waits for as long as somebody reads', () => {
    const { pair, client, server } = opened();
    client.close(pair.now);
    pair.run_ms(7_200_000);
    expect(client.state).toBe('FIN-WAIT-2');
    server.send(octets(3), pair.now);
    pair.run_ms(50);
    expect(client.readable).toBe(3);
  });

  it('FIN-WAIT-2 with keep-alive ends only when the peer is dead', () => {
    const pair = new Pair();
    const keepAlive = {
      keepAlive: true,
      keepAliveIdle: seconds(10),
      keepAliveInterval: seconds(1),
    };
    const [client, server] = pair.connected(keepAlive);
    client.close(pair.now);
    pair.run_ms(100_000);
    expect([client.state, server.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    pair.line = () => [];
    pair.run_ms(100_000);
    expect([client.state, client.error]).toEqual(['CLOSED', 'timed-out']);
  });
});
