/** A loader's client and a twin of the loader on one line, in virtual time. */
import { type Instant, START } from '../../src/base/time.ts';
import type { LoaderEvent, LoaderFault, LoaderMachine } from '../../src/hardware/flash/loader.ts';
import { nextOf } from './optiboot-twin.ts';

/** What is at the other end. */
export interface LoaderTwin {
  handleSignals(dtr: boolean, rts: boolean, now: Instant): void;
  /** The host's end goes on at this rate, in bit/s. */
  handleRate?(rate: number): void;
  handleOctets(octets: Uint8Array, now: Instant): void;
  pollOutput(): Uint8Array | undefined;
  pollTimeout(): Instant | undefined;
  handleTimeout(now: Instant): void;
}

/** More than any flashing of a twin takes: a machine that is still at it hangs. */
const TURNS_MAX = 100_000;

export interface Flashed {
  readonly events: readonly LoaderEvent[];
  readonly fault: LoaderFault | undefined;
  readonly done: boolean;
  readonly ended: Instant;
}

/** Until the client is done or has given up. */
export function flash(client: LoaderMachine, twin: LoaderTwin, begun: Instant = START): Flashed {
  const events: LoaderEvent[] = [];
  let now = begun;
  client.start(now);
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    exchange(client, twin, now);
    for (let event = client.pollEvent(); event; event = client.pollEvent()) events.push(event);
    const last = events.at(-1);
    if (last?.kind === 'done' || last?.kind === 'failed') {
      const fault = last.kind === 'failed' ? last.fault : undefined;
      return { events, fault, done: last.kind === 'done', ended: now };
    }
    now = nextOf(client, twin) ?? now;
    twin.handleTimeout(now);
    client.handleTimeout(now);
  }
  throw new Error('the client neither ended nor gave up');
}

function exchange(client: LoaderMachine, twin: LoaderTwin, now: Instant): void {
  for (;;) {
    const action = client.pollOutput();
    if (action?.kind === 'write') twin.handleOctets(action.octets, now);
    else if (action?.kind === 'signals') twin.handleSignals(action.dtr, action.rts, now);
    else if (action?.kind === 'rate') twin.handleRate?.(action.rate);
    const octets = twin.pollOutput();
    if (octets !== undefined) client.handleOctets(octets, now);
    if (action === undefined && octets === undefined) return;
  }
}
