/** A pair that has just connected, and what is on the line from then on. */
import type { ConnectionOptions } from '../../src/stack/transport/tcp/config.ts';
import { Pair, type PairOptions } from './pair.ts';

export type Opened = ReturnType<typeof opened>;

export function opened(options: PairOptions = {}, of: Partial<ConnectionOptions> = {}) {
  const pair = new Pair(options);
  const [client, server] = pair.connected(of);
  /** How many segments that took. */
  const from = pair.sent.length;
  return {
    pair,
    client,
    server,
    from,
    states: () => [client.state, server.state],
    lines: () =>
      pair.sent.slice(from).map((s) => `${s.from} ${s.flags} ${s.seq}(${s.text}) ${s.ack}`),
    /** What the client sent. */
    sent: () => pair.sentBy('a', from).map((s) => `${s.flags} ${s.seq}(${s.text})`),
    texts: () => pair.sentBy('a', from).map((s) => s.text),
  };
}
