import { describe, expect, it } from 'vitest';
import { octets } from '../../../../test/tcp/octets.ts';
import { Pair } from '../../../../test/tcp/pair.ts';
import { inState } from '../../../../test/tcp/states.ts';
import { seconds } from '../../../base/time.ts';
import type { TcpConfig } from './config.ts';

/** Without timestamps, and with a window of 65,535 octets. */
const PLAIN: Partial<TcpConfig> = { timestamps: false, windowScaling: false };

describe('a closed window', () => {
  /** The client has more to send than the server, which does not read, takes. */
  function full(config: Partial<TcpConfig> = {}) {
    const pair = new Pair({ a: config, b: { receiveBuffer: 5000 } });
    const [client, server] = pair.connected();
    client.send(octets(20_000), pair.now);
    pair.run_ms(2000);
    expect(client.info(pair.now).tcpi_snd_wnd).toBe(0);
    return { pair, client, server };
  }

  const PROBES: readonly [string, Partial<TcpConfig>][] = [
    ['empty probes', { windowProbe: 'empty' }],
    ['probes of an octet', { windowProbe: 'octet' }],
  ];

  it.each(PROBES)(
    'is probed for ever, with a peer that lives, by %s, MUST-36 MUST-37',
    (_name, config) => {
      const { pair, client, server } = full(config);
      pair.run_ms(10 * 3_600_000);
      expect([client.state, client.error]).toEqual(['ESTABLISHED', undefined]);
      expect(pair.sentBy('a').length).toBeGreaterThan(300);
      server.receive(5000);
      pair.runUntil(() => {
        server.receive(5000);
        return client.unacknowledged === 0;
      }, seconds(300));
      expect(client.unacknowledged).toBe(0);
    },
  );

  it.each(PROBES)('is given up when the peer is dead, by %s, MUST-36', (_name, config) => {
    const { pair, client } = full(config);
    pair.line = () => [];
    pair.runUntil(() => client.state === 'CLOSED', seconds(36_000));
    expect([client.state, client.error]).toEqual(['CLOSED', 'timed-out']);
  });

  it.each(PROBES)(
    'does not keep a connection that nobody holds, though the peer lives (RFC 6429), by %s',
    (_name, config) => {
      const { pair, client } = full(config);
      client.release(pair.now);
      pair.runUntil(() => client.state === 'CLOSED', seconds(1800));
      expect([client.state, pair.tcp.a.size]).toEqual(['CLOSED', 0]);
    },
  );

  it('takes a RST and an acknowledgment all the same, MUST-66', () => {
    const { connection, come, pair } = inState('ESTABLISHED', { ...PLAIN, receiveBuffer: 1000 });
    connection.send(octets(10), pair.now);
    pair.drain();
    come({ flags: 'ACK', seq: 1, ack: 1, text: 1000 });
    pair.drain();
    expect(pair.sent.at(-1)?.window).toBe(0);
    come({ flags: 'ACK', seq: 1001, ack: 11, text: 100 });
    expect([connection.unacknowledged, connection.readable]).toEqual([0, 1000]);
    come({ flags: 'URG,ACK', seq: 1001, ack: 11, text: 10, urgent: 5 });
    expect(connection.urgent).toBe(1005);
    come({ flags: 'RST', seq: 1001 });
    expect(connection.error).toBe('reset');
  });
});
