import { describe, expect, it } from 'vitest';
import { forge } from '../../../../test/tcp/forge.ts';
import { octets } from '../../../../test/tcp/octets.ts';
import { type Opened, opened } from '../../../../test/tcp/opened.ts';

describe('ABORT (RFC 9293 §3.10.5)', () => {
  it.each<[string, (b: Opened) => void]>([
    ['ESTABLISHED', () => {}],
    ['FIN-WAIT-1', ({ pair, client }) => client.close(pair.now)],
    [
      'FIN-WAIT-2',
      ({ pair, client }) => {
        client.close(pair.now);
        pair.run_ms(50);
      },
    ],
    [
      'CLOSE-WAIT',
      ({ pair, server }) => {
        server.close(pair.now);
        pair.run_ms(50);
      },
    ],
  ])('in %s sends a RST that the peer takes, and drops what waits', (state, prepare) => {
    const bench = opened();
    const { pair, client, server } = bench;
    prepare(bench);
    expect(client.state).toBe(state);
    const before = pair.sent.length;
    client.abort(pair.now);
    expect([client.state, client.error, pair.tcp.a.size]).toEqual(['CLOSED', 'aborted', 0]);
    pair.run_ms(50);
    expect(pair.sentBy('a', before).map(({ flags }) => flags)).toEqual(['RST,ACK']);
    expect(server.state).toBe('CLOSED');
  });

  it('with data under way has a number that the peer takes', () => {
    const { pair, client, server } = opened();
    client.send(octets(50_000), pair.now);
    pair.run_ms(15);
    client.abort(pair.now);
    pair.run_ms(100);
    expect([server.state, server.error]).toEqual(['CLOSED', 'reset']);
  });

  it.each<[string, boolean]>([
    ['CLOSING', true],
    ['LAST-ACK', false],
  ])('in %s sends none: both have closed', (state, both) => {
    const { pair, client, server } = opened();
    server.close(pair.now);
    if (both) client.close(pair.now);
    pair.run_ms(15);
    if (!both) client.close(pair.now);
    expect(client.state).toBe(state);
    pair.drain();
    const before = pair.sent.length;
    client.abort(pair.now);
    pair.drain();
    expect([client.state, pair.sent.length]).toEqual(['CLOSED', before]);
  });

  it('does nothing to what is closed', () => {
    const { pair, client } = opened();
    client.abort(pair.now);
    const before = pair.sent.length;
    client.abort(pair.now);
    client.close(pair.now);
    client.release(pair.now);
    pair.drain();
    expect(pair.sent.length).toBe(before + 1);
  });

  it('a RST with text in it is a RST, SHLD-2', () => {
    const { pair, server } = opened();
    forge(pair, 'b', server, { flags: 'RST', seq: 1, text: 20 });
    expect([server.state, server.error, server.readable]).toEqual(['CLOSED', 'reset', 0]);
  });
});
