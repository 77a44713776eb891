/** A lab of one function, two stations in memory on a clock that only waiting moves, and a clock to turn by hand. */
import { after, type Duration, type Instant, START } from '../../src/base/time.ts';
import type { Clock } from '../../src/lab/clock.ts';
import type { Check, Lab, Station, Text } from '../../src/lab/lab.ts';
import type { GradedLearner } from '../../src/lab/learner.ts';
import { type RunEvent, type RunRequest, runLab } from '../../src/lab/runner.ts';
import type { Substrate } from '../../src/lab/substrate.ts';

export const text = (en: string): Text => ({ en, ko: `${en} (한국어)` });

export const check = (id: string, run: Check['run'], points = 10): Check => ({
  id,
  title: text(id),
  points,
  visibility: 'visible',
  hints: [text('a'), text('b'), text('c')],
  run,
});

export const toyLab = (...checks: readonly Check[]): Lab => ({
  id: 'lab90',
  name: 'lab90-toy',
  title: text('Toy'),
  layer: text('none'),
  fixtures: ['cable:peer'],
  entry: 'toy.ts',
  checks,
});

/** Frames that one sends the other receives, at once. */
export function memorySubstrate(overrides: Partial<Substrate> = {}): Substrate & {
  readonly labels: readonly string[];
} {
  let now = START;
  const labels: string[] = [];
  const station = (last: number, inbox: Uint8Array[], outbox: Uint8Array[]): Station => ({
    address: Uint8Array.of(2, 0, 0, 0, 0, last),
    now: () => now,
    async send(frame) {
      outbox.push(frame.slice());
    },
    async receive(timeout: Duration) {
      const octets = inbox.shift();
      if (octets === undefined) now = after(now, timeout);
      return octets && { octets, at: now };
    },
  });
  const [toBoard, toPeer]: [Uint8Array[], Uint8Array[]] = [[], []];
  return {
    kind: 'emulated',
    name: 'memory',
    description: {
      kind: 'emulated',
      name: 'memory',
      board: 'toy-board',
      firmwareVersion: '1.2.3',
      sourceHash: '0011223344556677',
      peer: 'memory',
    },
    fixtures: ['cable:peer'],
    board: station(1, toBoard, toPeer),
    peer: station(2, toPeer, toBoard),
    labels,
    setStep: (label) => labels.push(label),
    close: async () => {},
    ...overrides,
  };
}

/** Time stands still until `pass` is called. */
export class HandClock implements Clock {
  #now = START;
  #appointments: { readonly at: Instant; readonly action: () => void }[] = [];

  now(): Instant {
    return this.#now;
  }

  schedule(delay: Duration, action: () => void): () => void {
    const appointment = { at: after(this.#now, delay), action };
    this.#appointments.push(appointment);
    return () => {
      this.#appointments = this.#appointments.filter((other) => other !== appointment);
    };
  }

  pass(time: Duration): void {
    this.#now = after(this.#now, time);
    const due = this.#appointments.filter(({ at }) => at <= this.#now);
    this.#appointments = this.#appointments.filter(({ at }) => at > this.#now);
    for (const { action } of due) action();
  }

  get waiting(): number {
    return this.#appointments.length;
  }
}

const NOBODY: GradedLearner = { call: async () => undefined };

export async function run(lab: Lab, request: Partial<RunRequest> = {}) {
  const events: RunEvent[] = [];
  const verdict = await runLab({
    lab,
    substrate: memorySubstrate(),
    learner: NOBODY,
    code: { kind: 'learner', path: 'lab90-toy' },
    seed: 1,
    netlab: '0.0.0',
    startedAt: '2026-01-02T03:04:05Z',
    clock: new HandClock(),
    onEvent: (event) => events.push(event),
    ...request,
  });
  return { verdict, events };
}
