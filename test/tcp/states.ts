/** One TCP, `a`, brought into a state by segments of a peer that is not there: its ISS is 0, and nothing is delivered. */
import type { TcpConfig } from '../../src/stack/transport/tcp/config.ts';
import type { State } from '../../src/stack/transport/tcp/state.ts';
import { type Forged, forge } from './forge.ts';
import { Pair } from './pair.ts';

export type Connected = Exclude<State, 'CLOSED' | 'LISTEN'>;

/** How each is reached from another: by CLOSE, by a segment of the peer's, or by the OPEN before all. */
const WAYS: Readonly<Record<Connected, readonly [Connected, 'CLOSE' | Forged] | undefined>> = {
  'SYN-SENT': undefined,
  'SYN-RECEIVED': ['SYN-SENT', { flags: 'SYN', seq: 0 }],
  ESTABLISHED: ['SYN-SENT', { flags: 'SYN,ACK', seq: 0, ack: 1 }],
  'FIN-WAIT-1': ['ESTABLISHED', 'CLOSE'],
  'FIN-WAIT-2': ['FIN-WAIT-1', { flags: 'ACK', seq: 1, ack: 2 }],
  CLOSING: ['FIN-WAIT-1', { flags: 'FIN,ACK', seq: 1, ack: 1 }],
  'TIME-WAIT': ['FIN-WAIT-2', { flags: 'FIN,ACK', seq: 1, ack: 2 }],
  'CLOSE-WAIT': ['ESTABLISHED', { flags: 'FIN,ACK', seq: 1, ack: 1 }],
  'LAST-ACK': ['CLOSE-WAIT', 'CLOSE'],
};

export const CONNECTED = Object.keys(WAYS) as Connected[];

/** The number that is awaited in each; a peer's SYN and FIN have come or not. */
export const expectedSeq = (state: Connected): number => {
  if (state === 'SYN-SENT') return 0;
  return ['CLOSING', 'TIME-WAIT', 'CLOSE-WAIT', 'LAST-ACK'].includes(state) ? 2 : 1;
};

export interface Alone {
  readonly pair: Pair;
  readonly connection: ReturnType<Pair['connect']>;
  /** A segment of the peer's. */
  come(segment: Forged): void;
  /** What left since the last call, in short. */
  left(): string[];
}

export function inState(state: Connected, config: Partial<TcpConfig> = {}): Alone {
  const pair = new Pair({ a: config, line: () => [] });
  const connection = pair.connect();
  let seen = 0;
  const alone: Alone = {
    pair,
    connection,
    come: (segment) => forge(pair, 'a', connection, segment),
    left: () => {
      pair.drain();
      const from = seen;
      seen = pair.sent.length;
      return pair.sent.slice(from).map((s) => `${s.flags} ${s.seq}(${s.text}) ${s.ack}`);
    },
  };
  walk(alone, state);
  alone.left();
  if (connection.state !== state) throw new Error(`${connection.state}, not ${state}`);
  return alone;
}

function walk(alone: Alone, state: Connected): void {
  const way = WAYS[state];
  if (way !== undefined) {
    const [before, step] = way;
    walk(alone, before);
    if (step === 'CLOSE') alone.connection.close(alone.pair.now);
    else alone.come(step);
  }
  alone.pair.drain();
}
